"""Rows of the meter joined with the copy: stores, and every cluster once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Any

from django.db.models import Q
from django.db.models.fields.json import KeyTransform

from regions.domain.kinds import K0RDENT
from regions.domain.metrics.absences import Absence
from regions.domain.metrics.collecting import WHOLE, mixed
from regions.domain.metrics.figures import FRESH, POINTS, SourceState, figure
from regions.domain.metrics.measures import Figure, Missing, Reading, Why
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.domain.words import clock
from regions.inventory.visibility import Visibility, look
from regions.metrics.reads.keeping import Kept, as_text
from regions.metrics.reads.lazy import Lazy
from regions.metrics.reads.onboarding import cluster_ladder, store_ladder
from regions.metrics.reads.values import ClusterMeasures, History, Part, StoreView
from regions.metrics.stores.errors import too_large
from regions.metrics.stores.queries import QUERIES, Query
from regions.models import Measured, Past, Resource, Store
from regions.permitted import permits, permitted, sees_fleet

ROLE = f"{K0RDENT}/kof-cluster-role"
TENANT = f"{K0RDENT}/kof-tenant-id"

HEARD = timedelta(seconds=90)
"""How long a store may be without an answer before what it said is no longer how things are."""

OF_CLUSTERS = tuple(query.id for query in QUERIES.values() if query.by != "store" and query.src in "RS")
"""The queries that each cluster has a figure of."""

# Where several stores have series of one cluster: the one it should report to, then the nearest to the source.
_ORDER = {"regional": 0, "regionless": 1, "set": 2, "extra": 3, "management": 4, "promxy": 5}
_READINGS: Kept[dict[str, Any]] = Kept(4_000)  # of as many clusters, a few kilobytes each
_SERIES: Kept[dict[str, Any]] = Kept(4_000)
_MANAGED = ("eks", "aks", "gke", "hosted")


@dataclass(frozen=True, slots=True)
class Home:
    """What the copy knows of a ClusterDeployment."""

    region: str
    template: str
    labels: Mapping[str, str]


@dataclass(slots=True)
class MeasuredFleet:
    """What an answer is made of, read once."""

    sight: Visibility
    dark: str  # why nothing can be claimed; empty: the meter is at work
    stores: tuple[StoreView, ...] = ()
    regions: tuple[str, ...] = ()
    homes: Mapping[tuple[str, str], str] = field(default_factory=dict)  # every ClusterDeployment → its region
    deployments: Mapping[tuple[str, str], Home] = field(default_factory=dict)  # those that are asked about
    measured: Mapping[tuple[str, str], tuple[Measured, StoreView]] = field(default_factory=dict)
    wholes: list[tuple[Measured, StoreView]] = field(default_factory=list)  # what stores say as a whole
    expected: dict[tuple[str, str], StoreView] = field(default_factory=dict)  # where each cluster should report
    onboarded: frozenset[str] = frozenset()  # namespace/name of clusters with a child or regional ConfigMap
    clusters: dict[tuple[str, str], ClusterMeasures] = field(default_factory=dict)
    raw: Mapping[int, Store] = field(default_factory=dict)
    twins: Mapping[int, frozenset[str]] = field(default_factory=dict)  # of each store: names of several clusters
    as_of: datetime | None = None

    _pasts: dict[int, Past] | None = None
    _parts: dict[str, dict[int, list[Any]]] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.sight.now

    def row(self, namespace: str, name: str) -> Measured | None:
        """Where the figures of a cluster are from."""
        return self.measured.get((namespace, name), (None, None))[0]

    def past(self, row: Measured) -> Past | None:
        """The hour of a cluster; all of them are read when the first is wanted."""
        if self._pasts is None:
            wanted = [one.pk for one, _ in self.measured.values()]
            rows = Past.objects.filter(pk__in=wanted).defer("series").annotate(text=as_text("series"))
            self._pasts = {past.pk: past for past in rows}
            for past in rows:
                past.series = _SERIES.of(past.pk, past.text, partial(json.loads, past.text))
        return self._pasts.get(row.pk)

    def parts(self, row: Measured, id: str) -> list[Any]:
        """What a figure of a cluster is made of. Of all clusters at once, and only of the figures that are wanted."""
        if id not in self._parts:
            wanted = [one.pk for one, _ in (*self.measured.values(), *self.wholes)]
            rows = Measured.objects.filter(pk__in=wanted)
            self._parts[id] = dict(rows.values_list("pk", KeyTransform(id, "parts")))
        return self._parts[id].get(row.pk) or []

    def whole(self) -> tuple[dict[str, Figure], dict[str, tuple[Part, ...]]]:
        """Figures that a store has as a whole: k0rdent's own, from where management's data go."""
        found: dict[str, Figure] = {}
        parts: dict[str, tuple[Part, ...]] = {}
        told = [(row, view, _told(row, view, self)) for row, view in self.wholes if view.kind != "promxy"]
        for query in QUERIES.values():
            if query.src in "MA":
                # Management's data may go to a region's store; its alerts are in its own.
                answers = [(_figure(query, row, view, one, self), row) for row, view, one in told]
                best = next((pair for pair in answers if isinstance(pair[0], Reading)), answers[0] if answers else None)
                found[query.id], row = best or (_figure(query, None, None, None, self), None)
                parts[query.id] = _members(row, query.id, self)
        return found, parts


def survey(viewer: Viewer, *, region: str | None = None, cluster: tuple[str, str] | None = None) -> MeasuredFleet:
    """Read stores and clusters; only those of a region, or one, when that is all that is asked for."""
    sight = look(viewer)
    dark = sight.why("", "") if sight.dark else ""
    rows = {row.pk: row for row in Store.objects.all()}
    places = Resource.objects.filter(kind="Region", cluster=MANAGEMENT, namespace="").order_by("name")
    regions = tuple(places.values_list("name", flat=True))
    deployments = Resource.objects.filter(kind="ClusterDeployment")
    homes = {(row[0], row[1]): row[2] for row in deployments.values_list("namespace", "name", "region")}
    measured = Measured.objects.all()
    deployments = deployments.filter(permitted(viewer))
    if cluster:
        deployments = deployments.filter(namespace=cluster[0], name=cluster[1])
        measured = measured.filter(Q(namespace=cluster[0], name=cluster[1]) | Q(name=""))
    elif region is not None:
        deployments = deployments.filter(region=region)
    else:
        deployments = deployments.filter(labels__has_key=ROLE)
    columns = deployments.values_list("namespace", "name", "region", "template", "labels")
    ground = MeasuredFleet(sight, dark, regions=regions, raw=rows, homes=homes)
    ground.deployments = {(row[0], row[1]): Home(*row[2:]) for row in columns}
    ground.onboarded = _onboarded(cluster)
    told = measured.defer("parts", "readings").annotate(text=as_text("readings"))
    kept = [row for row in told if _shown(row, ground)]
    for row in kept:
        row.readings = _READINGS.of(row.pk, row.text, partial(json.loads, row.text))
    if region is not None and not cluster:
        kept = [row for row in kept if not row.name or _region_of(row, row.namespace, row.name, ground) == region]
    by_store: dict[int, list[Measured]] = {}
    for one in kept:
        by_store.setdefault(one.store_id, []).append(one)
    ground.stores = tuple(
        sorted(
            (_store(row, by_store.get(row.pk, []), ground) for row in rows.values()),
            key=lambda view: (view.trouble is None, view.kind == "promxy", view.name, view.key),
        )
    )
    by_key = {view.key: view for view in ground.stores}
    chosen: dict[tuple[str, str], tuple[Measured, StoreView]] = {}
    for row in kept:
        view = by_key[rows[row.store_id].key]
        place = (row.namespace, row.name)
        if place == WHOLE:
            ground.wholes.append((row, view))
        elif place not in chosen or _precedence(row, view, ground) < _precedence(*chosen[place], ground):
            chosen[place] = (row, view)
        if row.expected:
            ground.expected[place] = view
    ground.measured = chosen
    ground.twins = _twins(cluster)
    ground.as_of = max((row.asked_at for row in rows.values() if row.asked_at), default=None)
    for namespace, name in sorted({*ground.deployments, *chosen}):
        ground.clusters[(namespace, name)] = cluster_of(namespace, name, ground)
    if not sees_fleet(viewer):
        ground.homes = {place: home for place, home in homes.items() if permits(viewer, home, place[0])}
        asked = {one.store.key for one in ground.clusters.values() if one.store}
        ground.stores = tuple(view for view in ground.stores if view.key in asked)
    return ground


def _shown(row: Measured, ground: MeasuredFleet) -> bool:
    """Whether the viewer may be shown it; what a store says as a whole speaks of everybody's clusters."""
    viewer = ground.sight.viewer
    if sees_fleet(viewer):
        return True
    return bool(row.name) and permits(viewer, _region_of(row, row.namespace, row.name, ground), row.namespace)


def cluster_of(namespace: str, name: str, ground: MeasuredFleet) -> ClusterMeasures:
    """One cluster, whether or not anything measures it."""
    deployment = ground.deployments.get((namespace, name))
    row, view = ground.measured.get((namespace, name), (None, None))
    home = ground.expected.get((namespace, name), view)
    labels = deployment.labels if deployment else {}
    role = labels.get(ROLE, "") or (row.role if row else "")
    if row is not None and not role and deployment is None and _managements(row, ground):
        role = "management"
    onboarded = f"{namespace}/{name}" in ground.onboarded
    nothing = _why_nothing(role, onboarded, row, ground)
    told = _told(row, view, ground) if row and view else None
    template = deployment.template if deployment else ""

    def figure_of(id: str) -> Figure:
        return nothing or _figure(QUERIES[id], row, view, told, ground, template)

    def members(id: str) -> tuple[Part, ...]:
        return _members(row, id, ground)

    figures = Lazy(OF_CLUSTERS, figure_of)
    fresh = row is not None and view is not None and _reports(row, view, ground)
    return ClusterMeasures(
        namespace=namespace,
        name=name,
        region=_region_of(row, namespace, name, ground),
        store=home,
        role=role,
        tenant=labels.get(TENANT, "") or (row.tenant if row else ""),
        figures=figures,
        through=view if view is not None and home is not None and view.key != home.key else None,
        history=Lazy.whole(lambda: _past(ground.past(row)) if row else {}),
        parts=Lazy(tuple(id for id in OF_CLUSTERS if QUERIES[id].parts), members),
        reporting=fresh,
        ladder=cluster_ladder(role, onboarded, home, figures, fresh),
        known=deployment is not None,
    )


def _onboarded(cluster: tuple[str, str] | None) -> frozenset[str]:
    rows = Resource.objects.filter(kind="ConfigMap", cluster=MANAGEMENT, labels__has_key=ROLE)
    if cluster:
        rows = rows.filter(name__in=(f"kof-cluster-config-{cluster[1]}", f"kof-{cluster[1]}"), namespace=cluster[0])
    return frozenset(
        f"{namespace}/{name.removeprefix('kof-').removeprefix('cluster-config-')}"
        for namespace, name in rows.values_list("namespace", "name")
    )


def _region_of(row: Measured | None, namespace: str, name: str, ground: MeasuredFleet) -> str:
    if (namespace, name) in ground.homes:
        return ground.homes[namespace, name]
    if name in ground.regions:
        return name  # a Region's own cluster, that k0rdent did not make
    return MANAGEMENT if row is not None and _managements(row, ground) else ""


def _managements(row: Measured, ground: MeasuredFleet) -> bool:
    """Whether this is the management cluster itself, by whichever name its series have."""
    whole = ground.raw[row.store_id].kind in (Store.Kind.MANAGEMENT, Store.Kind.REGIONLESS)
    return row.role == "management" or (whole and not row.role)


def _precedence(row: Measured, view: StoreView, ground: MeasuredFleet) -> tuple[bool, bool, int]:
    """Who has something fresh, then where it should report: another fills in only while that one has nothing."""
    return (not _reports(row, view, ground), not row.expected, _ORDER.get(view.kind, 9))


def _reports(row: Measured, view: StoreView, ground: MeasuredFleet) -> bool:
    """Whether this store has fresh series of this cluster, as far as can be said now."""
    if ground.dark or row.seen_at is None or ground.now - row.seen_at > HEARD:
        return False
    return row.sampled_at is None or ground.now - row.sampled_at <= FRESH


def _told(row: Measured, view: StoreView, ground: MeasuredFleet) -> SourceState:
    reason = view.trouble.reason.value if view.trouble else ""
    reporting = row.seen_at is not None and view.answered_at is not None and view.answered_at - row.seen_at < HEARD
    return SourceState(
        reason,
        view.trouble.sentence if view.trouble else "",
        view.trouble.since if view.trouble else None,
        row.sampled_at,
        reporting or not row.name,
        ground.dark,
    )


def _why_nothing(role: str, onboarded: bool, row: Measured | None, ground: MeasuredFleet) -> Missing | None:
    """Why this cluster has no figure at all; None when it may have some."""
    if row is not None:
        return None
    if not role:
        return Absence.NOT_ONBOARDED.missing()
    if ground.dark:
        return Absence.STALE_ALL.missing(said=ground.dark)
    return (Absence.NO_REGIONAL if onboarded else Absence.NO_CONFIG).missing()


def _figure(
    query: Query,
    row: Measured | None,
    view: StoreView | None,
    told: SourceState | None,
    ground: MeasuredFleet,
    template: str = "",
) -> Figure:
    if row is None or view is None or told is None:
        return Absence.STALE_ALL.missing(said=ground.dark) if ground.dark else Absence.NO_STORE.missing()
    if said := view.broken.get(query.id):
        return (Absence.TOO_LARGE if too_large(said) else Absence.QUERY_REFUSED).missing(said=said)
    value = row.readings.get(query.id)
    read = (value[0], datetime.fromtimestamp(value[1], UTC)) if value else None
    asked = not row.name or query.tier in row.asked
    absent = None if value else _absent(query, row, template, ground, asked)
    found = figure(read, query.unit, query.tier, told, ground.now, absent, asked=asked, of_silent=query.of_silent)
    if isinstance(found, Reading) and query.counted:
        return replace(found, lacks=_lacks(query, row))
    return found


def _lacks(query: Query, row: Measured) -> str:
    """What a sum is known to lack: what it counted, against what there is."""
    have, of, words = query.counted
    counted, whole = ((row.readings.get(id) or (None,))[0] for id in (have, of))
    if counted is None or whole is None or counted >= whole:
        return ""
    return f"{counted:.0f} of {whole:.0f} {words}"


def _absent(query: Query, row: Measured, template: str, ground: MeasuredFleet, asked: bool) -> Missing | None:
    """Why a cluster that is well may have no such figure."""
    if query.by == "name" and row.name in ground.twins.get(row.store_id, ()):
        return Absence.AMBIGUOUS.missing(name=row.name)
    if query.src == "S" and row.role == "child":
        return Absence.NO_STORE_INSIDE.missing()
    if query.absent == "gpu" and asked:
        return Absence.NO_GPU.missing()
    if query.absent == "control_plane" and any(word in template for word in _MANAGED):
        return Absence.NO_CONTROL_PLANE.missing()
    return None


def _twins(cluster: tuple[str, str] | None) -> dict[int, frozenset[str]]:
    """Of each store, the names that several of its clusters have."""
    rows = Measured.objects.exclude(name="")
    if cluster:
        rows = rows.filter(name=cluster[1])
    places: dict[int, list[tuple[str, str]]] = {}
    for store, namespace, name in rows.values_list("store_id", "namespace", "name"):
        places.setdefault(store, []).append((namespace, name))
    return {store: mixed(known) for store, known in places.items()}


def _members(row: Measured | None, id: str, ground: MeasuredFleet) -> tuple[Part, ...]:
    return tuple((labels, float(value)) for labels, value in (ground.parts(row, id) if row else ()))


def _past(past: Past | None) -> History:
    if past is None:
        return {}
    moments = _moments(past.start, past.step)
    return {id: tuple(zip(moments, line, strict=False)) for id, line in past.series.items()}


@lru_cache(maxsize=64)  # all clusters are asked about the same hour
def _moments(start: int, step: int) -> tuple[datetime, ...]:
    return tuple(datetime.fromtimestamp(start + place * step, UTC) for place in range(POINTS))


def _store(row: Store, measured: list[Measured], ground: MeasuredFleet) -> StoreView:
    trouble = None
    if ground.dark:
        trouble = Absence.STALE_ALL.missing(said=ground.dark, since=row.answered_at)
    elif row.reason:
        trouble = Absence.STORE_FAILED.missing(why=Why(row.reason), said=row.message, since=row.since)
    elif row.kind == Store.Kind.PROMXY and (row.asked_at is None or ground.now - row.asked_at > HEARD):
        trouble = Absence.NOT_NEEDED.missing()
    elif row.answered_at is None:
        trouble = Absence.NOT_ASKED.missing()
    elif ground.now - row.answered_at > HEARD:
        trouble = Absence.STALE_STORE.missing(at=clock(row.answered_at, ground.now), since=row.answered_at)
    view = StoreView(
        key=row.key,
        kind=row.kind,
        namespace=row.namespace,
        name=row.name,
        url=row.url,
        found=row.found,
        route=row.route,
        credentials=row.credentials,
        tls=row.tls,
        trouble=trouble,
        asked_at=row.asked_at,
        answered_at=row.answered_at,
        next_at=row.next_at,
        took_ms=row.took_ms,
        partial=row.partial,
        warnings=tuple(row.warnings),
        skew=row.skew,
        broken=row.broken,
        complete=row.kind != Store.Kind.PROMXY,
        clusters=(),
        expected=tuple(sorted(_label(one) for one in measured if one.name and one.expected)),
        figures={},
    )
    reporting = tuple(sorted(_label(one) for one in measured if one.name and _reports(one, view, ground)))
    own = next((one for one in measured if one.name and _own(one, row, ground)), None)
    nothing = view.trouble or Absence.NOT_COLLECTED.missing()
    told = _told(own, view, ground) if own else None
    figures = {
        query.id: _figure(query, own, view, told, ground) if own else nothing
        for query in QUERIES.values()
        if query.src == "S"
    }
    whole = replace(view, clusters=reporting, figures=figures)
    return replace(whole, ladder=store_ladder(whole))


def _own(one: Measured, row: Store, ground: MeasuredFleet) -> bool:
    """Whether this cluster is where the store itself runs."""
    if row.kind in (Store.Kind.MANAGEMENT, Store.Kind.REGIONLESS):
        return _managements(one, ground)
    return (one.namespace, one.name) == (row.namespace, row.name)


def _label(row: Measured) -> str:
    return f"{row.namespace}/{row.name}" if row.namespace else row.name
