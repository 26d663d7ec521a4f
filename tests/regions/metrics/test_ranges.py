"""Charts: on one grid, from the stores that hold the clusters, with gaps as gaps and who is lacking by name."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from regions import journal
from regions.domain.metrics.measures import Why
from regions.domain.viewer import Viewer
from regions.metrics.charts import ranges
from regions.metrics.charts.cache import Cache
from regions.metrics.charts.ranges import chart, grid, widened
from regions.metrics.charts.turns import AT_ONCE, WAITING, Turns
from regions.metrics.stores.access import Access
from regions.metrics.stores.errors import StoreError
from regions.metrics.stores.queries import QUERIES
from regions.metrics.stores.store_registry import StoreRegistry
from regions.models import Measured, Store
from tests.regions.metrics import faults, kof
from tests.regions.metrics.faults import Faulty, Request, faulty
from tests.regions.metrics.test_poller import Secrets, options, put

pytestmark = pytest.mark.django_db(transaction=True)

ADA = Viewer("ada")
END = datetime(2026, 8, 20, 12, 0, 40, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def way(monkeypatch: pytest.MonkeyPatch) -> None:
    made = StoreRegistry(Access(options(), Secrets()))
    monkeypatch.setattr(ranges, "reach", lambda: made)
    monkeypatch.setattr(ranges, "DEADLINE", 1.0)
    ranges._cache.clear()


@pytest.fixture
def term() -> int:
    found = journal.claim("test", timezone.now())
    assert found
    return found


def stored(name: str, *clusters: tuple[str, str], **columns: Any) -> None:
    now = timezone.now()
    row = Store.objects.create(
        key=f"regional:kcm-system/{name}",
        kind="regional",
        namespace="kcm-system",
        name=name,
        url="x",
        asked_at=now,
        **{"answered_at": now} | columns,
    )
    for namespace, cluster in clusters:
        Measured.objects.create(store=row, namespace=namespace, name=cluster, role="child", expected=True, seen_at=now)


def lines(*lines: tuple[dict[str, str], dict[int, str]]) -> faults.Handler:
    rows = [{"metric": labels, "values": [[at, value] for at, value in points.items()]} for labels, points in lines]
    return faults.answering({"status": "success", "data": {"resultType": "matrix", "result": rows}})


def test_the_grid_is_the_same_for_all_who_look_within_a_step():
    start, step, size = grid(HOUR, END)
    assert (start, step, size) == (datetime(2026, 8, 20, 11, tzinfo=UTC), timedelta(minutes=1), 61)
    assert grid(HOUR, END + timedelta(seconds=15)) == (start, step, size)
    for days in (1, 7, 30):
        start, step, size = grid(timedelta(days=days), END)
        assert size <= 302
        assert start.timestamp() % step.total_seconds() == 0


def test_rates_are_widened_to_a_longer_step_and_subqueries_are_not():
    assert widened("rate(x[5m])", timedelta(minutes=1)) == "rate(x[5m])"
    assert widened("rate(x[5m])", timedelta(hours=1)) == "rate(x[3600s])"
    assert widened("sum_over_time(x[1d:5m])", timedelta(hours=1)) == "sum_over_time(x[1d:5m])"


def test_a_chart_of_a_cluster_has_gaps_where_nothing_was_and_asks_once(term: int):
    first = int(datetime(2026, 8, 20, 11, tzinfo=UTC).timestamp())
    points = {first: "0.5", first + 60: "0.6", first + 180: "NaN", first + 240: "0"}
    with faulty(lines(({"cluster": "web", "clusterNamespace": "team"}, points))) as server:
        put(term, kof.regional("eu", server.url), kof.child("web", "eu"), kof.deployment("web", "fra1"))
        stored("eu", ("team", "web"))
        for _ in range(3):
            found = chart("cpu_used_ratio", cluster="web", namespace="team", span=HOUR, end=END, viewer=ADA)
    assert found.missing is None
    assert found.store == "eu"
    assert found.series[0].points[:6] == (0.5, 0.6, None, None, 0.0, None)
    assert len(found.series[0].points) == 61
    assert len(server.requests) == 1
    assert server.requests[0].query["step"] == "60"
    assert 'cluster="web"' in server.requests[0].query["query"]


def test_a_chart_of_a_region_asks_every_store_of_its_clusters_and_shows_no_others(term: int):
    def both(server: Faulty, line: Any, request: Request) -> None:
        lines(
            *(
                ({"cluster": name, "clusterNamespace": "team"}, {int(request.query["start"]): "1"})
                for name in ("web", "pay")
            )
        )(server, line, request)

    with faulty(both) as one, faulty(lines()) as two:
        put(
            term,
            kof.region("fra1"),
            kof.regional("eu", one.url),
            kof.regional("us", two.url),
            kof.deployment("web", "fra1"),
            kof.deployment("lab", "fra1"),
            kof.deployment("pay", "ams1"),
        )
        stored("eu", ("team", "web"), ("team", "pay"))
        stored("us", ("team", "lab"))
        found = chart("nodes", region="fra1", span=HOUR, end=END, viewer=ADA)
    assert [line.labels["cluster"] for line in found.series] == ["web"]
    assert len(two.requests) == 1
    assert found.store == "2 stores"


def test_a_store_that_hangs_leaves_the_others_lines_and_is_named(term: int):
    with (
        faulty(lines(({"cluster": "web", "clusterNamespace": "team"}, {int(END.timestamp()) - 40: "1"}))) as good,
        faulty(faults.silent) as bad,
    ):
        put(
            term,
            kof.region("fra1"),
            kof.regional("eu", good.url),
            kof.regional("us", bad.url),
            kof.deployment("web", "fra1"),
            kof.deployment("lab", "fra1"),
        )
        stored("eu", ("team", "web"))
        stored("us", ("team", "lab"))
        found = chart("nodes", region="fra1", span=HOUR, end=END, viewer=ADA)
    assert len(found.series) == 1
    assert found.partial
    assert found.lacking == ("us",)


def test_a_store_that_the_meter_found_dead_is_not_waited_for(term: int):
    with faulty(faults.silent) as bad:
        put(term, kof.regional("eu", bad.url), kof.deployment("web", "fra1"))
        stored("eu", ("team", "web"), reason="slow", message="Store eu did not answer", next_at=timezone.now())
        found = chart("nodes", cluster="web", namespace="team", span=HOUR, end=END, viewer=ADA)
        assert bad.requests == []
    assert found.missing
    assert found.missing.reason is Why.SLOW


def test_a_recorded_chart_of_one_of_two_of_a_name_says_that_nobody_can_tell(term: int):
    with faulty(lines()) as server:
        put(
            term,
            kof.regional("eu", server.url),
            kof.deployment("twin", "fra1", "a"),
            kof.deployment("twin", "fra1", "b"),
        )
        stored("eu", ("a", "twin"), ("b", "twin"))
        found = chart("api_p99", cluster="twin", namespace="a", span=HOUR, end=END, viewer=ADA)
        assert server.requests == []
    assert found.missing
    assert found.missing.reason is Why.AMBIGUOUS
    assert "called twin" in found.missing.sentence


def test_nothing_found_and_nobody_asked_are_told_apart(term: int):
    with faulty(lines()) as server:
        put(term, kof.regional("eu", server.url), kof.deployment("web", "fra1"))
        stored("eu", ("team", "web"))
        empty = chart("nodes", cluster="web", namespace="team", span=HOUR, end=END, viewer=ADA)
        nobody = chart("nodes", cluster="other", namespace="team", span=HOUR, end=END, viewer=ADA)
    assert empty.missing
    assert empty.missing.reason is Why.NO_DATA
    assert nobody.missing
    assert nobody.missing.reason is Why.NOT_INSTALLED


def test_the_cache_asks_once_keeps_for_its_time_and_never_a_failure():
    now = [0.0]
    cache: Cache[int] = Cache(2, clock=lambda: now[0])
    asked: list[int] = []

    def ask() -> Future[int]:
        asked.append(1)
        return done(len(asked))

    assert [cache.share("a", 10, ask).result() for _ in range(3)] == [1, 1, 1]
    now[0] = 11
    assert cache.share("a", 10, ask).result() == 2
    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            cache.share("b", 10, lambda: done(ValueError("no"))).result()
    assert cache.share("b", 10, ask).result() == 3


def test_who_asks_for_the_same_shares_the_question_under_way():
    cache: Cache[int] = Cache(2)
    under_way: Future[int] = Future()
    first = cache.share("a", 10, lambda: under_way)
    second = cache.share("a", 10, lambda: done(2))
    under_way.set_result(1)
    assert (first.result(), second.result(), cache.share("a", 10, lambda: done(3)).result()) == (1, 1, 1)


def test_what_many_asked_for_leaves_no_more_behind_than_is_kept():
    """2,000 charts, asked for by two people: neither answers nor what they waited by."""
    cache: Cache[int] = Cache(300)
    for number in range(2000):
        for _ in range(2):
            assert cache.share(number, 30, lambda: done(1)).result() == 1
    for number in range(2000):
        cache.share(f"failed {number}", 30, lambda: done(OSError()))
    assert len(cache) == 300


def done(what: Any) -> Future[Any]:
    """Something that is answered already."""
    future: Future[Any] = Future()
    if isinstance(what, Exception):
        future.set_exception(what)
    else:
        future.set_result(what)
    return future


def test_a_store_that_hangs_keeps_nobody_waiting_who_asks_another():
    """Two dozen charts of it, and a page of more: the other's is answered at once."""
    turns, over = Turns(), Event()
    hung = [turns.submit("hangs", "us", lambda left: over.wait(30), 30) for _ in range(24)]
    began = time.monotonic()
    assert turns.submit("well", "eu", lambda left: 7, 30).result(5) == 7
    assert time.monotonic() - began < 1
    assert len(threads()) <= AT_ONCE + 1
    crowd = [turns.submit("hangs", "us", lambda left: over.wait(30), 30) for _ in range(100)]
    refused = [one for one in crowd if one.done()]
    assert len(refused) == 100 - (WAITING - (24 - AT_ONCE))  # its line is no longer than this
    with pytest.raises(StoreError, match="us is busy"):
        refused[0].result()
    over.set()
    assert all(one.result(10) for one in hung)
    until(lambda: not len(turns) and not threads())


def test_two_dozen_charts_of_a_store_that_hangs_cost_the_chart_of_another_nothing(
    term: int, monkeypatch: pytest.MonkeyPatch
):
    """As pages ask for them: each in a request of its own. It was 7.7 s when they shared their threads."""
    monkeypatch.setattr(ranges, "DEADLINE", 4.0)
    ids = [id for id, query in QUERIES.items() if query.src == "R"][:24]

    def one(id: str, name: str) -> float:
        began = time.monotonic()
        try:
            chart(id, cluster=name, namespace="team", span=HOUR, end=END, viewer=ADA)
        finally:
            connections.close_all()
        return time.monotonic() - began

    with faulty(lines()) as good, faulty(faults.silent) as bad, ThreadPoolExecutor(25) as pages:
        put(term, kof.region("fra1"), kof.regional("eu", good.url), kof.regional("us", bad.url),
            kof.deployment("web", "fra1"), kof.deployment("lab", "fra1"))  # fmt: skip
        stored("eu", ("team", "web"))
        stored("us", ("team", "lab"))
        one("nodes", "web")  # whoever asks first makes the way
        hung = [pages.submit(one, id, "lab") for id in ids]
        until(lambda: len(bad.requests) >= AT_ONCE)
        took = pages.submit(one, "nodes_ready", "web").result()
        assert not any(page.done() for page in hung)
        assert took < 2.0
        assert max(page.result() for page in hung) < 6.5


def test_whose_turn_comes_too_late_is_told_and_asks_nothing():
    turns, over = Turns(), Event()
    for _ in range(AT_ONCE):
        turns.submit("hangs", "us", lambda left: over.wait(30), 30)
    late = turns.submit("hangs", "us", lambda left: 1, 0.1)
    time.sleep(0.2)
    over.set()
    with pytest.raises(StoreError, match="busy with other charts"):
        late.result(5)


def threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name == "metrics-charts"]


def until(so: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not so():
        assert time.monotonic() < end
        time.sleep(0.02)
