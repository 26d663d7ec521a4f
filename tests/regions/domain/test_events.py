"""Events, from either API."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from regions.domain import manifest as m
from regions.domain import topics
from regions.domain.events import reported, without_artefacts
from tests.regions.domain.files import manifest, manifests


def test_the_same_event_reads_the_same_through_both_apis():
    new, core = (e for e in manifests("events") if m.name(e) == "checkout-canary.187f3b2a1c9d0e01")
    assert new["apiVersion"] != core["apiVersion"]
    assert reported(core) == reported(new)


def test_an_event_without_series_happened_once_at_its_event_time():
    found = reported(manifest("events", "checkout-canary.187f3b2a1c9d0e01"))
    assert (found.at, found.count) == (datetime(2026, 11, 22, 11, 40, 55, 123456, tzinfo=UTC), 1)
    assert (found.severity, found.controller) == ("normal", "kcm-controller-manager")
    assert (found.group, found.kind) == ("k0rdent.mirantis.com", "ClusterDeployment")
    assert (found.namespace, found.name) == ("team-shop", "checkout-canary")


def test_a_series_happened_last_when_it_was_last_observed():
    found = reported(manifest("events", "lyon.187f3b2a1c9d0e02"))
    assert (found.at, found.count) == (datetime(2026, 11, 22, 11, 56, 30, 500000, tzinfo=UTC), 7)
    assert found.severity == "warning"


def test_an_event_about_a_cluster_scoped_object_has_the_namespace_of_the_object_not_of_the_event():
    assert reported(manifest("events", "lyon.187f3b2a1c9d0e02")).namespace == ""


@pytest.mark.parametrize("namespace", ["team-shop", "team-old"])
def test_an_old_recorder_counts_and_dates_in_its_own_fields(namespace):
    name = "no-capacity.187f3b2a1c9d0e03"
    found = reported(next(e for e in manifests("events") if (m.namespace(e), m.name(e)) == (namespace, name)))
    assert (found.at, found.count) == (datetime(2026, 11, 22, 11, 58, tzinfo=UTC), 12)
    assert found.controller == "awsmachine-controller"
    assert (found.kind, found.reason) == ("AWSMachine", "FailedCreate")


def test_repeats_of_an_event_share_a_series_and_other_events_do_not():
    first, again = manifest("events", "lyon.187f3b2a1c9d0e02"), manifest("events", "lyon.187f3b2a1c9d0e02")
    again["series"]["count"] = 8
    assert reported(first).series == reported(again).series
    assert reported(first).series != reported(manifest("events", "going-away.187f3b2a1c9d0e04")).series


def test_what_go_leaves_of_a_wrong_verb_is_stripped():
    message = reported(manifest("events", "lyon.187f3b2a1c9d0e02")).message
    assert message == (
        "Failed to install KCM components on the regional cluster: "
        "failed to get HelmRelease (kcm-system/lyon-capi): connection refused"
    )


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("copy failed: %!w(string=no (such) file)", "copy failed: no (such) file"),
        ("a: %!w(*errors.errorString=&{boom}), then b", "a: &{boom}, then b"),
        ("value %!d(MISSING)", "value"),
        ("error: %!v(<nil>)", "error:"),
        ("100% of 3 (three) done", "100% of 3 (three) done"),
    ],
)
def test_artefacts_of_every_form_go_and_plain_text_stays(raw, said):
    assert without_artefacts(raw) == said


def test_a_misleading_reason_is_kept_as_it_was_reported():
    assert reported(manifest("events", "going-away.187f3b2a1c9d0e04")).reason == "HelmReleaseIsReady"


def test_an_empty_event_is_read_without_complaint():
    found = reported({"kind": "Event"})
    assert (found.at, found.count, found.severity, found.name) == (None, 1, "normal", "")


def test_an_event_written_to_burst_our_columns_does_not():
    about = {key: key[0] * 999 for key in ("kind", "namespace", "name", "uid")} | {"apiVersion": "g" * 999 + "/v1"}
    odd = {"metadata": {"name": "e" * 999}, "reason": "r" * 999, "count": 2**40, "message": "a\0b"}
    found = reported({"apiVersion": "v1", "kind": "Event", **odd, "involvedObject": about})
    assert [len(part) for part in (found.group, found.namespace, found.name)] == [253, 253, 253]
    assert [len(part) for part in (found.kind, found.uid, found.reason, found.series)] == [63, 64, 128, 128]
    assert found.count == 2**31 - 1
    assert found.message == "ab"


def _change(**columns):
    blank = dict.fromkeys(("cluster", "region", "deployment", "kind", "namespace", "name", "source"), "")
    return SimpleNamespace(**{**blank, **columns})


def test_a_change_is_news_for_the_fleet_its_region_its_deployment_its_kind_and_itself():
    change = _change(
        cluster="dublin", region="dublin", deployment="team-shop/a", kind="Machine", namespace="team-shop", name="a-1"
    )
    assert topics.topics_of(change) == {
        "fleet",
        "region:dublin",
        "deployment:team-shop/a",
        "kind:Machine",
        "object:Machine/team-shop/a-1",
    }


def test_a_gap_of_a_cluster_is_news_for_its_region():
    assert topics.topics_of(_change(cluster="dublin", source="gap")) == {"fleet", "region:dublin"}


def test_topics_are_written_as_pages_follow_them():
    assert topics.FLEET == "fleet"
    assert topics.region("dublin") == "region:dublin"
    assert topics.deployment("team-shop", "a") == "deployment:team-shop/a"
    assert topics.kind("Machine") == "kind:Machine"
    assert topics.object_("Region", "", "dublin") == "object:Region//dublin"
