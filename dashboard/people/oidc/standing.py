"""Sessions that were opened by a provider, the names that it gives, and how both end."""

from collections.abc import Iterable
from datetime import timedelta

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from dashboard.models import ApiToken, ProviderSession
from dashboard.people.oidc.claims import NotLetIn
from dashboard.people.oidc.provider import ProviderTokens
from dashboard.people.oidc.sealing import seal
from regions.audit import trail

TOKENS_REST = timedelta(days=7)
"""After so long without a word of the provider on their owner, API tokens rest until they sign in again."""
UNLINKED = "The account is no longer linked to its provider."


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
            "sealed": seal(tokens.refresh, tokens.id_token),
            "confirmed_at": now,
            "tried_at": now,
            "ends_at": ends_at,
            "sid": tokens.sid,
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


def of_sessions(keys: Iterable[str]) -> list[ProviderSession]:
    """Those of these sessions that were opened by a provider.

    Whose account has lost what links it to the provider is ended here: it would be taken for a local one.
    """
    rows = list(ProviderSession.objects.filter(session_key__in=list(keys)).select_related("user"))
    users = {row.user_id for row in rows}
    linked = set(SocialAccount.objects.filter(user__in=users).values_list("user_id", flat=True)) if users else set()
    end([row for row in rows if row.user_id not in linked], UNLINKED)
    return [row for row in rows if row.user_id in linked]


def end(rows: list[ProviderSession], why: str) -> None:
    """End these sessions: who has them is out at the next request, and their sockets within two seconds."""
    for row in rows:
        trail.happened("sign out", "done", actor=row.user.get_username(), provider=row.provider, why=why)
    Session.objects.filter(session_key__in=[row.session_key for row in rows]).delete()
    ProviderSession.objects.filter(pk__in=[row.pk for row in rows]).delete()
