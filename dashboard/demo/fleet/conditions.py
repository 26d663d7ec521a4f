"""How a Cluster is doing, in the conditions of Cluster API."""

from dataclasses import dataclass
from typing import Any

from dashboard.demo.fleet.machines import machine_name
from dashboard.demo.fleet.make import condition
from dashboard.demo.fleet.model import Deployment, Step
from dashboard.demo.fleet.wording import summary, trouble_text, troubles

Manifest = dict[str, Any]


@dataclass(slots=True)
class Counts:
    """How many machines there are, and how many of them are well."""

    control: int
    control_ready: int
    workers: int
    workers_ready: int


def counts(d: Deployment) -> Counts:
    wanted, workers = d.control_planes, d.workers
    if d.step < Step.NETWORKED:
        return Counts(0, 0, 0, 0)
    if d.step == Step.NETWORKED:
        return Counts(min(wanted, 1), 0, 0, 0)
    if d.step == Step.CONTROLLED:
        return Counts(wanted, wanted, workers, 0)
    ready = workers - 1 if d.trouble == "unhealthy" and workers else workers
    return Counts(wanted, wanted, workers, ready)


def cluster_conditions(d: Deployment, counts: Counts, control: tuple[str, str]) -> list[Manifest]:
    """Of the Cluster, in the words of Cluster API."""
    at = d.at
    infra = d.step > Step.INSTALLED
    controlled, populated = d.step >= Step.CONTROLLED, counts.workers_ready >= d.workers
    kind = control[0]
    waiting = f"{kind} status.initialization.controlPlaneInitialized is false"
    if d.trouble == "rejected":
        broken = condition("InfrastructureReady", False, "NotReady", f"* {trouble_text(d)}", at)
    else:
        broken = condition("InfrastructureReady", False, "NotReady", "Waiting for the network", at)
    found = [
        condition("InfrastructureReady", True, "Ready", "", at) if infra else broken,
        condition(
            "ControlPlaneInitialized",
            controlled,
            "Initialized" if controlled else "NotInitialized",
            "" if controlled else "Control plane not yet initialized",
            at,
        ),
        condition(
            "ControlPlaneAvailable",
            controlled,
            "Available" if controlled else "NotAvailable",
            "" if controlled else waiting,
            at,
        ),
    ]
    found += [
        _machines_ready("ControlPlaneMachinesReady", d, counts, "control"),
        _workers_available(d, counts),
        _machines_ready("WorkerMachinesReady", d, counts, "worker"),
        condition(
            "RemoteConnectionProbe",
            controlled,
            "ProbeSucceeded" if controlled else "ProbeFailed",
            "" if controlled else "Remote connection not established yet",
            at,
        ),
    ]
    well = infra and controlled and populated
    found.insert(
        0, condition("Available", well, "Available" if well else "NotAvailable", "" if well else summary(found), at)
    )
    if d.deleting_at:
        text = f"* MachineDeployments: {d.name}-md\n* Machines: {max(1, d.workers - 1)} are being deleted"
        found.append(condition("Deleting", True, "WaitingForWorkersDeletion", text, d.deleting_at))
    else:
        found.append(condition("Deleting", False, "NotDeleting", "", at))
    return found


def _workers_available(d: Deployment, counts: Counts) -> Manifest:
    enough = d.workers - 1 if d.workers > 2 else d.workers
    if counts.workers_ready >= enough:
        return condition("WorkersAvailable", True, "Available", "", d.at)
    text = f"* MachineDeployment {d.name}-md: {counts.workers_ready} available replicas, at least {enough} required"
    return condition("WorkersAvailable", False, "NotAvailable", text, d.at)


def _machines_ready(type_: str, d: Deployment, counts: Counts, role: str) -> Manifest:
    made, ready, wanted = (
        (counts.control, counts.control_ready, d.control_planes)
        if role == "control"
        else (counts.workers, counts.workers_ready, d.workers)
    )
    if ready >= wanted and d.step > Step.NETWORKED:
        return condition(type_, True, "Ready", "", d.at)
    if not made:
        return condition(type_, True, "NoReplicas", "", d.at)
    trouble = bool(d.trouble) and troubles()[d.trouble]["machine"] == role
    text = trouble_text(d) if trouble else "Waiting for a Node with spec.providerID to exist"
    bad = [machine_name(d, role, number) for number in range(made)][ready:]
    message = f"* {'Machine' if len(bad) == 1 else 'Machines'} {', '.join(bad[:3])}:\n  * {text.removeprefix('* ')}"
    reason = "NotReady" if trouble else "ReadyUnknown"
    return condition(type_, False if trouble else "Unknown", reason, message, d.at)
