from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from regions.domain.alerts.ordering import counts, held, once, places, rank
from regions.domain.alerts.sources import Atlas, from_alertmanager
from regions.domain.metrics.spending import budgets, estimated, parse

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Alert:
    fingerprint: str
    name: str = "KubePodCrashLooping"
    severity: str = "warning"
    region: str = "eu-west"
    cluster: str = "shop"
    summary: str = ""
    since: datetime | None = NOON
    state: str = "active"
    labels: dict[str, str] = field(default_factory=dict)
    silenced_by: tuple[str, ...] = ()
    inhibited_by: tuple[str, ...] = ()
    muted_by: tuple[str, ...] = ()


def test_the_same_alert_of_three_replicas_is_one_and_a_watchdog_is_none():
    found = once([Alert("a", state="suppressed"), Alert("a"), Alert("a"), Alert("w", name="Watchdog")])
    assert [(one.fingerprint, one.state) for one in found] == [("a", "active")]


def test_severities_stand_in_their_order_and_an_unheard_of_one_is_not_last():
    found = counts(
        [
            Alert("1", severity="info"),
            Alert("2", severity="critical"),
            Alert("3", severity="page"),
            Alert("4", severity="Error"),
            Alert("5", severity="none"),
            Alert("6", severity="warning", state="suppressed"),
        ]
    )
    assert list(found) == ["critical", "error", "info", "page", "none"]
    assert rank("page") < rank("none")
    assert "warning" not in found, "what is silenced does not count"


def test_places_are_worst_first_and_equal_alerts_of_a_cluster_are_one_line():
    found = places(
        [
            Alert("1", since=NOON),
            Alert("2", since=NOON - timedelta(hours=1)),
            Alert("3", severity="info", name="CPUThrottlingHigh"),
            Alert("4", region="us-east", severity="critical", cluster="lake"),
            Alert("5", region="us-east", cluster=""),
        ]
    )
    assert [place.region for place in found] == ["us-east", "eu-west"]
    assert [spot.cluster for spot in found[0].spots] == ["lake", ""]
    bunch = found[1].spots[0].bunches[0]
    assert (bunch.name, len(bunch.members), bunch.first.fingerprint) == ("KubePodCrashLooping", 2, "2")
    assert found[1].total == 3


def test_what_is_silenced_stands_last_though_it_is_critical():
    silenced = Alert("1", severity="critical", state="suppressed", silenced_by=("5ab2",), name="A")
    found = places([silenced, Alert("2", severity="info", name="B")])
    assert [(bunch.name, bunch.held) for bunch in found[0].spots[0].bunches] == [("B", ""), ("A", "silenced")]


def test_what_holds_an_alert_back_is_told_apart_and_none_of_it_counts():
    held_back = [
        Alert("1", state="suppressed", silenced_by=("5ab2",)),
        Alert("2", state="suppressed", inhibited_by=("f1",)),
        Alert("3", state="suppressed", muted_by=("weekends", "nights")),
        Alert("4", state="suppressed"),
        Alert("5", state="suppressed", silenced_by=("5ab2",), muted_by=("weekends",)),
        Alert("6", state="pending"),
    ]
    assert [held(one) for one in held_back] == [
        "silenced",
        "inhibited",
        "muted by weekends, nights",
        "held back",
        "silenced",
        "",
    ]
    assert counts(held_back) == {}
    assert places(held_back[:4])[0].spots[0].bunches[0].held == "held back"


def test_an_alert_that_takes_the_normal_state_for_a_failure_is_shown_last_and_never_counted():
    paused = Alert("1", name="ConditionStatusFailed", severity="error", labels={"type": "Paused"})
    ready = Alert("2", name="ConditionStatusFailed", severity="error", labels={"type": "Ready"})
    assert counts([paused, ready]) == {"error": 1}
    bunches = places([paused, ready])[0].spots[0].bunches
    assert [bool(bunch.misleading) for bunch in bunches] == [False, True]
    assert "Paused=False" in bunches[1].misleading


def test_budgets_are_read_and_nonsense_is_said():
    amounts, problems = parse(["500", "eu-west=120.5", "us-east=", "=3", "x=-1", "y=nan"])
    assert amounts == {"*": 500.0, "eu-west": 120.5}
    assert len(problems) == 4
    assert "us-east" in problems[0]


def test_a_budget_is_crossed_by_what_is_known_even_when_not_all_is():
    found = budgets({"eu": 100, "*": 500, "us": 50}, {"*": (501.0, False), "eu": (99.0, True)})
    assert [(one.name, one.crossed) for one in found] == [("*", True), ("eu", False), ("us", False)]
    assert found[2].share is None, "nobody knows, so it is neither kept nor crossed"


def test_prices_are_estimates_where_no_cloud_publishes_them():
    assert not estimated("aws-standalone-cp-1-0-43")
    assert not estimated("gcp-gke-1-0-9")
    assert estimated("adopted-cluster-1-0-1")
    assert estimated("openstack-standalone-cp-1-0-27")
    assert estimated("")


def test_the_same_alert_of_several_groups_and_one_without_labels_count_once_each():
    muted = {
        "labels": {"alertname": "A"},
        "startsAt": "2026-03-04T11:00:00Z",
        "status": {"state": "suppressed", "silencedBy": [], "inhibitedBy": [], "mutedBy": ["nights"]},
    }
    firing = {"labels": {"alertname": "A"}, "startsAt": "2026-03-04T12:00:00Z", "status": {"state": "active"}}
    bare: dict[str, Any] = {"startsAt": "2026-03-04T11:00:00Z", "status": {"state": "active"}}
    found = from_alertmanager([{"alerts": [muted, bare]}, {"alerts": [firing]}, {"alerts": [bare]}], Atlas({}))
    assert sorted((one.name, one.state) for one in found.values()) == [("", "active"), ("A", "active")]
    muted_only = from_alertmanager([{"alerts": [muted]}], Atlas({}))
    assert [(one.state, one.muted_by) for one in muted_only.values()] == [("suppressed", ("nights",))]


def test_what_is_no_list_of_groups_is_refused():
    for said in ({}, [{"labels": {}}], [{"alerts": {}}], "x"):
        with pytest.raises(TypeError):
            from_alertmanager(said, Atlas({}))
    odd = [{"alerts": [7, {"startsAt": "never"}, {"startsAt": "2026-03-04T11:00:00Z", "status": {"silencedBy": 7}}]}]
    assert [one.state for one in from_alertmanager(odd, Atlas({})).values()] == ["active"]
