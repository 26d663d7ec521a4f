"""The Cluster API objects of a deployment, on the cluster that hosts them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from dashboard.demo.charts import chart_of
from dashboard.demo.fleet.conditions import cluster_conditions, counts
from dashboard.demo.fleet.machines import CAPI, INFRA, KINDS, machine, machine_name
from dashboard.demo.fleet.make import condition, make, older_condition, owner, stamp
from dashboard.demo.fleet.model import Deployment, Step
from dashboard.demo.fleet.wording import kubernetes_version, trouble_text

Manifest = dict[str, Any]
CONTROL = "controlplane.cluster.x-k8s.io"
_MANAGED = {
    "aws-eks": ("AWSManagedCluster", CONTROL, "AWSManagedControlPlane", "v1beta2"),
    "azure-aks": ("AzureASOManagedCluster", INFRA, "AzureASOManagedControlPlane", "v1beta1"),
    "gcp-gke": ("GCPManagedCluster", INFRA, "GCPManagedControlPlane", "v1beta1"),
}
_CLEANED = ("aws", "azure", "gcp", "docker")


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
            f"{CAPI}/v1beta2",
            "Cluster",
            d.name,
            labels=self.labels | d.labels,
            spec=spec,
            status=status,
            finalizers=["cluster.cluster.x-k8s.io"],
        )
        if d.deleting_at:
            made["metadata"] |= {"deletionTimestamp": stamp(d.deleting_at), "deletionGracePeriodSeconds": 0}
        return made

    def conditions(self) -> list[Manifest]:
        """Of the Cluster, in the words of Cluster API."""
        control = self._references()[1]
        return cluster_conditions(self.d, self.counts, (control["kind"], control["name"]))

    # -- what stands behind it -----------------------------------------------------------------------------------

    def _references(self) -> tuple[Manifest, Manifest]:
        d = self.d
        if self.chart.name in _MANAGED:
            infra, group, control, _ = _MANAGED[self.chart.name]
            return _ref(INFRA, infra, d.name), _ref(group, control, f"{d.name}-cp")
        control = "K0smotronControlPlane" if self.chart.hosted else "K0sControlPlane"
        return _ref(INFRA, KINDS[self.chart.cloud][0], d.name), _ref(CONTROL, control, f"{d.name}-cp")

    def _infrastructure(self, cluster: Manifest) -> Manifest:
        d, at = self.d, self.d.at
        reference = self._references()[0]
        version = _MANAGED[self.chart.name][3] if self.chart.name in _MANAGED else KINDS[self.chart.cloud][2]
        ready = d.step > Step.INSTALLED
        text = trouble_text(d) if d.trouble == "rejected" else ""
        reason = "InfrastructureFailed" if text else "Ready" if ready else "WaitingForInfrastructure"
        place = {"aws": "region", "azure": "location", "gcp": "region"}.get(self.chart.cloud)
        return self._make(
            f"{INFRA}/{version}",
            reference["kind"],
            d.name,
            labels=self.labels | self.named,
            owners=[owner(cluster)],
            finalizers=["k0rdent.mirantis.com/cleanup"] if self.chart.cloud in _CLEANED else None,
            spec={place: d.place.where} if place else {},
            status={"ready": ready, "conditions": [older_condition("Ready", ready, reason, text, at)]},
        )

    def _control_plane(self, cluster: Manifest) -> Manifest:
        reference = self._references()[1]
        group = reference["apiGroup"]
        version = _MANAGED[self.chart.name][3] if self.chart.name in _MANAGED else "v1beta2"
        found, ready = self.counts, self.d.step >= Step.CONTROLLED
        k0s = reference["kind"] == "K0sControlPlane"
        spec: Manifest = {"replicas": self.d.control_planes, "version": self.version}
        if k0s:
            _, kind, infra = KINDS[self.chart.cloud]
            template = {"apiVersion": f"{INFRA}/{infra}", "kind": f"{kind}Template", "name": f"{self.d.name}-cp-mt"}
            spec |= {"k0sConfigSpec": {}, "machineTemplate": {"infrastructureRef": template}}
        return self._make(
            f"{group}/{version}",
            reference["kind"],
            reference["name"],
            labels=self.labels | self.named,
            owners=[owner(cluster)],
            spec=spec,
            status=({} if k0s else {"ready": ready})
            | {
                "initialization": {"controlPlaneInitialized": ready},
                "version": self.version,
                "replicas": found.control,
                "readyReplicas": found.control_ready,
                "upToDateReplicas": found.control,
                "availableReplicas": found.control_ready,
                "conditions": [condition("Available", ready, "Available" if ready else "NotAvailable", "", self.d.at)],
            },
        )

    def _machine_deployment(self, cluster: Manifest) -> Manifest:
        d, found = self.d, self.counts
        well = found.workers_ready >= d.workers
        status = _replicas(d.workers, found.workers, found.workers_ready)
        status.pop("desiredReplicas")
        conditions = [
            condition(
                "Available",
                well,
                "Available" if well else "NotAvailable",
                "" if well else f"{found.workers_ready} available replicas, at least {d.workers} required",
                d.at,
            ),
            condition("Paused", False, "NotPaused", "", d.at),
        ]
        return self._make(
            f"{CAPI}/v1beta2",
            "MachineDeployment",
            f"{d.name}-md",
            labels=self.labels | self.named,
            owners=[owner(cluster)],
            spec={
                "clusterName": d.name,
                "replicas": d.workers,
                "selector": {"matchLabels": self.named},
                "template": {
                    "metadata": {"labels": self.named},
                    "spec": {
                        "clusterName": d.name,
                        "version": self.version,
                        "bootstrap": {
                            "configRef": _ref(
                                "bootstrap.cluster.x-k8s.io", "K0sWorkerConfigTemplate", f"{d.name}-machine-config"
                            )
                        },
                        "infrastructureRef": _ref(
                            INFRA, f"{KINDS[self.chart.cloud][1]}Template", f"{d.name}-worker-mt"
                        ),
                    },
                },
            },
            status=status | {"phase": "Running" if well else "ScalingUp", "conditions": conditions},
        )

    def _pools(self, cluster: Manifest) -> Iterator[Manifest]:
        d = self.d
        pools = {"system": 2, "user": d.workers} if self.chart.name == "azure-aks" else {"mp": d.workers}
        up = d.step >= Step.POPULATED
        kind = "AzureASOManagedMachinePool" if self.chart.name == "azure-aks" else "GCPManagedMachinePool"
        for pool, count in pools.items():
            name = f"{d.name}-{pool}"
            found = count if up else 0
            pool_status = _replicas(count, found, found)
            pool_status.pop("desiredReplicas")
            yield self._make(
                f"{CAPI}/v1beta2",
                "MachinePool",
                name,
                labels=self.labels | self.named,
                owners=[owner(cluster)],
                spec={
                    "clusterName": d.name,
                    "replicas": count,
                    "template": {
                        "spec": {
                            "clusterName": d.name,
                            "version": self.version,
                            "bootstrap": {"dataSecretName": ""},
                            "infrastructureRef": _ref(INFRA, kind, name),
                        }
                    },
                },
                status=pool_status | {"phase": "Running" if up else "Provisioning"},
            )
            yield self._make(f"{INFRA}/v1beta1", kind, name, labels=self.named, spec={}, status={"ready": up})

    # -- machines ------------------------------------------------------------------------------------------------

    def machines(self, cluster: Manifest) -> Iterator[Manifest]:
        """Each Machine with the machine of the cloud behind it."""
        for role, made, ready in self.roles():
            for number in range(made):
                name = machine_name(self.d, role, number)
                yield from machine(self.d, self.scope, cluster, name, role, number < ready, number)

    def roles(self) -> list[tuple[str, int, int]]:
        """How many machines of each role there are, and how many are ready."""
        found = self.counts
        control = [] if self.chart.hosted else [("control", found.control, found.control_ready)]
        return [*control, ("worker", found.workers, found.workers_ready)]

    def _sveltos(self) -> Manifest:
        ready = self.d.step >= Step.CONTROLLED
        return self._make(
            "lib.projectsveltos.io/v1beta1",
            "SveltosCluster",
            self.d.name,
            labels=self.labels | self.d.labels,
            spec={"consecutiveFailureThreshold": 5},
            status={"ready": ready, "connectionStatus": "Healthy" if ready else "Down", "version": "v1.31.11"},
        )


def _ref(group: str, kind: str, name: str) -> Manifest:
    return {"apiGroup": group, "kind": kind, "name": name}


def _replicas(desired: int, made: int, ready: int) -> Manifest:
    return {
        "desiredReplicas": desired,
        "replicas": made,
        "readyReplicas": ready,
        "availableReplicas": ready,
        "upToDateReplicas": made,
    }
