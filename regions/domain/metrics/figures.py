"""From what a store said to what may be said now: a number, or why there is none. Pure, takes `now`."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

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
    value: tuple[float, datetime] | None,
    unit: str,
    tier: str,
    told: SourceState,
    now: datetime,
    absent: Missing | None = None,
) -> Figure:
    """What may be said of this figure now. `absent` says why a well store may have none; else nothing was found."""
    last = Reading(value[0], unit, min(value[1], told.sampled_at or value[1])) if value else None
    if told.dark:
        return Missing(Why.STALE, told.dark, last.at if last else None, last)
    if value is None or now - value[1] > PATIENCE.get(tier, PATIENCE["slow"]):
        if told.reason:
            return Missing(Why(told.reason), told.message, told.since, last)
        if value is not None:
            return Missing(Why.STALE, f"Last read at {clock(value[1], now)}", value[1], last)
    if told.sampled_at and now - told.sampled_at > FRESH:
        return Missing(Why.STALE, f"No new samples since {clock(told.sampled_at, now)}", told.sampled_at, last)
    if last is None:
        if not told.reporting:
            return Missing(Why.NO_DATA, "The store has no fresh series of it")
        return absent or Missing(Why.NO_DATA, "The store has no such series")
    return last


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
