"""What pages and the API are told about what runs: values only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deployments.clusterdeployments.filters import DeploymentFilters
from deployments.domain.gitops_managers import Owner
from deployments.lists import Empty, Facet, Page
from deployments.services.values import DeployedService
from regions.domain.folding import FeedLine
from regions.inventory import Condition, LinkView, Row


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of deployments, with what could be filtered by."""

    filters: DeploymentFilters
    rows: tuple[Row, ...]
    of: int  # that there are at all; `page.total` fit the filters
    page: Page
    facets: tuple[Facet, ...]
    by_health: Mapping[str, int]  # of those that fit
    empty: Empty | None
    gone: tuple[str, ...] = ()  # values that were asked for and that none has, a sentence each

    @property
    def healths(self) -> list[tuple[str, int]]:
        return list(self.by_health.items())


@dataclass(frozen=True, slots=True)
class Machine:
    """One Machine of a cluster."""

    row: Row
    phase: str
    version: str
    node: str
    address: str
    zone: str


@dataclass(frozen=True, slots=True)
class MachineGroup:
    """Machines that belong together: a control plane, a MachineDeployment or a MachinePool."""

    title: str
    owner: Row | None  # the object that owns them
    desired: int | None
    ready: int | None
    machines: tuple[Machine, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """A deployment with what its manifests say."""

    row: Row
    kubernetes_version: str
    conditions: tuple[Condition, ...]
    services: tuple[DeployedService, ...]


@dataclass(frozen=True, slots=True)
class DeploymentDetail:
    """Everything the page of a deployment shows."""

    row: Row
    link: LinkView  # to the cluster of its region
    dry_run: bool  # validated only, nothing is deployed
    kubernetes_version: str
    conditions: tuple[Condition, ...]  # in k0rdent's order
    machines: tuple[MachineGroup, ...]
    release: Row | None  # its HelmRelease
    cluster: Row | None  # its Cluster API Cluster
    control_plane: Row | None
    infrastructure: tuple[Row, ...]
    others: tuple[Row, ...]  # what else serves it: ClusterSummaries, SveltosClusters, …
    services: tuple[DeployedService, ...]
    upgrades: tuple[str, ...]  # templates that it may move to
    changes: tuple[FeedLine, ...]
    labels: Mapping[str, str]
    owner: Owner | None
    yaml: str  # redacted
    spec: Mapping[str, Any]  # redacted

    @property
    def namespace(self) -> str:
        return self.row.target.namespace

    @property
    def name(self) -> str:
        return self.row.target.name

    @property
    def machines_total(self) -> int:
        return sum(len(group.machines) for group in self.machines)
