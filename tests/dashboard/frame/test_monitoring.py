"""What looks after Pane: rules and dashboard of the chart, on Pane's own series, as a real Prometheus sees them."""

import json
import re
import time
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from dashboard.people import tokens
from tests.house.checkout import ROOT
from tests.pages.conftest import seeded
from tests.rig.prometheus import Prometheus

__all__ = ["seeded"]

PLACE = ROOT / "deploy" / "chart" / "monitoring"
RULES = {
    rule["alert"]: rule
    for group in yaml.safe_load((PLACE / "alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
}
PANELS = json.loads((PLACE / "dashboard.json").read_text())["panels"]
QUERIES = [target["expr"] for panel in PANELS for target in panel["targets"]]

Samples = dict[tuple[tuple[str, str], ...], float]


@pytest.fixture
def scraped(client: Any, seeded: int, django_user_model: Any) -> Samples:
    """What Prometheus reads of a Pane that has something to tell, as if a worker of its own were at `pane`."""
    token = tokens.issue(django_user_model.objects.create_user("scraper"), "tests")
    client.get("/feed/")
    answer = client.get("/-/metrics", headers={"Authorization": f"Bearer {token}"})
    return {
        (("__name__", sample.name), ("job", "pane"), *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def write(prometheus: Prometheus, samples: Samples, instance: str, **others: list[float]) -> float:
    """Samples as of the last half hour, each minute the same; `others` by name, from the oldest. Returns their end."""
    end = float(int(time.time()))
    named = {(*labels, ("instance", instance)): [value] * 31 for labels, value in samples.items()}
    named |= {(("__name__", name), ("instance", instance)): values for name, values in others.items()}
    steps = range(30, -1, -1)
    prometheus.write(
        (dict(labels), [(end - 60 * ago, value) for ago, value in zip(steps, values, strict=True)])
        for labels, values in named.items()
    )
    return end


def of(expression: str, instance: str) -> str:
    """The expression, of one instance alone: the store is shared by tests."""
    return re.sub(
        r"\b((?:pane|process)_\w+)(\{)?",
        lambda found: f'{found[1]}{{instance="{instance}"' + (", " if found[2] else "}"),
        expression,
    )


def test_there_are_enough_series_of_its_own(scraped: Samples):
    own = {re.sub(r"_(bucket|count|sum|created)$", "", dict(labels)["__name__"]) for labels in scraped}
    assert len({name for name in own if name.startswith("pane_")}) >= 25


def test_every_query_of_the_dashboard_finds_what_it_shows(scraped: Samples, real_prometheus: Prometheus):
    # Where nothing is broken, nothing is late, or nothing was asked for yet, there is nothing to show.
    for name, label in (("notice_deliveries", "state"), ("submissions", "state"), ("stores", "reason")):
        scraped[("__name__", f"pane_{name}"), ("job", "pane"), (label, "any")] = 1
    end = write(real_prometheus, scraped, "shown")
    assert len(QUERIES) >= 20
    assert [one for one in QUERIES if not real_prometheus.query(of(one, "shown"), at=end)] == []


SICK: dict[str, Samples] = {
    "PaneNotWatching": {(("__name__", "pane_watching"),): 0},
    "PaneGone": {},
    "PaneDoesNotHearCluster": {
        (("__name__", "pane_cluster_heard"), ("cluster", "eu-west")): 0,
        (("__name__", "pane_watching"),): 1,
    },
    "PaneCredentialExpires": {(("__name__", "pane_cluster_credential_expires_seconds"), ("cluster", "eu-west")): 9e4},
    "PaneNoticesOverdue": {(("__name__", "pane_notice_overdue_seconds"),): 900},
    "PaneStoresGiveNothing": {(("__name__", "pane_stores"), ("reason", "refused")): 2},
    "PaneDiskFillsUp": {(("__name__", "pane_data_free_bytes"),): 1e8},
    "PaneDatabaseFull": {(("__name__", "pane_database_full"),): 1},
    "PaneSocketsNearTheirLimit": {(("__name__", "pane_sockets"),): 1990},
}
WELL = {
    (("__name__", "pane_watching"),): 1.0,
    (("__name__", "pane_watcher_term"),): 7.0,
    (("__name__", "pane_cluster_heard"), ("cluster", "eu-west")): 1.0,
    (("__name__", "pane_cluster_credential_expires_seconds"), ("cluster", "eu-west")): 8e6,
    (("__name__", "pane_notice_overdue_seconds"),): 0.0,
    (("__name__", "pane_stores"), ("reason", "")): 3.0,
    (("__name__", "pane_data_free_bytes"),): 1e10,
    (("__name__", "pane_database_full"),): 0.0,
    (("__name__", "pane_sockets"),): 100.0,
}


@pytest.mark.parametrize("alert", RULES)
def test_an_alert_fires_where_it_should_and_nowhere_else(alert: str, real_prometheus: Prometheus):
    rule = RULES[alert]
    more = {"pane_watcher_term": [float(term) for term in range(31)]} if alert == "PaneWatcherChangesHands" else {}
    end = write(real_prometheus, SICK.get(alert, {}), f"{alert}-sick", **more)
    assert real_prometheus.query(of(rule["expr"], f"{alert}-sick"), at=end)
    end = write(real_prometheus, WELL, f"{alert}-well")
    assert real_prometheus.query(of(rule["expr"], f"{alert}-well"), at=end) == []
    assert set(rule["annotations"]) == {"summary", "description"}
    assert rule["labels"]["severity"] in ("warning", "critical")


@pytest.mark.django_db
def test_the_same_is_a_page_for_whoever_looks_after_pane(client: Any, seeded: int, django_user_model: Any):
    client.force_login(django_user_model.objects.create_user("ada", is_superuser=True))
    page = client.get("/-/status/")
    assert page.status_code == 200
    assert "pane_database_size_bytes" in page.content.decode()
    assert "Since the watcher last beat." in page.content.decode()
