"""Against a real VictoriaMetrics: what Pane asks is understood, and the numbers are those that were put in."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from regions.domain.metrics.collecting import sort
from regions.domain.metrics.measures import Why
from regions.domain.metrics.stores import StoreSource
from regions.metrics.polling.round import RoundOutcome, collect, queries_of
from regions.metrics.stores.access import Access
from regions.metrics.stores.client import FRESH, Login, StoreClient
from regions.metrics.stores.errors import BadQuery, Denied
from regions.metrics.stores.queries import QUERIES
from regions.metrics.stores.session import StoreAdapter
from tests.conftest import need
from tests.regions.metrics.test_meter import Secrets, options
from tests.rig import victoria
from tests.rig.victoria import Victoria

pytestmark = pytest.mark.real

KSM = 'job="kube-state-metrics"'


def series(cluster: str, namespace: str, cpu: float | None, nodes: int) -> str:
    """A cluster as it looks in a store: raw series have its namespace, recorded ones have lost it."""
    me = f'cluster="{cluster}",clusterNamespace="{namespace}"'
    text = "".join(f'kube_node_info{{{me},{KSM},node="n{n}"}} 1\n' for n in range(nodes))
    text += "".join(
        f'kube_node_status_condition{{{me},{KSM},node="n{n}",condition="Ready",status="true"}} {int(n > 0)}\n'
        for n in range(nodes)
    )
    text += f'up{{{me},{KSM}}} 1\nup{{{me},job="kubelet"}} 0\n'
    if cpu is not None:
        text += f'cluster:node_cpu:ratio_rate5m{{cluster="{cluster}"}} {cpu}\n'
    return text


def counters(cluster: str, namespace: str, busy: float, now: float, store: Victoria) -> None:
    """Ten minutes of CPU counters of one core that is so busy."""
    me = f'cluster="{cluster}",clusterNamespace="{namespace}",job="node-exporter",node="n0",cpu="0"'
    for ago in range(600, -1, -30):
        at = 600 - ago
        store.load(
            f'node_cpu_seconds_total{{{me},mode="idle"}} {at * (1 - busy)}\n'
            f'node_cpu_seconds_total{{{me},mode="user"}} {at * busy}\n',
            at=now - 2 - ago,
        )


def client(store: Victoria, login: Login | None = None) -> StoreClient:
    return StoreClient(store.url, "Store eu", StoreAdapter(checked=True, allow_loopback=True, trust=None), login)


def wall(store: Victoria, *, mixed: bool = False) -> RoundOutcome:
    access = Access(options(), Secrets())
    source = StoreSource("regional:x/eu", "regional", "eu", store.url, "by a test")
    queries = queries_of("wall", "regional", "RS")
    outcome = collect(lambda question: access.ask(source, question), "wall", queries, mixed=mixed)
    access.close()
    return outcome


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victoria]:
    """One that wants a password and takes no query of more than twenty series."""
    program = victoria.find()
    need(program, victoria.HOW)
    assert program
    limits = {"httpAuth_username": "ada", "httpAuth_password": "pässword", "search_maxUniqueTimeseries": "20"}
    started = Victoria(program, tmp_path_factory.mktemp("strict"), "strict", **limits)
    try:
        started.start()
        yield started
    finally:
        started.stop()


def test_what_is_loaded_is_seen_at_once(victoria_metrics: Victoria):
    victoria_metrics.load('rig_number{cluster="a"} 42\n')
    rows = victoria_metrics.query('rig_number{cluster="a"}')
    assert [row["value"][1] for row in rows] == ["42"]


def test_one_merged_query_gives_every_cluster_its_own_figures(victoria_metrics: Victoria):
    """Rules where they are evaluated, raw series where they are not; and an answer as of now, not of 30 s ago."""
    now = time.time()
    victoria_metrics.load(series("ruled", "team", 0.62, 3) + series("raw", "team", None, 5))
    counters("raw", "team", 0.25, now, victoria_metrics)
    outcome = wall(victoria_metrics)
    assert outcome.requests == 1
    assert outcome.failure is None
    assert outcome.broken == {}
    found = sort(outcome.answered, outcome.rows)
    ruled, raw = found["team", "ruled"].values, found["team", "raw"].values
    assert (ruled["nodes"], ruled["nodes_ready"], ruled["cpu_used_ratio"]) == (3, 2, 0.62)
    assert ruled["targets_up_ratio"] == 0.5
    assert ruled["freshness"] < 30
    assert raw["nodes"] == 5
    assert raw["cpu_used_ratio"] == pytest.approx(0.25, abs=0.01)
    victoria_metrics.drop('{cluster=~"ruled|raw"}')


def test_two_clusters_of_one_name_keep_their_own_figures(victoria_metrics: Victoria):
    now = time.time()
    for namespace, nodes, busy in (("a", 2, 0.1), ("b", 7, 0.9)):
        victoria_metrics.load(series("twin", namespace, 0.5, nodes))
        counters("twin", namespace, busy, now, victoria_metrics)
    outcome = wall(victoria_metrics, mixed=True)
    assert outcome.broken == {}
    found = sort(outcome.answered, outcome.rows)
    assert (found["a", "twin"].values["nodes"], found["b", "twin"].values["nodes"]) == (2, 7)
    assert found["a", "twin"].values["cpu_used_ratio"] == pytest.approx(0.1, abs=0.01)
    assert found["b", "twin"].values["cpu_used_ratio"] == pytest.approx(0.9, abs=0.01)
    victoria_metrics.drop('{cluster="twin"}')


def test_a_range_has_the_rates_of_its_counters_and_nothing_where_there_was_nothing(victoria_metrics: Victoria):
    now = time.time() // 60 * 60
    counters("line", "team", 0.4, now, victoria_metrics)
    text = QUERIES["cpu_used_ratio"].for_cluster("line", "team")
    start, end = (datetime.fromtimestamp(now + offset, UTC) for offset in (-1200, -120))
    (line,) = client(victoria_metrics).query_range(text, start, end, 60, deadline=20).rows
    assert min(line.points) > now - 700  # before, there was nothing: no zero, no line
    assert list(line.points.values())[-3:] == pytest.approx([0.4] * 3, abs=0.01)
    victoria_metrics.drop('{cluster="line"}')


def test_what_is_no_number_is_no_figure(victoria_metrics: Victoria):
    victoria_metrics.load('rig_odd{cluster="nan"} NaN\nrig_odd{cluster="zero"} 0\n')
    rows = client(victoria_metrics).query("rig_odd / rig_odd or rig_odd", deadline=20, params=FRESH).rows
    assert {row.labels["cluster"]: row.value for row in rows}.get("nan") is None
    victoria_metrics.drop("rig_odd")


def test_a_name_from_people_stays_a_name(victoria_metrics: Victoria):
    odd = 'x"} or vector(7) or up{cluster="'
    assert client(victoria_metrics).query(QUERIES["nodes"].promql(cluster=odd), deadline=20).rows == ()


def test_a_wrong_password_is_told_from_a_right_one(strict: Victoria):
    assert client(strict, Login("ada", "pässword")).query("vector(1)", deadline=20).rows[0].value == 1
    with pytest.raises(Denied):
        client(strict, Login("ada", "wrong")).query("vector(1)", deadline=20)


def test_too_many_series_cost_the_query_and_not_the_store(strict: Victoria):
    strict.load("".join(f'rig_many{{cluster="c{n}"}} 1\n' for n in range(40)))
    asked = client(strict, Login("ada", "pässword"))
    with pytest.raises(BadQuery) as caught:
        asked.query("sum(rig_many)", deadline=20, params=FRESH)
    assert caught.value.why is Why.BROKEN
    assert "20" in caught.value.sentence
    assert asked.query("vector(1)", deadline=20).rows
