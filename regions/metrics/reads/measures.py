"""What was measured, from the rows that the meter wrote: no store is asked here, whatever pages are open.

A figure of a Region is that of its clusters, wherever they report: a Store is not a Region. Each cluster is counted
once, from the store that it should report to, though others may have its series too.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from regions.domain.metrics.absences import Absence
from regions.domain.metrics.measures import Aggregate, Figure, Missing, Reading, mean, total, weighted, worst
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.inventory.basics import NotFound
from regions.metrics.reads.keeping import Kept
from regions.metrics.reads.kof import kof_health
from regions.metrics.reads.lazy import Lazy
from regions.metrics.reads.rows import OF_CLUSTERS, MeasuredFleet, cluster_of, survey
from regions.metrics.reads.values import Alert, ClusterMeasures, FleetMeasures, History, RegionMeasures, StoreView
from regions.metrics.stores.queries import QUERIES, Query
from regions.models import Firing
from regions.permitted import permits_region, permitted_deployments

Line = tuple[tuple[datetime, float | None], ...]

WEIGHED = tuple(id for id in OF_CLUSTERS if QUERIES[id].over in QUERIES)
_HISTORIES: Kept[History] = Kept(500)

_ANY_TIME = datetime.min.replace(tzinfo=UTC)
_SEVERITIES = {"critical": 0, "error": 1, "warning": 2, "info": 3, "none": 4}


def fleet_measures(*, viewer: Viewer) -> FleetMeasures:
    """Every store, every region and the sums of the fleet."""
    ground = survey(viewer)
    kof = kof_health(ground)
    clusters = list(ground.clusters.values())
    apart: dict[str, list[ClusterMeasures]] = {}
    for one in clusters:
        apart.setdefault(one.region, []).append(one)
    names = [name for name in (MANAGEMENT, *ground.regions) if permits_region(viewer, name)]
    regions = tuple(_region(name, apart.pop(name, []), ground) for name in names)
    stores = tuple(view for view in ground.stores if view.kind != "alerts")
    told = _told(clusters, stores)
    sums = Lazy(OF_CLUSTERS, lambda id: _sum(QUERIES[id], told[id], clusters))
    whole, parts = ground.whole()
    return FleetMeasures(
        installed=kof.installed,
        kof=kof,
        stores=stores,
        coverage=_coverage(stores),
        clusters=_reporting(clusters),
        regions=regions,
        sums=sums,
        alerts=alerts(viewer=viewer),
        alerts_trouble=alerts_trouble(ground),
        as_of=ground.as_of,
        others=tuple(one for left in apart.values() for one in left),
        whole=whole,
        whole_parts=parts,
    )


def region_measures(name: str, *, viewer: Viewer) -> RegionMeasures:
    """One Region, or `~management`. Raises NotFound for a name that no Region has."""
    ground = survey(viewer, region=name)
    if name not in (MANAGEMENT, *ground.regions) or not permits_region(viewer, name):
        raise NotFound(f"There is no region {name}")
    return _region(name, [one for one in ground.clusters.values() if one.region == name], ground)


def cluster_measures(namespace: str, name: str, *, viewer: Viewer) -> ClusterMeasures:
    """One cluster by its ClusterDeployment. One that nothing measures has its figures Missing, each with why."""
    ground = survey(viewer, cluster=(namespace, name))
    return ground.clusters.get((namespace, name)) or cluster_of(namespace, name, ground)


def stores(*, viewer: Viewer) -> tuple[StoreView, ...]:
    """Every endpoint with how it was found and what happened at the last try, the Alertmanager included."""
    return survey(viewer).stores


def alerts(
    *, viewer: Viewer, region: str | None = None, deployment: str | None = None, ended: bool = False
) -> tuple[Alert, ...]:
    """What fires now, worst first; `ended`: what fired within a day and no longer does, newest first."""
    rows = Firing.objects.filter(permitted_deployments(viewer), ended_at__isnull=not ended)
    if region is not None:
        rows = rows.filter(region=region)
    if deployment is not None:
        namespace, _, cluster = deployment.rpartition("/")
        rows = rows.filter(namespace=namespace, cluster=cluster)
    found = [
        Alert(
            row.fingerprint,
            row.name,
            row.severity,
            row.region,
            row.cluster,
            f"{row.namespace}/{row.cluster}" if row.namespace and row.cluster else "",
            row.summary,
            row.description,
            row.runbook,
            row.since,
            row.state,
            row.source,
            row.labels,
            row.ended_at,
            tuple(row.silenced_by),
            tuple(row.inhibited_by),
            tuple(row.muted_by),
        )
        for row in rows.order_by("-ended_at", "-since")[:2000]
    ]
    if ended:
        return tuple(found)
    return tuple(sorted(found, key=lambda one: (one.state != "active", _SEVERITIES.get(one.severity, 3), one.since)))


def alerts_trouble(ground: MeasuredFleet) -> Missing | None:
    """Why the alerts that are kept may not be all there are; None when they were read lately."""
    if ground.dark:
        return Absence.STALE_ALL.missing(said=ground.dark)
    readers = [view for view in ground.stores if view.kind == "alerts"]
    if not readers:
        return Absence.NO_ALERTMANAGER.missing()
    return None if any(view.answers for view in readers) else readers[0].trouble


def _region(name: str, clusters: list[ClusterMeasures], ground: MeasuredFleet) -> RegionMeasures:
    used = {one.store.key: one.store for one in clusters if one.store}
    told = _told(clusters, used.values())
    sums = Lazy(OF_CLUSTERS, lambda id: _sum(QUERIES[id], told[id], clusters))
    expected = [one for one in clusters if one.role]
    return RegionMeasures(
        name=name,
        stores=tuple(used.values()),
        clusters=tuple(clusters),
        figures=Lazy(OF_CLUSTERS, lambda id: _figure(sums[id], told[id].values())),
        sums=sums,
        clusters_heard=sum(one.reporting for one in expected),
        clusters_of=len(expected),
        history=Lazy.whole(lambda: _kept_history(clusters, ground)),
    )


def _told(clusters: Iterable[ClusterMeasures], stores: Iterable[StoreView]) -> Mapping[str, Mapping[str, Figure]]:
    """By query, what each cluster says of itself, and each store of itself. Who is no part of KOF is no gap."""
    apt = [one for one in clusters if one.role or one.reporting]
    named = _by_name(stores)

    def told(id: str) -> Mapping[str, Figure]:
        if QUERIES[id].src == "S":
            return {name: view.figures[id] for name, view in named.items()}
        return {one.label: one.figures[id] for one in apt}

    return Lazy(OF_CLUSTERS, told)


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
            return Absence.REGION_NOT_ONBOARDED.missing()
        # What stands in most clusters' way is what stands in the region's.
        reasons = [gap.reason for gap in gaps]
        return max(gaps, key=lambda gap: reasons.count(gap.reason))
    lacks = f"known in part of {len(sum.least)} of {sum.heard} {sum.noun}" if sum.least else ""
    return Reading(sum.value, sum.unit, min(figure.at for figure in known if isinstance(figure, Reading)), lacks)


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
            figures[one.label] = here if one.reporting else Absence.NOT_REPORTING.missing()
    return total(figures, "clusters", "clusters")


def _kept_history(clusters: list[ClusterMeasures], ground: MeasuredFleet) -> History:
    """The last hour of a region: as it was made of the same hours of the same clusters, as long as they are these."""
    rows = [row for one in clusters if (row := ground.row(one.namespace, one.name))]
    pasts = [past for row in rows if (past := ground.past(row))]
    told = {id for past in pasts for id in past.series}
    weights = [[_weight(one, QUERIES[id]) for one in clusters] for id in WEIGHED if id in told]
    source = [[(past.start, past.step, past.series) for past in pasts], weights]
    return _HISTORIES.of(tuple(row.pk for row in rows), source, lambda: _history(clusters))


def _history(clusters: list[ClusterMeasures]) -> History:
    """The last hour of a region: where a cluster has a gap, the region has one too, not a dip."""
    told = [one for one in clusters if one.history]
    found: dict[str, Line] = {}
    for id in sorted({id for one in told for id in one.history}):
        mine = [one for one in told if id in one.history]
        weights = [_weight(one, QUERIES[id]) for one in mine]
        rows = _side_by_side([one.history[id] for one in mine])
        found[id] = tuple((at, _moment(QUERIES[id], values, weights)) for at, values in rows)
    return found


def _side_by_side(lines: list[Line]) -> Iterator[tuple[datetime, tuple[float | None, ...]]]:
    """Each moment, oldest first, with what every line has there."""
    moments = [at for at, _ in lines[0]]
    if all([at for at, _ in line] == moments for line in lines):  # as a rule: they are asked together
        return zip(moments, zip(*([value for _, value in line] for line in lines), strict=True), strict=True)
    known = [dict(line) for line in lines]
    return ((at, tuple(line.get(at) for line in known)) for at in sorted(set().union(*known)))


def _weight(one: ClusterMeasures, query: Query) -> float | None:
    figure = one.figures.get(query.over)
    return figure.value if isinstance(figure, Reading) else None


def _moment(query: Query, values: Sequence[float | None], weights: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return None
    if query.over == "sum":
        return sum(known)
    if query.over in ("max", "min"):
        return max(known) if query.over == "max" else min(known)
    pairs = [(value, weight) for value, weight in zip(known, weights, strict=True) if weight is not None]
    whole = sum(weight for _, weight in pairs)
    return sum(value * weight for value, weight in pairs) / whole if whole > 0 else None
