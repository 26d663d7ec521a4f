"""From what a store said to what may be said now: a number, or why there is none. Pure, takes `now`."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from regions.domain.metrics.absences import Absence
from regions.domain.metrics.measures import Figure, Missing, Reading, Why
from regions.domain.words import clock

PATIENCE: Mapping[str, timedelta] = {
    "wall": timedelta(seconds=90),
    "detail": timedelta(minutes=4),
    "slow": timedelta(minutes=20),
    "cost": timedelta(minutes=40),
}
"""How old a number may be, by how often it is asked for, before it no longer says how things are."""

FRESH = timedelta(minutes=3)
"""How old the newest sample of a cluster may be. Scraping, batching and the store's own delay make a minute or two."""

POINTS, STEP = 60, 60
"""A sparkline: so many points, so many seconds apart."""

OLDEST = 10 * 365 * 86400.0
"""Seconds: no sample is older."""

LARGEST = 1e24
"""Sums and products of such numbers are still finite."""

SKEWED = 30.0
"""Seconds: no clock that is kept well is further off."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is known of where a figure comes from. `dark` is why nothing is known at all; empty: we are at work."""

    reason: str = ""  # of the store: why its last try failed; empty: it answered
    message: str = ""
    since: datetime | None = None
    sampled_at: datetime | None = None  # newest sample of this cluster
    reporting: bool = True  # the store has fresh series of it
    dark: str = ""


def figure(
    value: tuple[float | None, datetime] | None,
    unit: str,
    tier: str,
    told: SourceState,
    now: datetime,
    absent: Missing | None = None,
    *,
    asked: bool = True,
    of_silent: bool = False,
) -> Figure:
    """What may be said of this figure now.

    `value` is what was read and when; None in it: such series are there, without a usable number. `absent` says why a
    well store may have none; `asked`, that its turn has come since the cluster is known. Of a cluster that does not
    report nothing is said as of now, whatever the store returns (a window of a day reaches far back), but what is about
    silence itself: `of_silent`.
    """
    number, read_at = value or (None, None)
    last = None
    if number is not None and read_at is not None:
        last = Reading(number, unit, min(read_at, told.sampled_at or read_at))
    if told.dark:
        return Absence.STALE_ALL.missing(said=told.dark, since=last.at if last else None, last=last)
    if read_at is None or now - read_at > PATIENCE.get(tier, PATIENCE["slow"]):
        if told.reason:
            return Absence.STORE_FAILED.missing(why=Why(told.reason), said=told.message, since=told.since, last=last)
        if read_at is not None:
            return Absence.STALE_READ.missing(at=clock(read_at, now), since=read_at, last=last)
    if last is None or not of_silent:
        if told.sampled_at and now - told.sampled_at > FRESH:
            at = clock(told.sampled_at, now)
            return Absence.STALE_SAMPLES.missing(at=at, since=told.sampled_at, last=last)
        if not told.reporting:
            return Absence.NOT_HEARD.missing(last=last)
    if last is not None:
        return last
    if read_at is not None:
        return Absence.NO_VALUE.missing()
    return absent or (Absence.NO_SERIES if asked else Absence.NOT_ASKED).missing()


def sampled(read_at: datetime, age: float | None) -> datetime | None:
    """When the newest sample was taken, by its age. A sample from the future is as new as can be: a clock is off."""
    return read_at - timedelta(seconds=min(max(0.0, age), OLDEST)) if age is not None else None


def finite(value: object) -> float | None:
    """A number that can be drawn, added and weighed; None for NaN, for infinities (a division by nothing), for what
    no cluster has so much of, and for no number."""
    try:
        found = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) and abs(found) <= LARGEST else None


def fold(rule: str, values: Sequence[float]) -> float:
    """Several rows of one cluster as one figure."""
    if rule == "max":
        return max(values)
    if rule == "min":
        return min(values)
    if rule == "count":
        return float(len(values))
    return sum(values)


def aligned(points: Iterable[tuple[datetime, float]], start: int, step: int, size: int) -> tuple[float | None, ...]:
    """Points on a grid of `size` steps from `start` (seconds since 1970): the last of each step, None where none is."""
    grid: list[float | None] = [None] * size
    for at, value in points:
        place = int(at.timestamp() - start) // step
        if 0 <= place < size:
            grid[place] = value
    return tuple(grid)
