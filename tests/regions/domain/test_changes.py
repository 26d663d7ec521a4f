"""What counts as news, and how it is said."""

import json
from datetime import timedelta

import pytest

from regions.domain.changes import difference
from regions.domain.health import Assessment, Health, assess
from regions.domain.redact import redact
from tests.regions.domain.files import NOON, every_manifest, manifest


def news(before, after):
    """What the journal would be told: both redacted, both judged at noon."""
    before, after = redact(before), redact(after)
    return difference(before, after, assess(before, NOON, NOON), assess(after, NOON, NOON))


def condition(one, type):
    return next(c for c in one["status"]["conditions"] if c["type"] == type)


def test_an_object_seen_for_the_first_time_was_created():
    after = redact(manifest("clusterdeployments", "just-made"))
    found = difference(None, after, None, assess(after, NOON, NOON))
    assert found is not None
    assert (found.reason, found.severity) == ("Created", "normal")
    assert found.message == (
        "ClusterDeployment just-made was created from template aws-standalone-cp-1-0-43 with credential aws-dublin"
    )


def test_the_same_object_is_no_news():
    for one in every_manifest():
        assert news(one, one) is None, one["metadata"]["name"]


def _heartbeats():
    def version(one):
        one["metadata"]["resourceVersion"] = "999999"

    def managed_fields(one):
        one["metadata"]["managedFields"] = [{"manager": "kcm", "time": "2026-11-22T12:00:00Z"}]

    def transition_time(one):
        condition(one, "HelmReleaseReady")["lastTransitionTime"] = "2026-11-22T11:00:00Z"

    def heartbeat(one):
        condition(one, "HelmReleaseReady")["lastHeartbeatTime"] = "2026-11-22T11:00:00Z"

    def observed_generation(one):
        for found in one["status"]["conditions"]:
            found["observedGeneration"] = 3
        one["status"]["observedGeneration"] = 3

    def flux_request(one):
        one["metadata"].setdefault("annotations", {})["reconcile.fluxcd.io/requestedAt"] = "2026-11-22T12:00:00Z"
        one["status"]["lastHandledReconcileAt"] = "2026-11-22T12:00:00Z"

    def finalizers(one):
        one["metadata"]["finalizers"] = []

    def state_time(one):
        one["status"]["services"][0]["lastStateTransitionTime"] = "2026-11-22T12:00:00Z"

    beats = [version, managed_fields, transition_time, heartbeat, observed_generation]
    return [*beats, flux_request, finalizers, state_time]


@pytest.mark.parametrize("beat", _heartbeats(), ids=lambda beat: beat.__name__)
def test_a_heartbeat_is_no_news(beat):
    before, after = manifest("clusterdeployments", "checkout-prod"), manifest("clusterdeployments", "checkout-prod")
    beat(after)
    assert news(before, after) is None


def test_a_message_that_differs_only_in_the_time_that_it_tells_is_no_news():
    before, after = manifest("capi", "cut-off"), manifest("capi", "cut-off")
    probe = condition(after, "RemoteConnectionProbe")
    probe["message"] = probe["message"].replace("11:44:07", "11:44:47")
    assert news(before, after) is None


def test_a_controller_that_only_counts_its_failures_is_no_news():
    before, after = manifest("services", "lost-shop"), manifest("services", "lost-shop")
    after["status"]["connectionFailures"] = 5
    assert news(before, after) is None


def test_a_deployment_that_fails_is_told_first_by_its_health():
    before, after = manifest("clusterdeployments", "checkout-prod"), manifest("clusterdeployments", "checkout-prod")
    condition(after, "HelmReleaseReady").update(status="False", reason="StateError", message="dial tcp: i/o timeout")
    condition(after, "Ready").update(status="False", reason="Failed", message="dial tcp: i/o timeout")
    found = news(before, after)
    assert found is not None
    assert (found.reason, found.severity) == ("HealthChanged", "error")
    assert found.message == "Failed, was Ready: dial tcp: i/o timeout"


def test_an_edit_that_fails_at_once_is_told_first_by_its_health_and_then_by_its_cause():
    before, after = manifest("clusterdeployments", "checkout-prod"), manifest("clusterdeployments", "checkout-prod")
    after["spec"]["template"], after["metadata"]["generation"] = "aws-standalone-cp-9-9-9", 4
    condition(after, "Ready").update(status="False", reason="Failed", message="no such template", observedGeneration=4)
    found = news(before, after)
    assert found is not None
    assert (found.reason, found.severity) == ("HealthChanged", "error")
    assert "Template aws-standalone-cp-9-9-9, was aws-standalone-cp-1-0-43" in found.message


def test_what_gets_better_within_something_bad_is_no_warning():
    before, after = manifest("clusterdeployments", "wrong-config"), manifest("clusterdeployments", "wrong-config")
    condition(after, "CredentialReady").update(status="True", reason="Succeeded")
    found = news(before, after)
    assert found is not None
    assert (found.reason, found.severity) == ("CredentialReadyBecameTrue", "normal")


def test_a_condition_that_turns_while_health_stays_is_told_by_its_name():
    before, after = manifest("clusterdeployments", "checkout-canary"), manifest("clusterdeployments", "checkout-canary")
    condition(after, "ServicesInReadyState").update(status="False", reason="Failed", message="0/1")
    found = news(before, after)
    assert found is not None
    assert found.reason == "ServicesInReadyStateBecameFalse"
    assert found.message == "ServicesInReadyState became False (Failed): 0/1"


def test_ready_comes_before_the_other_conditions():
    before, after = manifest("clusterdeployments", "first-seconds"), manifest("clusterdeployments", "first-seconds")
    for found in after["status"]["conditions"]:
        found.update(status="False", reason="Progressing", message=f"{found['type']} is under way")
    told = news(before, after)
    assert told is not None
    assert told.reason == "ReadyBecameFalse"
    assert told.message.index("Ready became False (Progressing)") < told.message.index("CredentialReady became False")


def test_another_message_of_the_same_condition_is_news():
    before, after = manifest("clusterdeployments", "wrong-config"), manifest("clusterdeployments", "wrong-config")
    condition(after, "Ready")["message"] = "failed to get Credential team-shop/aws-dublin"
    found = news(before, after)
    assert found is not None
    assert (found.reason, found.severity) == ("ReadyChanged", "warning")
    assert found.message == "Ready is still False (Failed): failed to get Credential team-shop/aws-dublin"


def test_a_condition_that_is_no_longer_reported_is_news():
    before, after = manifest("clusterdeployments", "held-by-region"), manifest("clusterdeployments", "held-by-region")
    after["status"]["conditions"] = [c for c in after["status"]["conditions"] if c["type"] != "HelmReleaseReady"]
    found = news(before, after)
    assert found is not None
    assert found.reason == "HelmReleaseReadyRemoved"


def test_an_upgrade_names_both_templates_and_what_becomes_of_health():
    before, after = manifest("clusterdeployments", "checkout-prod"), manifest("clusterdeployments", "checkout-prod")
    after["spec"]["template"], after["metadata"]["generation"] = "aws-standalone-cp-1-0-44", 4
    found = news(before, after)
    assert found is not None
    assert (found.reason, found.severity) == ("TemplateChanged", "normal")
    assert found.message.startswith("Template aws-standalone-cp-1-0-44, was aws-standalone-cp-1-0-43. Progressing, was")


def test_a_changed_spec_names_places_and_never_values():
    before, after = manifest("clusterdeployments", "checkout-prod"), manifest("clusterdeployments", "checkout-prod")
    after["spec"]["config"].update(workersNumber=41)
    after["spec"]["config"]["worker"]["instanceType"] = "c7g.metal"
    after["spec"]["config"]["sshKeyName"] = "ops-2026"
    after["metadata"]["generation"] = 4
    found = news(before, after)
    assert found is not None
    assert found.reason == "SpecChanged"
    assert "spec.config.workersNumber" in found.message
    assert "spec.config.worker.instanceType" in found.message
    assert "spec.config.sshKeyName" in found.message
    assert "41" not in found.message
    assert "c7g" not in found.message
    assert "ops-2026" not in found.message


def test_a_change_where_values_are_hidden_is_still_news():
    before, after = manifest("secrets", "config-everywhere"), manifest("secrets", "config-everywhere")
    after["spec"]["config"]["sshPublicKey"] = "another"
    after["metadata"]["generation"] = 3
    found = news(before, after)
    assert found is not None
    assert found.reason == "SpecChanged"
    assert found.message.startswith("Changed where values are hidden")


def test_validate_only_switched_off_is_said_loudly():
    before, after = manifest("clusterdeployments", "what-if"), manifest("clusterdeployments", "what-if")
    after["spec"]["dryRun"], after["metadata"]["generation"] = False, 2
    found = news(before, after)
    assert found is not None
    assert found.message.startswith("Validate only was switched off")


def test_a_requested_deletion_comes_before_the_health_that_follows_from_it():
    before, after = manifest("clusterdeployments", "checkout-prod"), manifest("clusterdeployments", "checkout-prod")
    after["metadata"]["deletionTimestamp"] = "2026-11-22T12:00:00Z"
    found = news(before, after)
    assert found is not None
    assert (found.reason, found.severity) == ("DeletionRequested", "normal")
    assert found.message.startswith("Deletion of ClusterDeployment checkout-prod was requested. Deleting, was Ready")


def test_a_machine_that_runs_now_tells_its_phase():
    before, after = manifest("capi", "waiting-for-node"), manifest("capi", "waiting-for-node")
    before["status"]["phase"] = "Provisioning"
    found = news(before, after)
    assert found is not None
    assert (found.reason, found.message) == ("PhaseChanged", "Phase Provisioned, was Provisioning")


def test_replicas_are_told_as_numbers():
    before, after = manifest("capi", "growing-md"), manifest("capi", "growing-md")
    after["status"].update(readyReplicas=4, availableReplicas=4)
    condition(after, "Available")["message"] = condition(before, "Available")["message"]
    found = news(before, after)
    assert found is not None
    assert found.reason == "ReplicasChanged"
    assert found.message == "readyReplicas 4, was 3; availableReplicas 4, was 3"


def test_a_service_that_fails_is_told_with_its_words():
    before, after = manifest("services", "half-done"), manifest("services", "half-done")
    after["status"]["services"][1].update(state="Failed", failureMessage="chart not found")
    found = news(before, after)
    assert found is not None
    assert (found.reason, found.severity) == ("HealthChanged", "warning")
    assert "1 of 2 services failed: kyverno (chart not found)" in found.message


def test_a_service_that_moves_on_is_told_by_name():
    before, after = manifest("services", "half-done"), manifest("services", "half-done")
    before["status"]["services"][1]["state"] = "Pending"
    found = news(before, after)
    assert found is not None
    assert (found.reason, found.message) == (
        "ServiceStateChanged",
        "Service kyverno/kyverno Provisioning, was Pending",
    )


def test_a_component_that_is_installed_is_told_with_its_template():
    before, after = manifest("regions", "oslo"), manifest("regions", "oslo")
    after["status"]["components"]["capi"] = {"success": True, "template": "cluster-api-1-0-21"}
    found = news(before, after)
    assert found is not None
    assert found.reason == "ComponentChanged"
    assert found.message == "Component capi is installed (cluster-api-1-0-21)"


def test_labels_are_told_with_their_values():
    before, after = manifest("clusterdeployments", "checkout-prod"), manifest("clusterdeployments", "checkout-prod")
    after["metadata"]["labels"] = {"team": "payments", "stage": "prod"}
    found = news(before, after)
    assert found is not None
    assert found.reason == "LabelsChanged"
    assert found.message == ("Labels: team=payments (was shop), stage=prod, k0rdent.mirantis.com/component removed")


def test_pausing_a_region_is_news_though_it_is_only_an_annotation():
    before, after = manifest("regions", "Region dublin"), manifest("regions", "Region dublin")
    after["metadata"]["annotations"] = {"k0rdent.mirantis.com/region-pause": ""}
    found = news(before, after)
    assert found is not None
    assert (found.reason, found.severity) == ("Paused", "normal")
    back = news(after, before)
    assert back is not None
    assert back.reason == "Resumed"


def test_a_secret_that_was_written_is_news_without_its_content():
    before, after = manifest("secrets", "aws-dublin-secret"), manifest("secrets", "aws-dublin-secret")
    after["metadata"]["resourceVersion"] = "4712"
    after["data"]["SecretAccessKey"] = "bmV3"
    found = news(before, after)
    assert found is not None
    assert (found.reason, found.message) == ("DataChanged", "The Secret was written; its content is not looked at")


def test_any_other_field_of_a_status_is_told_by_name():
    before, after = manifest("clusterdeployments", "checkout-prod"), manifest("clusterdeployments", "checkout-prod")
    after["status"]["availableUpgrades"] = ["aws-standalone-cp-1-0-44"]
    after["status"]["k8sVersion"] = "v1.36.3"
    found = news(before, after)
    assert found is not None
    assert found.reason == "StatusChanged"
    assert found.message == "Status: availableUpgrades, k8sVersion v1.36.3"


def test_health_that_turns_by_time_alone_is_news():
    one = redact(manifest("clusterdeployments", "checkout-canary"))
    was, now_is = assess(one, NOON, NOON), assess(one, NOON + timedelta(hours=1), NOON)
    found = difference(one, one, was, now_is)
    assert found is not None
    assert (found.reason, found.severity) == ("HealthChanged", "warning")
    assert found.message.startswith("Degraded, was Progressing: No progress for over 30 minutes")


def test_a_judgement_that_only_says_it_in_other_words_is_no_news():
    one = redact(manifest("clusterdeployments", "checkout-canary"))
    assert difference(one, one, Assessment(Health.PROGRESSING, "a"), Assessment(Health.PROGRESSING, "b")) is None


def test_a_condition_with_a_long_and_foreign_type_has_a_reason_that_fits():
    before, after = manifest("clusterdeployments", "checkout-prod"), manifest("clusterdeployments", "checkout-prod")
    after["status"]["conditions"].append({"type": f"example.net/{'Very' * 80}Odd", "status": "True"})
    found = news(before, after)
    assert found is not None
    assert len(found.reason) == 128
    assert found.reason.startswith("VeryVery")


def test_a_message_is_never_longer_than_a_screen_takes():
    before, after = manifest("clusterdeployments", "checkout-canary"), manifest("clusterdeployments", "checkout-canary")
    for found in after["status"]["conditions"]:
        found.update(status="Unknown", message="very " * 300)
    told = news(before, after)
    assert told is not None
    assert len(told.message) <= 500


def test_no_secret_is_told_when_everything_about_an_object_changes():
    for one in every_manifest():
        bare = {"apiVersion": one["apiVersion"], "kind": one["kind"], "metadata": {"name": one["metadata"]["name"]}}
        for before, after in ((bare, one), (one, bare)):
            found = news(before, after)
            assert found is None or "Canary7fQz" not in json.dumps(found.message)


@pytest.mark.parametrize("odd", [{}, {"spec": [], "status": "x"}, {"metadata": 3}, {"status": {"conditions": "none"}}])
def test_odd_manifests_differ_without_complaint(odd):
    good = manifest("clusterdeployments", "checkout-prod")
    assert news(odd, good) is not None
    assert news(good, odd) is not None
