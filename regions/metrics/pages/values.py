"""What the pages of metrics show: values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from regions.domain.charts.geometry import ChartDrawing
from regions.domain.metrics.measures import Aggregate, Figure, Missing
from regions.metrics.pages.links import OutsideLink
from regions.metrics.pages.panels import Panel


@dataclass(frozen=True, slots=True)
class Behind:
    """What is behind a figure."""

    promql: str
    meaning: str
    store: str = ""
    exports: tuple[OutsideLink, ...] = ()
    links: tuple[OutsideLink, ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a chart will be. `fragment`: the address of its drawing; `url`: of its page, for who has no script."""

    title: str
    fragment: str
    url: str


@dataclass(frozen=True, slots=True)
class ChartPanel:
    """A chart, or why there is none."""

    id: str
    title: str
    url: str
    drawing: ChartDrawing
    behind: Behind
    missing: Missing | None
    notice: str = ""  # what is not whole about it

    @property
    def values(self) -> list[tuple[datetime, list[float | None]]]:
        """All points of the first twelve series, newest first."""
        drawing, shown = self.drawing, self.drawing.lines[:12]
        count = max((len(line.points) for line in shown), default=0)
        return [
            (drawing.start + drawing.step * place, [line.points[place] for line in shown])
            for place in reversed(range(count))
        ]

    @property
    def data(self) -> dict[str, Any]:
        """What the script needs for the line under the pointer."""
        drawing = self.drawing
        return {
            "title": self.title,
            "start": drawing.start.timestamp(),
            "step": drawing.step.total_seconds(),
            "days": (drawing.end - drawing.start).total_seconds() > 86400,
            "by": drawing.scale.by,
            "digits": max(drawing.scale.digits + 1, 2 if drawing.scale.money else 1),
            "whole": drawing.scale.whole,
            "suffix": drawing.scale.suffix,
            "count": max((len(line.points) for line in drawing.lines), default=0),
            "lines": [
                {
                    "name": line.name,
                    "style": line.style,
                    "points": [None if point is None else float(f"{point:.5g}") for point in line.points],
                }
                for line in drawing.lines
            ],
        }


@dataclass(frozen=True, slots=True)
class FigureTile:
    """A figure that stands large: a sum of the fleet, or a key figure of a region or cluster."""

    key: str
    title: str
    url: str
    figure: Figure | None = None
    aggregate: Aggregate | None = None
    tone: str = ""
    of: str = ""  # "of 98", beside the number
    note: str = ""
    points: tuple[float | None, ...] = ()  # the last hour, to now
    high: float = 1.0  # of the scale of its small line

    @property
    def drawn(self) -> bool:
        """Something of the last hour is known."""
        return any(point is not None for point in self.points)


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure in a table, with its small line."""

    key: str
    title: str
    figure: Figure | None
    tone: str
    points: tuple[float | None, ...] = ()  # the last hour, to now
    low: float = 0.0
    high: float = 1.0
    of: str = ""
    coverage: str = ""  # when it is not of all
    spark: bool = True
    brief: str = ""  # the title where there is little room
    heat: int | None = None  # its shade among those of its column; None where it is not known


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One region or cluster in a table of figures."""

    id: str
    name: str
    title: str
    url: str
    heard: int
    of: int
    missing: tuple[str, ...]
    cells: tuple[Cell, ...]
    alerts: Mapping[str, int] = field(default_factory=dict)
    stores: str = ""
    sub: str = ""

    @property
    def silent(self) -> Missing | None:
        """Why none of its figures is known, when that is one reason for all: then it is said once."""
        gaps = [cell.figure for cell in self.cells]
        first = gaps[0] if gaps else None
        if not isinstance(first, Missing):
            return None
        alike = all(isinstance(gap, Missing) and gap.reason is first.reason for gap in gaps)
        return first if alike else None


@dataclass(frozen=True, slots=True)
class Column:
    """A heading: its panel, and its figure's page."""

    panel: Panel
    url: str
