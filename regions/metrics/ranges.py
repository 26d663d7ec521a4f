"""Range queries for charts: asked on demand, within a deadline, with a short cache that all browsers share."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from regions.domain.measures import Missing, Why
from regions.domain.viewer import Viewer
from regions.metrics.queries import QUERIES

LEAST_STEP = 60
POINTS = 300


@dataclass(frozen=True, slots=True)
class Series:
    """One line. `points` has one place for each step; None is a gap, and is drawn as one."""

    labels: dict[str, str]
    points: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines on one grid: point i is at `start` + i × `step`. `missing` says why there is nothing to draw."""

    series: tuple[Series, ...]
    start: datetime
    step: timedelta
    unit: str
    promql: str
    missing: Missing | None
    store: str  # its label; empty when none was asked
    partial: bool = False  # the store says itself that something lacks, or not all stores answered


def grid(span: timedelta, end: datetime, least: int = LEAST_STEP) -> tuple[datetime, timedelta, int]:
    """Start, step and number of points: aligned to the step, so that everybody who looks asks for the same."""
    step = max(least, -(-int(span.total_seconds()) // POINTS // 60) * 60)
    last = int(end.timestamp()) // step * step
    first = last - int(span.total_seconds()) // step * step
    return datetime.fromtimestamp(first, UTC), timedelta(seconds=step), (last - first) // step + 1


def chart(
    query_id: str, *, cluster: str | None = None, namespace: str | None = None, region: str | None = None,
    span: timedelta, end: datetime, viewer: Viewer,
) -> Chart:  # fmt: skip
    """Lines of one named query: of a cluster, of the clusters of a region, or of all. KeyError for an unknown id."""
    query = QUERIES[query_id]
    start, step, _ = grid(span, end, query.range_step or LEAST_STEP)
    promql = query.promql(cluster=cluster, namespace=namespace)
    nothing = Missing(Why.NO_ENDPOINT, "No store is known that could be asked")
    return Chart((), start, step, query.unit, promql, nothing, "")
