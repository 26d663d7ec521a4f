"""How long things take to be ready: what is usual for a template in a region, and how one stands against it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from regions.domain.availability import HealthTurn, Stretch
from regions.domain.health_scale import Health
from regions.domain.words import lasted

ENOUGH = 3
"""Of fewer nothing is called usual."""


@dataclass(frozen=True, slots=True)
class Usual:
    """How long so many took. `p90` is the nearest rank: nine of ten took no longer."""

    count: int
    median: timedelta
    p90: timedelta

    @property
    def enough(self) -> bool:
        return self.count >= ENOUGH


@dataclass(frozen=True, slots=True)
class Readied:
    """One deployment that became ready: where it ran, what of, and how long it took."""

    region: str
    template: str
    took: timedelta


def took(created_at: datetime, turns: Iterable[HealthTurn], gaps: Sequence[Stretch]) -> timedelta | None:
    """From its creation to the first turn to Ready; None: it was not ready yet, or when is not known, for nobody
    watched just before. `turns` begin with its creation, oldest first."""
    before = created_at
    for turn in turns:
        if turn.health == Health.READY and turn.at >= created_at:
            unseen = any(gap.start < turn.at and gap.end > before and turn.at - gap.end < _LATE for gap in gaps)
            return None if unseen else turn.at - created_at
        before = max(before, turn.at)
    return None


_LATE = timedelta(seconds=30)
"""What is seen so soon after a gap may have been so within it."""


def usual(times: Iterable[timedelta]) -> Usual | None:
    """Median and nine of ten; None of nothing."""
    found = sorted(times)
    if not found:
        return None
    half = len(found) // 2
    median = found[half] if len(found) % 2 else (found[half - 1] + found[half]) / 2
    return Usual(len(found), median, found[max(0, -(-9 * len(found) // 10) - 1)])


def by_place(found: Iterable[Readied]) -> Mapping[tuple[str, str], Usual]:
    """What is usual by region and template."""
    times: dict[tuple[str, str], list[timedelta]] = {}
    for one in found:
        times.setdefault((one.region, one.template), []).append(one.took)
    return {place: made for place, taken in times.items() if (made := usual(taken))}


def compared(known: Usual | None, since: timedelta, template: str, region: str) -> str:
    """How one that is coming up for so long stands against what is usual, in a sentence; empty: nothing is usual."""
    if known is None or not known.enough:
        return ""
    said = f"Usually {lasted(known.median)} with {template} in {region}, nine of ten within {lasted(known.p90)} "
    said += f"({known.count} so far); this one {lasted(since)} by now."
    return said + (" That is longer than nine of ten took." if since > known.p90 else "")
