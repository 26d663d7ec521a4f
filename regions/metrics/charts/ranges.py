"""Range queries for charts: asked on demand, within a deadline, with a short cache that all browsers share."""

import time
from collections.abc import Callable, Collection
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from regions.domain.metrics.absences import Absence
from regions.domain.metrics.measures import Missing, Why
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.metrics.charts.cache import Cache
from regions.metrics.charts.turns import Turns
from regions.metrics.reads.rows import survey
from regions.metrics.reads.values import ClusterMeasures, StoreView
from regions.metrics.stores.client import RangeSeries, StoreAnswer
from regions.metrics.stores.errors import StoreError
from regions.metrics.stores.queries import QUERIES, Query, spoken
from regions.metrics.stores.store_registry import reach
from regions.permitted import permits_region, sees_fleet

LEAST_STEP = 60
POINTS = 300
DEADLINE = 8.0
MOST_SERIES = 200

_turns = Turns()


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
    store: str  # its label, or "3 stores"; empty when none was asked
    partial: bool = False  # a store says itself that something lacks, or not all stores answered
    lacking: tuple[str, ...] = ()  # labels of the stores that did not answer
    cut: int = 0  # lines that were left out, because there were too many


@dataclass(frozen=True, slots=True)
class _Question:
    """What one store is asked: for these clusters, or for all of it."""

    store: StoreView
    promql: str
    wanted: frozenset[tuple[str, str]] | None  # None: every row


@dataclass(frozen=True, slots=True)
class _Given:
    """What one store answered, and to what: in its own dialect."""

    answer: StoreAnswer
    promql: str


_cache: Cache[_Given] = Cache(300)


@dataclass(slots=True)
class _Said:
    rows: list[RangeSeries] = field(default_factory=list)
    failed: dict[str, StoreError] = field(default_factory=dict)
    partial: bool = False
    promql: str = ""  # as the first of them was asked


def grid(span: timedelta, end: datetime, least: int = LEAST_STEP) -> tuple[datetime, timedelta, int]:
    """Start, step and number of points: aligned to the step, so that everybody who looks asks for the same."""
    seconds = max(60, int(span.total_seconds()))
    step = max(least, -(-seconds // POINTS // 60) * 60)
    last = int(end.timestamp()) // step * step
    first = last - seconds // step * step
    return datetime.fromtimestamp(first, UTC), timedelta(seconds=step), (last - first) // step + 1


def chart(
    query_id: str,
    *,
    cluster: str | None = None,
    namespace: str | None = None,
    region: str | None = None,
    span: timedelta,
    end: datetime,
    viewer: Viewer,
) -> Chart:
    """Lines of one named query: of a cluster, of the clusters of a region, or of all. KeyError for an unknown id.

    Waits for the stores, at most `DEADLINE` seconds for all of them; one that the meter found dead is not waited for.
    """
    query = QUERIES[query_id]
    start, step, size = grid(span, end, query.range_step or LEAST_STEP)
    shown = query.promql(cluster=cluster, namespace=namespace)
    questions, nothing = _questions(query, cluster, namespace or "", region, viewer)
    if not questions:
        return Chart((), start, step, query.unit, shown, nothing, "")
    said = _ask(questions, start, step, size)
    lines = [_series(query, line, start, step, size) for line in said.rows]
    lines = [line for line in lines if any(point is not None for point in line.points)]
    lines.sort(key=_largest, reverse=True)
    labels = sorted({question.store.label for question in questions})
    missing = None if lines else _why(said, len(questions))
    promql = said.promql if len(questions) == 1 and said.promql else widened(shown, step)
    return Chart(
        tuple(lines[:MOST_SERIES]),
        start,
        step,
        query.unit,
        promql,
        missing,
        labels[0] if len(labels) == 1 else f"{len(labels)} stores",
        said.partial or (bool(said.failed) and bool(lines)),
        tuple(sorted(said.failed)),
        max(0, len(lines) - MOST_SERIES),
    )


def widened(promql: str, step: timedelta) -> str:
    """Rates over five minutes see only a part of a longer step: widen them to it."""
    seconds = int(step.total_seconds())
    return promql.replace("[5m]", f"[{seconds}s]") if seconds > 300 else promql


def _questions(
    query: Query, cluster: str | None, namespace: str, region: str | None, viewer: Viewer
) -> tuple[list[_Question], Missing | None]:
    """Whom to ask for what; or why nobody can be asked."""
    if query.src in "MA":
        views = [view for view in survey(viewer).stores if view.kind in ("management", "regionless")]
        views = views if permits_region(viewer, MANAGEMENT) else []
        return [_Question(view, query.promql(), None) for view in views[:1]], Absence.NO_STORE.missing()
    if cluster is not None:
        ground = survey(viewer, cluster=(namespace, cluster))
        clusters = [one for one in ground.clusters.values() if one.name == cluster]
    else:
        ground = survey(viewer, region=region)
        clusters = [one for one in ground.clusters.values() if region is None or one.region == region]
    by_store: dict[str, list[ClusterMeasures]] = {}
    for one in clusters:
        if one.store is not None:
            by_store.setdefault(one.store.key, []).append(one)
    views_by_key = {view.key: view for view in ground.stores}
    twins = {ground.raw[id].key: names for id, names in ground.twins.items()}
    found = []
    for key, members in by_store.items():
        view = views_by_key[key]
        wanted = frozenset((one.namespace, one.name) for one in members)
        if query.src == "S":
            wanted &= {(view.namespace, view.name)}
            if not wanted:
                continue
        names = sorted({name for _, name in wanted})
        whole = region is None and cluster is None and sees_fleet(viewer)
        text = _scoped(query, names, twins.get(key, ()), whole=whole)
        if text:
            found.append(_Question(view, text, wanted))
    if not clusters:
        return [], Absence.NOT_ONBOARDED.missing()
    if by_store and not found:
        return [], _untold(query, clusters)
    return found, Absence.NO_STORE.missing()


def _untold(query: Query, clusters: list[ClusterMeasures]) -> Missing:
    """Why stores that are known are not asked: these clusters have no store of their own, or share their name."""
    if query.src == "S":
        return Absence.NO_STORE_INSIDE.missing()
    return Absence.AMBIGUOUS.missing(name=clusters[0].name)


def _scoped(query: Query, names: list[str], twins: Collection[str], *, whole: bool) -> str:
    """The expression for these clusters of a store; `twins`: names that several of its clusters have."""
    return query.safe(twins) if whole else query.among(names, twins)


def _ask(questions: list[_Question], start: datetime, step: timedelta, size: int) -> _Said:
    """Put all questions at once, and take what is there when the time is over."""
    said = _Said()
    asked: list[tuple[_Question, Future[_Given]]] = []
    for question in questions:
        trouble = question.store.trouble
        if trouble is not None and question.store.next_at is not None:
            said.failed[question.store.label] = StoreError(trouble.reason, trouble.sentence)
            continue
        asked.append((question, _put(question, start, step, size)))
    wait([future for _, future in asked], timeout=DEADLINE + 1)
    for question, future in asked:
        label = question.store.label
        if not future.done():
            said.failed[label] = StoreError(Why.SLOW, f"{label} did not answer in time")
            continue
        try:
            given = future.result()
        except StoreError as error:
            said.failed[label] = error
        else:
            said.rows += [row for row in given.answer.rows if _asked_for(row, question)]
            said.partial = said.partial or given.answer.partial
            said.promql = said.promql or given.promql
    return said


def _put(question: _Question, start: datetime, step: timedelta, size: int) -> Future[_Given]:
    """This question to its store: a new one, or what others just asked it."""
    seconds = int(step.total_seconds())
    key = (question.store.key, question.promql, start, seconds, size)
    work = _work(question, start, step, size)
    return _cache.share(
        key,
        min(30.0, seconds / 2),
        lambda: _turns.submit(question.store.key, question.store.label, work, DEADLINE),
    )


def _work(question: _Question, start: datetime, step: timedelta, size: int) -> Callable[[float], _Given]:
    end = start + (size - 1) * step

    def ask(left: float) -> _Given:
        source = reach().source(question.store.key)
        until = time.monotonic() + left
        promql = spoken(widened(question.promql, step), reach().access.dialect(source, left))
        left = max(0.1, until - time.monotonic())
        answer = reach().access.ask(
            source, lambda client: client.query_range(promql, start, end, int(step.total_seconds()), deadline=left)
        )
        return _Given(answer, promql)

    return ask


def _asked_for(row: RangeSeries, question: _Question) -> bool:
    if question.wanted is None:
        return True
    name, namespace = row.labels.get("cluster", ""), row.labels.get("clusterNamespace", "")
    if namespace:
        return (namespace, name) in question.wanted
    return any(name == wanted for _, wanted in question.wanted)


def _series(query: Query, line: RangeSeries, start: datetime, step: timedelta, size: int) -> Series:
    seconds, first = int(step.total_seconds()), start.timestamp()
    points: list[float | None] = [None] * size
    for at, value in line.points.items():
        place = round((at - first) / seconds)
        if 0 <= place < size:
            points[place] = value
    kept = ("cluster", "clusterNamespace", "tenant", *query.parts)
    return Series({name: value for name, value in line.labels.items() if name in kept and value}, tuple(points))


def _largest(line: Series) -> float:
    return max((abs(point) for point in line.points if point is not None), default=0.0)


def _why(said: _Said, asked: int) -> Missing:
    if said.failed:
        error = next(iter(said.failed.values()))
        more = f", and {len(said.failed) - 1} more stores" if len(said.failed) > 1 else ""
        return Absence.STORE_FAILED.missing(why=error.why, said=f"{error.sentence}{more}")
    if said.rows:
        return Absence.NO_VALUE.missing()
    return (Absence.NO_SERIES_ANYWHERE if asked > 1 else Absence.NO_SERIES_THEN).missing()
