"""How a HelmRelease of Flux is doing."""

from datetime import datetime

from regions.domain import manifest as m
from regions.domain.health_scale import Assessment, Health
from regions.domain.manifest import Manifest
from regions.domain.rules import common
from regions.domain.words import one_line

_WAITING = frozenset({"Progressing", "DependencyNotReady", "HelmChartNotReady", "SourceNotReady", "ArtifactFailed"})


def helm_release(release: Manifest, now: datetime, progressed_at: datetime) -> Assessment:
    """Say how a HelmRelease is doing, and why."""
    ready = m.condition(release, "Ready")
    failing = ready is not None and ready["status"] == "False" and ready["reason"] not in _WAITING
    why = common.said(ready) if ready and ready["status"] != "True" else ""
    if being_deleted := common.deletion(release, now, progressed_at, why if failing else ""):
        return being_deleted
    stalled = m.condition(release, "Stalled")
    if stalled and stalled["status"] == "True":
        return Assessment(Health.FAILED, one_line(f"Flux has given up: {common.said(stalled)}"))
    if failing and m.observed(release):
        if ready and ready["reason"] == "InstallFailed":
            return Assessment(Health.FAILED, why)
        return Assessment(Health.DEGRADED, why)
    if m.part(release, "spec", "suspend") is True:
        return Assessment(Health.PAUSED, "Suspended: Flux does not reconcile it")
    if ready is None:
        return common.under_way("Flux has not reported yet", now, progressed_at)
    if ready["status"] in ("False", "Unknown") and not failing:
        # Flux writes what it is at before it says which generation it looked at.
        return common.waiting(ready, why, now, progressed_at)
    if stale := common.unobserved(release, now, progressed_at):
        return stale
    return common.by_condition(ready, now, progressed_at)
