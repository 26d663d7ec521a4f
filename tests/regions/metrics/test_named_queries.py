"""Every named query, against a real VictoriaMetrics: it says what is counted by hand."""

import os
from pathlib import Path

import pytest

from regions.metrics.stores.client import Login, Sample, StoreClient
from regions.metrics.stores.errors import BadQuery, Denied
from regions.metrics.stores.queries import QUERIES, metricsql
from regions.metrics.stores.session import StoreAdapter
from tests.regions.metrics.by_hand import BY_HAND, Hand, Result
from tests.regions.metrics.samples import HOUR, MINUTE, NOON, Series, made_up, parse, sample
from tests.rig import remote_write
from tests.rig.prometheus import Prometheus
from tests.rig.victoria import Victoria

pytestmark = pytest.mark.real
MARK = {"by_hand": "yes"}
_OWN = parse("""
up{cluster="eu-web",clusterNamespace="kcm-system",tenant="acme",job="kube-state-metrics",instance="10.0.0.11:8080"} 1
node_total_hourly_cost{cluster="eu-web",clusterNamespace="kcm-system",node="eu-web-w0",instance="eu-web-w0"} 0.768
""")


@pytest.fixture(scope="module")
def series() -> list[Series]:
    folder = os.environ.get("PANE_TEST_SAMPLES")
    return [*(sample(Path(folder)) if folder else _OWN), *made_up()]


@pytest.fixture(scope="module")
def prometheus(real_prometheus: Prometheus, series: list[Series]) -> Prometheus:
    real_prometheus.write(each.written() for each in series)
    return real_prometheus


@pytest.fixture(scope="module")
def store(victoria_metrics: Victoria, series: list[Series]) -> Victoria:
    load(victoria_metrics, series, MARK)
    return victoria_metrics


def load(victoria: Victoria, series: list[Series], mark: dict[str, str]) -> None:
    victoria._call("/api/v1/import", "\n".join(each.json_line(mark) for each in series).encode())
    victoria._call("/internal/force_flush")


def asked(client: StoreClient, promql: str, at: float = NOON, mark: dict[str, str] | None = None) -> Result:
    """The rows by their labels, without the name and our mark."""
    mark = MARK if mark is None else mark
    inside = ",".join(f'{key}="{value}"' for key, value in mark.items())
    params = {"time": f"{at:.0f}", "extra_filters[]": "{" + inside + "}", "nocache": "1"}
    answer = client.query(promql, deadline=20, params=params)
    found: Result = {}
    for row in answer.rows:
        assert isinstance(row, Sample)
        labels = {key: value for key, value in row.labels.items() if key not in ("__name__", *mark)}
        assert row.value is not None
        found[frozenset(labels.items())] = row.value
    return found


def client(victoria: Victoria, login: Login | None = None) -> StoreClient:
    return StoreClient(victoria.url, "Store", StoreAdapter(checked=True, allow_loopback=True, trust=None), login)


def test_every_named_query_was_counted_by_hand():
    raw = {f"{query.id}/fb" for query in QUERIES.values() if query.fb}
    assert set(BY_HAND) == set(QUERIES) | raw


@pytest.mark.parametrize("name", sorted(BY_HAND))
def test_a_named_query_says_what_is_counted_by_hand(name: str, store: Victoria, series: list[Series]):
    query = QUERIES[name.removesuffix("/fb")]
    expected = BY_HAND[name](Hand(series))
    assert expected or not os.environ.get("PANE_TEST_SAMPLES"), "nothing to compare: the samples lack this"
    found = asked(client(store), metricsql(query.raw() if name.endswith("/fb") else query.promql()))
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    "name", sorted(name for name in BY_HAND if QUERIES[name.removesuffix("/fb")].dialect == "promql")
)
def test_on_prometheus_it_says_the_same(name: str, prometheus: Prometheus, series: list[Series]):
    """But for growth, which Prometheus stretches to the ends of the window: by no more than a step that it missed."""
    query = QUERIES[name.removesuffix("/fb")]
    promql = query.raw() if name.endswith("/fb") else query.promql()
    expected = BY_HAND[name](Hand(series))
    stretched = "rate(" in promql or "increase(" in promql
    found = asked(
        StoreClient(prometheus.url, "Prometheus", StoreAdapter(checked=True, allow_loopback=True, trust=None)), promql
    )
    assert found == pytest.approx(expected, rel=0.2 if stretched else 1e-9, abs=0.01 if stretched else 1e-9)


def test_queries_yaml_says_on_which_engines_each_was_proven():
    """Both, here and with random series (test_engines); what is MetricsQL is not asked of Prometheus."""
    proven = {"promql": ("VictoriaMetrics", "Prometheus"), "metricsql": ("VictoriaMetrics",)}
    assert {query.id: query.proven for query in QUERIES.values()} == {
        query.id: proven[query.dialect] for query in QUERIES.values()
    }


@pytest.mark.parametrize("name", sorted(name for name, query in QUERIES.items() if query.by != "store"))
def test_asked_of_one_cluster_it_says_the_same_of_that_one_alone(name: str, store: Victoria, series: list[Series]):
    """And of a name with quotes in it, nothing; nor does that break the query."""
    query = QUERIES[name]
    of_one = {key: value for key, value in BY_HAND[name](Hand(series)).items() if ("cluster", "eu-web") in key}
    if name == "cluster_ready_joined":
        of_one = {}  # its series are management's, under management's name
    found = asked(client(store), metricsql(query.promql(cluster="eu-web", namespace="kcm-system")))
    assert found == pytest.approx(of_one, rel=1e-9, abs=1e-9)
    assert asked(client(store), query.promql(cluster='eu-web"} or up{a="\\', namespace="kcm-system")) == {}


def test_a_range_follows_the_counter(store: Victoria, series: list[Series]):
    """Each point of a chart is what the counter grew by in the five minutes before it."""
    query = QUERIES["ingest_rate"].promql()
    params = {
        "query": query,
        "start": f"{NOON - HOUR:.0f}",
        "end": f"{NOON:.0f}",
        "step": "60",
        "nocache": "1",
        "extra_filters[]": '{by_hand="yes"}',
    }
    rows = client(store).get("/api/v1/query_range", deadline=20, params=params)["data"]["result"]
    points = {float(when): float(value) for when, value in rows[0]["values"]}
    assert len(points) == 61
    counters = [each for each in series if each.name == "vm_rows_inserted_total"]
    for when, value in points.items():
        grown = sum(each.within(0, when)[-1] - each.within(0, when - 5 * MINUTE)[-1] for each in counters)
        assert value == pytest.approx(grown / 300, rel=1e-9)


def test_a_series_that_ended_is_gone_at_once_and_nan_is_no_number(store: Victoria):
    labels = {"cluster": "eu-web", "clusterNamespace": "kcm-system", "job": "kube-state-metrics", "staleness": "yes"}
    for instance, last in (("goes", remote_write.STALE), ("stays", 1.0)):
        points = [(NOON - 60, 1.0), (NOON - 30, last)]
        store._call("/api/v1/write", remote_write.body(labels | {"__name__": "up", "instance": instance}, points))
    store._call("/internal/force_flush")
    mark = {"staleness": "yes"}
    assert asked(client(store), "count(up)", NOON - 40, mark) == {frozenset(): 2}
    assert asked(client(store), "count(up)", NOON, mark) == {frozenset(): 1}
    answer = client(store).query("vector(NaN) or vector(1)", deadline=5)
    assert [row.value for row in answer.rows if row.value is not None] in ([1.0], [])


def test_two_stores_are_two_and_each_knows_its_own_password(store: Victoria, series: list[Series], tmp_path: Path):
    """Another region's, on a port of its own: its clusters alone, nothing without the password, and never too much."""
    flags = {"httpAuth_username": "admin-1", "httpAuth_password": "right-password", "search_maxSamplesPerQuery": "40"}
    other = Victoria(store.program, tmp_path, **flags)
    try:
        other.start()
        mine = [
            Series("up", {"cluster": f"us-{n}", "clusterNamespace": "x", "job": "kube-state-metrics"}, [NOON], [1])
            for n in range(3)
        ]
        many = [Series("pods", {"cluster": "us-1", "pod": str(n)}, [NOON], [1]) for n in range(80)]
        load(other, [*mine, *many], MARK)
        asker = client(other, Login("admin-1", "right-password"))
        names = lambda found: {dict(key)["cluster"] for key in found}  # noqa: E731
        query = QUERIES["cluster_list"].promql()
        assert names(asked(asker, query)) == {"us-0", "us-1", "us-2"}
        assert not names(asked(client(store), query)) & {"us-0", "us-1", "us-2"}
        with pytest.raises(BadQuery) as too_much:
            asked(asker, "count(pods)")
        assert too_much.value.status == 422
        assert "maxSamplesPerQuery=40" in too_much.value.sentence
        with pytest.raises(Denied) as denied:
            asked(client(other, Login("admin-1", "wrong-password")), query)
        assert "wrong-password" not in denied.value.sentence
    finally:
        other.stop()
