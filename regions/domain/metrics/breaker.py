"""When to leave alone who does not answer, and when to try again. Pure, takes `now`."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

STRIKES = 3
FIRST = timedelta(seconds=30)
LONGEST = timedelta(minutes=5)
PROBE = timedelta(seconds=10)
"""How often a store that is left alone is asked for nothing in particular: it is back when it answers that."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """Closed: asked at every turn. Open: left alone until `until`, then asked once (half-open)."""

    failures: int = 0  # in a row
    pause: timedelta = FIRST
    until: datetime | None = None  # open until then
    knocked_at: datetime | None = None
    knock_failed: bool = False  # it answered a probe, and then not the question: only time will tell

    def open(self, now: datetime) -> bool:
        """Whether it is left alone now."""
        return self.until is not None and now < self.until

    def may_probe(self, now: datetime) -> bool:
        """Whether to ask, while it is left alone, if it lives at all."""
        if not self.open(now) or self.knock_failed:
            return False
        return self.knocked_at is None or now - self.knocked_at >= PROBE

    def probed(self, now: datetime, answered: bool) -> "Breaker":
        """After a probe. Who answers is asked again at once."""
        if answered:
            return replace(self, until=now, knocked_at=now)
        return replace(self, knocked_at=now)

    def failed(self, now: datetime) -> "Breaker":
        """After a question that was not answered."""
        failures = self.failures + 1
        if failures < STRIKES:
            return replace(self, failures=failures)
        half_open = self.until is not None
        pause = min(self.pause * 2, LONGEST) if half_open else FIRST
        by_knock = half_open and self.knocked_at is not None and self.until == self.knocked_at
        return Breaker(failures, pause, now + pause, now, knock_failed=by_knock)

    def answered(self) -> "Breaker":
        """After an answer."""
        return Breaker()
