"""What reports: a cluster and its nodes, as they are at one moment."""

import zlib
from dataclasses import dataclass
from typing import Any

from dashboard.demo.charts import chart_of
from dashboard.demo.fleet.enrol import ROLE, TENANT

Manifest = dict[str, Any]
GIB = 2**30
_SIZES = {  # vCPU, GiB, USD an hour
    "m6i.large": (2, 8, 0.096),
    "m6i.xlarge": (4, 16, 0.192),
    "m6i.2xlarge": (8, 32, 0.384),
    "r6i.xlarge": (4, 32, 0.252),
    "c6i.2xlarge": (8, 16, 0.340),
    "Standard_D2s_v5": (2, 8, 0.096),
    "Standard_D4s_v5": (4, 16, 0.192),
    "Standard_D8s_v5": (8, 32, 0.384),
    "Standard_E4s_v5": (4, 32, 0.252),
    "n2-standard-2": (2, 8, 0.097),
    "n2-standard-4": (4, 16, 0.194),
    "n2-standard-8": (8, 32, 0.388),
    "n2-highmem-4": (4, 32, 0.262),
    "m1.large": (4, 8, 0.058),
    "m1.xlarge": (8, 16, 0.116),
    "m1.2xlarge": (16, 32, 0.232),
    "r1.xlarge": (8, 64, 0.198),
    "worker-4x16": (4, 16, 0.071),
    "cp-2x4": (2, 4, 0.030),
    "vm-4x8": (4, 8, 0.040),
    "vm-2x4": (2, 4, 0.022),
    "g5.4xlarge": (16, 64, 1.624),
}
_USUAL = (4, 16, 0.12)


@dataclass(frozen=True, slots=True)
class Node:
    name: str
    control: bool
    ready: bool
    machine: str  # the kind that the cloud was asked for
    version: str
    address: str

    @property
    def size(self) -> tuple[int, int, float]:
        return _SIZES.get(self.machine, _USUAL)

    @property
    def gpus(self) -> int:
        return 1 if self.machine.startswith("g5") else 0


@dataclass(frozen=True, slots=True)
class Subject:
    """One cluster that KOF watches."""

    namespace: str
    name: str
    role: str  # regional, child, management
    cloud: str
    tenant: str = ""
    story: str = ""
    hosted: bool = False  # nobody sees its control plane's own metrics
    nodes: tuple[Node, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.namespace}/{self.name}"

    @property
    def app(self) -> str:
        return self.name.rpartition("-")[0].partition("-")[0] or self.name

    def labels(self, **more: str) -> dict[str, str]:
        """Of a scraped series."""
        found = {"cluster": self.name, "clusterNamespace": self.namespace}
        return found | ({"tenant": self.tenant} if self.tenant else {}) | more

    def recorded(self, **more: str) -> dict[str, str]:
        """Of what a recording rule made: the namespace is lost."""
        return {"cluster": self.name} | ({"tenant": self.tenant} if self.tenant else {}) | more


def subject(cld: Manifest, machines: list[Manifest], pools: list[Manifest], story: str) -> Subject:
    """From a ClusterDeployment and what Cluster API has of it."""
    metadata, spec = cld["metadata"], cld["spec"]
    labels, config = metadata.get("labels") or {}, spec.get("config") or {}
    chart = chart_of(spec["template"])
    hosted = chart.managed or chart.hosted or chart.cloud == "adopted"
    nodes = sorted(filter(None, (_node(each, config, story) for each in machines)), key=lambda node: node.name)
    for pool in pools:
        version = ((pool["spec"].get("template") or {}).get("spec") or {}).get("version", "")
        count = int((pool.get("status") or {}).get("readyReplicas") or 0)
        nodes += [_made_up(f"{pool['metadata']['name']}-{n}", _machine(config, False), version) for n in range(count)]
    if chart.cloud == "adopted":
        nodes = [_made_up(f"{metadata['name']}-node-{n}", "", "v1.31.11") for n in range(3)]
    role = labels.get(ROLE, "child")
    tenant = labels.get(TENANT, "PLATFORM") if role == "child" else ""
    return Subject(metadata["namespace"], metadata["name"], role, chart.cloud, tenant, story, hosted, tuple(nodes))


def _node(machine: Manifest, config: Manifest, story: str) -> Node | None:
    status, metadata = machine.get("status") or {}, machine["metadata"]
    if not status.get("nodeRef"):
        return None
    control = "cluster.x-k8s.io/control-plane" in (metadata.get("labels") or {})
    ready = any(each["type"] == "NodeHealthy" and each["status"] == "True" for each in status.get("conditions") or [])
    kind = "g5.4xlarge" if story == "gpu" and not control else _machine(config, control)
    address = next((each["address"] for each in status.get("addresses") or []), "10.0.0.1")
    version = (status.get("nodeInfo") or {}).get("kubeletVersion", "")
    return Node(status["nodeRef"]["name"], control, ready, kind, version, address)


def _made_up(name: str, machine: str, version: str) -> Node:
    number = zlib.crc32(name.encode())
    address = f"10.{number % 200 + 20}.{number // 256 % 250}.{number // 999 % 250}"
    return Node(name, False, True, machine, version, address)


def _machine(config: Manifest, control: bool) -> str:
    """The kind of machine that the configuration asks for, whatever the chart calls it."""
    for block in ("controlPlane",) if control else ("worker", "machines", "machinePools"):
        found = config.get(block)
        if block == "machinePools" and isinstance(found, dict):
            found = found.get("user")
        if isinstance(found, dict):
            for key in ("instanceType", "vmSize", "flavor", "machineType"):
                if found.get(key):
                    return str(found[key])
    return ""
