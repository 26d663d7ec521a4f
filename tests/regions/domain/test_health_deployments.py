"""How ClusterDeployments are doing."""

from datetime import timedelta
from typing import Any

from regions.domain.health import Health, assess
from tests.regions.domain.files import NOON, judged, manifest

CLD = "clusterdeployments"


def test_a_deployment_that_has_been_ready_for_weeks_is_ready():
    found = judged(CLD, "checkout-prod")
    assert found.health is Health.READY
    assert found.message == "Object is ready"
    assert found.due_at is None


def test_a_ready_of_ten_seconds_is_settling_and_due_when_half_a_minute_is_over():
    found = judged(CLD, "ready-a-moment-ago", idle=0.1)
    assert found.health is Health.PROGRESSING
    assert "Settling" in found.message
    assert found.due_at == NOON + timedelta(seconds=20)


def test_a_settled_ready_is_believed_at_the_moment_that_it_was_due():
    settling = judged(CLD, "ready-a-moment-ago", idle=0.1)
    assert settling.due_at is not None
    later = assess(manifest(CLD, "ready-a-moment-ago"), settling.due_at, NOON)
    assert later.health is Health.READY


def test_a_ready_from_a_clock_ahead_of_ours_settles_from_when_we_saw_it():
    ahead = manifest(CLD, "ready-a-moment-ago")
    ahead["status"]["conditions"][-1]["lastTransitionTime"] = "2026-11-22T14:00:00Z"
    assert assess(ahead, NOON, NOON - timedelta(minutes=1)).health is Health.READY


def test_a_deployment_under_way_says_what_it_waits_for_in_one_line():
    found = judged(CLD, "checkout-canary")
    assert found.health is Health.PROGRESSING
    assert found.message == (
        "ControlPlaneAvailable: K0sControlPlane status.initialization.controlPlaneInitialized is false; "
        "WorkersAvailable: MachineDeployment checkout-canary-md: 0 available replicas, at least 2 required"
    )


def test_a_deployment_under_way_is_looked_at_again_when_our_patience_ends():
    found = judged(CLD, "checkout-canary", idle=5)
    assert found.due_at == NOON + timedelta(minutes=25)


def test_a_deployment_that_did_not_move_for_half_an_hour_is_degraded_and_says_where_it_stands():
    found = judged(CLD, "checkout-canary", idle=32)
    assert found.health is Health.DEGRADED
    assert found.message.startswith("No progress for over 30 minutes: ControlPlaneAvailable")


def test_a_deployment_seen_for_the_first_time_is_as_old_as_its_newest_transition():
    stuck = assess(manifest(CLD, "checkout-canary"), NOON + timedelta(minutes=20), None)
    assert stuck.health is Health.DEGRADED


def test_a_deployment_without_status_is_progressing():
    found = judged(CLD, "just-made", idle=0.5)
    assert found.health is Health.PROGRESSING
    assert found.message == "k0rdent has not reported yet"


def test_a_deployment_that_nobody_looks_at_is_degraded_in_the_end():
    assert judged(CLD, "just-made", idle=31).health is Health.DEGRADED


def test_unknown_conditions_of_the_first_seconds_are_progress():
    found = judged(CLD, "first-seconds", idle=0.5)
    assert found.health is Health.PROGRESSING
    assert found.message == "k0rdent has not reported yet"


def test_a_ready_that_speaks_of_the_old_spec_is_settling():
    found = judged(CLD, "just-edited")
    assert found.health is Health.PROGRESSING
    assert found.message.startswith("Settling")


def test_a_failure_that_speaks_of_the_newest_spec_counts_though_the_status_as_a_whole_lags():
    found = judged(CLD, "wrong-config")
    assert found.health is Health.FAILED
    assert "minimum: got 4, want 8" in found.message


def test_a_failure_that_speaks_of_the_old_spec_no_longer_counts():
    assert judged(CLD, "corrected").health is Health.PROGRESSING


def test_a_failed_deployment_stays_failed_however_long_it_takes():
    assert judged(CLD, "wrong-config", idle=600).health is Health.FAILED


def test_a_deployment_whose_region_was_lost_has_failed_with_the_dial_error():
    found = judged(CLD, "region-was-lost")
    assert found.health is Health.FAILED
    assert "i/o timeout" in found.message


def test_a_failed_service_degrades_its_deployment_though_k0rdent_calls_it_progressing():
    found = judged(CLD, "service-broken")
    assert found.health is Health.DEGRADED
    assert found.message.startswith('1 of 2 services failed: kyverno (chart "kyverno" version "3.5.0" not found')


def test_a_valid_dry_run_is_validated_and_never_ready():
    found = judged(CLD, "what-if")
    assert found.health is Health.VALIDATED
    assert "nothing is deployed" in found.message


def test_a_dry_run_that_does_not_validate_has_failed():
    found = judged(CLD, "what-if-invalid")
    assert found.health is Health.FAILED
    assert found.message.startswith("Not valid: failed to get Credential team-data/azure-nowhere")


def test_a_dry_run_that_would_reinstall_the_cluster_warns_of_it():
    found = judged(CLD, "what-if-upgrade")
    assert found.health is Health.VALIDATED
    assert "would reinstall the cluster" in found.message


def test_a_dry_run_over_a_running_cluster_says_that_changes_wait():
    running = manifest(CLD, "what-if-upgrade")
    running["status"]["conditions"] = [
        c for c in running["status"]["conditions"] if c["type"] != "HelmChartNameChanged"
    ]
    found = assess(running, NOON, NOON)
    assert found.health is Health.VALIDATED
    assert found.message == "Valid; the cluster runs on, and changes wait while spec.dryRun is set"


def test_a_ready_left_over_from_a_dry_run_is_not_believed():
    found = judged(CLD, "dry-run-switched-off")
    assert found.health is Health.PROGRESSING
    assert found.message == "Validated, not deployed yet"


def test_a_dry_run_not_looked_at_yet_is_not_validated():
    edited = manifest(CLD, "what-if")
    edited["metadata"]["generation"] = 2
    assert assess(edited, NOON, NOON).health is Health.PROGRESSING


def test_a_deployment_held_by_its_region_is_paused_not_failed():
    found = judged(CLD, "held-by-region")
    assert found.health is Health.PAUSED
    assert found.message == "Related Region amsterdam is paused"


def test_a_deployment_being_deleted_says_what_it_waits_for():
    found = judged(CLD, "going-away")
    assert found.health is Health.DELETING
    assert found.message == "Deleting: Waiting for infrastructure to be deleted"
    assert found.due_at == NOON + timedelta(minutes=25)


def test_a_deletion_that_does_not_move_is_degraded():
    found = judged(CLD, "going-away", idle=45, now=NOON + timedelta(hours=1))
    assert found.health is Health.DEGRADED
    assert found.message == (
        "Deleting: Waiting for infrastructure to be deleted, since 22 Nov 2026 11:50 UTC: "
        "deletion has not moved for over 30 minutes, held by k0rdent.mirantis.com/cluster-deployment"
    )


def test_a_deletion_that_fails_is_degraded_at_once():
    found = judged(CLD, "cannot-go-away")
    assert found.health is Health.DEGRADED
    assert "connection refused" in found.message


def test_a_deletion_whose_credential_is_gone_says_how_to_get_out():
    found = judged(CLD, "orphaned-by-its-credential", idle=65)
    assert found.health is Health.DEGRADED
    assert "create it again" in found.message


def test_a_ready_that_cannot_be_read_is_unknown():
    found = judged(CLD, "garbled")
    assert found.health is Health.UNKNOWN
    assert "cannot be read" in found.message


def _unknown_for(minutes: float) -> dict[str, Any]:
    """One that installs: its Ready turned Unknown so long ago, and a condition beside it moved four minutes ago."""
    cld = manifest(CLD, "checkout-canary")
    ready = next(one for one in cld["status"]["conditions"] if one["type"] == "Ready")
    ready |= {
        "status": "Unknown",
        "reason": "Progressing",
        "message": "",
        "lastTransitionTime": (NOON - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return cld


def test_a_ready_that_is_unknown_for_45_minutes_is_unknown_though_something_else_moved():
    found = assess(_unknown_for(45), NOON, NOON - timedelta(minutes=4))
    assert found.health is Health.UNKNOWN
    assert found.message.startswith("Ready is Unknown for over 30 minutes: CAPIClusterSummary: ")


def test_a_ready_that_is_unknown_for_45_minutes_while_nothing_moves_is_stuck():
    found = assess(_unknown_for(45), NOON, NOON - timedelta(minutes=45))
    assert found.health is Health.DEGRADED
    assert found.message.startswith("No progress for over 30 minutes")


def test_a_ready_that_is_unknown_for_ten_minutes_is_looked_at_again_when_it_has_been_for_thirty():
    found = assess(_unknown_for(10), NOON, NOON - timedelta(minutes=4))
    assert found.health is Health.PROGRESSING
    assert found.due_at == NOON + timedelta(minutes=20)
    assert assess(_unknown_for(10), found.due_at, NOON + timedelta(minutes=15)).health is Health.UNKNOWN
