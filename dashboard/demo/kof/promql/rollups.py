"""Functions of a range of samples, as VictoriaMetrics computes them: the sample before the window counts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum, nan


@dataclass(slots=True)
class Window:
    """The samples in (now - length, now], and the one before if it is near enough."""

    times: Sequence[float]
    values: Sequence[float]
    now: float
    before: tuple[float, float] | None


def monotone(values: Sequence[float]) -> list[float]:
    """A counter without its resets."""
    found, lost, previous = [], 0.0, values[0] if values else 0.0
    for value in values:
        if value < previous:
            lost += previous
        previous = value
        found.append(value + lost)
    return found


def near(times: Sequence[float]) -> float:
    """How far apart samples may be to belong together: a bit more than they usually are."""
    gaps = [later - earlier for earlier, later in pairwise(times[:21])]
    if not gaps:
        return 300.0
    gaps.sort()
    usual = _quantile(0.6, gaps)
    for limit, more in ((2, 4.0), (4, 2.0), (8, 1.0), (16, 0.5), (32, 0.25)):
        if usual <= limit:
            return usual * (1 + more)
    return usual * 1.125


def _quantile(phi: float, ordered: Sequence[float]) -> float:
    place = phi * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] * (1 - (place - low)) + ordered[high] * (place - low)


def rate(window: Window) -> float:
    if not window.values:
        return nan
    start = window.before or (window.times[0], window.values[0])
    if window.times[-1] == start[0]:
        return nan
    return (window.values[-1] - start[1]) / (window.times[-1] - start[0])


def irate(window: Window) -> float:
    points = [*([window.before] if window.before else []), *zip(window.times, window.values, strict=True)]
    if len(points) < 2:
        return nan
    (then, was), (when, value) = points[-2:]
    return (value - was) / (when - then)


def increase(window: Window) -> float:
    values = window.values
    if window.before:
        return values[-1] - window.before[1] if values else 0.0
    if not values:
        return nan
    step = values[1] - values[0] if len(values) > 1 else 0.0
    # One that begins small begins at zero: nobody counts before there is something to count.
    start = 0.0 if abs(values[0]) < 10 * (abs(step) + 1) else values[0]
    return values[-1] - start


def delta(window: Window) -> float:
    return increase(window)


def changes(window: Window) -> float:
    if not window.values:
        return nan if window.before is None else 0.0
    previous, count = (window.before[1], 0.0) if window.before else (nan, 0.0)
    for value in window.values:
        count += value != previous
        previous = value
    return count


def increase_prometheus(window: Window) -> float:
    values = window.values
    return values[-1] - values[0] if len(values) > 1 else nan


def changes_prometheus(window: Window) -> float:
    values = window.values
    return float(sum(later != earlier for earlier, later in pairwise(values))) if values else nan


def deriv(window: Window) -> float:
    values = window.values
    if not values:
        return nan
    if all(value == values[0] for value in values):
        return 0.0
    xs = [when - window.now for when in window.times]
    count = len(xs)
    sx, sy = fsum(xs), fsum(values)
    sxx, sxy = fsum(x * x for x in xs), fsum(x * y for x, y in zip(xs, values, strict=True))
    divisor = sxx - sx * sx / count
    return (sxy - sx * sy / count) / divisor if abs(divisor) >= 1e-6 else 0.0


def _of(function: Callable[[Sequence[float]], float]) -> Callable[[Window], float]:
    return lambda window: function(window.values) if window.values else nan


def last_time(window: Window) -> float:
    return window.times[-1] if window.values else nan


def lag(window: Window) -> float:
    return window.now - window.times[-1] if window.values else nan


COUNTERS = ("rate", "irate", "increase", "increase_prometheus")
ROLLUPS: dict[str, Callable[[Window], float]] = {
    "rate": rate,
    "irate": irate,
    "increase": increase,
    "delta": delta,
    "changes": changes,
    "deriv": deriv,
    "increase_prometheus": increase_prometheus,
    "changes_prometheus": changes_prometheus,
    "lag": lag,
    "tlast_over_time": last_time,
    "sum_over_time": _of(fsum),
    "avg_over_time": _of(lambda values: fsum(values) / len(values)),
    "min_over_time": _of(min),
    "max_over_time": _of(max),
    "count_over_time": _of(lambda values: float(len(values))),
    "last_over_time": _of(lambda values: values[-1]),
    "present_over_time": _of(lambda values: 1.0),
}
KEEP_NAMES = ("last_over_time", "avg_over_time", "min_over_time", "max_over_time")
