"""Screens on walls. A device is let in by a short code, once; it is nobody, and may only read what its link holds.

What it brings from then on is a cookie of its own: never a session, never of use for anything that is not a wall.
"""

import ipaddress
import secrets as random
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from dashboard.models import ScreenLink
from dashboard.people import secrets
from regions.domain.viewer import Scope, Viewer

View = TypeVar("View", bound=Callable[..., Any])

COOKIE = "pane_screen"
CODE_LASTS = timedelta(minutes=30)
SEEN = timedelta(seconds=30)  # how exactly we remember when a screen was last there
LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # none that looks like another: a person types it
LENGTH = 8


class Screen(AnonymousUser):
    """Who is at the other end of a device's requests and sockets: nobody, in front of this link."""

    def __init__(self, link: ScreenLink) -> None:
        super().__init__()
        self.link = link

    @property
    def viewer(self) -> Viewer:
        """On whose behalf the wall is read; confined, so that it shares drawings only with its like."""
        link = self.link
        return Viewer(f"screen {link.name}", Scope(frozenset(link.regions), frozenset(link.namespaces)))


def for_screens(view: View) -> View:
    """Open a view to screens as well as to people. All that it reads must honour the scope of `request.viewer`."""
    view.for_screens = True  # type: ignore[attr-defined]
    return view


def open_to_screens(view: Callable[..., Any]) -> bool:
    """Whether this view is one of those that a screen may be shown."""
    return getattr(view, "for_screens", False) is True


def issue_code(link: ScreenLink) -> str:
    """A code by which one device may take this link, once, within half an hour. The only time that it can be seen."""
    code = "".join(random.choice(LETTERS) for _ in range(LENGTH))
    link.code_digest, link.code_expires_at = _code_digest(code), timezone.now() + CODE_LASTS
    link.save(update_fields=["code_digest", "code_expires_at"])
    return f"{code[:4]}-{code[4:]}"


def redeem(code: str, address: str) -> tuple[ScreenLink, str] | None:
    """Spend a code: the link and what the device keeps of it (its cookie). Whoever had the link before is out.

    Of two who type it at once one succeeds. None when the code is not known or over, or the device is elsewhere than
    where the link may be used.
    """
    now = timezone.now()
    digest = _code_digest(code)
    fresh = _living().filter(code_digest=digest, code_expires_at__gt=now)
    link = fresh.first()
    if link is None or not admits(link, address):
        return None
    secret = secrets.new()
    taken = fresh.filter(pk=link.pk).update(
        code_digest="", digest=secrets.digest(secret), opened_at=now, seen_at=now, seen_from=address[:64]
    )
    return (link, _signer().sign(f"{link.pk}.{secret}")) if taken else None


def find(cookie: str, address: str) -> Screen | None:
    """The screen that this cookie belongs to, while its link lives and is used from where it may be."""
    try:
        pk, _, secret = _signer().unsign(cookie).partition(".")
    except signing.BadSignature:
        return None
    if not pk.isascii() or not pk.isdigit():
        return None
    link = _living().filter(pk=int(pk), digest=secrets.digest(secret)).first()
    if link is None or not admits(link, address):
        return None
    if link.seen_at is None or timezone.now() - link.seen_at > SEEN or link.seen_from != address[:64]:
        ScreenLink.objects.filter(pk=link.pk).update(seen_at=timezone.now(), seen_from=address[:64])
    return Screen(link)


def admits(link: ScreenLink, address: str) -> bool:
    """Whether the link may be used from this address."""
    if not link.network:
        return True
    try:
        where = ipaddress.ip_address(address)
        mapped = getattr(where, "ipv4_mapped", None)
        return (mapped or where) in ipaddress.ip_network(link.network)
    except ValueError:
        return False


def revoke(link: ScreenLink) -> None:
    """From now on the link lets nobody in; open sockets end within two seconds, and their screens go dark."""
    ScreenLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now(), code_digest="", digest="")


def still_there(links: Iterable[tuple[int, str]]) -> set[tuple[int, str]]:
    """Of those who look by these links (key and digest), who still may. Remembers that they were seen."""
    wanted = set(links)
    found = set(_living().filter(pk__in={pk for pk, _ in wanted}).values_list("pk", "digest")) & wanted
    now = timezone.now()
    stale = ScreenLink.objects.filter(pk__in={pk for pk, _ in found}, seen_at__lt=now - SEEN)
    if stale.exists():  # a write only when there is something to write: SQLite has one writer
        stale.update(seen_at=now)
    return found


def attempt(code: str) -> str:
    """As what a failed attempt with this code is remembered: never the code itself."""
    return f"screen:{_code_digest(code)[:24]}"


def clean_code(code: Any) -> str:
    """A code as somebody typed it, in the one way in which we write it."""
    return "".join(letter for letter in str(code).upper() if letter.isalnum())[:32]


def _living() -> QuerySet[ScreenLink]:
    return ScreenLink.objects.filter(Q(expires_at__gt=timezone.now()), revoked_at=None)


def _code_digest(code: str) -> str:
    # A code is short enough to be tried out by whoever has the database, so its digest needs a key that is not there.
    return salted_hmac("pane.screen.code", clean_code(code), algorithm="sha256").hexdigest()


def _signer() -> Any:
    return signing.get_cookie_signer(salt=COOKIE)
