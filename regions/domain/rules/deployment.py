"""How a ClusterDeployment is doing."""

from datetime import datetime

from regions.domain import manifest as m
from regions.domain.health_scale import Assessment, Health
from regions.domain.manifest import Condition, Manifest
from regions.domain.rules import common, services
from regions.domain.words import one_line

NOT_YET = "k0rdent has not reported yet"


def deployment(cld: Manifest, now: datetime, progressed_at: datetime) -> Assessment:
    """Say how a ClusterDeployment is doing, and why; never Ready for one that is only validated."""
    if being_deleted := common.deletion(cld, now, progressed_at, _holds_deletion(cld)):
        return being_deleted
    if held := common.paused(cld):
        return held
    ready = m.condition(cld, "Ready")
    if ready is None:
        return common.under_way(NOT_YET, now, progressed_at)
    if ready["status"] == "False" and ready["reason"] == "Failed" and _is_current(cld, ready):
        return _failed(cld, ready)
    if stale := common.unobserved(cld, now, progressed_at):
        return stale
    if _validate_only(cld):
        return _validated(cld, ready, now, progressed_at)
    if failed := services.failed(cld):
        # k0rdent itself calls this Progressing, for ever.
        return Assessment(Health.DEGRADED, failed)
    if ready["status"] in ("False", "Unknown"):
        return common.waiting(ready, _why_not_ready(cld, ready), now, progressed_at)
    if ready["status"] != "True":
        return Assessment(Health.UNKNOWN, "Its condition Ready cannot be read")
    if missing := _unproven(cld):
        return common.under_way(missing, now, progressed_at)
    return common.settled(ready["message"], ready["changed_at"], now, progressed_at)


def _validate_only(cld: Manifest) -> bool:
    return m.text(m.part(cld, "spec", "dryRun")).lower() == "true"


def _is_current(cld: Manifest, ready: Condition) -> bool:
    """A failure speaks of the newest spec when its own condition says so, even if the status as a whole does not."""
    generation = m.number(m.part(cld, "metadata", "generation"))
    if ready["observed_generation"] is None or generation is None:
        return m.observed(cld)
    return ready["observed_generation"] >= generation


def _failed(cld: Manifest, ready: Condition) -> Assessment:
    why = common.said(ready)
    return Assessment(Health.FAILED, one_line(f"Not valid: {why}" if _validate_only(cld) else why))


def _validated(cld: Manifest, ready: Condition, now: datetime, progressed_at: datetime) -> Assessment:
    if ready["status"] != "True":
        return common.waiting(ready, _why_not_ready(cld, ready), now, progressed_at)
    renamed = m.condition(cld, "HelmChartNameChanged")
    if renamed and renamed["status"] == "True":
        warning = f"Valid, but it would reinstall the cluster: {common.said(renamed)}"
        return Assessment(Health.VALIDATED, one_line(warning))
    if m.condition(cld, "CAPIClusterSummary"):
        return Assessment(Health.VALIDATED, "Valid; the cluster runs on, and changes wait while spec.dryRun is set")
    return Assessment(Health.VALIDATED, "Valid; nothing is deployed while spec.dryRun is set")


def _why_not_ready(cld: Manifest, ready: Condition) -> str:
    if ready["message"]:
        return one_line(ready["message"])
    waiting = [found for found in m.conditions(cld) if found["status"] in ("False", "Unknown") and found["message"]]
    for found in waiting:
        if found["type"] not in ("Paused", "Ready"):
            return f"{found['type']}: {common.said(found)}"
    return NOT_YET if ready["status"] == "Unknown" else common.said(ready)


def _unproven(cld: Manifest) -> str:
    """Why a Ready is not believed. It may be left over from a dry run, which validates and never deploys."""
    release = m.condition(cld, "HelmReleaseReady")
    if release is None and m.condition(cld, "HelmChartReady"):
        return "Validated, not deployed yet"
    if release is not None and release["status"] != "True":
        return f"HelmReleaseReady: {common.said(release)}"
    return ""


def _holds_deletion(cld: Manifest) -> str:
    credential = m.condition(cld, "CredentialReady")
    if credential and credential["status"] == "False" and "failed to get Credential" in credential["message"]:
        return f"Its Credential is gone, create it again so that k0rdent can finish: {common.said(credential)}"
    return ""
