"""API tokens: a program acts as an account."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from dashboard.models import ApiToken
from dashboard.people import secrets
from dashboard.people.oidc.standing import TOKENS_REST
from regions.domain.roles import ANYWHERE, Scope

READING = ("GET", "HEAD", "OPTIONS")
PREFIX = "pane_"  # lets secret scanners, and our own log, know one when they see it


def issue(
    user: User,
    name: str = "",
    preset: str = "",
    *,
    writes: bool = True,
    lasts: timedelta | None = None,
    within: Scope = ANYWHERE,
    made_by: str = "",
) -> str:
    """Make a token and return it: the only time that it can be seen. `preset` is used instead of a random one.

    `writes` False: for reading alone. `lasts` None: until it is revoked. `within`: what it is for, besides what its
    account may. `made_by`: the administrator who made it for a service account.
    """
    secret = preset or secrets.new(PREFIX)
    said = {"user": user, "name": name, "writes": writes, "revoked_at": None, "made_by": made_by}
    said |= {"regions": sorted(within.regions), "namespaces": sorted(within.namespaces)}
    said["expires_at"] = timezone.now() + lasts if lasts else None
    ApiToken.objects.update_or_create(digest=secrets.digest(secret), defaults=said)
    return secret


def of(request: HttpRequest) -> ApiToken | None:
    """The token that let this request in; None where it came by a session, whatever else it brought."""
    token: ApiToken | None = getattr(request, "api_token", None)
    return token


def admit(request: HttpRequest) -> ApiToken | None:
    """Let a request in by the token that it brought, if it did: for views that take tokens alone. Looked for once."""
    if not hasattr(request, "api_token"):
        secret = bearer(request.headers.get("Authorization", ""))
        found = find(secret, str(request.META.get("REMOTE_ADDR", ""))) if secret else None
        request.api_token = found  # type: ignore[attr-defined]
    return of(request)


def overstepped(request: HttpRequest) -> str:
    """Why the token of this request may not do what is asked, in a sentence; empty when it may, or there is none."""
    token = of(request) if request.method not in READING else None
    if token is None or token.writes:
        return ""
    return f"The token {token.name or token.pk} is for reading alone. Make one that may write on the account page."


def find(secret: str, address: str = "") -> ApiToken | None:
    """The token with its active account, which then is confined to what the token is for, or None. Remembers that it
    was used, and from where."""
    token = living().select_related("user").filter(digest=secrets.digest(secret)).first()
    if token is None:
        return None
    token.user.api_token = token  # type: ignore[attr-defined]  # dashboard.people.viewer looks for it
    now = timezone.now()
    if token.used_at is None or now - token.used_at > timedelta(minutes=1):
        ApiToken.objects.filter(pk=token.pk).update(used_at=now, used_from=address[:64])
    return token


def bearer(header: str) -> str | None:
    """The token in an Authorization header; None when the header is of another scheme, "" when it is malformed."""
    scheme, _, secret = header.strip().partition(" ")
    if scheme.lower() != "bearer":
        return None
    secret = secret.strip()
    return secret if secret and " " not in secret and len(secret) <= 200 else ""


def living() -> QuerySet[ApiToken]:
    """Those that work: of who came by a provider, only while it was heard of them lately (`oidc.standing`)."""
    now = timezone.now()
    lasting = Q(expires_at=None) | Q(expires_at__gt=now)
    return ApiToken.objects.filter(lasting, revoked_at=None, user__is_active=True).exclude(
        user__socialaccount__last_login__lt=now - TOKENS_REST
    )
