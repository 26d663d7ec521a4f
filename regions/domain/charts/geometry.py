"""From series to lines on a plane of 1000 by 1000, with gaps where nothing was heard."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from regions.domain.charts import ticks as rounding
from regions.domain.charts.units import Scale, counts, say, scale_of

SIDE = 1000.0
STYLES = 8
"""So many lines can be told apart, by colour and by stroke. Those beyond are drawn thin and grey."""

Points = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Tick:
    """A line behind the chart. `at`: its place in percent, from the left or from the top."""

    at: str
    text: str
    minor: bool = False  # may be left out where there is little room
    anchor: str = "middle"  # which side of its text stands there: those at the rims must not stick out
    moment: datetime | None = None  # of a column


@dataclass(frozen=True, slots=True)
class ChartLine:
    """One series, drawn. `style` runs from 1; 0 is one of the many that share a grey one."""

    name: str
    style: int
    path: str  # of an SVG path; empty when there is no value at all
    area: str  # the same closed down to the axis
    points: tuple[float | None, ...]
    latest: float | None
    low: float | None
    high: float | None
    mean: float | None

    @property
    def missing(self) -> int:
        """How many of its points nobody knows."""
        return sum(point is None for point in self.points)


@dataclass(frozen=True, slots=True)
class ChartGap:
    """A stretch of which no series knows anything, in percent from the left."""

    at: str
    width: str


@dataclass(frozen=True, slots=True)
class ChartDrawing:
    """A whole chart as a template needs it."""

    title: str
    unit: str
    start: datetime
    end: datetime
    step: timedelta
    lines: tuple[ChartLine, ...]
    gaps: tuple[ChartGap, ...]
    rows: tuple[Tick, ...]
    columns: tuple[Tick, ...]
    scale: Scale
    low: float  # of the axis
    high: float

    @property
    def empty(self) -> bool:
        """No series has any value."""
        return all(line.latest is None and line.low is None for line in self.lines)

    @property
    def sentence(self) -> str:
        """What the picture shows, for who does not see it."""
        when = f"{self.start:%d %b %H:%M} to {self.end:%d %b %H:%M} UTC"
        told = [line for line in self.lines if line.low is not None]
        if not told:
            return f"{self.title}, {when}: no data."
        highest = max(told, key=lambda line: line.high or 0.0)
        lowest = min(told, key=lambda line: line.low or 0.0)
        words = f"{self.title}, {when}, {len(told)} series." if len(told) > 1 else f"{self.title}, {when}."
        several = len(told) > 1
        words += f" Lowest {say(_known(lowest.low), self.unit)}{_of(lowest, several)},"
        words += f" highest {say(_known(highest.high), self.unit)}{_of(highest, several)}"
        latest = [line for line in told if line.latest is not None]
        if len(latest) == 1:
            words += f", latest {say(_known(latest[0].latest), self.unit)}"
        silent = len(self.lines) - len(told)
        words += f". {silent} without data." if silent else "."
        return words + (" Where the line is broken nothing was heard." if self.gaps else "")


def _of(line: ChartLine, several: bool) -> str:
    return f" ({line.name})" if several and line.name else ""


def _known(value: float | None) -> float:
    return 0.0 if value is None else value


def draw(
    title: str,
    unit: str,
    series: Iterable[tuple[str, Points]],
    start: datetime,
    step: timedelta,
    *,
    frame: tuple[float, float] | None = None,
    rows: int = 4,
    columns: int = 6,
    worst_high: bool = True,
) -> ChartDrawing:
    """Draw these series. `frame`: a scale shared with other charts; else one that holds all values and zero.

    The series that matter most (by their latest value) come first; the first eight get strokes that can be told apart,
    in the order of their names: so the charts of one page give a cluster the same stroke, as long as it is among them.
    """
    known = [(name, tuple(_finite(point) for point in points)) for name, points in series]
    known.sort(key=lambda one: _weight(one[1], worst_high))
    count = max((len(points) for _, points in known), default=0)
    end = start + step * max(count - 1, 0)
    low, high = frame or reach(points for _, points in known)
    marks = rounding.nice(*bounded(low, high, unit), rows, binary=unit.startswith("bytes"), whole=counts(unit))
    bottom, top = (low, high) if frame else (marks[0], marks[-1])
    top = top if top > bottom else bottom + 1.0
    scale = scale_of(max(abs(bottom), abs(top)), unit, marks[1] - marks[0] if len(marks) > 1 else None)
    strokes = {name: place for place, name in enumerate(sorted(name for name, _ in known[:STYLES]), 1)}
    lines = tuple(
        _line(name, strokes[name] if place < STYLES else 0, points, count, bottom, top)
        for place, (name, points) in enumerate(known)
    )
    return ChartDrawing(
        title,
        unit,
        start,
        end,
        step,
        lines,
        _gaps([points for _, points in known], count),
        tuple(
            Tick(_percent(1 - (mark - bottom) / (top - bottom)), scale.say(mark))
            for mark in marks
            if bottom <= mark <= top
        ),
        _columns(start, end, columns),
        scale,
        bottom,
        top,
    )


def reach(series: Iterable[Points]) -> tuple[float, float]:
    """The lowest and the highest of all values, with zero: a line that starts at 96 % must not look like a fall."""
    values = [value for points in series for point in points if (value := _finite(point)) is not None]
    return min([0.0, *values]), max([0.0, *values])


def bounded(low: float, high: float, unit: str) -> tuple[float, float]:
    """A frame that is not flat. Ratios and percents of little size get a scale of their own, so that they are seen."""
    if high <= low:
        return low, low + {"percent": 100.0, "ratio": 1.0}.get(unit, 1.0)
    return low, high


def spark(points: Points, frame: tuple[float, float]) -> tuple[str, str]:
    """A small line and the area below it, on a scale shared with its neighbours."""
    known = tuple(_finite(point) for point in points)
    low, high = frame
    if high <= low:
        high = low + 1.0
    line = _line("", 1, known, len(known), low, high)
    return line.path, line.area


def _line(name: str, style: int, points: tuple[float | None, ...], count: int, low: float, high: float) -> ChartLine:
    path, area = [], []
    base = _place(_height(max(low, min(0.0, high)), low, high))
    for run in runs(points):
        spots = [(_place(_across(at, count)), _place(_height(_known(points[at]), low, high))) for at in run]
        if len(spots) == 1:
            path.append(f"M{spots[0][0]} {spots[0][1]}h0")  # a dot, by the round end of its stroke
            continue
        path.append("M" + "L".join(f"{x} {y}" for x, y in spots))
        area.append(f"M{spots[0][0]} {base}L" + "L".join(f"{x} {y}" for x, y in spots) + f"L{spots[-1][0]} {base}Z")
    values = [point for point in points if point is not None]
    return ChartLine(
        name,
        style,
        "".join(path),
        "".join(area),
        points,
        points[-1] if points else None,
        min(values) if values else None,
        max(values) if values else None,
        sum(values) / len(values) if values else None,
    )


def runs(points: Points) -> list[range]:
    """The stretches of points that are known."""
    found: list[range] = []
    begin: int | None = None
    for at, point in enumerate([*points, None]):
        if point is not None and begin is None:
            begin = at
        elif point is None and begin is not None:
            found.append(range(begin, at))
            begin = None
    return found


def _gaps(series: list[tuple[float | None, ...]], count: int) -> tuple[ChartGap, ...]:
    if count < 2:
        return ()
    heard = [any(at < len(points) and points[at] is not None for points in series) for at in range(count)]
    dark = [None if some else 1.0 for some in heard]
    found = []
    for run in runs(dark):
        # From the last point that is known to the first that is known again.
        left, right = max(run.start - 1, 0), min(run.stop, count - 1)
        at, to = 100 * left / (count - 1), 100 * right / (count - 1)
        found.append(ChartGap(f"{at:.2f}%", f"{to - at:.2f}%"))
    return tuple(found)


def _columns(start: datetime, end: datetime, count: int) -> tuple[Tick, ...]:
    length = end - start
    found = []
    for place, at in enumerate(rounding.moments(start, end, count)):
        share = (at - start) / length
        anchor = "start" if share < 0.04 else "end" if share > 0.96 else "middle"
        found.append(Tick(f"{100 * share:.2f}%", rounding.say_moment(at, length), place % 2 == 1, anchor, at))
    return tuple(found)


def _weight(points: tuple[float | None, ...], worst_high: bool) -> float:
    latest = next((point for point in reversed(points) if point is not None), None)
    if latest is None:
        return math.inf
    return -latest if worst_high else latest


def _finite(point: float | None) -> float | None:
    return point if point is not None and math.isfinite(point) else None


def _across(at: int, count: int) -> float:
    return SIDE * at / (count - 1) if count > 1 else SIDE / 2


def _height(value: float, low: float, high: float) -> float:
    share = (value - low) / (high - low) if high > low else 0.0
    return SIDE * (1 - min(max(share, 0.0), 1.0))


def _place(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _percent(share: float) -> str:
    return f"{100 * share:.2f}%"
