"""Everything about one region."""

from django.db.models import Count, Q

from regions.domain import manifest as m
from regions.domain.health import Health
from regions.domain.kinds import CAPI, KINDS, OPTIONAL
from regions.domain.refs import MANAGEMENT
from regions.domain.topics import region as region_topic
from regions.domain.viewer import Viewer
from regions.inventory.basics import NotFound
from regions.inventory.cards import card, survey
from regions.inventory.feed import lines_about
from regions.inventory.rows import as_yaml, conditions, counts, manifests, rows_of, worst_first
from regions.inventory.serving import placed
from regions.inventory.values import KindCount, RegionDetail, StreamView, UnrecordedView
from regions.inventory.visibility import Visibility, look
from regions.models import Resource, Stream
from regions.permitted import permits_region

SOME = 20
_CLUSTER_API = Q(group=CAPI) | Q(group__endswith=f".{CAPI}")
_ORDER = {kind.name: place for place, kind in enumerate(KINDS) if kind.group == CAPI}


def get_region(name: str, *, viewer: Viewer) -> RegionDetail:
    """One region, or `~management`. Raises NotFound."""
    kind, own = ("Management", "kcm") if name == MANAGEMENT else ("Region", name)
    row = Resource.objects.filter(kind=kind, cluster=MANAGEMENT, name=own).first()
    if row is None or not permits_region(viewer, name):
        raise NotFound(f"There is no region {name}" if kind == "Region" else "There is no Management object kcm")
    sight = look(viewer)
    manifest = manifests([row]).get(row.pk, {})
    ground = survey(sight, {row.pk: manifest}, [row])
    there = sight.resources.filter(_CLUSTER_API, cluster=name)
    streams = list(Stream.objects.filter(cluster=name).order_by("name"))
    return RegionDetail(
        card=card(row, manifest, ground),
        conditions=conditions(manifest),
        deployments=rows_of(
            worst_first(sight.resources.filter(kind="ClusterDeployment", region=name), sight)[:SOME], sight
        ),
        credentials=rows_of(worst_first(sight.resources.filter(kind="Credential", region=name), sight), sight),
        capi=_kinds(name, sight),
        troubled=rows_of(
            placed(worst_first(there.filter(sight.having(set(Health) - {Health.READY, Health.PAUSED})), sight)[:SOME]),
            sight,
        )
        if sight.sees(name, name)
        else (),
        streams=tuple(
            _stream(stream)
            for stream in streams
            if stream.state not in (Stream.State.WATCHING, Stream.State.POLLING)
            and not (stream.state == Stream.State.ABSENT and stream.name in OPTIONAL)
        ),
        polled=tuple(_stream(stream) for stream in streams if stream.state == Stream.State.POLLING),
        unrecorded=tuple(
            UnrecordedView(m.text(one.get("what")), m.text(one.get("why")), m.parse_time(one.get("at")))
            for stream in streams
            for one in m.items(stream.unrecorded)
        ),
        changes=lines_about(region_topic(name), viewer=viewer),
        labels=row.labels,
        yaml=as_yaml(manifest),
    )


def _stream(stream: Stream) -> StreamView:
    return StreamView(stream.name, stream.state, stream.message, stream.synced_at, stream.listed_at)


def _kinds(cluster: str, sight: Visibility) -> tuple[KindCount, ...]:
    grouped = (
        sight.resources.filter(_CLUSTER_API, cluster=cluster)
        .order_by()
        .values("kind", "region", "health")
        .annotate(count=Count("pk"))
    )
    found: dict[str, list[tuple[str, int]]] = {}
    for group in grouped:
        health = sight.counted(cluster, group["region"], group["health"])
        found.setdefault(group["kind"], []).append((health, group["count"]))
    ordered = sorted(found, key=lambda kind: (_ORDER.get(kind, len(_ORDER)), kind))
    return tuple(KindCount(kind, counts(found[kind])) for kind in ordered)
