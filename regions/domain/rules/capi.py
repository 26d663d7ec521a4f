"""How Cluster API objects are doing, by either API: v1beta2, and v1beta1 with its newer conditions set aside."""

from datetime import datetime

from regions.domain import manifest as m
from regions.domain.health_scale import Assessment, Health
from regions.domain.manifest import Manifest
from regions.domain.rules import common
from regions.domain.rules.generic import anything
from regions.domain.words import one_line

_CLUSTER_STEPS = (
    "InfrastructureReady",
    "ControlPlaneInitialized",
    "ControlPlaneReady",  # v1beta1
    "ControlPlaneAvailable",
    "ControlPlaneMachinesReady",
    "WorkersAvailable",
    "WorkerMachinesReady",
)


def cluster(manifest: Manifest, now: datetime, progressed_at: datetime) -> Assessment:
    """Say how a Cluster is doing: the first step that is not done is what it waits for."""
    if verdict := _first_of_all(manifest, now, progressed_at):
        return verdict
    initialized = _is_true(manifest, "ControlPlaneInitialized")
    probe = m.condition(manifest, "RemoteConnectionProbe")
    if initialized and probe and probe["status"] == "False":
        return Assessment(Health.DEGRADED, f"Cluster API cannot reach it: {common.said(probe)}")
    for step in _CLUSTER_STEPS:
        found = m.condition(manifest, step)
        if found and found["status"] in ("False", "Unknown"):
            message = one_line(f"{step}: {common.said(found)}")
            wrong = common.sounds_wrong(found) or (initialized and step in _LOSABLE)
            if (found["status"] == "False" and wrong) or common.gone(found):
                return Assessment(Health.DEGRADED, message)
            return common.waiting(found, message, now, progressed_at)
    for summary in ("Available", "Ready"):
        if found := m.condition(manifest, summary):
            return common.by_condition(found, now, progressed_at)
    phase = m.text(m.part(manifest, "status", "phase"))
    waits = f"{phase}, its conditions are not reported yet" if phase else common.NOTHING_YET
    return common.under_way(waits, now, progressed_at)


_LOSABLE = frozenset({"ControlPlaneAvailable", "ControlPlaneReady"})
"""Steps that were once done when the control plane is initialized: not done means lost."""


def machine(manifest: Manifest, now: datetime, progressed_at: datetime) -> Assessment:
    """Say how a Machine is doing, and once it runs, how its Node is."""
    if verdict := _first_of_all(manifest, now, progressed_at):
        return verdict
    phase = m.text(m.part(manifest, "status", "phase"))
    node = m.text(m.part(manifest, "status", "nodeRef", "name"))
    healthy = m.condition(manifest, "NodeHealthy") or m.condition(manifest, "NodeReady")
    infrastructure = m.condition(manifest, "InfrastructureReady")
    if infrastructure and common.gone(infrastructure):
        # Nothing that could come back is under way: Cluster API makes no machine a second time.
        return Assessment(Health.DEGRADED, one_line(f"Its machine is gone: {common.said(infrastructure)}"))
    if healthy and healthy["status"] == "False":
        whose = f"Node {node}" if node else "Its Node"
        return Assessment(Health.DEGRADED, one_line(f"{whose} is not healthy: {common.said(healthy)}"))
    if node and healthy and healthy["status"] == "Unknown" and phase == "Running":
        return Assessment(Health.UNKNOWN, one_line(f"Node {node} is not heard: {common.said(healthy)}"))
    for step in ("BootstrapConfigReady", "BootstrapReady", "InfrastructureReady"):
        found = m.condition(manifest, step)
        if found and found["status"] != "True":
            message = one_line(f"{step}: {common.said(found)}")
            if (found["status"] == "False" and common.sounds_wrong(found)) or common.gone(found):
                return Assessment(Health.DEGRADED, message)
            return common.waiting(found, message, now, progressed_at)
    if phase == "Running" and node and (healthy is None or healthy["status"] == "True"):
        found = m.condition(manifest, "Ready")
        if found is None or found["status"] == "True":
            return common.ready(f"Node {node} is ready")
        return common.by_condition(found, now, progressed_at)
    waits = common.said(healthy) if healthy and healthy["status"] != "True" else ""
    if phase and waits and healthy:
        return common.waiting(healthy, one_line(f"{phase}: {waits}"), now, progressed_at)
    if phase:
        return common.under_way(phase, now, progressed_at)
    return common.under_way(common.NOTHING_YET, now, progressed_at)


def replicated(manifest: Manifest, now: datetime, progressed_at: datetime) -> Assessment:
    """Say how a MachineDeployment or MachinePool is doing, by how many of its machines are there."""
    if verdict := _first_of_all(manifest, now, progressed_at):
        return verdict
    status = m.mapping(manifest.get("status"))
    wanted = m.number(m.part(manifest, "spec", "replicas"))
    if not status or (wanted is None and m.number(status.get("replicas")) is None):
        return common.under_way(common.NOTHING_YET, now, progressed_at)
    wanted = wanted if wanted is not None else m.number(status.get("replicas")) or 0
    available = m.number(status.get("availableReplicas")) or 0
    count = f"{available} of {wanted} machines available"
    if available < wanted:
        for kind in ("MachinesReady", "Available"):
            found = m.condition(manifest, kind)
            if found and found["status"] == "False" and found["message"]:
                return common.under_way(one_line(f"{count}: {found['message']}"), now, progressed_at)
        return common.under_way(count, now, progressed_at)
    up_to_date = m.number(status.get("upToDateReplicas"))
    if up_to_date is None:
        up_to_date = m.number(status.get("updatedReplicas"))
    if up_to_date is not None and up_to_date < wanted:
        return common.under_way(f"{count}, {up_to_date} up to date", now, progressed_at)
    if (m.number(status.get("replicas")) or 0) > wanted:
        return common.under_way(f"{count}, {status.get('replicas')} exist", now, progressed_at)
    return common.ready(count)


def control_plane(manifest: Manifest, now: datetime, progressed_at: datetime) -> Assessment:
    """Say how a control plane is doing: initialized, then as many replicas ready as were asked for."""
    verdict = anything(manifest, now, progressed_at)
    if verdict.health is not Health.READY and verdict.health is not Health.UNKNOWN:
        return verdict
    status = m.mapping(manifest.get("status"))
    if m.condition(manifest, "Ready") is None and m.condition(manifest, "Available") is None:
        begun = m.part(status, "initialization", "controlPlaneInitialized") is True or status.get("ready") is True
        if not begun:
            return common.under_way("The control plane is not initialized yet", now, progressed_at)
    elif verdict.health is Health.UNKNOWN:
        return verdict
    wanted, there = m.number(m.part(manifest, "spec", "replicas")), m.number(status.get("readyReplicas"))
    if wanted is not None and there is not None and there < wanted:
        return common.under_way(f"{there} of {wanted} control plane replicas ready", now, progressed_at)
    version = m.text(status.get("version"))
    count = f"{there} of {wanted} replicas ready" if wanted is not None and there is not None else "Ready"
    return common.ready(f"{count}, {version}" if version else count)


def _first_of_all(manifest: Manifest, now: datetime, progressed_at: datetime) -> Assessment | None:
    return (
        common.deletion(manifest, now, progressed_at)
        or common.terminal(manifest)
        or common.paused(manifest)
        or common.unobserved(manifest, now, progressed_at)
    )


def _is_true(manifest: Manifest, kind: str) -> bool:
    found = m.condition(manifest, kind)
    return found is not None and found["status"] == "True"
