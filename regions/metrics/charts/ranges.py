"""Range queries for charts: asked on demand, within a deadline, with a short cache that all browsers share."""

from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import BoundedSemaphore

from django.db import connections

from regions.domain.metrics.collecting import mixed
from regions.domain.metrics.measures import Missing, Why
from regions.domain.viewer import Viewer
from regions.metrics.charts.cache import Cache
from regions.metrics.reads.rows import survey
from regions.metrics.reads.values import ClusterMeasures, StoreView
from regions.metrics.stores.client import RangeSeries, StoreAnswer
from regions.metrics.stores.errors import StoreError
from regions.metrics.stores.queries import QUERIES, Query
from regions.metrics.stores.store_registry import reach

LEAST_STEP = 60
POINTS = 300
DEADLINE = 8.0
MOST_SERIES = 200

_cache: Cache[StoreAnswer] = Cache(300)
_threads = ThreadPoolExecutor(24, thread_name_prefix="metrics-charts")

AT_ONCE = 3
"""Questions that one store is put at the same time: its own limit is a handful, and the meter asks too."""
_turns: defaultdict[str, BoundedSemaphore] = defaultdict(lambda: BoundedSemaphore(AT_ONCE))


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


@dataclass(slots=True)
class _Said:
    rows: list[RangeSeries] = field(default_factory=list)
    failed: dict[str, StoreError] = field(default_factory=dict)
    partial: bool = False


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
    questions, nothing = _questions(query, cluster, namespace or "", region)
    if not questions:
        return Chart((), start, step, query.unit, shown, nothing, "")
    promql = widened(questions[0].promql, step) if len(questions) == 1 else widened(shown, step)
    said = _ask(questions, start, step, size)
    lines = [_series(query, line, start, step, size) for line in said.rows]
    lines = [line for line in lines if any(point is not None for point in line.points)]
    lines.sort(key=_largest, reverse=True)
    labels = sorted({question.store.label for question in questions})
    missing = None if lines else _why(said, len(questions))
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
    query: Query, cluster: str | None, namespace: str, region: str | None
) -> tuple[list[_Question], Missing | None]:
    """Whom to ask for what; or why nobody can be asked."""
    if query.src in "MA":
        views = [view for view in survey().stores if view.kind in ("management", "regionless")]
        return [_Question(view, query.promql(), None) for view in views[:1]], _no_store()
    if cluster is not None:
        ground = survey(cluster=(namespace, cluster))
        clusters = [one for one in ground.clusters.values() if one.name == cluster]
    else:
        ground = survey(region=region)
        clusters = [one for one in ground.clusters.values() if region is None or one.region == region]
    by_store: dict[str, list[ClusterMeasures]] = {}
    for one in clusters:
        if one.store is not None:
            by_store.setdefault(one.store.key, []).append(one)
    views_by_key = {view.key: view for view in ground.stores}
    found = []
    for key, members in by_store.items():
        view = views_by_key[key]
        wanted = frozenset((one.namespace, one.name) for one in members)
        twice = mixed(_places(view))
        if query.src == "S":
            wanted &= {(view.namespace, view.name)}
            if not wanted:
                continue
        text = _scoped(
            query,
            sorted({name for _, name in wanted}),
            whole=region is None and cluster is None,
            apart=bool(twice & {name for _, name in wanted}),
        )
        if text:
            found.append(_Question(view, text, wanted))
    if not clusters:
        return [], Missing(Why.NOT_INSTALLED, "It has no KOF role: nothing collects its metrics")
    return found, _no_store()


def _places(view: StoreView) -> set[tuple[str, str]]:
    found = set()
    for label in (*view.clusters, *view.expected):
        namespace, _, name = label.rpartition("/")
        found.add((namespace, name))
    return found


def _scoped(query: Query, names: list[str], *, whole: bool, apart: bool) -> str:
    """The expression for these clusters of a store; `apart`: one of the names is that of several clusters."""
    if whole:
        return query.safe(mixed=apart)
    return query.among(names, mixed=apart)


def _ask(questions: list[_Question], start: datetime, step: timedelta, size: int) -> _Said:
    """Put all questions at once, and take what is there when the time is over."""
    said = _Said()
    asked: dict[Future[StoreAnswer], _Question] = {}
    for question in questions:
        trouble = question.store.trouble
        if trouble is not None and question.store.next_at is not None:
            said.failed[question.store.label] = StoreError(trouble.reason, trouble.sentence)
            continue
        asked[_threads.submit(_in_thread(_work(question, start, step, size)))] = question
    done, late = wait(asked, timeout=DEADLINE + 1)
    for future in late:
        future.cancel()
        label = asked[future].store.label
        said.failed[label] = StoreError(Why.SLOW, f"{label} did not answer in time")
    for future in done:
        question = asked[future]
        try:
            answer = future.result()
        except StoreError as error:
            said.failed[question.store.label] = error
        else:
            said.rows += [row for row in answer.rows if _asked_for(row, question)]
            said.partial = said.partial or answer.partial
    return said


def _work(question: _Question, start: datetime, step: timedelta, size: int) -> Callable[[], StoreAnswer]:
    seconds = int(step.total_seconds())
    promql = widened(question.promql, step)
    end = start + (size - 1) * step

    def ask() -> StoreAnswer:
        source = reach().source(question.store.key)
        turn = _turns[source.key]
        if not turn.acquire(timeout=DEADLINE):
            raise StoreError(Why.SLOW, f"{question.store.label} is busy with other charts")
        try:
            return reach().access.ask(
                source, lambda client: client.query_range(promql, start, end, seconds, deadline=DEADLINE)
            )
        finally:
            turn.release()

    key = (question.store.key, promql, start, seconds, size)
    return lambda: _cache.get(key, min(30.0, seconds / 2), ask)


def _in_thread(work: Callable[[], StoreAnswer]) -> Callable[[], StoreAnswer]:
    def run() -> StoreAnswer:
        try:
            return work()
        finally:
            connections.close_all()  # this thread's own, if it had to look where the store is

    return run


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
        return Missing(error.why, f"{error.sentence}{more}")
    return Missing(
        Why.NO_DATA,
        "No store has such series in this time" if asked > 1 else "The store has no such series in this time",
    )


def _no_store() -> Missing:
    return Missing(Why.NO_ENDPOINT, "No store is known that could be asked")
