"""The plan of a fleet: what there is, before it becomes objects. The story moves the same values."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any

Manifest = dict[str, Any]
SYSTEM = "kcm-system"
MANAGEMENT = "~management"
RELEASE = "kcm-1-11-4"
K0RDENT = "k0rdent.mirantis.com/v1beta1"


class Step(IntEnum):
    """How far a deployment has come."""

    ADMITTED = 0  # no condition yet
    OBSERVED = 1  # five conditions, all unknown
    VALIDATED = 2  # template, chart and credential are good
    INSTALLING = 3  # Flux installs the chart
    INSTALLED = 4  # the Cluster exists, its infrastructure does not
    NETWORKED = 5  # the infrastructure stands, the first control plane machine starts
    CONTROLLED = 6  # the control plane answers, workers start
    POPULATED = 7  # all machines run
    READY = 8  # services as well


@dataclass(frozen=True, slots=True)
class Place:
    """A region to be; or management itself, for what it hosts (`name` is empty then)."""

    name: str
    cloud: str
    where: str
    zones: tuple[str, ...]
    by: str  # kubeConfig, clusterDeployment
    created_at: datetime
    clouds: tuple[str, ...]  # whose providers are installed
    story: str = ""  # paused, trouble
    location: str = ""  # latitude, longitude, where no cloud's code says it

    @property
    def cluster(self) -> str:
        return self.name or MANAGEMENT

    @property
    def secret(self) -> tuple[str, str, str]:
        """Where its kubeconfig lies: namespace, Secret, key."""
        if self.by == "clusterDeployment":
            return SYSTEM, f"{self.name}-cluster-kubeconfig", "value"
        return SYSTEM, f"rgn-{self.name}-kubeconfig", "admin.conf"


@dataclass(frozen=True, slots=True)
class Login:
    """A credential to be, in every namespace that uses it."""

    name: str
    cloud: str
    kind: str  # the kind of the identity
    region: str
    about: str
    namespaces: tuple[str, ...]
    created_at: datetime
    broken: bool = False


@dataclass(slots=True)
class Deployment:
    """A ClusterDeployment and all that hangs on it, at one moment."""

    namespace: str
    name: str
    place: Place
    template: str
    credential: str
    config: Manifest
    control_planes: int
    workers: int
    created_at: datetime
    step: Step = Step.READY
    trouble: str = ""  # a key of data/troubles.yaml
    since: datetime | None = None  # when it came to this step
    labels: dict[str, str] = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)
    services: tuple[tuple[str, str, str], ...] = ()  # name, namespace, template
    dry_run: bool = False
    deleting_at: datetime | None = None
    owner_uid: str = ""  # of the ClusterDeployment, when a server gave it one
    generation: int = 1
    revision: int = 1  # of the Helm release
    said: str = ""  # the trouble's own words, when they are not those of the file

    @property
    def key(self) -> str:
        return f"{self.namespace}/{self.name}"

    @property
    def at(self) -> datetime:
        """When it came to where it is."""
        if self.since:
            return self.since
        return self.created_at + timedelta(minutes=14)


@dataclass(frozen=True, slots=True)
class Size:
    regions: int = 6
    deployments: int = 60
    machines: int = 0  # about so many in all; 0: as it comes


@dataclass(slots=True)
class Fleet:
    seed: int
    now: datetime
    places: list[Place]
    logins: list[Login]
    deployments: list[Deployment]
    _hosted: dict[str, list[Deployment]] | None = None

    def on(self, cluster: str) -> list[Deployment]:
        """The deployments whose machines this cluster manages."""
        if self._hosted is None:
            self._hosted = {}
            for each in self.deployments:
                self._hosted.setdefault(each.place.cluster, []).append(each)
        return self._hosted.get(cluster, [])


HERE = Place(
    "",
    "management",
    "here",
    ("rack-1", "rack-2"),
    "",
    datetime.min.replace(tzinfo=UTC),
    ("docker", "kubevirt", "vsphere", "aws", "azure", "gcp", "openstack"),
)
"""Management, as a place that hosts deployments."""
