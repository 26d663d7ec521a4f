"""The demo's evaluator, on samples small enough to do by hand. Against a real VictoriaMetrics: tests/metrics."""

import pytest

from dashboard.demo.kof.promql.evaluate import instant, over
from dashboard.demo.kof.promql.source import Listed, Samples
from dashboard.demo.kof.promql.tree import Unknown

MINUTE = 60.0
NOW = 100 * MINUTE
_TIMES = [number * MINUTE for number in range(101)]


def series(name: str, values: "list[float] | float", **labels: str) -> Samples:
    found = values if isinstance(values, list) else [values] * len(_TIMES)
    return Samples({"__name__": name} | labels, _TIMES[-len(found) :], found)


STORE = Listed(
    [
        series("up", 1, cluster="a", job="x"),
        series("up", 0, cluster="a", job="y"),
        series("up", 1, cluster="b", job="x"),
        series("cores", 4, cluster="a"),
        series("cores", 8, cluster="b"),
        series("busy", 1, cluster="a"),
        series("requests_total", [6.0 * n for n in range(101)], cluster="a"),
        series("restarted_total", [*[float(n) for n in range(98)], 1.0, 2.0, 3.0], cluster="a"),
        series("pod", 2, cluster="a", node="n1", namespace="s"),
        series("price", 0.5, cluster="a", node="n1", zone="z"),
        series("wait_bucket", 50, cluster="a", le="1"),
        series("wait_bucket", 100, cluster="a", le="2"),
        series("wait_bucket", 100, cluster="a", le="+Inf"),
        series("gone", 5, cluster="a"),
    ]
)
STORE.series[-1].times, STORE.series[-1].values = _TIMES[:50], [5.0] * 50  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("count(up)", {"": 3}),
        ("sum by (cluster) (up) / count by (cluster) (up)", {"a": 0.5, "b": 1}),
        ("count by (cluster) (up == 0)", {"a": 1}),
        ("count(count by (cluster) (up))", {"": 2}),
        ('up{job=~"x|z",cluster!="b"}', {"a": 1}),
        ("sum by (cluster) (rate(requests_total[5m]))", {"a": 0.1}),
        ("increase(requests_total[10m])", {"a": 60}),
        ("increase(restarted_total[5m])", {"a": 5}),
        ("topk(1, cores)", {"b": 8}),
        ("1 - busy / cores", {"a": 0.75}),
        ("busy or cores * 0", {"a": 1, "b": 0}),
        ("cores unless busy", {"b": 8}),
        ("cores and busy", {"a": 4}),
        ("2 ^ 3 ^ 2 + 0 * sum(up)", {"": 512}),
        ("-sum(up) + 5", {"": 3}),
        ("pod * on (cluster, node) group_left () price", {"a": 1}),
        ("histogram_quantile(0.75, wait_bucket)", {"a": 1.5}),
        ("count by (cluster) (last_over_time(gone[1h])) unless count by (cluster) (gone)", {"a": 1}),
        ("sum_over_time(cores[5m:1m])", {"a": 20, "b": 40}),
        ("avg_over_time((sum(cores))[30m:10m])", {"": 12}),
        ("time() - max by (cluster) (timestamp(gone offset 51m))", {"a": 51 * 60}),
        ('max by (cluster) (label_replace(price, "cluster", "$1-$2", "zone", "(.)(.*)"))', {"z-": 0.5}),
        ("clamp_min(-deriv(requests_total[10m]), 1)", {"a": 1}),
        ("changes(restarted_total[3m])", {"a": 3}),
        ("cores > bool 5", {"a": 0, "b": 1}),
    ],
)
def test_an_expression_has_its_value(query: str, expected: dict[str, float]):
    found = instant(STORE, query, NOW)
    assert isinstance(found, list)
    assert {labels.get("cluster", ""): value for labels, value in found} == pytest.approx(expected)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("holt_winters(up[5m], 1, 1)", "holt_winters"),
        ("up @ 5", "@ modifier"),
        ("sum(up", "expected"),
        ('up{job=~"("}', "regular expression"),
        ("up +", "unexpected"),
        ("quantile(0.5, up)", "quantile"),
        ("rate(up)[5m]", "a range of samples"),
        ("up and 1", "between series"),
        ("cores / on (job) up", "duplicate"),
    ],
)
def test_what_is_not_known_is_named(query: str, said: str):
    with pytest.raises(Unknown, match=said):
        instant(STORE, query, NOW)


def test_a_range_has_a_point_a_step_and_gaps_where_nothing_was_said():
    found = over(STORE, "gone", 40 * MINUTE, 60 * MINUTE, MINUTE)
    assert [when / MINUTE for when, _ in found[0][1]] == [40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50]
