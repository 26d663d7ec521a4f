"""What pages and the API are told about what runs: values only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from deployments.domain.filters import DeploymentFilters
from deployments.domain.gitops_managers import Owner
from regions.domain.folding import FeedLine
from regions.domain.health import Health
from regions.inventory import Condition, LinkView, Row, Target


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a facet: how many there would be with it, given all other filters."""

    value: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A column to filter by."""

    name: str
    title: str
    options: tuple[Option, ...]

    @property
    def chosen(self) -> str:
        """What is selected, in words."""
        found = [option.label for option in self.options if option.selected]
        return ", ".join(found[:2]) + (f" +{len(found) - 2}" if len(found) > 2 else "")


@dataclass(frozen=True, slots=True)
class Empty:
    """Why a list shows nothing: `kind` is none, filtered, forbidden, or unreachable."""

    kind: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of deployments, with what could be filtered by."""

    filters: DeploymentFilters
    rows: tuple[Row, ...]
    total: int  # that fit the filters
    of: int  # that there are at all
    page: int
    pages: int
    facets: tuple[Facet, ...]
    by_health: Mapping[str, int]  # of those that fit
    empty: Empty | None

    @property
    def healths(self) -> list[tuple[str, int]]:
        return list(self.by_health.items())

    @property
    def first(self) -> int:
        return (self.page - 1) * self.filters.page_size + 1 if self.total else 0

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1 if self.rows else 0

    @property
    def previous(self) -> int | None:
        return self.page - 1 if self.page > 1 else None

    @property
    def next(self) -> int | None:
        return self.page + 1 if self.page < self.pages else None


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
class DeployedService:
    """A service on a cluster. `source` names the MultiClusterService it comes from; empty for the deployment's own."""

    name: str
    namespace: str
    template: str
    version: str
    state: str  # Deployed, Provisioning, Failed, Pending, Deleting, Deleted
    message: str  # why it failed
    since: datetime | None
    upgrades: tuple[str, ...] = ()
    source: str = ""


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

    @property
    def namespace(self) -> str:
        return self.row.target.namespace

    @property
    def name(self) -> str:
        return self.row.target.name

    @property
    def machines_total(self) -> int:
        return sum(len(group.machines) for group in self.machines)


@dataclass(frozen=True, slots=True)
class Template:
    """A Cluster-, Service- or ProviderTemplate."""

    row: Row
    chart: str
    version: str
    description: str
    error: str
    providers: tuple[str, ...]
    used: int  # deployments made from it
    upgrades: tuple[str, ...]  # where chains lead from it

    @property
    def infrastructure(self) -> tuple[str, ...]:
        """The clouds that it needs."""
        return tuple(name for name in self.providers if name.startswith("infrastructure-"))

    @property
    def other_providers(self) -> tuple[str, ...]:
        return tuple(name for name in self.providers if not name.startswith("infrastructure-"))

    @property
    def kind(self) -> str:
        return self.row.target.kind


@dataclass(frozen=True, slots=True)
class TemplateChain:
    """A Cluster- or ServiceTemplateChain: the templates that its namespace supports, and where each may move."""

    row: Row
    leads: Mapping[str, tuple[str, ...]]  # template → those that it may move to

    @property
    def of_kind(self) -> str:
        """The kind of its templates."""
        return self.row.target.kind.removesuffix("Chain")


@dataclass(frozen=True, slots=True)
class Templates:
    clusters: tuple[Template, ...]
    services: tuple[Template, ...]
    providers: tuple[Template, ...]
    chains: tuple[TemplateChain, ...]
    empty: Empty | None

    @property
    def every(self) -> tuple[Template, ...]:
        return (*self.clusters, *self.services, *self.providers)


@dataclass(frozen=True, slots=True)
class Match:
    """A cluster that a MultiClusterService serves."""

    target: Target
    deployed: bool
    message: str


@dataclass(frozen=True, slots=True)
class ServiceSet:
    """The services of one source on one cluster."""

    row: Row
    cluster: Target | None
    source: str  # MultiClusterService, or empty for the deployment's own services
    services: tuple[DeployedService, ...]

    @property
    def deployed(self) -> int:
        return sum(service.state == "Deployed" for service in self.services)


@dataclass(frozen=True, slots=True)
class ServiceReach:
    """How a MultiClusterService stands on one cluster: what it says itself, and the ServiceSet there."""

    target: Target
    row: Row
    services: tuple[DeployedService, ...]

    @property
    def well(self) -> bool:
        return self.row.health == "Ready"


@dataclass(frozen=True, slots=True)
class MultiClusterService:
    """Services for every cluster that fits a selector."""

    row: Row
    selector: str
    services: tuple[DeployedService, ...]
    matches: tuple[Match, ...]  # those not deployed first
    sets: tuple[ServiceSet, ...]
    conditions: tuple[Condition, ...]

    @property
    def deployed(self) -> int:
        return sum(match.deployed for match in self.matches)

    @property
    def unseen(self) -> int:
        """How many of its sets lie where we do not hear."""
        return sum(one.row.last_health is not None for one in self.sets)

    @property
    def reached(self) -> tuple[ServiceReach, ...]:
        """Every cluster that it serves or should, worst first; of those that we do not hear, what we last knew."""
        sets = {(one.cluster.namespace, one.cluster.name): one for one in self.sets if one.cluster}
        found = []
        for match in self.matches:
            one = sets.pop((match.target.namespace, match.target.name), None)
            found.append(_reach(match, one))
        found += [ServiceReach(one.cluster, one.row, one.services) for one in sets.values() if one.cluster]
        return tuple(sorted(found, key=lambda one: (one.row.health.rank, one.target.label)))

    @property
    def troubled(self) -> tuple[ServiceReach, ...]:
        """Where it does not stand as it should, as far as we can see."""
        return tuple(one for one in self.reached if not one.well and one.row.last_health is None)


def _reach(match: Match, one: ServiceSet | None) -> ServiceReach:
    """Its set knows more than the match, save where it is well and the match says that it is not."""
    if one and (match.deployed or one.row.health != "Ready"):
        return ServiceReach(match.target, one.row, one.services)
    health = Health.READY if match.deployed else Health.PROGRESSING
    said = "" if match.deployed else match.message or "Not deployed yet"
    row = Row(match.target, health, None, said, one.row.since if one else None, None, None)
    return ServiceReach(match.target, row, one.services if one else ())


@dataclass(frozen=True, slots=True)
class Services:
    multi: tuple[MultiClusterService, ...]
    own: tuple[ServiceSet, ...]  # of deployments themselves, worst first
    providers: tuple[Row, ...]  # StateManagementProviders
    empty: Empty | None

    @property
    def own_troubled(self) -> tuple[ServiceSet, ...]:
        return tuple(one for one in self.own if one.row.health != "Ready")

    @property
    def own_ready(self) -> tuple[ServiceSet, ...]:
        return tuple(one for one in self.own if one.row.health == "Ready")
