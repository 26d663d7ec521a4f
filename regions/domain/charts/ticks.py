"""Round numbers and round moments, for the lines behind a chart."""

import math
from datetime import UTC, datetime, timedelta

_MOMENTS = (
    60,
    120,
    300,
    600,
    900,
    1800,
    3600,
    2 * 3600,
    3 * 3600,
    6 * 3600,
    12 * 3600,
    86400,
    2 * 86400,
    5 * 86400,
    7 * 86400,
    14 * 86400,
    30 * 86400,
)
_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 5, tzinfo=UTC)  # a Monday, so that weeks begin where weeks do


def nice(low: float, high: float, count: int = 4, *, binary: bool = False, whole: bool = False) -> tuple[float, ...]:
    """Round numbers that hold low and high between the first and the last; about `count` steps apart.

    `binary`: round in units of 1024. `whole`: things that are counted have no halves.
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return (0.0, 1.0)
    if high < low:
        low, high = high, low
    if high - low <= abs(high) * 1e-9:
        high = low + (abs(low) or 1.0)
    step = _step((high - low) / max(count, 1), binary)
    if whole:
        step = max(1.0, math.ceil(step))
    if not math.isfinite(step) or step <= 0:
        return (low, high)  # so small that there is nothing round between them
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(float(f"{place * step:.12g}") for place in range(first, last + 1))


def _step(raw: float, binary: bool) -> float:
    if raw < 1e-300:
        return 0.0
    if binary and raw >= 1:
        base = 1024.0 ** math.floor(math.log(raw, 1024) + 1e-9)
        for times in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024):
            if base * times >= raw * (1 - 1e-9):
                return base * times
    base = 10.0 ** math.floor(math.log10(raw) + 1e-9)
    for round_ in (1.0, 2.0, 2.5, 5.0, 10.0):
        if base * round_ >= raw * (1 - 1e-9):
            return base * round_
    return base * 10


def moments(start: datetime, end: datetime, count: int = 6) -> tuple[datetime, ...]:
    """Round moments (UTC) within start and end, at most about `count`."""
    seconds = (end - start).total_seconds()
    if seconds <= 0:
        return ()
    step = next((one for one in _MOMENTS if seconds / one <= count + 0.5), _MOMENTS[-1])
    passed = (start - _EPOCH).total_seconds()
    at = _EPOCH + timedelta(seconds=math.ceil(passed / step) * step)
    found = []
    while at <= end:
        found.append(at)
        at += timedelta(seconds=step)
    return tuple(found)


def say_moment(at: datetime, span: timedelta) -> str:
    """A moment as it stands below a chart of this span: the hour within two days, else the day."""
    at = at.astimezone(UTC)
    if span <= 2 * _DAY:
        return f"{at:%H:%M}" if at.hour or at.minute else f"{at.day} {at:%b}"
    return f"{at.day} {at:%b}"
