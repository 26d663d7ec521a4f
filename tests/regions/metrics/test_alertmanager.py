"""Alerts of a real Alertmanager: what is silenced, inhibited or muted is told apart, and none of it fires."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from regions import journal
from regions.domain.alerts import ordering
from regions.domain.metrics.stores import HandSetStore
from regions.domain.viewer import Viewer
from regions.metrics.polling.poller import Poller
from regions.metrics.reads import measures
from regions.metrics.reads.values import Alert
from tests.regions.metrics import kof
from tests.regions.metrics.test_poller import Secrets, options, put, run
from tests.rig.alertmanager import Alertmanager

pytestmark = [pytest.mark.real, pytest.mark.django_db(transaction=True)]

ADA = Viewer("ada")
CONFIG = """
route:
  receiver: nobody
  group_by: [alertname]
  group_wait: 1s
  routes:
    - {matchers: ['team="nights"'], receiver: nobody, mute_time_intervals: [always]}
    - {matchers: ['team="days"'], receiver: nobody, active_time_intervals: [never]}
    - {matchers: ['team="both"'], receiver: nobody, mute_time_intervals: [always], continue: true}
    - {matchers: ['team="both"'], receiver: somebody}
receivers: [{name: nobody}, {name: somebody}]
time_intervals:
  - {name: always, time_intervals: [{times: [{start_time: '00:00', end_time: '24:00'}]}]}
  - {name: never, time_intervals: [{years: ['1999']}]}
inhibit_rules:
  - {source_matchers: ['severity="critical"'], target_matchers: ['severity="warning"'], equal: [node]}
"""
MUTED = {"alertname": "Backup", "team": "nights", "severity": "critical", "cluster": "web"}


@pytest.fixture
def manager(real_alertmanager: Callable[[str], Alertmanager]) -> Alertmanager:
    found = real_alertmanager(CONFIG)
    began = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    labels = [
        {"alertname": "Fires", "severity": "error", "cluster": "web"},
        MUTED,
        {"alertname": "Outside", "team": "days", "severity": "critical"},
        {"alertname": "Half", "team": "both", "severity": "critical"},
        {"alertname": "NodeDown", "severity": "critical", "node": "n1"},
        {"alertname": "DiskSlow", "severity": "warning", "node": "n1"},
        {"alertname": "Known", "severity": "critical"},
    ]
    now = datetime.now(UTC)
    found.post(
        "/api/v2/silences",
        {
            "matchers": [{"name": "alertname", "value": "Known", "isRegex": False, "isEqual": True}],
            "createdBy": "ines",
            "comment": "being mended",
            "startsAt": now.isoformat(),
            "endsAt": (now + timedelta(hours=1)).isoformat(),
        },
    )
    found.fire(*({"labels": one, "annotations": {"summary": one["alertname"]}, "startsAt": began} for one in labels))
    return found


def heard(manager: Alertmanager) -> dict[str, Alert]:
    """What Pane's pages are told, once the meter has read it."""
    term = journal.claim("test", timezone.now())
    assert term
    put(term, kof.deployment("web", "fra1"), kof.region("fra1"))

    def known() -> bool:
        found = {one.name: one for one in measures.alerts(viewer=ADA)}
        return len(found) == 7 and all(found[name].state == "suppressed" for name in ("Known", "DiskSlow"))

    run(Poller(options(hand=HandSetStore(alertmanager=manager.url)), term, Secrets()), known)
    return {one.name: one for one in measures.alerts(viewer=ADA)}


def test_what_holds_an_alert_back_is_told_apart_and_what_is_muted_does_not_fire(manager: Alertmanager):
    found = heard(manager)
    assert {name: ordering.held(one) for name, one in found.items()} == {
        "Fires": "",
        "Half": "",
        "NodeDown": "",
        "Backup": "muted by always",
        "Outside": "muted by never",
        "DiskSlow": "inhibited",
        "Known": "silenced",
    }
    assert ordering.counts(found.values()) == {"critical": 2, "error": 1}
    assert found["Fires"].region == "fra1"


def test_the_list_of_alerts_itself_calls_a_muted_one_active(manager: Alertmanager):
    """Why groups are read: this is what Alertmanager says, and should it ever say more, we may read less."""
    for _ in range(50):
        listed = {one["labels"]["alertname"]: one["status"] for one in manager.get("/api/v2/alerts")}
        if listed.get("Known", {}).get("silencedBy"):
            break
        time.sleep(0.1)
    assert (listed["Backup"]["state"], listed["Backup"]["mutedBy"]) == ("active", [])
    groups = manager.get("/api/v2/alerts/groups")
    (told,) = [one["status"] for group in groups for one in group["alerts"] if one["labels"] == MUTED]
    assert (told["state"], told["mutedBy"]) == ("suppressed", ["always"])


def test_an_alert_in_two_groups_is_one(manager: Alertmanager):
    groups = manager.get("/api/v2/alerts/groups")
    assert sum(one["labels"]["alertname"] == "Half" for group in groups for one in group["alerts"]) == 2
    assert heard(manager)["Half"].state == "active"
