"""What pages and the API are told about the fleet: values only, drawn from the copy joined with the links."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from regions.domain.folding import FeedLine
from regions.domain.health import Health
from regions.domain.maintenance import Upkeep
from regions.domain.refs import MANAGEMENT
from regions.inventory import targets
from regions.inventory.basics import Condition, Counts, Freshness, LinkView, Row, Target


@dataclass(frozen=True, slots=True)
class Versions:
    """What runs there: Kubernetes of the cluster itself, and the k0rdent release it should follow."""

    kubernetes: str = ""
    release: str = ""  # the Release that management applies, e.g. kcm-1-11-4
    kcm: str = ""  # template of the kcm component that is installed, e.g. kcm-regional-1-11-4
    behind: int = 0  # how many components run another template than the Release names


@dataclass(frozen=True, slots=True)
class Component:
    """A part of k0rdent installed in a region: what the Region last said, and its HelmRelease as it is now."""

    name: str
    template: str
    wanted: str  # the template that the Release names for it; empty when it names none
    success: bool
    error: str
    health: Health
    message: str
    exposes: tuple[str, ...] = ()  # Cluster API providers
    release: Row | None = None  # its HelmRelease

    @property
    def behind(self) -> bool:
        return bool(self.wanted) and self.wanted != self.template


@dataclass(frozen=True, slots=True)
class RegionCard:
    """One region at a glance. The management cluster is the region `~management`."""

    name: str
    health: Health
    last_health: Health | None
    message: str
    since: datetime | None
    as_of: datetime | None
    link: LinkView
    deployments: Counts
    components_ok: int
    components_total: int
    providers: tuple[str, ...]
    versions: Versions
    components: tuple[Component, ...] = ()  # in the order in which k0rdent installs them
    paused: bool = False
    upkeep: Upkeep | None = None  # maintenance or an acknowledgement of this region now
    twins: tuple[str, ...] = ()  # other Regions (or management) that are this very cluster
    created_at: datetime | None = None
    deleting_at: datetime | None = None

    @property
    def title(self) -> str:
        return "Management" if self.name == MANAGEMENT else self.name

    @property
    def is_management(self) -> bool:
        return self.name == MANAGEMENT

    @property
    def target(self) -> Target:
        """The object that this region is: its Region, or Management."""
        if self.is_management:
            return Target("Management", "", "kcm", MANAGEMENT, MANAGEMENT)
        return Target("Region", "", self.name, MANAGEMENT, self.name)

    @property
    def url(self) -> str:
        return targets.url("Region", "", self.name)


@dataclass(frozen=True, slots=True)
class KindCount:
    """How the objects of one kind are doing."""

    kind: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class StreamView:
    """A kind that we cannot follow on a cluster, and why."""

    name: str  # machines.cluster.x-k8s.io
    state: str  # of Stream.State
    message: str
    synced_at: datetime | None
    listed_at: datetime | None = None  # while it may only be listed: as of when its objects are known


@dataclass(frozen=True, slots=True)
class UnrecordedView:
    """An object of which a cluster told something that could not be recorded."""

    what: str  # Machine default/shop-0
    why: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class RegionDetail:
    """Everything the page of a region shows."""

    card: RegionCard
    conditions: tuple[Condition, ...]
    deployments: tuple[Row, ...]  # worst first, at most 20; the list page has them all
    credentials: tuple[Row, ...]
    capi: tuple[KindCount, ...]  # Cluster API objects that live there
    troubled: tuple[Row, ...]  # Cluster API objects that are not Ready, worst first, at most 20
    streams: tuple[StreamView, ...]  # kinds that we cannot follow there
    polled: tuple[StreamView, ...]  # kinds that may be listed there and not watched
    unrecorded: tuple[UnrecordedView, ...]
    changes: tuple[FeedLine, ...]
    labels: Mapping[str, str]
    yaml: str  # redacted

    @property
    def name(self) -> str:
        return self.card.name

    @property
    def components(self) -> tuple[Component, ...]:
        return self.card.components


@dataclass(frozen=True, slots=True)
class Overview:
    """Is the fleet well, and what needs me."""

    headline: str
    health: Health
    regions: tuple[RegionCard, ...]  # worst first
    needs: tuple[Row, ...]  # worst first, at most 20; not what somebody works on or knows of
    needs_total: int
    known: tuple[Row, ...]  # in trouble, and in maintenance or acknowledged; at most 20
    known_total: int
    deployments: Counts
    heard: int  # regions that we hear
    missing: tuple[str, ...]  # names of those we do not
    changes: tuple[FeedLine, ...]
    freshness: Freshness
    management: LinkView | None  # None: never connected to any cluster


@dataclass(frozen=True, slots=True)
class Hit:
    """Something a search found."""

    row: Row
    exact: bool


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Objects by name, best first, at most 50; `total` says how many match."""

    text: str
    hits: tuple[Hit, ...]
    total: int
