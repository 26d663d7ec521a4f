"""What was measured, from the rows that the meter wrote: no store is asked here, whatever pages are open.

A figure of a Region is that of its clusters, wherever they report: a Store is not a Region. Each cluster is counted
once, from the store that it should report to, though others may have its series too.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from regions.domain.measures import Aggregate, Figure, Missing, Reading, Why, mean, total, weighted, worst
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.fleet.basics import NotFound
from regions.fleet.measures_kof import kof_health
from regions.fleet.measures_rows import Ground, cluster_of, survey
from regions.fleet.measures_shapes import Alert, ClusterMeasures, FleetMeasures, History, RegionMeasures, StoreView
from regions.metrics.queries import QUERIES, Query
from regions.models import Firing

_ANY_TIME = datetime.min.replace(tzinfo=UTC)
_SEVERITIES = {"critical": 0, "error": 1, "warning": 2, "info": 3, "none": 4}


def fleet_measures(*, viewer: Viewer) -> FleetMeasures:
    """Every store, every region and the sums of the fleet."""
    ground = survey()
    kof = kof_health(ground)
    clusters = list(ground.clusters.values())
    apart: dict[str, list[ClusterMeasures]] = {}
    for one in clusters:
        apart.setdefault(one.region, []).append(one)
    names = [MANAGEMENT, *ground.regions]
    regions = tuple(_region(name, apart.pop(name, []), ground) for name in names)
    stores = tuple(view for view in ground.stores if view.kind != "alerts")
    told = _told(clusters, stores)
    sums = {id: _sum(QUERIES[id], figures, clusters) for id, figures in told.items()}
    whole, parts = ground.whole()
    return FleetMeasures(
        installed=kof.installed, kof=kof, stores=stores, coverage=_coverage(stores), clusters=_reporting(clusters),
        regions=regions, sums=sums, alerts=alerts(viewer=viewer), alerts_trouble=alerts_trouble(ground),
        as_of=ground.as_of, others=tuple(one for left in apart.values() for one in left), whole=whole,
        whole_parts=parts,
    )  # fmt: skip


def region_measures(name: str, *, viewer: Viewer) -> RegionMeasures:
    """One Region, or `~management`. Raises NotFound for a name that no Region has."""
    ground = survey(region=name)
    if name != MANAGEMENT and name not in ground.regions:
        raise NotFound(f"There is no region {name}")
    return _region(name, [one for one in ground.clusters.values() if one.region == name], ground)


def cluster_measures(namespace: str, name: str, *, viewer: Viewer) -> ClusterMeasures:
    """One cluster by its ClusterDeployment. One that nothing measures has its figures Missing, each with why."""
    ground = survey(cluster=(namespace, name))
    return ground.clusters.get((namespace, name)) or cluster_of(namespace, name, ground)


def stores(*, viewer: Viewer) -> tuple[StoreView, ...]:
    """Every endpoint with how it was found and what happened at the last try, the Alertmanager included."""
    return survey().stores


def alerts(
    *, viewer: Viewer, region: str | None = None, deployment: str | None = None, ended: bool = False
) -> tuple[Alert, ...]:
    """What fires now, worst first; `ended`: what fired within a day and no longer does, newest first."""
    rows = Firing.objects.filter(ended_at__isnull=not ended)
    if region is not None:
        rows = rows.filter(region=region)
    if deployment is not None:
        namespace, _, cluster = deployment.rpartition("/")
        rows = rows.filter(namespace=namespace, cluster=cluster)
    found = [
        Alert(
            row.fingerprint, row.name, row.severity, row.region, row.cluster,
            f"{row.namespace}/{row.cluster}" if row.namespace and row.cluster else "", row.summary, row.description,
            row.runbook, row.since, row.state, row.source, row.labels, row.ended_at,
        )
        for row in rows.order_by("-ended_at", "-since")[:2000]
    ]  # fmt: skip
    if ended:
        return tuple(found)
    return tuple(sorted(found, key=lambda one: (one.state != "active", _SEVERITIES.get(one.severity, 3), one.since)))


def alerts_trouble(ground: Ground) -> Missing | None:
    """Why the alerts that are kept may not be all there are; None when they were read lately."""
    if ground.dark:
        return Missing(Why.STALE, ground.dark)
    readers = [view for view in ground.stores if view.kind == "alerts"]
    if not readers:
        return Missing(Why.NO_ENDPOINT, "No Alertmanager was found")
    return None if any(view.answers for view in readers) else readers[0].trouble


def _region(name: str, clusters: list[ClusterMeasures], ground: Ground) -> RegionMeasures:
    used = {one.store.key: one.store for one in clusters if one.store}
    told = _told(clusters, used.values())
    sums = {id: _sum(QUERIES[id], figures, clusters) for id, figures in told.items()}
    expected = [one for one in clusters if one.role]
    return RegionMeasures(
        name=name, stores=tuple(used.values()), clusters=tuple(clusters),
        figures={id: _figure(sums[id], told[id].values()) for id in sums}, sums=sums,
        clusters_heard=sum(one.reporting for one in expected), clusters_of=len(expected),
        history=_history(clusters),
    )  # fmt: skip


def _told(clusters: Iterable[ClusterMeasures], stores: Iterable[StoreView]) -> dict[str, dict[str, Figure]]:
    """By query, what each cluster says of itself, and each store of itself. Who is no part of KOF is no gap."""
    apt = [one for one in clusters if one.role or one.reporting]
    found: dict[str, dict[str, Figure]] = {}
    for query in QUERIES.values():
        if query.by != "store" and query.src == "R":
            found[query.id] = {one.label: one.figures[query.id] for one in apt}
        elif query.src == "S":
            found[query.id] = {name: view.figures[query.id] for name, view in _by_name(stores).items()}
    return found


def _sum(query: Query, figures: Mapping[str, Figure], clusters: Iterable[ClusterMeasures]) -> Aggregate:
    noun = "stores" if query.src == "S" else "clusters"
    if query.over == "sum":
        return total(figures, query.unit, noun)
    if query.over in ("max", "min"):
        return worst(figures, query.unit, noun, least=query.over == "min")
    if query.over in QUERIES:
        weights = {one.label: one.figures[query.over] for one in clusters if query.over in one.figures}
        return weighted(figures, weights, query.unit, noun)
    return mean(figures, query.unit, noun)


def _figure(sum: Aggregate, figures: Iterable[Figure]) -> Figure:
    known = list(figures)
    if sum.value is None:
        gaps = [figure for figure in known if isinstance(figure, Missing)]
        if not gaps:
            return Missing(Why.NO_DATA, "No cluster of this region is part of KOF")
        # What stands in most clusters' way is what stands in the region's.
        reasons = [gap.reason for gap in gaps]
        return max(gaps, key=lambda gap: reasons.count(gap.reason))
    return Reading(sum.value, sum.unit, min(figure.at for figure in known if isinstance(figure, Reading)))


def _coverage(stores: Iterable[StoreView]) -> Aggregate:
    here = Reading(1.0, "stores", _ANY_TIME)
    return total({name: view.trouble or here for name, view in _by_name(stores).items()}, "stores", "stores")


def _by_name(stores: Iterable[StoreView]) -> dict[str, StoreView]:
    """Those that count as stores of their own, each by a name that no other has."""
    found: dict[str, StoreView] = {}
    for view in stores:
        if view.kind not in ("promxy", "alerts"):
            found[view.label if view.label not in found else view.key] = view
    return found


def _reporting(clusters: Iterable[ClusterMeasures]) -> Aggregate:
    figures: dict[str, Figure] = {}
    for one in clusters:
        if one.role or one.reporting:
            here = Reading(1.0, "clusters", _ANY_TIME)
            figures[one.label] = here if one.reporting else Missing(Why.NO_DATA, "It does not report")
    return total(figures, "clusters", "clusters")


def _history(clusters: list[ClusterMeasures]) -> History:
    """The last hour of a region: where a cluster has a gap, the region has one too, not a dip."""
    found: dict[str, tuple[tuple[datetime, float | None], ...]] = {}
    told = [one for one in clusters if one.history]
    for id in {id for one in told for id in one.history}:
        query = QUERIES[id]
        lines = {one.label: dict(one.history[id]) for one in told if id in one.history}
        weights = {one.label: one.figures.get(query.over) for one in told} if query.over in QUERIES else {}
        moments = sorted({at for line in lines.values() for at in line})
        found[id] = tuple((at, _moment(query, lines, weights, at)) for at in moments)
    return found


Line = Mapping[datetime, float | None]


def _moment(
    query: Query, lines: Mapping[str, Line], weights: Mapping[str, Figure | None], at: datetime
) -> float | None:
    values = {name: line.get(at) for name, line in lines.items()}
    if any(value is None for value in values.values()):
        return None
    known = {name: value for name, value in values.items() if value is not None}
    if query.over == "sum":
        return sum(known.values())
    if query.over in ("max", "min"):
        return (max if query.over == "max" else min)(known.values())
    by = {name: weight.value for name in known if isinstance(weight := weights.get(name), Reading)}
    whole = sum(by.values())
    return sum(known[name] * by[name] for name in by) / whole if whole > 0 else None
