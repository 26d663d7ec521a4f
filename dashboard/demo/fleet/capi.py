"""The Cluster API objects of a deployment, on the cluster that hosts them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import yaml

from dashboard.demo.charts import chart_of, version_of
from dashboard.demo.crds import DATA
from dashboard.demo.fleet.make import condition, make, owner, short, stamp
from dashboard.demo.fleet.model import Deployment, Step

Manifest = dict[str, Any]
CAPI, CONTROL, INFRA = "cluster.x-k8s.io", "controlplane.cluster.x-k8s.io", "infrastructure.cluster.x-k8s.io"
_KINDS = {
    "aws": ("AWSCluster", "AWSMachine", "v1beta2"), "azure": ("AzureCluster", "AzureMachine", "v1beta1"),
    "gcp": ("GCPCluster", "GCPMachine", "v1beta1"), "openstack": ("OpenStackCluster", "OpenStackMachine", "v1beta1"),
    "vsphere": ("VSphereCluster", "VSphereMachine", "v1beta1"),
    "kubevirt": ("KubevirtCluster", "KubevirtMachine", "v1alpha1"), "docker": ("DevCluster", "DevMachine", "v1beta2"),
    "remote": ("RemoteCluster", "RemoteMachine", "v1beta2"),
}  # fmt: skip
_MANAGED = {
    "aws-eks": ("AWSManagedCluster", CONTROL, "AWSManagedControlPlane", "v1beta2"),
    "azure-aks": ("AzureASOManagedCluster", INFRA, "AzureASOManagedControlPlane", "v1beta1"),
    "gcp-gke": ("GCPManagedCluster", INFRA, "GCPManagedControlPlane", "v1beta1"),
}
_CLEANED = ("aws", "azure", "gcp", "docker")
_VERSIONS = ("v1.36.3", "v1.35.6", "v1.34.9")


@cache
def troubles() -> Manifest:
    return yaml.safe_load((DATA / "troubles.yaml").read_text())


def trouble_text(d: Deployment) -> str:
    """What is said about this deployment's trouble."""
    if d.said:
        return d.said
    chart = chart_of(d.template)
    texts = troubles()[d.trouble]["texts"]
    text: str = texts.get(chart.cloud) or texts["other"]
    return text.format(
        namespace=d.namespace, name=d.name, chart=chart.name, version=version_of(d.template), identity=d.credential
    )


def kubernetes_version(template: str) -> str:
    """Of the clusters that this template makes."""
    chart = chart_of(template)
    age = len(chart.versions) - 1 - chart.versions.index(version_of(template))
    number = _VERSIONS[min(age, len(_VERSIONS) - 1)]
    return number if chart.managed else f"{number}+k0s.{2 - min(age, 2)}"


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


class Cluster:
    """Everything Cluster API has of one deployment."""

    def __init__(self, d: Deployment, scope: str) -> None:
        self.d = d
        self.scope = f"{scope}/{d.place.cluster}"
        self.chart = chart_of(d.template)
        self.version = kubernetes_version(d.template)
        self.counts = counts(d)
        self.labels = {"helm.toolkit.fluxcd.io/name": d.name, "helm.toolkit.fluxcd.io/namespace": d.namespace}
        self.named = {"cluster.x-k8s.io/cluster-name": d.name}

    def objects(self) -> Iterator[Manifest]:
        if self.d.step < Step.INSTALLED or self.d.dry_run:
            return
        if self.chart.name == "adopted-cluster":
            yield self._sveltos()
            return
        yield (cluster := self.cluster())
        yield self._infrastructure(cluster)
        yield self._control_plane(cluster)
        if self.chart.name in ("azure-aks", "gcp-gke"):
            yield from self._pools(cluster)
            return
        if self.chart.name != "remote-cluster" and self.d.workers:
            yield self._machine_deployment(cluster)
        yield from self.machines(cluster)

    def _make(self, api_version: str, kind: str, name: str, **more: Any) -> Manifest:
        more.setdefault("at", self.d.created_at + timedelta(minutes=2))
        return make(api_version, kind, name, self.d.namespace, scope=self.scope, **more)

    # -- the Cluster ---------------------------------------------------------------------------------------------

    def cluster(self) -> Manifest:
        d = self.d
        infra, control = self._references()
        found = self.counts
        status: Manifest = {
            "phase": "Deleting" if d.deleting_at else "Provisioned" if d.step > Step.INSTALLED else "Provisioning",
            "initialization": {
                "infrastructureProvisioned": d.step > Step.INSTALLED,
                "controlPlaneInitialized": d.step >= Step.CONTROLLED,
            },
            "controlPlane": _replicas(d.control_planes, found.control, found.control_ready),
            "workers": _replicas(d.workers, found.workers, found.workers_ready),
            "conditions": self.conditions(),
            "observedGeneration": 1,
        }
        networks = {"pods": {"cidrBlocks": ["10.244.0.0/16"]}, "services": {"cidrBlocks": ["10.96.0.0/12"]}}
        spec: Manifest = {"clusterNetwork": networks, "infrastructureRef": infra, "controlPlaneRef": control}
        if d.step > Step.INSTALLED:
            spec["controlPlaneEndpoint"] = {"host": f"api.{d.name}.{d.place.where}.example.net", "port": 6443}
        made = self._make(
            f"{CAPI}/v1beta2", "Cluster", d.name, labels=self.labels | d.labels, spec=spec, status=status,
            finalizers=["cluster.cluster.x-k8s.io"],
        )  # fmt: skip
        if d.deleting_at:
            made["metadata"] |= {"deletionTimestamp": stamp(d.deleting_at), "deletionGracePeriodSeconds": 0}
        return made

    def conditions(self) -> list[Manifest]:
        """Of the Cluster, in the words of Cluster API."""
        d, at = self.d, self.d.at
        infra = d.step > Step.INSTALLED
        controlled, populated = d.step >= Step.CONTROLLED, self.counts.workers_ready >= d.workers
        kind = self._references()[1]["kind"]
        waiting = f"{kind} status.initialization.controlPlaneInitialized is false"
        if d.trouble == "rejected":
            broken = condition("InfrastructureReady", False, "NotReady", f"* {trouble_text(d)}", at)
        else:
            broken = condition("InfrastructureReady", False, "NotReady", "Waiting for the network", at)
        found = [
            condition("InfrastructureReady", True, "Ready", "", at) if infra else broken,
            condition("ControlPlaneInitialized", controlled, "Initialized" if controlled else "NotInitialized",
                      "" if controlled else "Control plane not yet initialized", at),
            condition("ControlPlaneAvailable", controlled, "Available" if controlled else "NotAvailable",
                      "" if controlled else waiting, at),
        ]  # fmt: skip
        found += [
            self._machines_condition("ControlPlaneMachinesReady", d.control_planes, "control", at),
            self._workers_available(populated, at),
            self._machines_condition("WorkerMachinesReady", d.workers, "worker", at),
            condition("RemoteConnectionProbe", controlled, "ProbeSucceeded" if controlled else "ProbeFailed",
                      "" if controlled else "Remote connection not established yet", at),
        ]  # fmt: skip
        well = infra and controlled and populated
        found.insert(0, condition("Available", well, "Available" if well else "NotAvailable",
                                  "" if well else summary(found), at))  # fmt: skip
        if d.deleting_at:
            text = f"* MachineDeployments: {d.name}-md\n* Machines: {max(1, d.workers - 1)} are being deleted"
            found.append(condition("Deleting", True, "WaitingForWorkersDeletion", text, d.deleting_at))
        else:
            found.append(condition("Deleting", False, "NotDeleting", "", at))
        return found

    def _workers_available(self, populated: bool, at: datetime) -> Manifest:
        if populated:
            return condition("WorkersAvailable", True, "Available", "", at)
        d = self.d
        lacking = f"* MachineDeployment {d.name}-md: {self.counts.workers_ready} available replicas, "
        enough = d.workers - 1 if d.workers > 2 else d.workers
        if self.counts.workers_ready >= enough:
            return condition("WorkersAvailable", True, "Available", "", at)
        return condition("WorkersAvailable", False, "NotAvailable", f"{lacking}at least {enough} required", at)

    def _machines_condition(self, type_: str, wanted: int, role: str, at: datetime) -> Manifest:
        ready = self.counts.control_ready if role == "control" else self.counts.workers_ready
        made = self.counts.control if role == "control" else self.counts.workers
        if ready >= wanted and self.d.step > Step.NETWORKED:
            return condition(type_, True, "Ready", "", at)
        if not made:
            return condition(type_, True, "NoReplicas", "", at)
        names = [machine["metadata"]["name"] for machine in self.machines(None) if _role(machine) == role]
        trouble = self.d.trouble and troubles()[self.d.trouble]["machine"] == role
        text = trouble_text(self.d) if trouble else "Waiting for a Node with spec.providerID to exist"
        bad = names[ready:][: 1 if self.d.trouble == "unhealthy" else None]
        message = f"* {'Machine' if len(bad) == 1 else 'Machines'} {', '.join(bad[:3])}:\n  * {text.removeprefix('* ')}"
        return condition(type_, False if trouble else "Unknown", "NotReady" if trouble else "ReadyUnknown", message, at)

    # -- what stands behind it -----------------------------------------------------------------------------------

    def _references(self) -> tuple[Manifest, Manifest]:
        d = self.d
        if self.chart.name in _MANAGED:
            infra, group, control, _ = _MANAGED[self.chart.name]
            return _ref(INFRA, infra, d.name), _ref(group, control, f"{d.name}-cp")
        hosted = self.chart.name in ("docker-hosted-cp", "remote-cluster")
        control = "K0smotronControlPlane" if hosted else "K0sControlPlane"
        return _ref(INFRA, _KINDS[self.chart.cloud][0], d.name), _ref(CONTROL, control, f"{d.name}-cp")

    def _infrastructure(self, cluster: Manifest) -> Manifest:
        d, at = self.d, self.d.at
        reference = self._references()[0]
        version = _MANAGED[self.chart.name][3] if self.chart.name in _MANAGED else _KINDS[self.chart.cloud][2]
        ready = d.step > Step.INSTALLED
        text = trouble_text(d) if d.trouble == "rejected" else ""
        reason = "InfrastructureFailed" if text else "Ready" if ready else "WaitingForInfrastructure"
        place = {"aws": "region", "azure": "location", "gcp": "region"}.get(self.chart.cloud)
        return self._make(
            f"{INFRA}/{version}", reference["kind"], d.name, labels=self.labels | self.named, owners=[owner(cluster)],
            finalizers=["k0rdent.mirantis.com/cleanup"] if self.chart.cloud in _CLEANED else None,
            spec={place: d.place.where} if place else {},
            status={"ready": ready, "initialization": {"provisioned": ready},
                    "conditions": [condition("Ready", ready, reason, text, at)]},
        )  # fmt: skip

    def _control_plane(self, cluster: Manifest) -> Manifest:
        reference = self._references()[1]
        group = reference["apiGroup"]
        version = _MANAGED[self.chart.name][3] if self.chart.name in _MANAGED else "v1beta2"
        found, ready = self.counts, self.d.step >= Step.CONTROLLED
        return self._make(
            f"{group}/{version}", reference["kind"], reference["name"], labels=self.labels | self.named,
            owners=[owner(cluster)], spec={"replicas": self.d.control_planes, "version": self.version},
            status={
                "initialization": {"controlPlaneInitialized": ready}, "ready": ready, "version": self.version,
                "replicas": found.control, "readyReplicas": found.control_ready,
                "upToDateReplicas": found.control, "availableReplicas": found.control_ready,
                "conditions": [condition("Available", ready, "Available" if ready else "NotAvailable", "", self.d.at)],
            },
        )  # fmt: skip

    def _machine_deployment(self, cluster: Manifest) -> Manifest:
        d, found = self.d, self.counts
        well = found.workers_ready >= d.workers
        status = _replicas(d.workers, found.workers, found.workers_ready)
        status.pop("desiredReplicas")
        conditions = [
            condition("Available", well, "Available" if well else "NotAvailable", "" if well else
                      f"{found.workers_ready} available replicas, at least {d.workers} required", d.at),
            condition("Paused", False, "NotPaused", "", d.at),
        ]  # fmt: skip
        return self._make(
            f"{CAPI}/v1beta2", "MachineDeployment", f"{d.name}-md", labels=self.labels | self.named,
            owners=[owner(cluster)],
            spec={
                "clusterName": d.name, "replicas": d.workers,
                "template": {"spec": {"clusterName": d.name, "version": self.version}},
            },
            status=status | {"phase": "Running" if well else "ScalingUp", "conditions": conditions},
        )  # fmt: skip

    def _pools(self, cluster: Manifest) -> Iterator[Manifest]:
        d = self.d
        pools = {"system": 2, "user": d.workers} if self.chart.name == "azure-aks" else {"mp": d.workers}
        up = d.step >= Step.POPULATED
        kind = "AzureASOManagedMachinePool" if self.chart.name == "azure-aks" else "GCPManagedMachinePool"
        for pool, count in pools.items():
            name = f"{d.name}-{pool}"
            found = count if up else 0
            yield self._make(
                f"{CAPI}/v1beta2", "MachinePool", name, labels=self.labels | self.named, owners=[owner(cluster)],
                spec={"clusterName": d.name, "replicas": count, "template": {"spec": {
                    "clusterName": d.name, "version": self.version, "infrastructureRef": _ref(INFRA, kind, name)}}},
                status=_replicas(count, found, found) | {"phase": "Running" if up else "Provisioning"},
            )  # fmt: skip
            yield self._make(f"{INFRA}/v1beta1", kind, name, labels=self.named, spec={}, status={"ready": up})

    # -- machines ------------------------------------------------------------------------------------------------

    def machines(self, cluster: Manifest | None) -> Iterator[Manifest]:
        """Each Machine, and with a Cluster to own them the machine of the cloud behind it as well."""
        found, d = self.counts, self.d
        if self.chart.name not in ("docker-hosted-cp", "remote-cluster"):
            for number in range(found.control):
                ready = number < found.control_ready
                yield from self._machine(cluster, f"{d.name}-cp-{number}", "control", ready, number)
        infix = short(d.place.cluster, d.key, d.template)
        for number in range(found.workers):
            ready = number < found.workers_ready
            name = f"{d.name}-md-{infix}-{short(d.place.cluster, d.key, d.template, str(number))}"
            if self.chart.name == "remote-cluster":
                name = f"rack7-{number}"
            yield from self._machine(cluster, name, "worker", ready, number)

    def _machine(
        self, cluster: Manifest | None, name: str, role: str, ready: bool, number: int
    ) -> Iterator[Manifest]:
        d, at = self.d, self.d.at
        _, machine_kind, version = _KINDS[self.chart.cloud]
        labels = self.named | ({"cluster.x-k8s.io/control-plane": ""} if role == "control" else {})
        labels["cluster.x-k8s.io/deployment-name"] = f"{d.name}-md"
        trouble = d.trouble if d.trouble and troubles()[d.trouble]["machine"] == role and not ready else ""
        zone = d.place.zones[number % len(d.place.zones)]
        number_id = short(d.place.cluster, d.namespace, name, length=11)
        provider = _provider_id(self.chart.cloud, zone, number_id)
        built = ready or trouble == "unhealthy"
        conditions = _machine_conditions(d, ready, built, trouble, at)
        phase = "Deleting" if d.deleting_at and role == "worker" else "Running" if built else "Provisioning"
        spec: Manifest = {
            "clusterName": d.name, "version": self.version, "failureDomain": zone,
            "bootstrap": {"dataSecretName": name}, "infrastructureRef": _ref(INFRA, machine_kind, name),
        }  # fmt: skip
        status: Manifest = {"phase": phase, "conditions": conditions}
        if built:
            spec["providerID"] = provider
            status["nodeRef"] = {"name": name}
            status["addresses"] = [{"type": "InternalIP", "address": _address(number_id)}]
            system = {"kubeletVersion": self.version, "osImage": "Ubuntu 24.04.3 LTS", "architecture": "amd64"}
            status["nodeInfo"] = system | {"containerRuntimeVersion": "containerd://2.1.4"}
        machine = self._make(
            f"{CAPI}/v1beta2", "Machine", name, labels=labels, owners=[owner(cluster)] if cluster else None, spec=spec,
            status=status, at=d.created_at + timedelta(minutes=4, seconds=7 * number),
            finalizers=["machine.cluster.x-k8s.io"],
        )  # fmt: skip
        if d.deleting_at and role == "worker":
            machine["metadata"] |= {"deletionTimestamp": stamp(d.deleting_at), "deletionGracePeriodSeconds": 0}
        yield machine
        if cluster:
            text = trouble_text(d) if trouble and not built else ""
            reason = troubles()[trouble]["reason"] if text else "Ready" if built else "InstanceProvisioning"
            yield self._make(
                f"{INFRA}/{version}", machine_kind, name, labels=labels, owners=[owner(machine)],
                spec={"providerID": provider} if built else {},
                status={"ready": built, "instanceState": "running" if built else "pending",
                        "conditions": [condition("Ready", built, reason, text, at)]},
            )  # fmt: skip

    def _sveltos(self) -> Manifest:
        ready = self.d.step >= Step.CONTROLLED
        return self._make(
            "lib.projectsveltos.io/v1beta1", "SveltosCluster", self.d.name, labels=self.labels | self.d.labels,
            spec={"consecutiveFailureThreshold": 5},
            status={"ready": ready, "connectionStatus": "Healthy" if ready else "Down", "version": "v1.31.11"},
        )  # fmt: skip


def summary(conditions: list[Manifest]) -> str:
    """What is not as it should be, as bullet lines."""
    lines = []
    for each in conditions:
        if each["status"] != "True" and each["type"] not in ("Deleting", "Available"):
            text = f"\n{_indent(each['message'])}" if each["message"].startswith("*") else f" {each['message']}"
            lines.append(f"* {each['type']}:{text}")
    return "\n".join(lines)


def _indent(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def _machine_conditions(d: Deployment, ready: bool, built: bool, trouble: str, at: datetime) -> list[Manifest]:
    text = trouble_text(d) if trouble else ""
    if ready:
        return [
            condition(type_, True, reason, "", at)
            for type_, reason in (
                ("Available", "Available"), ("Ready", "Ready"), ("UpToDate", "UpToDate"),
                ("BootstrapConfigReady", "Ready"), ("InfrastructureReady", "Ready"), ("NodeReady", "NodeReady"),
                ("NodeHealthy", "NodeHealthy"),
            )
        ]  # fmt: skip
    waiting = "Waiting for a Node with spec.providerID to exist"
    infra = condition("InfrastructureReady", built, "Ready" if built else "NotReady", "" if built else text, at)
    node = text if built else waiting
    status: bool | str = False if built else "Unknown"
    reason = "NodeNotHealthy" if built else "NodeInspectionFailed"
    why = f"* {'NodeHealthy' if built else 'InfrastructureReady'}: {(text or waiting).removeprefix('* ')}"
    return [
        condition("Available", False, "NotReady", "", at), condition("Ready", False, "NotReady", why, at),
        condition("UpToDate", True, "UpToDate", "", at), condition("BootstrapConfigReady", True, "Ready", "", at),
        infra, condition("NodeReady", status, reason, node, at), condition("NodeHealthy", status, reason, node, at),
    ]  # fmt: skip


def _role(machine: Manifest) -> str:
    return "control" if "cluster.x-k8s.io/control-plane" in machine["metadata"]["labels"] else "worker"


def _ref(group: str, kind: str, name: str) -> Manifest:
    return {"apiGroup": group, "kind": kind, "name": name}


def _replicas(desired: int, made: int, ready: int) -> Manifest:
    return {
        "desiredReplicas": desired, "replicas": made, "readyReplicas": ready, "availableReplicas": ready,
        "upToDateReplicas": made,
    }  # fmt: skip


def _provider_id(cloud: str, zone: str, number: str) -> str:
    match cloud:
        case "aws":
            return f"aws:///{zone}/i-0{number}"
        case "azure":
            return f"azure:///subscriptions/aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee/virtualMachines/{number}"
        case "gcp":
            return f"gce://shop-platform/{zone}/{number}"
    return f"{cloud}:///{number}"


def _address(number: str) -> str:
    codes = [ord(letter) for letter in number[:3]]
    return f"10.{codes[0] % 200 + 10}.{codes[1] * 7 % 250}.{codes[2] * 13 % 250 + 2}"
