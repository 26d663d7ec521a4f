"""The live parts of a page, collected while its template renders."""

from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True)
class Collector:
    """Put one on `request.live_collector`; afterwards it holds each live part and the order of each live list."""

    fragments: dict[str, str] = field(default_factory=dict)
    orders: dict[str, list[str]] = field(default_factory=dict)


# Not on the template context: `{% include … only %}` and inclusion tags begin a fresh one.
inside: ContextVar[str | None] = ContextVar("inside", default=None)
"""The live part that is being rendered."""

members: ContextVar[list[str] | None] = ContextVar("members", default=None)
"""The ids found so far in the live list that is being rendered."""
