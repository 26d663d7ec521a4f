"""By what and from where somebody asks, as long as their request lasts."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """Of one request, or of a command."""

    actor: str = ""
    means: str = ""  # session, token 7, screen hall; never a secret
    address: str = ""


_here: ContextVar[Origin | None] = ContextVar("audit_origin", default=None)


def here() -> Origin:
    """Of what runs at this moment."""
    return _here.get() or Origin()


@contextmanager
def coming_from(origin: Origin) -> Iterator[None]:
    """What runs inside is recorded as asked from there."""
    token = _here.set(origin)
    try:
        yield
    finally:
        _here.reset(token)


def change_to(origin: Origin) -> None:
    """It turned out who asks: from here to the end of this request."""
    _here.set(origin)
