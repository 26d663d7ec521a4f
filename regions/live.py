"""What a view says to be a live page."""

from dataclasses import dataclass

from django.http import HttpRequest

from regions import journal


@dataclass(frozen=True, slots=True)
class Live:
    """From which cursor a page was drawn, and which topics move it."""

    cursor: str
    topics: frozenset[str]


def follow(request: HttpRequest, *topics: str) -> None:
    """Make this page live: call it first in the view, before anything is read.

    The cursor is taken here, so a change between this call and the reads is drawn twice, never lost. May be called
    again when a read names more topics; the first cursor stays. Topics are those of `regions.domain.topics`.
    """
    known: Live | None = getattr(request, "live", None)
    cursor = known.cursor if known else journal.cursor()
    request.live = Live(cursor, (known.topics if known else frozenset()) | frozenset(topics))  # type: ignore[attr-defined]
