"""What pages and the API are told about the fleet: values only, drawn from the copy joined with the links."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from regions.domain.health import Health
from regions.domain.refs import MANAGEMENT
from regions.fleet import targets


class NotFound(LookupError):
    """There is no such object in the copy. Views answer 404 with its sentence."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """Whether `watch` itself is at work: when it has not beaten for 30 s, we know nothing of anything."""

    alive: bool
    beat_at: datetime | None


@dataclass(frozen=True, slots=True)
class LinkView:
    """How we hear a cluster. `blind`: what we know of it is only what we knew; `message` says why in words."""

    cluster: str
    state: str  # connecting | connected | silent | refused
    blind: bool
    message: str
    since: datetime | None  # when the state began
    heard_at: datetime | None  # last answer of any kind
    synced_at: datetime | None = None
    version: str = ""  # Kubernetes version of the cluster
    server: str = ""
    kubeconfig: str = ""  # where its kubeconfig was found, in words
    expires_at: datetime | None = None  # of the certificate or token that we use
    expiring: bool = False  # within two weeks, or already past: `message` says so
    uid: str = ""
    replaced_at: datetime | None = None  # when another cluster began to answer under this name
    revision: int = 0
    said: str = ""  # why it is not connected, as the cluster or the network said it: part of `message`


@dataclass(frozen=True, slots=True)
class Target:
    """One object, and the page where it is shown (empty when it has none)."""

    kind: str
    namespace: str
    name: str
    cluster: str = MANAGEMENT
    region: str = ""
    deployment: str = ""

    @property
    def url(self) -> str:
        return targets.url(self.kind, self.namespace, self.name, self.cluster, self.region, self.deployment)

    @property
    def label(self) -> str:
        """How it is called on a page: namespace/name, or only the name."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    @property
    def dom_id(self) -> str:
        return targets.dom_id(self.cluster, self.kind, self.namespace, self.name)


@dataclass(frozen=True, slots=True)
class Row:
    """One object in a list."""

    target: Target
    health: Health  # what we may say now
    last_health: Health | None  # what it was when we last knew; None unless `health` is Unknown for our blindness
    message: str
    since: datetime | None  # when this health began
    as_of: datetime | None  # when this state reached us
    created_at: datetime | None
    deleting_at: datetime | None = None
    template: str = ""
    credential: str = ""  # namespace/name
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def region(self) -> str:
        return self.target.region


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are, by health, worst first; healths that nothing has are absent."""

    total: int = 0
    by_health: Mapping[str, int] = field(default_factory=dict)

    @property
    def ready(self) -> int:
        return self.by_health.get(Health.READY, 0)

    @property
    def items(self) -> list[tuple[Health, int]]:
        """(health, count), worst first: for templates."""
        return [(Health(name), count) for name, count in self.by_health.items()]


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
    created_at: datetime | None = None
    deleting_at: datetime | None = None

    @property
    def title(self) -> str:
        return "Management" if self.name == MANAGEMENT else self.name

    @property
    def is_management(self) -> bool:
        return self.name == MANAGEMENT

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
    state: str  # listing | absent | refused | broken
    message: str
    synced_at: datetime | None


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of an object. `good`: True, False, or None when it is neither (Unknown, or says nothing bad)."""

    type: str
    status: str
    reason: str
    message: str
    since: datetime | None
    good: bool | None


@dataclass(frozen=True, slots=True)
class ChangeItem:
    """One line of the log, or several repeats of one Event folded into the newest (`repeats` > 1)."""

    id: int
    cursor: str
    at: datetime
    source: str  # observed | reported | gap
    severity: str  # normal | warning | error
    reason: str
    message: str
    target: Target
    health: str = ""
    previous_health: str = ""
    series: str = ""
    count: int = 1  # how often a reported Event had happened by then
    repeats: int = 1  # rows of this page that were folded into this one
    first_at: datetime | None = None  # of the oldest row folded
    blind_from: datetime | None = None  # of a gap
    seen_at: datetime | None = None  # when it reached us: the order of the log

    @property
    def region(self) -> str:
        return self.target.region


@dataclass(frozen=True, slots=True)
class ChangePage:
    """Newest first. `before` asks for the next older page; None at the end of what we keep."""

    items: tuple[ChangeItem, ...]
    before: int | None
    cursor: str  # of this reading: what came later is news


@dataclass(frozen=True, slots=True)
class LogGap:
    """A stretch of time of which nothing is known; `since` is None when not even its beginning is."""

    since: datetime | None
    until: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class LogPage:
    """A piece of the log for programs, oldest first. `cursor` continues after it; `more`: there may be more already."""

    items: tuple[ChangeItem, ...]
    gaps: tuple[LogGap, ...]
    cursor: str
    count: int  # changes that are kept from the cursor asked for on
    more: bool


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
    changes: tuple[ChangeItem, ...]
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
    needs: tuple[Row, ...]  # worst first, at most 20
    needs_total: int
    deployments: Counts
    heard: int  # regions that we hear
    missing: tuple[str, ...]  # names of those we do not
    changes: tuple[ChangeItem, ...]
    freshness: Freshness
    management: LinkView | None  # None: never connected to any cluster


@dataclass(frozen=True, slots=True)
class Hit:
    """Something a search found."""

    row: Row
    exact: bool


@dataclass(frozen=True, slots=True)
class Found:
    """Objects by name, best first, at most 50; `total` says how many match."""

    text: str
    hits: tuple[Hit, ...]
    total: int


