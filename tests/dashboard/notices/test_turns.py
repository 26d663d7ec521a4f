"""Which changes are turns, and what a selector selects."""

from types import SimpleNamespace

import pytest

from dashboard.notices.turns import parse_selector, selects, sentence, turn


def change(**columns):
    given = {
        "source": "observed",
        "kind": "ClusterDeployment",
        "namespace": "shop",
        "name": "prod",
        "region": "eu-1",
        "health": "",
        "previous_health": "",
        "reason": "HealthChanged",
        "message": "",
    }
    return SimpleNamespace(**{**given, **columns})


@pytest.mark.parametrize(
    ("columns", "what", "severity"),
    [
        ({"health": "Failed", "previous_health": "Ready"}, "deployment_failed", "error"),
        ({"health": "Degraded", "previous_health": "Progressing"}, "deployment_failed", "warning"),
        ({"health": "Failed", "previous_health": "Degraded"}, "deployment_failed", "error"),  # who wants errors only
        ({"health": "Degraded", "previous_health": "Failed"}, None, None),  # better, and told already
        ({"health": "Ready", "previous_health": "Failed"}, "deployment_ready", "info"),
        ({"health": "Ready", "previous_health": "Progressing"}, "deployment_ready", "info"),
        ({"health": "Ready", "previous_health": ""}, None, None),  # seen for the first time
        ({"health": "Validated", "previous_health": "Progressing"}, None, None),  # a dry run is never ready
        ({"kind": "Credential", "health": "Failed", "previous_health": "Ready"}, "credential_rejected", "error"),
        ({"kind": "ManagementBackup", "health": "Failed", "previous_health": "Progressing"}, "backup_failed", "error"),
        ({"kind": "Machine", "health": "Failed", "previous_health": "Ready"}, None, None),
        ({"kind": "Region", "reason": "LinkSilent"}, "region_lost", "error"),
        ({"kind": "Region", "reason": "LinkRefused"}, "region_lost", "error"),
        ({"kind": "Region", "reason": "ClusterReplaced"}, "region_lost", "error"),
        ({"kind": "Region", "reason": "LinkRestored"}, "region_back", "info"),
        ({"kind": "Region", "reason": "LinkConnected"}, None, None),
        ({"source": "reported", "health": "Failed", "previous_health": "Ready"}, None, None),
        ({"source": "said", "health": "Failed", "previous_health": "Failed"}, None, None),
        ({"source": "gap", "kind": "Region", "reason": "Gap"}, None, None),
    ],
)
def test_what_turns(columns, what, severity):
    found = turn(change(**columns))
    assert (found and found.what, found and found.severity) == (what, severity)


def test_it_is_told_in_the_words_of_the_cluster():
    failed = change(health="Failed", message="Failed, was Ready: quota exceeded")
    assert sentence("deployment_failed", failed) == "Deployment shop/prod in eu-1 is Failed: quota exceeded"
    ready = change(health="Ready", previous_health="Failed", region="~management")
    assert sentence("deployment_ready", ready) == "Deployment shop/prod is Ready, was Failed"


@pytest.mark.parametrize(
    ("text", "labels", "fits"),
    [
        ("", {}, True),
        ("team=shop", {"team": "shop"}, True),
        ("team==shop", {"team": "search"}, False),
        ("team=shop, stage!=dev", {"team": "shop"}, True),
        ("team=shop,stage!=dev", {"team": "shop", "stage": "dev"}, False),
        ("team in (shop, search)", {"team": "search"}, True),
        ("team notin (shop, search)", {}, True),
        ("team", {"team": ""}, True),
        ("!team", {"team": ""}, False),
        ("team in (a,b),stage", {"team": "a", "stage": "x"}, True),
    ],
)
def test_a_selector_selects_as_kubectl_does(text, labels, fits):
    assert selects(parse_selector(text), labels) is fits


@pytest.mark.parametrize("text", ["=shop", "team shop", "a b in (c)", "!", "(x)"])
def test_what_is_no_selector_is_said(text):
    with pytest.raises(ValueError, match="no label selector"):
        parse_selector(text)
