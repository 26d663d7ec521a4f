"""How objects of the other kinds are doing."""

from datetime import timedelta
from typing import Any

import pytest

from regions.domain.health import Health, assess
from regions.domain.kinds import KINDS
from tests.regions.domain.files import NOON, every_manifest, judged, manifest


def test_a_credential_whose_identity_was_found_is_ready_and_names_it():
    found = judged("catalog", "Credential aws-dublin")
    assert found.health is Health.READY
    assert found.message == "Its identity AWSClusterStaticIdentity aws-dublin was found"


def test_a_credential_whose_identity_is_missing_has_failed():
    found = judged("catalog", "Credential azure-ams")
    assert found.health is Health.FAILED
    assert found.message.endswith("team-data/azure-ams not found")


def test_a_credential_that_is_never_checked_is_noticed_by_time_alone():
    assert judged("catalog", "never-checked", idle=5).health is Health.PROGRESSING
    assert judged("catalog", "never-checked", idle=120).health is Health.DEGRADED


def test_a_credential_whose_check_is_of_an_older_spec_is_settling():
    assert judged("catalog", "moved").health is Health.PROGRESSING


def test_a_valid_template_is_ready_with_its_description():
    assert judged("catalog", "aws-standalone-cp-1-0-43").message == "k0s on AWS machines"


def test_a_template_whose_chart_is_missing_has_failed():
    found = judged("catalog", "aws-custom-0-1-0")
    assert found.health is Health.FAILED
    assert "no chart version found" in found.message


def test_a_template_that_is_older_than_management_waits_for_it():
    found = manifest("catalog", "aws-standalone-cp-1-0-43")
    found["status"] |= {"valid": False, "validationError": "Waiting for Management creation to complete validation"}
    judgement = assess(found, NOON, NOON - timedelta(minutes=1))
    assert judgement.health is Health.PROGRESSING
    assert judgement.message == "k0rdent validates it once its Management object is there"


def test_a_template_not_checked_yet_is_progressing():
    assert judged("catalog", "kyverno-3-5-0", idle=0.2).health is Health.PROGRESSING


def test_a_chain_that_leads_nowhere_has_failed():
    assert judged("catalog", "aws-steps").health is Health.FAILED


@pytest.mark.parametrize("name", ["aws", "aws-dublin-resource-template", "AWSClusterStaticIdentity aws-dublin"])
def test_what_only_holds_facts_is_well_as_soon_as_it_is_there(name):
    assert judged("catalog", name).health is Health.READY


def test_an_identity_that_says_its_secret_is_missing_is_degraded():
    found = judged("catalog", "vs-berlin")
    assert found.health is Health.DEGRADED
    assert found.message == "secret vs-berlin-secret: not found"


def test_a_state_management_provider_without_adapter_is_degraded():
    assert judged("catalog", "ksm-projectsveltos").message.startswith("AdapterReady: failed to ensure adapter")


def test_a_suspended_state_management_provider_is_paused():
    assert judged("catalog", "ksm-suspended").health is Health.PAUSED


def test_access_that_could_not_be_given_is_degraded():
    found = judged("catalog", "AccessManagement kcm")
    assert found.health is Health.DEGRADED
    assert "already exists" in found.message


def test_a_deployed_helm_release_is_ready():
    assert judged("helmreleases", "checkout-prod").health is Health.READY


def test_a_helm_release_that_flux_is_installing_is_progressing():
    found = judged("helmreleases", "installing")
    assert found.health is Health.PROGRESSING
    assert "Running 'install' action" in found.message


def test_a_failed_upgrade_is_degraded_because_the_release_before_it_still_runs():
    assert judged("helmreleases", "dublin-cluster-api-provider-aws").health is Health.DEGRADED


def test_a_failed_install_has_failed():
    assert judged("helmreleases", "install-failed").health is Health.FAILED


def test_a_helm_release_on_which_flux_has_given_up_has_failed():
    assert judged("helmreleases", "gave-up").message == "Flux has given up: Failed to install after 4 attempt(s)"


def test_a_suspended_helm_release_is_paused():
    assert judged("helmreleases", "suspended").health is Health.PAUSED


def test_a_helm_release_that_waits_for_its_chart_is_progressing():
    assert judged("helmreleases", "waits-for-chart").health is Health.PROGRESSING


def test_an_available_cluster_is_ready():
    assert judged("capi", "Cluster checkout-prod").health is Health.READY


def test_a_cluster_without_control_plane_waits_for_it_and_is_not_blamed_for_being_unreachable():
    found = judged("capi", "coming-up")
    assert found.health is Health.PROGRESSING
    assert found.message == "ControlPlaneInitialized: Control plane not yet initialized"


def test_a_running_cluster_that_cannot_be_reached_is_degraded():
    assert judged("capi", "cut-off").message.startswith("Cluster API cannot reach it: Remote connection probe failed")


def test_a_cluster_paused_by_annotation_is_paused():
    assert judged("capi", "frozen-by-hand").health is Health.PAUSED


def test_an_older_region_tells_failure_by_severity():
    found = judged("capi", "old-region-no-quota")
    assert found.health is Health.DEGRADED
    assert "VpcLimitExceeded" in found.message


def test_a_cluster_of_an_older_region_is_ready_by_its_classic_conditions():
    assert judged("capi", "old-region-fine").health is Health.READY


def test_newer_conditions_that_an_older_region_sets_aside_are_read():
    found = judged("capi", "old-region-lost-control-plane")
    assert found.health is Health.DEGRADED
    assert found.message.startswith("ControlPlaneAvailable: K0sControlPlane: 1 of 3")


def test_a_running_machine_with_a_healthy_node_is_ready():
    assert judged("capi", "checkout-prod-cp-0").message == "Node ip-10-0-12-7.eu-west-1.compute.internal is ready"


def test_a_provisioned_machine_waits_for_its_node():
    found = judged("capi", "waiting-for-node")
    assert found.health is Health.PROGRESSING
    assert found.message == "Provisioned: Waiting for a Node"


def test_a_machine_that_the_cloud_refuses_is_degraded_with_the_clouds_words():
    found = judged("capi", "Machine no-capacity")
    assert found.health is Health.DEGRADED
    assert "InsufficientInstanceCapacity" in found.message


def test_a_machine_with_a_sick_node_is_degraded():
    assert "insufficient memory" in judged("capi", "sick-node").message
    assert judged("capi", "sick-node").health is Health.DEGRADED


def test_a_machine_whose_node_is_not_heard_is_unknown_not_red():
    assert judged("capi", "unheard-node").health is Health.UNKNOWN


def test_a_machine_whose_instance_was_terminated_has_failed():
    assert judged("capi", "terminated").health is Health.FAILED


def test_a_machine_that_cannot_be_drained_is_degraded_and_names_the_pod():
    found = judged("capi", "draining", idle=58)
    assert found.health is Health.DEGRADED
    assert "shop/orders-0" in found.message


def test_a_machine_deployment_with_all_machines_is_ready():
    assert judged("capi", "checkout-prod-md").message == "5 of 5 machines available"


def test_a_machine_deployment_that_grows_is_progressing():
    assert judged("capi", "growing-md").message.startswith("3 of 5 machines available: 3 available replicas")


def test_a_machine_deployment_short_of_machines_for_long_is_degraded():
    assert judged("capi", "growing-md", idle=40).health is Health.DEGRADED


def test_a_machine_deployment_with_machines_too_many_is_progressing():
    assert judged("capi", "shrinking-md").message == "4 of 2 machines available, 4 exist"


def test_a_machine_deployment_in_phase_failed_has_failed_though_it_gives_no_reason():
    assert judged("capi", "failed-md").health is Health.FAILED


def test_an_infrastructure_machine_that_failed_for_good_has_failed_though_it_is_marked_ready():
    found = judged("capi", "AWSMachine terminated")
    assert (found.health, found.message) == (Health.FAILED, 'EC2 instance state "terminated" is unexpected')


def test_a_failure_that_the_newer_api_sets_aside_is_read():
    assert judged("capi", "owned-by-newer-api").message == "subnet subnet-0abc is full"


def test_a_rollout_is_progress_though_enough_machines_are_there():
    assert judged("capi", "rolling-md").message == "3 of 3 machines available, 1 up to date"


def test_a_machine_deployment_without_status_is_progressing():
    assert judged("capi", "empty-md", idle=0.2).health is Health.PROGRESSING


def test_a_machine_pool_is_counted_like_a_machine_deployment():
    assert judged("capi", "lake-pool").health is Health.READY


def test_a_control_plane_with_all_replicas_is_ready_and_tells_its_version():
    assert judged("capi", "checkout-prod-cp").message == "3 of 3 replicas ready, v1.36.3+k0s.2"


def test_a_control_plane_of_an_older_region_is_not_ready_while_replicas_are_missing():
    found = judged("capi", "old-cp")
    assert found.health is Health.PROGRESSING
    assert found.message == "1 of 3 control plane replicas ready"


def test_a_hosted_control_plane_that_is_not_ready_is_progressing():
    assert judged("capi", "hosted-cp").health is Health.PROGRESSING


def test_an_infrastructure_cluster_is_ready_by_its_condition():
    assert judged("capi", "AWSCluster checkout-prod").health is Health.READY


def test_an_infrastructure_machine_without_summary_tells_its_error():
    assert judged("capi", "AWSMachine no-capacity").health is Health.DEGRADED


def test_an_infrastructure_object_of_another_make_is_ready_by_its_status():
    assert judged("capi", "rack7-a").health is Health.READY


def test_an_infrastructure_object_that_the_newer_contract_calls_provisioned_is_ready():
    assert judged("capi", "DevMachine provisioned").message == "Provisioned"


def test_an_object_that_does_not_say_how_it_is_is_unknown():
    assert judged("capi", "says-nothing").health is Health.UNKNOWN


def test_an_object_of_any_kind_without_status_is_progressing():
    assert judged("capi", "brand-new", idle=0.2).health is Health.PROGRESSING


def test_a_service_set_with_all_services_is_ready():
    assert judged("services", "ServiceSet checkout-prod").message == "1 of 1 service deployed"


def test_a_service_set_names_what_is_not_deployed_yet():
    assert judged("services", "half-done").message == "1 of 2 services deployed: kyverno provisioning"


def test_a_service_set_paused_by_annotation_is_paused():
    assert judged("services", "held").health is Health.PAUSED


def test_a_service_set_without_profile_is_degraded():
    assert judged("services", "no-profile").message.startswith("ServiceSetProfile: failed to get ServiceTemplate")


def test_a_multi_cluster_service_everywhere_deployed_is_ready():
    assert judged("services", "observability").message == "Deployed to 1 of 1 clusters"


def test_a_multi_cluster_service_names_the_clusters_that_it_waits_for():
    found = judged("services", "on-its-way")
    assert found.health is Health.PROGRESSING
    assert found.message == "Deployed to 1 of 2 clusters; waits for team-shop/checkout-canary"


def test_a_multi_cluster_service_with_a_wrong_reference_has_failed():
    assert judged("services", "wrong-reference").health is Health.FAILED


def test_a_multi_cluster_service_that_matches_nothing_says_so():
    assert judged("services", "matches-nothing").message == "No cluster matches its selector"


def test_a_summary_with_all_features_provisioned_is_ready():
    assert judged("services", "p--checkout-prod-capi-checkout-prod").health is Health.READY


def test_a_missing_resource_template_is_seen_in_the_region_only_and_sveltos_gives_up():
    found = judged("services", "no-resource-template")
    assert found.health is Health.FAILED
    assert "ConfigMap team-shop/aws-dublin-resource-template does not exist" in found.message


def test_two_profiles_at_odds_over_a_release_are_degraded():
    assert judged("services", "two-owners").message.startswith("Conflict over ingress-nginx/ingress")


def test_an_adopted_cluster_that_sveltos_reaches_is_ready():
    assert judged("services", "legacy-shop").message == "Reached, Kubernetes v1.31.4"


def test_a_summary_on_hold_is_paused_and_says_why():
    found = judged("services", "put-on-hold")
    assert (found.health, found.message) == (Health.PAUSED, "Cluster is paused")


def test_an_adopted_cluster_whose_kubeconfig_is_missing_is_degraded():
    found = judged("services", "wrong-kubeconfig")
    assert found.health is Health.DEGRADED
    assert found.message.endswith('"wrong-kubeconf" not found')


def test_an_adopted_cluster_that_is_down_is_degraded_though_it_was_ready():
    found = judged("services", "lost-shop")
    assert found.health is Health.DEGRADED
    assert "no route to host" in found.message


def test_a_good_backup_of_everything_is_ready_and_due_when_the_next_one_is_late():
    found = judged("backups", "nightly")
    assert found.health is Health.READY
    assert found.due_at == NOON + timedelta(hours=14, minutes=30)


def test_a_failed_backup_of_one_region_degrades_the_whole():
    found = judged("backups", "region-fails")
    assert found.health is Health.DEGRADED
    assert found.message.startswith("Region dublin: region-fails-dublin-20261122020000 failed at 02:05 UTC")


def test_a_backup_that_velero_refuses_has_failed():
    assert judged("backups", "refused").health is Health.FAILED


def test_a_backup_failed_in_part_is_degraded():
    assert judged("backups", "partly").message.endswith("failed in part at 02:03 UTC: 3 errors")


def test_a_missed_backup_is_degraded():
    found = judged("backups", "missed")
    assert found.health is Health.DEGRADED
    assert found.message == "the backup due at 02:00 UTC has not been made"


def test_a_missed_backup_is_noticed_by_time_alone():
    late = judged("backups", "nightly").due_at
    assert late is not None
    assert assess(manifest("backups", "nightly"), late, NOON).health is Health.DEGRADED


def test_without_any_backup_yet_it_says_when_the_first_is_due():
    found = judged("backups", "first-is-coming")
    assert found.health is Health.PROGRESSING
    assert "23 Nov 02:00 UTC" in found.message


def test_a_backup_in_progress_is_progressing():
    assert judged("backups", "at-it").health is Health.PROGRESSING


def test_what_is_due_is_always_due_later():
    for one in every_manifest():
        due_at = assess(one, NOON, NOON - timedelta(minutes=29)).due_at
        assert due_at is None or due_at > NOON, one["metadata"]["name"]


def test_an_object_at_its_due_moment_is_not_due_at_that_moment_again():
    for one in every_manifest():
        due_at = assess(one, NOON, NOON).due_at
        if due_at is not None:
            again = assess(one, due_at, NOON).due_at
            assert again is None or again > due_at, one["metadata"]["name"]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.name}.{kind.group}")
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"metadata": None, "spec": None, "status": None},
        {"metadata": "x", "spec": [1], "status": "broken"},
        {"metadata": {"name": "x", "generation": "many", "deletionTimestamp": "soon", "labels": []}, "status": {}},
        {"status": {"conditions": {"type": "Ready", "status": "True"}, "components": [], "services": "none"}},
        {"status": {"conditions": [None, 3, {"type": None}, {"type": "Ready"}], "featureSummaries": [1]}},
    ],
    ids=["empty", "nulls", "wrong-types", "odd-metadata", "conditions-no-list", "odd-conditions"],
)
def test_nothing_malformed_is_ready_unless_its_existence_is_all_that_there_is_to_say(kind, body):
    found = assess({"apiVersion": f"{kind.group}/v1" if kind.group else "v1", "kind": kind.name, **body}, NOON, NOON)
    by_existing = {"ProviderInterface", "ConfigMap", "PromxyServerGroup", "VMStorageConnection"}
    by_existing |= {"ClusterAuthentication", "ClusterAuditPolicy", "DataSource"}
    assert found.health is not Health.READY or kind.name in by_existing or kind.name.endswith("Identity")
    assert found.message


def _machine(*conditions: tuple[str, str, str, str], **status: object) -> dict[str, Any]:
    """A Machine of two months that tells this since twenty minutes: (type, status, reason, message)."""
    found = manifest("capi", "checkout-prod-cp-0")
    found["status"] |= status
    found["status"]["conditions"] = [
        {
            "type": type,
            "status": said,
            "reason": reason,
            "message": message,
            "lastTransitionTime": "2026-11-22T11:40:00Z",
        }
        for type, said, reason, message in conditions
    ]
    return found


GONE = ("InfrastructureReady", "Unknown", "Deleted", "AWSMachine has been deleted")
SICK = ("NodeHealthy", "False", "NodeUnreachable", "")


@pytest.mark.parametrize(
    ("machine", "message"),
    [
        (_machine(GONE, SICK, phase="Running"), "Its machine is gone: AWSMachine has been deleted"),
        (_machine(GONE, phase="Running", nodeRef=None), "Its machine is gone: AWSMachine has been deleted"),
        (_machine(GONE, phase="Provisioned"), "Its machine is gone: AWSMachine has been deleted"),
        (_machine(SICK, phase="Running", nodeRef=None), "Its Node is not healthy: NodeUnreachable"),
        (_machine(SICK, phase="Provisioned", nodeRef=None), "Its Node is not healthy: NodeUnreachable"),
    ],
)
def test_a_machine_whose_node_is_sick_or_whose_infrastructure_was_deleted_is_not_on_its_way(machine, message):
    found = assess(machine, NOON, NOON - timedelta(minutes=20))
    assert (found.health, found.message) == (Health.DEGRADED, message)


def test_a_cluster_whose_infrastructure_object_was_deleted_is_degraded():
    cluster = manifest("capi", "Cluster checkout-prod")
    cluster["status"]["conditions"][1] |= {"status": "Unknown", "reason": "Deleted", "message": "AWSCluster deleted"}
    found = assess(cluster, NOON, NOON - timedelta(minutes=1))
    assert (found.health, found.message) == (Health.DEGRADED, "InfrastructureReady: AWSCluster deleted")


def _deleting(file: str, name: str, *conditions: dict[str, str]) -> dict[str, Any]:
    found = manifest(file, name)
    found["metadata"] |= {"deletionTimestamp": "2026-11-22T11:00:00Z", "finalizers": ["cluster.cluster.x-k8s.io"]}
    found["status"]["conditions"] = [{"lastTransitionTime": "2026-11-22T11:05:00Z"} | one for one in conditions]
    return found


WAITS = {
    "type": "Deleting",
    "status": "True",
    "reason": "WaitingForInfrastructureDeletion",
    "message": "Waiting for AWSCluster to be deleted",
}
FAILS = {
    "type": "VpcReady",
    "status": "False",
    "reason": "DeletingFailed",
    "severity": "Warning",
    "message": "failed to delete vpc: DependencyViolation: eni-0abc is in use",
}


@pytest.mark.parametrize(
    ("stuck", "begins"),
    [
        (
            _deleting("capi", "Cluster checkout-prod", WAITS),
            "Waiting for AWSCluster to be deleted, since 22 Nov 2026 11:05 UTC: deletion has not moved for over 30 min",
        ),
        (
            _deleting("capi", "AWSCluster checkout-prod", {"type": "Ready", "status": "True"}, FAILS),
            "VpcReady: failed to delete vpc: DependencyViolation: eni-0abc is in use, since 22 Nov 2026 11:05 UTC: ",
        ),
        (
            _deleting("capi", "AWSCluster checkout-prod"),
            "Held by cluster.cluster.x-k8s.io, since 22 Nov 2026 11:00 UTC: deletion has not moved",
        ),
    ],
)
def test_a_stuck_deletion_leads_with_what_it_waits_for_and_since_when(stuck, begins):
    found = assess(stuck, NOON, NOON - timedelta(minutes=55))
    assert found.health is Health.DEGRADED
    assert found.message.startswith(begins)
    assert found.message.count("cluster.cluster.x-k8s.io") == 1


def test_a_deletion_under_way_says_what_it_waits_for():
    found = assess(_deleting("capi", "Cluster checkout-prod", WAITS), NOON, NOON - timedelta(minutes=5))
    assert (found.health, found.message) == (Health.DELETING, "Waiting for AWSCluster to be deleted")
