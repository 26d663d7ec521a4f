"""From rows of an answer to figures of clusters."""

from datetime import UTC, datetime, timedelta

from regions.domain.metrics.breaker import FIRST, LONGEST, PROBE, Breaker
from regions.domain.metrics.collecting import KeptFigure, keep, mixed, remember, sort
from regions.domain.metrics.figures import SourceState, figure, sampled
from regions.domain.metrics.measures import Missing, Reading, Why, total, weighted
from regions.metrics.stores.client import Sample
from regions.metrics.stores.queries import QUERIES, merged, quoted

NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)


def row(id: str, value: float | None, **labels: str) -> tuple[str, Sample]:
    return id, Sample(labels, value)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


# Sorting


def test_rows_go_to_the_cluster_they_are_of():
    queries = [QUERIES["nodes"], QUERIES["cpu_used_ratio"]]
    found = sort(
        queries,
        [
            row("nodes", 3, cluster="web", clusterNamespace="team"),
            row("cpu_used_ratio", 0.5, cluster="web"),
        ],
    )
    assert found["team", "web"].values == {"nodes": 3, "cpu_used_ratio": 0.5}


def test_two_clusters_of_one_name_are_never_mixed():
    queries = [QUERIES["nodes"], QUERIES["cpu_used_ratio"]]
    found = sort(
        queries,
        [
            row("nodes", 3, cluster="web", clusterNamespace="a"),
            row("nodes", 5, cluster="web", clusterNamespace="b"),
            row("cpu_used_ratio", 0.5, cluster="web"),
        ],
    )
    assert found["a", "web"].values == {"nodes": 3}
    assert found["b", "web"].values == {"nodes": 5}
    assert mixed([("a", "web"), ("b", "web"), ("a", "pay")]) == {"web"}


def test_a_row_without_a_usable_number_is_no_figure_and_no_absence():
    found = sort([QUERIES["nodes"]], [row("nodes", None, cluster="web")])["", "web"]
    assert (found.values, found.unusable) == ({}, {"nodes"})


def test_names_that_nothing_in_kubernetes_has_are_no_clusters():
    nodes = [QUERIES["nodes"]]
    for labels in ({"cluster": "w" * 254}, {"cluster": "w", "clusterNamespace": "n" * 254}):
        assert sort(nodes, [row("nodes", 3, **labels)]) == {}
    found = sort(nodes, [row("nodes", 3, cluster="web", clusterNamespace="team", tenant="t" * 400)])
    assert len(found["team", "web"].tenant) == 253


def test_no_sample_is_older_than_time():
    assert sampled(NOON, 1e23) < NOON - timedelta(days=3000)


def test_several_rows_of_a_cluster_are_its_figure_and_its_parts():
    found = sort(
        [QUERIES["pods_waiting"]],
        [
            row("pods_waiting", 2, cluster="web", reason="CrashLoopBackOff"),
            row("pods_waiting", 1, cluster="web", reason="ImagePullBackOff"),
        ],
    )["", "web"]
    assert found.values["pods_waiting"] == 3
    assert found.parts["pods_waiting"] == [({"reason": "CrashLoopBackOff"}, 2), ({"reason": "ImagePullBackOff"}, 1)]


# Keeping


def test_nothing_found_is_zero_only_where_the_cluster_reports_such_series():
    asked = [QUERIES["nodes"], QUERIES["pods_waiting"]]
    quiet, mute = KeptFigure(), KeptFigure()
    keep(quiet, sort(asked, [row("nodes", 3, cluster="web")])["", "web"], asked, NOON, present=True)
    keep(mute, None, asked, NOON, present=True)
    assert quiet.readings["pods_waiting"] == (0.0, NOON)
    assert "pods_waiting" not in mute.readings


def test_what_a_cluster_no_longer_reports_is_forgotten_only_while_it_is_there():
    kept = KeptFigure({"nodes": (3.0, NOON)})
    keep(kept, None, [QUERIES["nodes"]], at(30), present=False)
    assert kept.readings["nodes"] == (3.0, NOON)  # it ages instead
    keep(kept, None, [QUERIES["nodes"]], at(30), present=True)
    assert kept.readings == {}


def test_an_hour_is_remembered_by_the_minute_with_gaps_as_gaps():
    kept = KeptFigure()
    for minute in (0, 1, 4):
        kept.readings["cpu_used_ratio"] = (minute / 10, at(60 * minute))
        assert remember(kept, at(60 * minute))
        assert not remember(kept, at(60 * minute + 5))
    assert kept.past["cpu_used_ratio"][-5:] == [0.0, 0.1, None, None, 0.4]
    assert len(kept.past["cpu_used_ratio"]) == 60
    remember(kept, at(60 * 5))  # not read since
    assert kept.past["cpu_used_ratio"][-2:] == [0.4, None]


# Judging


def told(**more: object) -> SourceState:
    return SourceState(**more)  # type: ignore[arg-type]


def test_a_figure_is_as_of_its_newest_sample():
    found = figure((3.0, NOON), "nodes", "wall", told(sampled_at=at(-40)), at(10))
    assert found == Reading(3.0, "nodes", at(-40))


def test_an_old_figure_says_why_and_never_counts():
    slow = told(reason="slow", message="Store eu did not answer whole within 10 s", since=at(30))
    assert isinstance(figure((3.0, NOON), "nodes", "wall", slow, at(60)), Reading)  # one round missed is no reason
    found = figure((3.0, NOON), "nodes", "wall", slow, at(120))
    assert isinstance(found, Missing)
    assert (found.reason, found.since) == (Why.SLOW, at(30))
    assert found.last
    assert total({"web": found, "pay": Reading(2.0, "nodes", NOON)}, "nodes", "clusters").value == 2.0


def test_samples_that_stopped_make_a_figure_stale_though_the_store_still_answers():
    found = figure((3.0, at(240)), "nodes", "wall", told(sampled_at=NOON), at(241))
    assert isinstance(found, Missing)
    assert (found.reason, found.since) == (Why.STALE, NOON)


def test_an_aggregate_names_who_is_missing_and_who_is_stale():
    figures = {
        "a": Reading(2.0, "nodes", NOON),
        "b": Missing(Why.STALE, "old"),
        "c": Missing(Why.SLOW, "slow"),
        "d": Missing(Why.NOT_APPLICABLE, "n/a"),
    }
    found = total(figures, "nodes", "clusters")
    assert (found.value, found.coverage, found.missing, found.stale) == (2.0, "1 of 3 clusters", ("c",), ("b",))
    assert not found.whole
    assert not total({}, "nodes", "clusters").whole


def test_shares_are_weighed_by_what_they_are_shares_of():
    shares = {name: Reading(value, "ratio", NOON) for name, value in (("big", 0.1), ("small", 1.0), ("odd", 0.9))}
    weights = {"big": Reading(90.0, "cores", NOON), "small": Reading(10.0, "cores", NOON)}
    found = weighted(shares, weights, "ratio", "clusters")
    assert found.value is not None
    assert round(found.value, 6) == 0.19
    assert found.missing == ("odd",)


# The breaker


def test_three_failures_open_it_for_half_a_minute_then_longer_up_to_five_minutes():
    breaker = Breaker()
    for second in (0, 1, 2):
        assert not breaker.open(at(second))
        breaker = breaker.failed(at(second))
    assert breaker.until == at(2) + FIRST
    pauses = []
    for _ in range(6):
        now = breaker.until
        assert now
        assert not breaker.open(now)  # half-open: one question
        breaker = breaker.failed(now)
        assert breaker.until
        pauses.append((breaker.until - now).total_seconds())
    assert pauses == [60, 120, 240, 300, 300, 300]
    assert pauses[-1] == LONGEST.total_seconds()
    assert breaker.answered() == Breaker()


def test_who_is_left_alone_is_asked_now_and_then_whether_it_lives():
    breaker = Breaker()
    for second in (0, 1, 2):
        breaker = breaker.failed(at(second))
    now = at(2) + PROBE
    assert not breaker.may_probe(at(3))
    assert breaker.may_probe(now)
    assert not breaker.probed(now, answered=False).may_probe(now + timedelta(seconds=1))
    back = breaker.probed(now, answered=True)
    assert not back.open(now)
    again = back.failed(now)  # it answers knocks and not questions: only time will tell
    assert again.open(now + timedelta(seconds=20))
    assert not again.may_probe(now + timedelta(seconds=20))


# The queries


def test_every_query_of_clusters_keeps_them_apart():
    for query in QUERIES.values():
        if query.by == "store":
            continue
        for text in (query.q, query.fb):
            assert "by (cluster" in text or not text or query.id == "nodes_not_ready", query.id
            if query.by == "cluster":
                assert text.count("by (cluster)") == 0, query.id


def test_every_query_has_a_unit_a_meaning_and_what_it_leans_on():
    for query in QUERIES.values():
        assert query.panel
        assert query.meaning
        assert query.over in ("sum", "max", "min", "mean") or query.over in QUERIES, query.id
        assert not query.zero_if or query.zero_if in QUERIES, query.id
        assert "$" not in query.promql().replace('"$1"', ""), query.id


def test_what_people_call_a_cluster_cannot_leave_its_quotes():
    evil = 'a"} or vector(1) #\\\n'
    text = QUERIES["nodes"].promql(cluster=evil, namespace="team")
    assert 'cluster="a\\"} or vector(1) #\\\\\\n",clusterNamespace="team"}' in text
    assert quoted("plain") == '"plain"'


def test_merged_queries_fit_into_an_address():
    expressions = {query.id: query.safe() for query in QUERIES.values()}
    batches = list(merged(expressions))
    assert [id for _, ids in batches for id in ids] == list(expressions)
    assert all(len(text) <= 8000 for text, _ in batches)
    wall = {query.id: query.safe() for query in QUERIES.values() if query.tier == "wall"}
    assert len(list(merged(wall))) == 1
