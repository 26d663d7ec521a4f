"""What a view says to be a live page."""

from dataclasses import dataclass, replace

from django.http import HttpRequest

from regions import journal


@dataclass(frozen=True, slots=True)
class Live:
    """From which cursor a page was drawn, and which topics move it."""

    cursor: str
    topics: frozenset[str]
    again: float | None = None  # seconds from now when it is to be drawn anew, though nothing moves


def follow(request: HttpRequest, *topics: str) -> None:
    """Make this page live: call it first in the view, before anything is read.

    The cursor is taken here, so a change between this call and the reads is drawn twice, never lost. May be called
    again when a read names more topics; the first cursor stays. Topics are those of `regions.domain.topics`.
    """
    known: Live | None = getattr(request, "live", None)
    cursor = known.cursor if known else journal.cursor()
    asked = (known.topics if known else frozenset()) | frozenset(topics)
    request.live = Live(cursor, asked, known.again if known else None)  # type: ignore[attr-defined]


def again(request: HttpRequest, seconds: float) -> None:
    """Draw this page anew so many seconds from now, though nothing moves: time itself changes what it says."""
    known: Live | None = getattr(request, "live", None)
    if known and (known.again is None or seconds < known.again):
        request.live = replace(known, again=seconds)  # type: ignore[attr-defined]
