"""Who is at the other end of a socket."""

from collections.abc import Awaitable, Callable
from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http.request import split_domain_port, validate_host
from django.utils.http import is_same_domain

from dashboard.people import screens, tokens
from dashboard.people.local import second_factor
from dashboard.people.oidc import asking
from dashboard.people.sessions import Credential

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Signed:
    """Sets `scope["user"]` from a bearer token, else from the session of a page of ours.

    A browser sends the session's cookie with any socket that any page opens, and says in Origin which page it was:
    another site's is turned away before the socket opens. A program brings its token and needs no Origin.
    """

    def __init__(self, inner: App) -> None:
        self.inner = inner
        self.by_session = AuthMiddlewareStack(inner)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        if not _host_is_ours(headers.get(b"host", "")):
            return await _turn_away(receive, send)
        secret = tokens.bearer(headers.get(b"authorization", ""))
        if secret is not None:
            address = (scope.get("client") or ("",))[0]
            token = await database_sync_to_async(tokens.find)(secret, address)
            user = token.user if token else AnonymousUser()
            return await self.inner({**scope, "user": user, "token": token}, receive, send)
        secure = scope.get("scheme") in ("wss", "https")
        if not same_origin(headers.get(b"origin", ""), headers.get(b"host", ""), secure):
            return await _turn_away(receive, send)
        await self.by_session(scope, receive, send)
        return None


def same_origin(origin: str, host: str, secure: bool) -> bool:
    """Whether the page that opened the socket is ours: the rule Django uses for forms.

    A page that came by HTTP is not the same as one that came by TLS: whoever sits on the way may have written it.
    """
    said = origin.lower()
    return (bool(host) and said == f"{'https' if secure else 'http'}://{host.lower()}") or _trusted(said)


def _trusted(origin: str) -> bool:
    scheme, _, name = origin.partition("://")
    for pattern in settings.CSRF_TRUSTED_ORIGINS:
        wanted, _, host = pattern.partition("://")
        if scheme == wanted and (name == host or ("*" in host and is_same_domain(name, host.lstrip("*")))):
            return True
    return False


def _host_is_ours(host: str) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


async def _turn_away(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close", "code": 4403})


def credential_of(scope: Scope, user: Any) -> Credential:
    """By what this socket came in; it may end before the socket does."""
    if isinstance(user, screens.Screen):
        return Credential(0, screen=(user.link.pk, user.link.digest))
    token = scope.get("token")
    if token is not None:
        return Credential(user.pk, token=token.pk)
    return Credential(user.pk, session=scope["session"].session_key or "")


def _is_signed_in(scope: Scope, user: Any) -> bool:
    # Loaded lazily from the session: the first look at it reads the database.
    if not (user.is_authenticated and user.is_active):
        return False
    return "token" in scope or (asking.still_in(scope["session"]) and not second_factor.missing(user))


async def signed_in_user(scope: Scope, for_screens: bool = False) -> Any:
    """The account at the other end, loaded; None for nobody. `for_screens`: or the screen, if it is one."""
    user = scope.get("user")
    if user is None:
        return None
    signed_in = await database_sync_to_async(_is_signed_in)(scope, user)
    if signed_in or not for_screens or "token" in scope:  # only who came by cookie was asked where from
        return user if signed_in else None
    cookie = (scope.get("cookies") or {}).get(screens.COOKIE)
    address = (scope.get("client") or ("",))[0]
    return await database_sync_to_async(screens.find)(cookie, address) if cookie else None
