"""How Regions, the Management and Releases are doing, as their own status tells."""

from datetime import datetime

from regions.domain import components
from regions.domain import manifest as m
from regions.domain.health_scale import Assessment, Health
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.rules import common
from regions.domain.words import listed, one_line

REGION_PAUSE = f"{K0RDENT}/region-pause"


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
    errors = components.errors(manifest)
    told = {name: components.told(error, now, progressed_at) for name, error in errors.items()}
    broken = {name: errors[name] for name, (health, _) in told.items() if health is not Health.PROGRESSING}
    if broken:
        return Assessment(Health.DEGRADED, one_line("; ".join(f"{name}: {error}" for name, error in broken.items())))
    if ready is None:
        return common.under_way("k0rdent has not reported yet", now, progressed_at)
    if ready["status"] == "False" and ready["reason"] != "NotAllComponentsHealthy":
        return Assessment(Health.FAILED, common.said(ready))
    if ready["status"] != "True":
        detail = listed(f"{name} ({error})" for name, error in errors.items())
        message = one_line(f"Installing {detail}" if detail else common.said(ready))
        verdict = common.waiting(ready, message, now, progressed_at)
        due_at = min([at for _, at in told.values() if at], default=verdict.due_at)
        return Assessment(verdict.health, verdict.message, due_at)
    if stale := common.unobserved(manifest, now, progressed_at):
        return stale
    if errors:
        return Assessment(Health.DEGRADED, one_line("; ".join(f"{name}: {error}" for name, error in errors.items())))
    return common.ready(ready["message"])
