"""What was measured, as pages and the API are told: values only. Figures are by the ids of named queries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from regions.domain.health import Health
from regions.domain.metrics.measures import Aggregate, Figure, Missing

History = Mapping[str, tuple[tuple[datetime, float | None], ...]]
"""The last hour by figure, oldest first; None is a gap."""

Part = tuple[Mapping[str, str], float]
"""One of several rows that make a figure: its labels, and its value."""


@dataclass(frozen=True, slots=True)
class OnboardingStep:
    """One step of a ladder: done (True), not (False), or not to be told (None), with what to do."""

    name: str
    done: bool | None
    sentence: str


@dataclass(frozen=True, slots=True)
class StoreView:
    """Where metrics are asked for: how it was found, and what happened at the last try."""

    key: str
    kind: str  # regional | regionless | management | extra | set | promxy | alerts
    namespace: str
    name: str
    url: str
    found: str  # how, in words
    route: str  # direct | proxy: through the API server
    credentials: str  # where they lie, in words; empty: it asks for none
    tls: str
    trouble: Missing | None  # why it gives nothing now; None: it answers
    asked_at: datetime | None
    answered_at: datetime | None
    next_at: datetime | None  # while it is left in peace: not asked before
    took_ms: int | None
    partial: bool  # its answer lacks something, as it says itself
    warnings: tuple[str, ...]
    skew: float | None  # seconds by which its clock is ahead of ours
    broken: Mapping[str, str]  # queries that it does not answer: id → why
    complete: bool  # False for promxy, which hides who is missing
    clusters: tuple[str, ...]  # namespace/name of those that report to it now
    expected: tuple[str, ...]  # of those that should
    figures: Mapping[str, Figure]  # of the store itself: disk, days to full, samples taken in
    ladder: tuple[OnboardingStep, ...] = ()

    @property
    def label(self) -> str:
        return self.name

    @property
    def answers(self) -> bool:
        return self.trouble is None

    @property
    def lost(self) -> tuple[str, ...]:
        """Those that should report to it and do not."""
        return tuple(name for name in self.expected if name not in set(self.clusters))


@dataclass(frozen=True, slots=True)
class ClusterMeasures:
    """The figures of one cluster: every named query of clusters is in `figures`, if only as why there is none."""

    namespace: str
    name: str
    region: str  # a Region, `~management`, or empty when it is not known
    store: StoreView | None  # where it reports, or should
    role: str  # regional | child | empty: not part of KOF
    tenant: str
    figures: Mapping[str, Figure]
    history: History
    parts: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)
    reporting: bool = False  # it has fresh samples
    ladder: tuple[OnboardingStep, ...] = ()  # how far it is on its way into KOF
    known: bool = True  # it is a ClusterDeployment that the copy knows
    through: StoreView | None = None  # who fills in, while the store where it reports gives nothing

    @property
    def label(self) -> str:
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


@dataclass(frozen=True, slots=True)
class RegionMeasures:
    """The figures of a Region: those of its clusters, wherever they report."""

    name: str
    stores: tuple[StoreView, ...]  # where its clusters report
    clusters: tuple[ClusterMeasures, ...]
    figures: Mapping[str, Figure]  # only of the clusters that are heard: look at `sums` for of how many
    sums: Mapping[str, Aggregate]  # by id, with "7 of 9 clusters" and the names of the missing
    clusters_heard: int
    clusters_of: int
    history: History

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(one.label for one in self.clusters if one.role and not one.reporting)


@dataclass(frozen=True, slots=True)
class KofPart:
    """One part of KOF: a HelmRelease, or a MultiClusterService."""

    kind: str
    namespace: str
    name: str
    health: Health
    message: str
    done: int | None = None  # of a MultiClusterService: clusters that have it, of
    of: int | None = None


@dataclass(frozen=True, slots=True)
class KofHealth:
    """Is it KOF or the cluster? `installed` None: we do not know, because nobody watches management."""

    installed: bool | None
    sentence: str
    health: Health
    version: str
    releases: tuple[KofPart, ...] = ()
    services: tuple[KofPart, ...] = ()
    behind: tuple[str, ...] = ()  # clusters whose kof-version is older: namespace/name


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that fires, or did. `state`: active, suppressed (silenced, inhibited or muted), or pending."""

    fingerprint: str
    name: str
    severity: str
    region: str
    cluster: str
    deployment: str  # namespace/name; empty when it speaks of none that we know
    summary: str
    description: str
    runbook: str
    since: datetime
    state: str
    source: str  # alertmanager | promxy | series
    labels: Mapping[str, str] = field(default_factory=dict)
    ended_at: datetime | None = None
    silenced_by: tuple[str, ...] = ()  # ids of silences
    inhibited_by: tuple[str, ...] = ()  # fingerprints of other alerts
    muted_by: tuple[str, ...] = ()  # names of time intervals


@dataclass(frozen=True, slots=True)
class FleetMeasures:
    """All of it. `installed` False is a state of its own: then there is nothing to measure, and nothing is wrong."""

    installed: bool | None
    kof: KofHealth
    stores: tuple[StoreView, ...]  # worst first, without the Alertmanager
    coverage: Aggregate  # "17 of 20 stores", and who is missing
    clusters: Aggregate  # "412 of 430 clusters" report
    regions: tuple[RegionMeasures, ...]
    sums: Mapping[str, Aggregate]
    alerts: tuple[Alert, ...]
    alerts_trouble: Missing | None  # why the alerts may not be all
    as_of: datetime | None  # when the meter last wrote
    others: tuple[ClusterMeasures, ...] = ()  # clusters that report and belong to no Region that we know
    whole: Mapping[str, Figure] = field(default_factory=dict)  # of management's store: k0rdent, Cluster API, Flux
    whole_parts: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)
