"""Against a real VictoriaMetrics: what Pane asks is understood, and the numbers are those that were put in."""

import json
import math
import time
from collections.abc import Collection, Iterator
from datetime import UTC, datetime

import pytest

from regions.domain.metrics.collecting import Place, mixed, sort
from regions.domain.metrics.measures import Why
from regions.domain.metrics.stores import StoreSource
from regions.metrics.polling.round import RoundOutcome, collect, queries_of
from regions.metrics.stores.access import Access
from regions.metrics.stores.client import Login, StoreClient
from regions.metrics.stores.errors import BadQuery, Denied
from regions.metrics.stores.queries import QUERIES, metricsql
from regions.metrics.stores.session import StoreAdapter
from tests.conftest import need
from tests.regions.metrics.test_poller import Secrets, options
from tests.rig import victoria
from tests.rig.prometheus import Prometheus
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


def client(store: Victoria | Prometheus, login: Login | None = None) -> StoreClient:
    return StoreClient(store.url, "Store eu", StoreAdapter(checked=True, allow_loopback=True, trust=None), login)


def wall(store: Victoria, twins: Collection[str] = (), present: Collection[Place] = ()) -> RoundOutcome:
    access = Access(options(), Secrets())
    source = StoreSource("regional:x/eu", "regional", "eu", store.url, "by a test")
    outcome = collect(
        lambda question: access.ask(source, question),
        "wall",
        queries_of("wall", "RS"),
        twins=twins,
        dialect=access.dialect(source),
        present=present,
    )
    access.close()
    return outcome


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victoria]:
    """One that wants a password and takes no query of more than twenty samples."""
    program = victoria.find()
    need(program, victoria.HOW)
    assert program
    limits = {"httpAuth_username": "ada", "httpAuth_password": "pässword", "search_maxSamplesPerQuery": "20"}
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
    assert outcome.requests == 2  # one for all figures, one for what these clusters lack
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
    outcome = wall(victoria_metrics, {"twin"})
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
    rows = client(victoria_metrics).query("rig_odd / rig_odd or rig_odd", deadline=20).rows
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
        asked.query("sum(rig_many)", deadline=20)
    assert caught.value.why is Why.TOO_LARGE
    assert "20" in caught.value.sentence
    assert asked.query("vector(1)", deadline=20).rows


# What is not true of an answer unless it is asked for so


def test_every_answer_is_as_of_now_and_not_of_half_a_minute_ago(victoria_metrics: Victoria):
    """VictoriaMetrics says 1 of what is 2 by now, and stamps that with now. Ours: no tier, no chart is behind."""
    now = time.time()
    victoria_metrics.load('rig_now{cluster="web"} 1\n', at=now - 40)
    victoria_metrics.load('rig_now{cluster="web"} 2\n', at=now - 2)
    plain = json.loads(victoria_metrics._call("/api/v1/query?query=rig_now"))["data"]["result"]
    assert [row["value"][1] for row in plain] == ["1"]
    assert float(plain[0]["value"][0]) > now - 5
    assert [row.value for row in client(victoria_metrics).query("rig_now", deadline=20).rows] == [2]
    start, end = (datetime.fromtimestamp(int(now) + offset, UTC) for offset in (-60, 0))
    (line,) = client(victoria_metrics).query_range("rig_now", start, end, 10, deadline=20).rows
    assert list(line.points.values())[-1] == 2
    victoria_metrics.drop("rig_now")


def test_the_age_of_the_newest_sample_is_that_of_the_sample(victoria_metrics: Victoria):
    now = time.time()
    victoria_metrics.load(f'up{{cluster="aged",clusterNamespace="team",{KSM}}} 1\n', at=now - 130)
    found = sort([QUERIES["freshness"]], wall(victoria_metrics).rows)["team", "aged"].values
    assert found["freshness"] == pytest.approx(130, abs=4)
    victoria_metrics.drop('{cluster="aged"}')


@pytest.mark.parametrize("of", ["etcd_elections", "restarts_1h", "restarts_top", "sveltos_drift"])
def test_a_first_sample_is_no_event(victoria_metrics: Victoria, of: str):
    """A store of fifteen minutes, a counter that stands at 3: by itself, MetricsQL counts 1 change and 3 restarts."""
    names = {
        "etcd_elections": 'etcd_server_leader_changes_seen_total{job="etcd",%s}',
        "sveltos_drift": "projectsveltos_total_drifts{%s}",
    }
    name = names.get(of, f"kube_pod_container_status_restarts_total{{{KSM},%s}}")
    labels = (
        'cluster="young",clusterNamespace="team",namespace="shop",pod="p",container="c",'
        'cluster_namespace="team",cluster_name="young"'
    )
    now = time.time()
    for ago in range(900, -1, -30):
        victoria_metrics.load(f"{name % labels} 3\n", at=now - 2 - ago)
    asked = client(victoria_metrics)
    query = QUERIES[of]
    plain = asked.query(query.promql(cluster="young", namespace="team"), deadline=20).rows
    assert any(row.value for row in plain), "should this fail, VictoriaMetrics may be asked in PromQL"
    rows = asked.query(metricsql(query.promql(cluster="young", namespace="team")), deadline=20).rows
    assert sum(row.value or 0 for row in rows) == 0
    victoria_metrics.drop('{cluster="young"}')


def test_two_clusters_of_one_name_take_the_recorded_figures_from_nobody_else(victoria_metrics: Victoria):
    """And keep what raw series tell; what is only recorded is theirs no more."""
    p99 = "cluster_quantile:apiserver_request_sli_duration_seconds:histogram_quantile"
    for namespace, name in (("a", "twin"), ("b", "twin"), ("team", "one"), ("team", "two")):
        victoria_metrics.load(
            series(name, namespace, 0.5, 2) + f'{p99}{{cluster="{name}",quantile="0.99",verb="GET"}} 0.2\n'
        )
    access = Access(options(), Secrets())
    source = StoreSource("regional:x/eu", "regional", "eu", victoria_metrics.url, "by a test")
    places = [("a", "twin"), ("b", "twin"), ("team", "one"), ("team", "two")]
    outcome = collect(
        lambda question: access.ask(source, question),
        "detail",
        queries_of("detail", "RS"),
        twins=mixed(places),
        dialect=access.dialect(source),
    )
    access.close()
    assert outcome.broken == {}
    found = sort(outcome.answered, outcome.rows, places)
    assert [found["team", name].values.get("api_p99") for name in ("one", "two")] == [0.2, 0.2]
    assert not any("api_p99" in found[place].values for place in places[:2] if place in found)
    victoria_metrics.drop('{cluster=~"twin|one|two"}')


def test_two_kube_state_metrics_say_everything_twice_and_it_counts_once(victoria_metrics: Victoria):
    me = 'cluster="ha",clusterNamespace="team",job="kube-state-metrics"'
    for instance in ("a", "b"):
        text = f'up{{{me},instance="{instance}"}} 1\n'
        for node in ("n0", "n1", "n2"):
            mine = f'{me},instance="{instance}",node="{node}"'
            text += f'kube_node_info{{{mine}}} 1\nkube_node_status_allocatable{{{mine},resource="cpu",unit="core"}} 4\n'
            text += f'kube_node_status_allocatable{{{mine},resource="memory",unit="byte"}} 8\n'
            text += f'kube_node_status_condition{{{mine},condition="Ready",status="true"}} 1\n'
        victoria_metrics.load(text)
    found = sort(QUERIES.values(), wall(victoria_metrics).rows)["team", "ha"].values
    wanted = {"nodes": 3, "nodes_ready": 3, "cpu_capacity": 12, "mem_capacity": 24}
    assert {id: found[id] for id in wanted} == wanted
    victoria_metrics.drop('{cluster="ha"}')


def test_a_card_that_pods_share_is_one(victoria_metrics: Victoria):
    me = 'cluster="ml",clusterNamespace="team",job="kubernetes-pods",Hostname="n0"'
    victoria_metrics.load(
        "".join(
            f'DCGM_FI_DEV_GPU_UTIL{{{me},gpu="{card}",UUID="GPU-{card}",pod="{pod}"}} {busy}\n'
            for card, busy, pods in ((0, 90, ("a", "b", "c")), (1, 10, ("d",)))
            for pod in pods
        )
    )
    asked = client(victoria_metrics)
    count, util = (asked.query(QUERIES[id].promql(cluster="ml"), deadline=20).rows for id in ("gpu_count", "gpu_util"))
    assert ([row.value for row in count], [row.value for row in util]) == ([2], [50])
    victoria_metrics.drop('{cluster="ml"}')


@pytest.mark.parametrize("price", ["NaN", "+Inf", "1e30", "-1"])
def test_one_price_that_is_none_leaves_the_others_and_is_counted(victoria_metrics: Victoria, price: str):
    me = 'cluster="dear",clusterNamespace="team"'
    victoria_metrics.load(
        series("dear", "team", None, 3)
        + "".join(
            f'node_total_hourly_cost{{{me},node="n{n}"}} {value}\n' for n, value in enumerate(("0.5", price, "0.25"))
        )
    )
    found = sort(QUERIES.values(), wall(victoria_metrics, present=[("team", "dear")]).rows)["team", "dear"]
    assert (found.values["cost_hour"], found.values["cost_day_run_rate"]) == (0.75, 18)
    assert (found.values["nodes_priced"], found.values["nodes"]) == (2, 3)
    assert "cost_hour" not in found.unusable
    victoria_metrics.drop('{cluster="dear"}')


def test_series_without_a_usable_number_are_told_from_none(victoria_metrics: Victoria):
    """No request in five minutes: a share of nothing, though the series are there."""
    me = 'cluster="idle",clusterNamespace="team"'
    victoria_metrics.load(
        series("idle", "team", None, 1)
        + series("bare", "team", None, 1)
        + "".join(f'node_total_hourly_cost{{{me},node="n{n}"}} +Inf\n' for n in range(2))
    )
    for ago in range(300, -1, -30):
        victoria_metrics.load(
            f'apiserver_request_total{{{me},job="apiserver",code="200"}} 7\n', at=time.time() - 2 - ago
        )
    found = sort(QUERIES.values(), wall(victoria_metrics, present=[("team", "idle"), ("team", "bare")]).rows)
    assert {"api_err", "cost_hour"} <= found["team", "idle"].unusable
    assert not {"api_err", "cost_hour"} & {*found["team", "idle"].values}
    assert found["team", "bare"].unusable == set()
    victoria_metrics.drop('{cluster=~"idle|bare"}')


def test_a_recorded_figure_that_is_no_number_does_not_stand_before_the_raw_one(victoria_metrics: Victoria):
    now = time.time()
    victoria_metrics.load(series("spoilt", "team", None, 1) + 'cluster:node_cpu:ratio_rate5m{cluster="spoilt"} +Inf\n')
    counters("spoilt", "team", 0.25, now, victoria_metrics)
    found = sort(QUERIES.values(), wall(victoria_metrics).rows)["team", "spoilt"].values
    assert found["cpu_used_ratio"] == pytest.approx(0.25, abs=0.01)
    victoria_metrics.drop('{cluster="spoilt"}')


def test_a_recorded_nan_does_not_stand_before_the_raw_figure_on_prometheus(real_prometheus: Prometheus):
    """It keeps NaN, as VictoriaMetrics does not; `or` would take it for an answer."""
    now = time.time()
    me = {"cluster": "spoilt", "clusterNamespace": "team", "job": "node-exporter", "node": "n0", "cpu": "0"}
    times = [now - 600 + 30 * n for n in range(21)]
    real_prometheus.write([
        ({"__name__": "node_cpu_seconds_total", **me, "mode": mode}, [(at, share * (at - now + 600)) for at in times])
        for mode, share in (("idle", 0.75), ("user", 0.25))
    ] + [({"__name__": "cluster:node_cpu:ratio_rate5m", "cluster": "spoilt"}, [(now, math.nan)])])  # fmt: skip
    assert [row["value"][1] for row in real_prometheus.query('cluster:node_cpu:ratio_rate5m{cluster="spoilt"}')] == [
        "NaN"
    ]
    asked = client(real_prometheus)
    query = QUERIES["cpu_used_ratio"].for_cluster("spoilt", "team")
    assert [row.value for row in asked.query(query, deadline=20).rows] == pytest.approx([0.25], abs=0.01)


def test_each_engine_is_known_by_what_it_speaks(victoria_metrics: Victoria, real_prometheus: Prometheus):
    access = Access(options(), Secrets())
    urls = (victoria_metrics.url, real_prometheus.url)
    assert [access.dialect(StoreSource(f"extra:{url}", "extra", "x", url, "by a test")) for url in urls] == [
        "metricsql", "promql",
    ]  # fmt: skip
    access.close()


def test_what_prometheus_does_not_know_is_no_question_of_size(real_prometheus: Prometheus):
    asked = client(real_prometheus)
    with pytest.raises(BadQuery) as caught:
        asked.query("increase_prometheus(up[5m])", deadline=20)
    assert caught.value.why is Why.BROKEN


def test_who_was_found_without_such_series_is_not_looked_at_again_at_every_turn(victoria_metrics: Victoria):
    """A cluster without OpenCost or GPUs lacks their figures for good: that is asked after now and then."""
    victoria_metrics.load(series("plain", "team", None, 1))
    access = Access(options(), Secrets())
    source = StoreSource("regional:x/eu", "regional", "eu", victoria_metrics.url, "by a test")

    def turn(bare: Collection[tuple[Place, str]]) -> RoundOutcome:
        queries = queries_of("wall", "RS")
        return collect(lambda question: access.ask(source, question), "wall", queries, dialect="metricsql", bare=bare)

    first = turn(())
    assert (("team", "plain"), "cost_hour") in first.bare
    again = turn(first.bare)
    assert (first.requests, again.requests, again.bare) == (2, 1, set())
    access.close()
    victoria_metrics.drop('{cluster="plain"}')
