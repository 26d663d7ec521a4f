"""What the metrics of one region or one cluster are made of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from regions.domain.alerts import ordering
from regions.domain.charts.spans import SPANS, Span
from regions.domain.metrics.absences import Absence
from regions.domain.metrics.measures import Figure, Missing, Reading, Why
from regions.metrics.pages import addresses, overview
from regions.metrics.pages.addresses import MetricsScope
from regions.metrics.pages.charts import slots
from regions.metrics.pages.panels import CAPACITY, CHARTS, CONTROL_PLANE, GPU, STORE, Panel, panel
from regions.metrics.pages.values import FigureTile, Slot
from regions.metrics.reads.values import Alert, ClusterMeasures, OnboardingStep, RegionMeasures, StoreView

MOST = 10


@dataclass(frozen=True, slots=True)
class Section:
    """Charts under one heading."""

    title: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure in a list, with what it means."""

    panel: Panel
    figure: Figure | None
    tone: str
    url: str


@dataclass(frozen=True, slots=True)
class Space:
    """A namespace and what it takes. None: not known."""

    cluster: str
    namespace: str
    cpu: float | None
    memory: float | None
    cost: float | None


@dataclass(frozen=True, slots=True)
class Rung:
    """How far a cluster is on its way into KOF."""

    cluster: ClusterMeasures
    url: str

    @property
    def steps(self) -> tuple[OnboardingStep, ...]:
        return self.cluster.ladder

    @property
    def failing(self) -> OnboardingStep | None:
        """The first step that fails: what comes after it cannot be well."""
        return next((step for step in self.steps if step.done is False), None)

    @property
    def done(self) -> int:
        return sum(step.done is True for step in self.steps)

    @property
    def onboarded(self) -> bool:
        return bool(self.steps) and self.done == len(self.steps)

    @property
    def blocked(self) -> bool:
        """Its store does not answer: that is not for the cluster to mend, and nothing more is known of it."""
        return self.cluster.store is not None and not self.cluster.store.answers

    @property
    def wanted(self) -> bool:
        """Somebody wants it measured. Without the label it is no part of KOF, and nothing is wrong."""
        return bool(self.cluster.role)


@dataclass(frozen=True, slots=True)
class MeasuredPlace:
    """A region or a cluster, with all that its page shows."""

    scope: MetricsScope
    tiles: tuple[FigureTile, ...]
    sections: tuple[Section, ...]
    spaces: tuple[Space, ...]
    control_plane: tuple[Fact, ...]
    capacity: tuple[Fact, ...]
    gpu: tuple[Fact, ...]
    stores: tuple[StoreView, ...]
    rungs: tuple[Rung, ...]
    spans: tuple[Span, ...]
    span: Span
    places: tuple[ordering.RegionAlerts[Alert], ...]
    counts: Mapping[str, int]
    nothing: Missing | None  # why there is no figure at all
    silent: Missing | None  # why none is known now, when that is one reason for all

    @property
    def past(self) -> bool:
        """Something of the last hour is known, though nothing of now."""
        return any(tile.drawn for tile in self.tiles)

    @property
    def askable(self) -> bool:
        """Somebody is there that charts can be asked of."""
        return bool(self.stores) and any(store.answers for store in self.stores)

    @property
    def stuck(self) -> tuple[Rung, ...]:
        """Clusters that should report and do not, though their store answers."""
        return tuple(rung for rung in self.rungs if rung.wanted and not rung.onboarded and not rung.blocked)

    @property
    def ill(self) -> tuple[StoreView, ...]:
        """Stores that do not answer."""
        return tuple(store for store in self.stores if not store.answers)


def of_region(one: RegionMeasures, fires: Iterable[Alert], span: Span, now: datetime) -> MeasuredPlace:
    """The page of a region."""
    measured = [cluster for cluster in one.clusters if cluster.role or cluster.reporting]
    nothing = None if measured else Absence.REGION_NOT_ONBOARDED.missing()
    return _place(MetricsScope(region=one.name), one, measured, one.stores, fires, span, nothing, now)


def of_cluster(one: ClusterMeasures, fires: Iterable[Alert], span: Span, now: datetime) -> MeasuredPlace:
    """The page of a deployment."""
    nothing = None
    if not one.role and not one.reporting:
        nothing = next((figure for figure in one.figures.values() if isinstance(figure, Missing)), None)
    stores = (one.store,) if one.store else ()
    return _place(
        MetricsScope(namespace=one.namespace, cluster=one.name), one, [one], stores, fires, span, nothing, now
    )


def _place(
    scope: MetricsScope,
    one: RegionMeasures | ClusterMeasures,
    clusters: list[ClusterMeasures],
    stores: tuple[StoreView, ...],
    fires: Iterable[Alert],
    span: Span,
    nothing: Missing | None,
    now: datetime,
) -> MeasuredPlace:
    figures = one.figures
    alerts = ordering.once(fires)
    has_gpu = isinstance(figures.get("gpu_count"), Reading)
    holds_store = isinstance(figures.get("ingest_rate"), Reading)
    groups = [*CHARTS, *([GPU] if has_gpu else []), *([STORE] if holds_store else [])]
    sections = [
        Section(title, slots([key for key in keys if not _apart(figures.get(key))], scope, span))
        for title, keys in groups
    ]
    tiles = overview.key_tiles(one, scope, now)
    return MeasuredPlace(
        scope,
        tiles,
        tuple(section for section in sections if section.slots),
        spaces(clusters)[:MOST],
        facts(CONTROL_PLANE, figures, scope),
        facts(CAPACITY, figures, scope),
        facts(("gpu_count", "gpu_util"), figures, scope) if has_gpu else (),
        stores,
        tuple(rung(cluster) for cluster in clusters),
        SPANS,
        span,
        ordering.places(alerts),
        ordering.counts(alerts),
        nothing,
        None if nothing else _silent([tile.figure for tile in tiles]),
    )


def _silent(figures: list[Figure | None]) -> Missing | None:
    gaps = [figure for figure in figures if isinstance(figure, Missing)]
    return gaps[0] if gaps and len(gaps) == len(figures) and len({gap.reason for gap in gaps}) == 1 else None


def _apart(figure: Figure | None) -> bool:
    """Such a figure cannot be here, so there is no chart to ask for: the list of figures says why."""
    return isinstance(figure, Missing) and figure.reason is Why.NOT_APPLICABLE


def facts(keys: Iterable[str], figures: Mapping[str, Figure], scope: MetricsScope) -> tuple[Fact, ...]:
    """Figures for a list."""
    found = []
    for key in keys:
        shown = panel(key)
        if shown and key in figures:
            found.append(Fact(shown, figures[key], shown.tone_of(figures[key]), addresses.figure(key, scope)))
    return tuple(found)


def rung(cluster: ClusterMeasures) -> Rung:
    """The ladder of one cluster, with its page."""
    known = cluster.known and cluster.namespace
    return Rung(cluster, MetricsScope(namespace=cluster.namespace, cluster=cluster.name).url if known else "")


def spaces(clusters: Iterable[ClusterMeasures]) -> tuple[Space, ...]:
    """Namespaces by what they cost, then by CPU and memory; the dearest first."""
    rows: dict[tuple[str, str], dict[str, float]] = {}
    for cluster in clusters:
        for key in ("ns_cpu", "ns_mem", "cost_ns"):
            if isinstance(cluster.figures.get(key), Missing):
                continue  # too old, or not to be relied on: what is shown here is of now
            for labels, value in cluster.parts.get(key, ()):
                if namespace := labels.get("namespace", ""):
                    row = rows.setdefault((cluster.label, namespace), {})
                    row[key] = row.get(key, 0.0) + value
    found = [
        Space(cluster, namespace, row.get("ns_cpu"), row.get("ns_mem"), row.get("cost_ns"))
        for (cluster, namespace), row in rows.items()
    ]
    return tuple(sorted(found, key=lambda one: (-(one.cost or 0), -(one.cpu or 0), -(one.memory or 0), one.namespace)))
