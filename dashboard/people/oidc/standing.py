"""Whether somebody who came by a provider still may: asked every three minutes of who is here, by the refresh token.

Who is disabled there, or signed out by an administrator there, is refused a new token, and is out here: their session
is ended, and with it their sockets. Groups and name follow with each answer. While a provider does not answer, nobody
is thrown out for an hour.
"""

import base64
import json
import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from allauth.socialaccount.models import SocialAccount
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from dashboard.models import ApiToken, ProviderSession
from dashboard.people.oidc import refreshing
from dashboard.people.oidc.claims import Claimed, NotLetIn
from dashboard.people.oidc.provider import ProviderTokens
from regions.audit import trail

ASKED_EVERY = timedelta(minutes=3)
NOT_LATER = timedelta(minutes=5)
"""Whoever comes after this is not answered before the provider was asked."""
AGAIN = timedelta(seconds=30)
PATIENCE = timedelta(hours=1)
"""With a provider that does not answer."""

TOKENS_REST = timedelta(days=7)
"""After so long without a word of the provider on their owner, API tokens rest until they sign in again."""
NEVER = datetime(1970, 1, 1, tzinfo=UTC)

_log = logging.getLogger(__name__)
_asking = ThreadPoolExecutor(4, thread_name_prefix="oidc")


def opened(request: HttpRequest, user: User, tokens: ProviderTokens) -> None:
    """A session was opened by a provider: remember how to ask whether it may stay."""
    now = timezone.now()
    ProviderSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    ends_at = None if tokens.refresh else max(tokens.expires_at or now, now + timedelta(minutes=5))
    ProviderSession.objects.update_or_create(
        session_key=request.session.session_key,
        defaults={
            "user": user,
            "provider": tokens.provider,
            "sealed": _seal(tokens.refresh, tokens.id_token),
            "confirmed_at": now,
            "tried_at": now,
            "ends_at": ends_at,
        },
    )
    request.session["provider"] = tokens.provider


def take_name(user: User, name: str) -> None:
    """Let this account have the name that its provider says. Raises NotLetIn if a local account has it.

    Who had it by a provider until now was made anew there, or called otherwise: they keep nothing that works, and get
    the name that is theirs when they sign in again. The newcomer inherits nothing: what somebody made is of their
    account, not of their name.
    """
    holder = User.objects.filter(username=name).exclude(pk=user.pk).first()
    with transaction.atomic():
        if holder is not None:
            if not SocialAccount.objects.filter(user=holder).exists():
                raise NotLetIn(f"{name} is a local account here: an administrator of Pane must call it otherwise.")
            end(list(ProviderSession.objects.filter(user=holder)), "the name is another's")
            ApiToken.objects.filter(user=holder, revoked_at=None).update(revoked_at=timezone.now())
            User.objects.filter(pk=holder.pk).update(username=f"{name[:120]} (former, {holder.pk})")
        user.username = name
        if user.pk is not None:
            User.objects.filter(pk=user.pk).update(username=name)


def still_in(request: HttpRequest) -> bool:
    """Whether the session that a request came by may go on. Asks the provider first when that is long due."""
    row = ProviderSession.objects.filter(session_key=request.session.session_key).first()
    if row is None:
        return False
    now = timezone.now()
    if now - row.confirmed_at > NOT_LATER and _due(row, now):
        return ask(row)
    look_after([row])
    return True


def look_after(rows: Iterable[ProviderSession]) -> None:
    """Ask, beside what is done now, for those of whom it is time."""
    now = timezone.now()
    for row in rows:
        if _due(row, now):
            _asking.submit(_ask_aside, row)


def of_sessions(keys: Iterable[str]) -> list[ProviderSession]:
    """Those of these sessions that were opened by a provider."""
    return list(ProviderSession.objects.filter(session_key__in=list(keys)))


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


def ask(row: ProviderSession) -> bool:
    """Ask the provider whether this session may go on, and end it if not. One asks, however many would."""
    now = timezone.now()
    mine = ProviderSession.objects.filter(pk=row.pk, tried_at=row.tried_at).update(tried_at=now)
    if not mine:
        return ProviderSession.objects.filter(pk=row.pk).exists()
    secrets = tokens_of(row)
    if row.ends_at is not None or secrets is None:
        end([row], "its time is over")
        return False
    answer = refreshing.refresh(row.provider, *secrets)
    if isinstance(answer, refreshing.Silent):
        if now - row.confirmed_at <= PATIENCE:
            return True
        end([row], f"{row.provider} has not answered for an hour")
        return False
    if isinstance(answer, refreshing.Ended):
        with transaction.atomic():
            end([row], answer.why)
            SocialAccount.objects.filter(user=row.user).update(last_login=NEVER)
        return False
    try:
        if answer.who is not None:
            _renew(row.user, answer.who)
    except (NotLetIn, IntegrityError) as error:
        end([row], str(error))
        return False
    sealed = _seal(answer.refresh, answer.id_token or secrets[1])
    with transaction.atomic():
        # A yes that was long on its way undoes no later no.
        if ProviderSession.objects.select_for_update().filter(pk=row.pk).first() is None:
            return False
        ProviderSession.objects.filter(pk=row.pk).update(confirmed_at=now, sealed=sealed)
        SocialAccount.objects.filter(user=row.user).update(last_login=now)
    return True


def _renew(user: User, who: Claimed) -> None:
    account = SocialAccount.objects.get(user=user)
    if account.uid != who.uid:
        raise NotLetIn("The provider spoke of somebody else.")
    if account.extra_data != who.as_kept():
        take_name(user, who.name)
        account.extra_data = who.as_kept()
        account.save(update_fields=["extra_data"])


def end(rows: list[ProviderSession], why: str) -> None:
    """End these sessions: who has them is out at the next request, and their sockets within ten seconds."""
    for row in rows:
        trail.happened("sign out", "done", actor=row.user.get_username(), provider=row.provider, why=why)
    Session.objects.filter(session_key__in=[row.session_key for row in rows]).delete()
    ProviderSession.objects.filter(pk__in=[row.pk for row in rows]).delete()


def tokens_of(row: ProviderSession) -> tuple[str, str] | None:
    """Refresh token and ID token; None when Pane's key is another by now."""
    try:
        refresh, id_token = json.loads(_box().decrypt(row.sealed.encode()))
    except InvalidToken:
        return None
    return refresh, id_token


def _seal(refresh: str, id_token: str) -> str:
    return _box().encrypt(json.dumps([refresh, id_token]).encode()).decode()


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    made = (salted_hmac("pane.oidc.tokens", "", secret=key, algorithm="sha256").digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in made])
