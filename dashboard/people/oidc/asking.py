"""Whether somebody who came by a provider still may: asked every three minutes of who is here, by the refresh token.

Who is disabled there, or signed out by an administrator there, is refused a new token, and is out here: their session
is ended, and with it their sockets. Groups and name follow with each answer. While a provider does not answer, nobody
is thrown out for an hour.
"""

import logging
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Lock

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from dashboard.models import ProviderSession
from dashboard.people.oidc import refreshing
from dashboard.people.oidc.claims import Claimed, NotLetIn
from dashboard.people.oidc.sealing import seal, tokens_of
from dashboard.people.oidc.standing import UNLINKED, end, of_sessions, take_name

ASKED_EVERY = timedelta(minutes=3)
NOT_LATER = timedelta(minutes=5)
"""Whoever comes after this is not answered before the provider was asked."""
AGAIN = timedelta(seconds=30)
LONGEST = timedelta(seconds=30)
"""That asking may take: for so long `tried_at` lies ahead, and whoever else comes waits for what is heard."""
PATIENCE = timedelta(hours=1)
"""With a provider that does not answer."""
NEVER = datetime(1970, 1, 1, tzinfo=UTC)

_log = logging.getLogger(__name__)
_asking = ThreadPoolExecutor(4, thread_name_prefix="oidc")
MOST_UNDER_WAY = 100
_under_way: set[int] = set()
_lock = Lock()


def still_in(session: SessionBase) -> bool:
    """Whether this session may go on: any that no provider opened. Asks the provider first when that is long due."""
    if not session.get("provider"):
        return True
    rows = of_sessions([session.session_key or ""])
    if not rows:
        return False
    (row,) = rows
    now = timezone.now()
    if now - row.confirmed_at > NOT_LATER and (row.tried_at > now or _due(row, now)):
        return ask(row)
    look_after([row])
    return True


def look_after(rows: Iterable[ProviderSession]) -> None:
    """Ask, beside what is done now, for those of whom it is time."""
    now = timezone.now()
    for row in rows:
        if not _due(row, now):
            continue
        with _lock:
            if row.pk in _under_way or len(_under_way) >= MOST_UNDER_WAY:
                continue  # they come again within seconds
            _under_way.add(row.pk)
        _asking.submit(_ask_aside, row)


def _due(row: ProviderSession, now: datetime) -> bool:
    if row.ends_at is not None:
        return now >= row.ends_at
    return now - row.confirmed_at >= ASKED_EVERY and now - row.tried_at >= AGAIN


def _ask_aside(row: ProviderSession) -> None:
    try:
        ask(row)
    except Exception:
        _log.exception("Whether a session by %s may go on was not found out.", row.provider)
    finally:
        connection.close()
        with _lock:
            _under_way.discard(row.pk)


def ask(row: ProviderSession) -> bool:
    """Ask the provider whether this session may go on, and end it if not. One asks, however many would."""
    now = timezone.now()
    as_read = ProviderSession.objects.filter(pk=row.pk, tried_at=row.tried_at)
    if row.tried_at > now or not as_read.update(tried_at=now + LONGEST):
        return _heard_by_another(row.pk)
    try:
        return _heard(row, now)
    finally:
        ProviderSession.objects.filter(pk=row.pk).update(tried_at=timezone.now())


def _heard_by_another(pk: int) -> bool:
    """What came of it where somebody else asks; waited for where the provider's last word is old."""
    while (row := ProviderSession.objects.filter(pk=pk).first()) is not None:
        now = timezone.now()
        if now - row.confirmed_at <= NOT_LATER or row.tried_at <= now:
            return now - row.confirmed_at <= PATIENCE
        time.sleep(0.1)
    return False


def _heard(row: ProviderSession, now: datetime) -> bool:
    secrets = tokens_of(row)
    if row.ends_at is not None or secrets is None:
        end([row], "its time is over")
        return False
    answer = refreshing.refresh(row.provider, *secrets)
    if isinstance(answer, refreshing.Ended):
        with transaction.atomic():
            end([row], answer.why)
            SocialAccount.objects.filter(user=row.user).update(last_login=NEVER)
        return False
    try:
        if isinstance(answer, refreshing.Renewed) and answer.who is not None:
            _renew(row.user, answer.who)
    except NotLetIn as error:
        end([row], str(error))
        return False
    except IntegrityError:  # somebody took the same name at the same moment
        answer = refreshing.Silent(answer.refresh)
    if isinstance(answer, refreshing.Silent):
        return _patient(row, answer, secrets[1])
    sealed = seal(answer.refresh, answer.id_token or secrets[1])
    with transaction.atomic():
        # A yes that was long on its way undoes no later no.
        if ProviderSession.objects.select_for_update().filter(pk=row.pk).first() is None:
            return False
        ProviderSession.objects.filter(pk=row.pk).update(confirmed_at=now, sealed=sealed)
        SocialAccount.objects.filter(user=row.user).update(last_login=now)
    return True


def _patient(row: ProviderSession, answer: refreshing.Silent, id_token: str) -> bool:
    if timezone.now() - row.confirmed_at > PATIENCE:
        end([row], f"{row.provider} has not answered as it must for an hour")
        return False
    if answer.refresh:  # the one before may be spent
        ProviderSession.objects.filter(pk=row.pk).update(sealed=seal(answer.refresh, id_token))
    return True


def _renew(user: User, who: Claimed) -> None:
    account = SocialAccount.objects.filter(user=user).first()
    if account is None:
        raise NotLetIn(UNLINKED)
    if account.uid != who.uid:
        raise NotLetIn("The provider spoke of somebody else.")
    if account.extra_data != who.as_kept():
        take_name(user, who.name)
        account.extra_data = who.as_kept()
        account.save(update_fields=["extra_data"])
