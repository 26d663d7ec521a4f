"""How Regions, the Management and Releases are doing, as their own status tells."""

from datetime import datetime

from regions.domain import manifest as m
from regions.domain.health_scale import Assessment, Health
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.rules import common
from regions.domain.words import listed, one_line

REGION_PAUSE = f"{K0RDENT}/region-pause"

_UNDER_WAY = (
    "Some dependencies are not ready yet",
    "Ready condition is not updated yet",
    "has not observed new values yet",
    "is not yet ready: Running ",
    "is not yet ready: Fulfilling ",
    "has empty deployment history",
    "actual status is pending-",
    "is not yet reconciled the latest values",
    "InfrastructureProvider is not yet ready",
)
"""What a component says while it is still being installed; everything else in its `error` is one."""


def region(manifest: Manifest, now: datetime, progressed_at: datetime) -> Assessment:
    """Say how a Region is doing by its own word. That word goes stale: join the link before showing it."""
    verdict = _components_of(manifest, now, progressed_at)
    good = verdict.health in (Health.READY, Health.PROGRESSING)
    if REGION_PAUSE in m.annotations(manifest) and good:
        return Assessment(Health.PAUSED, "Paused: its deployments are not reconciled until the annotation is removed")
    return verdict


def management(manifest: Manifest, now: datetime, progressed_at: datetime) -> Assessment:
    """Say how k0rdent itself is doing on the management cluster."""
    for kind in ("PredeclaredSecretsExist", "RegistryCredentialSecretReady"):
        found = m.condition(manifest, kind)
        if found and found["status"] == "False" and m.deleting_at(manifest) is None:
            return Assessment(Health.DEGRADED, common.said(found))
    return _components_of(manifest, now, progressed_at)


def release(manifest: Manifest, now: datetime, progressed_at: datetime) -> Assessment:
    """Say whether a Release can be used: its templates exist and are valid."""
    if being_deleted := common.deletion(manifest, now, progressed_at):
        return being_deleted
    for kind in ("TemplatesCreated", "TemplatesValid"):
        found = m.condition(manifest, kind)
        if found and found["status"] == "False":
            return Assessment(Health.FAILED, f"{kind}: {common.said(found)}")
    if stale := common.unobserved(manifest, now, progressed_at):
        return stale
    if m.part(manifest, "status", "ready") is True:
        return common.ready("All its templates are valid")
    return common.under_way("Its templates are not all valid yet", now, progressed_at)


def _components_of(manifest: Manifest, now: datetime, progressed_at: datetime) -> Assessment:
    ready = m.condition(manifest, "Ready")
    waits = common.said(ready) if ready and ready["status"] == "False" else ""
    if being_deleted := common.deletion(manifest, now, progressed_at, waits):
        return being_deleted
    errors = _errors(manifest)
    broken = {name: error for name, error in errors.items() if not any(words in error for words in _UNDER_WAY)}
    if broken:
        return Assessment(Health.DEGRADED, one_line("; ".join(f"{name}: {error}" for name, error in broken.items())))
    if ready is None:
        return common.under_way("k0rdent has not reported yet", now, progressed_at)
    if ready["status"] == "False" and ready["reason"] != "NotAllComponentsHealthy":
        return Assessment(Health.FAILED, common.said(ready))
    if ready["status"] != "True":
        detail = listed(f"{name} ({error})" for name, error in errors.items())
        message = one_line(f"Installing {detail}" if detail else common.said(ready))
        return common.waiting(ready, message, now, progressed_at)
    if stale := common.unobserved(manifest, now, progressed_at):
        return stale
    if errors:
        return Assessment(Health.DEGRADED, one_line("; ".join(f"{name}: {error}" for name, error in errors.items())))
    return common.ready(ready["message"])


def _errors(manifest: Manifest) -> dict[str, str]:
    """Components that have not succeeded, with what they say."""
    components = m.mapping(m.part(manifest, "status", "components"))
    return {
        name: one_line(m.text(m.part(component, "error"))) or "not ready yet"
        for name, component in components.items()
        if m.part(component, "success") is not True
    }
