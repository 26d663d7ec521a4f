"""How far back a chart looks, and how far apart its points lie."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time that a page offers. `key` stands in addresses."""

    key: str
    title: str
    length: timedelta
    step: timedelta

    def window(self, now: datetime) -> tuple[datetime, datetime]:
        """From when to when, both on whole steps: so that stores answer from their caches and lines do not dance."""
        step = self.step.total_seconds()
        end = datetime.fromtimestamp(now.timestamp() // step * step, UTC)
        return end - self.length, end


def _span(key: str, title: str, seconds: int, step: int) -> Span:
    return Span(key, title, timedelta(seconds=seconds), timedelta(seconds=step))


SPANS = (
    _span("1h", "1 hour", 3600, 60),
    _span("6h", "6 hours", 6 * 3600, 120),
    _span("24h", "24 hours", 86400, 300),
    _span("7d", "7 days", 7 * 86400, 3600),
    _span("30d", "30 days", 30 * 86400, 3 * 3600),
)
USUAL = SPANS[1]


def span_of(key: str) -> Span:
    """The span with this key; the usual one when there is none."""
    return next((span for span in SPANS if span.key == key), USUAL)
