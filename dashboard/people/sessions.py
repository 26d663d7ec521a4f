"""Whether those who came in are still welcome: sessions end and tokens are revoked while a socket is open."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from dashboard.people import screens, tokens
from dashboard.people.oidc import asking, standing

CHUNK = 500  # below SQLite's limit of parameters


@dataclass(frozen=True, slots=True)
class Credential:
    """By what somebody came in: the key of a session, the id of a token, or the link of a screen."""

    user: int
    session: str = ""
    token: int = 0
    screen: tuple[int, str] | None = None  # key and digest: a link that another device took is not this one's any more

    @property
    def who(self) -> tuple[str, int]:
        """The account or the screen, by whatever it came in."""
        return ("screen", self.screen[0]) if self.screen else ("user", self.user)


def ended(credentials: Iterable[Credential]) -> set[Credential]:
    """Those that are not valid any more: signed out, revoked, expired, the account switched off, or its password
    another than that by which the session came in (as Django asks at each request)."""
    everybody = list(credentials)
    looking = {c.screen for c in everybody if c.screen}
    welcome = screens.still_there(looking) if looking else set()
    gone = {c for c in everybody if c.screen and c.screen not in welcome}
    all_of_them = [c for c in everybody if not c.screen]
    for start in range(0, len(all_of_them), CHUNK):
        some = all_of_them[start : start + CHUNK]
        users = User.objects.filter(pk__in={c.user for c in some}, is_active=True).only("password").in_bulk()
        keys = {c.session for c in some if c.session}
        asking.look_after(standing.of_sessions(keys))
        sessions = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
        hashes = {pk: _hashes(user) for pk, user in users.items()} if keys else {}
        living = {one.session_key for one in sessions if _is_of(one, hashes)} if keys else set()
        pks = {c.token for c in some if c.token}
        speaking = set(tokens.living().filter(pk__in=pks).values_list("pk", flat=True)) if pks else set()
        gone |= {c for c in some if c.user not in users or (c.session not in living and c.token not in speaking)}
    return gone


def _hashes(user: User) -> tuple[str, ...]:
    """What a session of this account holds of its password, under each key of Django's that still counts."""
    return user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()


def _is_of(session: Session, hashes: Mapping[int, tuple[str, ...]]) -> bool:
    """Whether the account of this session has the password still that it had when it came in."""
    said = session.get_decoded()
    own = hashes.get(int(said.get(SESSION_KEY, 0)), ())
    return any(constant_time_compare(said.get(HASH_SESSION_KEY, ""), one) for one in own)
