"""API tokens: a program acts as an account."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from dashboard.models import ApiToken
from dashboard.people import secrets
from dashboard.people.oidc.standing import TOKENS_REST

PREFIX = "pane_"  # lets secret scanners, and our own log, know one when they see it


def issue(user: User, name: str = "", preset: str = "") -> str:
    """Make a token and return it: the only time that it can be seen. `preset` is used instead of a random one."""
    secret = preset or secrets.new(PREFIX)
    ApiToken.objects.update_or_create(
        digest=secrets.digest(secret), defaults={"user": user, "name": name, "revoked_at": None}
    )
    return secret


def find(secret: str) -> ApiToken | None:
    """The token with its active account, or None."""
    token = living().select_related("user").filter(digest=secrets.digest(secret)).first()
    if token is None:
        return None
    now = timezone.now()
    if token.used_at is None or now - token.used_at > timedelta(minutes=1):
        ApiToken.objects.filter(pk=token.pk).update(used_at=now)
    return token


def resolve(secret: str) -> User | None:
    """The active account that this token speaks for, or None."""
    token = find(secret)
    return token.user if token else None


def bearer(header: str) -> str | None:
    """The token in an Authorization header; None when the header is of another scheme, "" when it is malformed."""
    scheme, _, secret = header.strip().partition(" ")
    if scheme.lower() != "bearer":
        return None
    secret = secret.strip()
    return secret if secret and " " not in secret and len(secret) <= 200 else ""


def living() -> QuerySet[ApiToken]:
    """Those that work: of who came by a provider, only while it was heard of them lately (`oidc.standing`)."""
    lately = timezone.now() - TOKENS_REST
    return ApiToken.objects.filter(revoked_at=None, user__is_active=True).exclude(
        user__socialaccount__last_login__lt=lately
    )
