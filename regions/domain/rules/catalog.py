"""How Credentials, templates, chains and the small k0rdent kinds are doing."""

from datetime import datetime

from regions.domain import manifest as m
from regions.domain.health_scale import Assessment, Health
from regions.domain.manifest import Manifest
from regions.domain.rules import common
from regions.domain.words import listed, one_line

_BEFORE_MANAGEMENT = "Waiting for Management creation"
"""Of a template that is older than Management: no fault of its own (seen on k0rdent 1.11.4)."""


def credential(manifest: Manifest, now: datetime, progressed_at: datetime) -> Assessment:
    """Say whether k0rdent found the identity. It never asks the cloud whether the keys are right."""
    if being_deleted := common.deletion(manifest, now, progressed_at):
        return being_deleted
    found = m.condition(manifest, "CredentialReady")
    if found is None:
        # A failing copy to the region is reported nowhere: the condition just never comes.
        return common.under_way("k0rdent has not checked it yet", now, progressed_at)
    if found["status"] == "False":
        return Assessment(Health.FAILED, common.said(found))
    if stale := _condition_stale(manifest, now, progressed_at):
        return stale
    if found["status"] != "True" or m.part(manifest, "status", "ready") is False:
        return common.waiting(found, common.said(found), now, progressed_at)
    identity = m.mapping(m.part(manifest, "spec", "identityRef"))
    name = f"{m.text(identity.get('kind'))} {m.text(identity.get('name'))}".strip()
    return common.ready(f"Its identity {name} was found" if name else found["message"])


def _condition_stale(manifest: Manifest, now: datetime, progressed_at: datetime) -> Assessment | None:
    """A Credential has no observedGeneration of its own: its condition carries one."""
    found = m.condition(manifest, "CredentialReady")
    generation = m.number(m.part(manifest, "metadata", "generation"))
    seen = found["observed_generation"] if found else None
    if generation is None or seen is None or seen >= generation:
        return None
    return common.under_way("Settling: the newest change has not been looked at yet", now, progressed_at)


def template(manifest: Manifest, now: datetime, progressed_at: datetime) -> Assessment:
    """Say whether a template or a chain of templates is valid."""
    if being_deleted := common.deletion(manifest, now, progressed_at):
        return being_deleted
    if stale := common.unobserved(manifest, now, progressed_at):
        return stale
    status = m.mapping(manifest.get("status"))
    why = m.text(status.get("validationError"))
    if why.startswith(_BEFORE_MANAGEMENT):
        return common.under_way("k0rdent validates it once its Management object is there", now, progressed_at)
    if why:
        return Assessment(Health.FAILED, one_line(f"Not valid: {why}"))
    if status.get("valid") is True:
        return common.ready(m.text(status.get("description")) or "Valid")
    if status.get("valid") is False:
        return Assessment(Health.FAILED, "Not valid, and no reason was given")
    return common.under_way("Not checked yet", now, progressed_at)


def state_management(manifest: Manifest, now: datetime, progressed_at: datetime) -> Assessment:
    """Say whether services can be deployed at all."""
    if being_deleted := common.deletion(manifest, now, progressed_at):
        return being_deleted
    if m.part(manifest, "spec", "suspend") is True:
        return Assessment(Health.PAUSED, "Suspended: no services are deployed")
    for found in m.conditions(manifest):
        if found["status"] == "False":
            return Assessment(Health.DEGRADED, f"{found['type']}: {common.said(found)}")
    if m.part(manifest, "status", "ready") is True:
        return common.ready("Its adapter and provisioners are ready")
    return common.under_way("Not ready yet", now, progressed_at)


def access(manifest: Manifest, now: datetime, progressed_at: datetime) -> Assessment:
    """Say whether objects are shared with namespaces as asked."""
    if being_deleted := common.deletion(manifest, now, progressed_at):
        return being_deleted
    status = m.mapping(manifest.get("status"))
    if why := one_line(m.text(status.get("error"))):
        return Assessment(Health.DEGRADED, why)
    wrong = [resource for resource in m.items(status.get("resources")) if m.text(resource.get("error"))]
    if wrong:
        return Assessment(
            Health.DEGRADED,
            one_line(listed((f"{m.text(r.get('kind'))}: {m.text(r.get('error'))}" for r in wrong), most=3)),
        )
    if stale := common.unobserved(manifest, now, progressed_at):
        return stale
    if m.number(status.get("observedGeneration")) is None:
        return common.under_way("k0rdent has not applied it yet", now, progressed_at)
    return common.ready(f"{len(m.items(status.get('current')))} access rules are applied")


def cluster_data_source(manifest: Manifest, now: datetime, progressed_at: datetime) -> Assessment:
    """Say whether a cluster's database is there. Open-source k0rdent 1.11 has nothing that would make it."""
    if being_deleted := common.deletion(manifest, now, progressed_at):
        return being_deleted
    if why := one_line(m.text(m.part(manifest, "status", "error"))):
        return Assessment(Health.FAILED, why)
    if m.part(manifest, "status", "ready") is True:
        return common.ready("Its database can be used")
    return common.under_way("Nothing has made its database yet", now, progressed_at)
