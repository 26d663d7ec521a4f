"""The evidence around one object, from the copy: as many queries for a large deployment as for a small one."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db.models import Q

from deployments.credentials.items import unpropagated
from regions import journal
from regions.domain import manifest as m
from regions.domain.causes import Evidence, Thing, Warned
from regions.domain.causes.texts import RECENT
from regions.domain.health import Health
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.references import named_objects
from regions.domain.refs import MANAGEMENT, Ref
from regions.inventory.rows import manifests
from regions.inventory.serving import serving, without_strangers
from regions.inventory.visibility import Visibility, link_of
from regions.models import Change, Resource, Stream
from regions.permitted import changes, permits_region, sees_every

LOOKED_FOR = timedelta(minutes=6)
"""Within this time what a new object names has been read by name on the cluster that it is to be on."""

MOST_WARNINGS = 200


def ref_of(row: Resource) -> Ref:
    return Ref(row.cluster, row.group, row.kind, row.namespace, row.name)


def thing(row: Resource, body: Manifest | None = None, warned: tuple[Warned, ...] = ()) -> Thing:
    """A row of the copy as the rules take it."""
    return Thing(
        ref=ref_of(row),
        health=Health(row.health),
        message=row.message,
        since=row.since,
        progressed_at=row.progressed_at,
        created_at=row.created_at,
        deleting_at=row.deleting_at,
        labels=row.labels,
        body=body or {},
        warned=warned,
        uid=row.uid,
    )


def gather(row: Resource, sight: Visibility) -> Evidence:
    """Everything that is known around an object."""
    parts = _shown(Resource.objects.filter(_parts(row)).exclude(pk=row.pk), sight)
    bodies = manifests([row, *parts])
    parts = without_strangers(parts, bodies)
    body = bodies.get(row.pk, {})
    region = _region(row, body)
    credential, template = _depends_on(row, body)
    around = _shown(
        Resource.objects.filter(_around(row, body, region, credential, template)).exclude(
            pk__in=[row.pk, *(one.pk for one in parts)]
        ),
        sight,
    )
    bodies |= manifests(around)
    extra = _shown(_needed([row, *around], bodies, region), sight)
    if extra:
        bodies |= manifests(extra)
    if secrets := _shown(_secrets(extra, bodies), sight):
        extra += secrets
    warned = _warnings(row, sight)
    things = tuple(thing(one, bodies.get(one.pk), warned.get(ref_of(one), ())) for one in [*parts, *around, *extra])
    return Evidence(
        subject=thing(row, body, warned.get(ref_of(row), ())),
        things=things,
        now=sight.now,
        region=region,
        links={name: link_of(view) for name, view in sight.links.items() if name in (region, MANAGEMENT)},
        seen=_seen(row, region, sight),
        system=settings.PANE_SYSTEM_NAMESPACE,
        credential=credential,
        template=template,
        handed_on=row.kind != "Credential" or _handed_on(row, extra),
    )


def _shown(rows: Iterable[Resource], sight: Visibility) -> list[Resource]:
    """What the viewer may be shown of it: of the rest nobody tells them."""
    return [row for row in rows if sight.shows(row)]


def _handed_on(row: Resource, near: list[Resource]) -> bool:
    """Whether deployments hand this credential on. They may be thousands: asked only where it matters."""
    if any(one.kind == "ConfigMap" and one.name.endswith("-resource-template") for one in near):
        return True
    return not unpropagated({f"{row.namespace}/{row.name}"})


def _parts(row: Resource) -> Q:
    """What it is made of."""
    if row.kind == "ClusterDeployment":
        return serving(f"{row.namespace}/{row.name}", row.region)
    if row.kind in ("Region", "Management"):
        return Q(kind="HelmRelease", deployment="", region=_place(row))
    if row.kind == "ServiceSet" and row.deployment:
        return serving(row.deployment, row.region) & Q(kind__in=("ClusterSummary", "SveltosCluster"))
    if row.kind == "MultiClusterService":
        return Q(kind="ServiceSet", name__regex=r"-[0-9a-f]{8}$") & ~Q(health=Health.READY)
    return Q(pk__in=())


def _place(row: Resource) -> str:
    return MANAGEMENT if row.kind == "Management" else row.name


def _region(row: Resource, body: Manifest) -> str:
    return _place(row) if row.kind in ("Region", "Management") else row.region or MANAGEMENT


def _depends_on(row: Resource, body: Manifest) -> tuple[Ref | None, Ref | None]:
    """The Credential and the template that it names."""
    if row.kind == "Credential":
        return ref_of(row), None
    credential = None
    if row.credential:
        namespace, _, name = row.credential.partition("/")
        credential = Ref(MANAGEMENT, K0RDENT, "Credential", namespace, name)
    template = Ref(MANAGEMENT, K0RDENT, "ClusterTemplate", row.namespace, row.template) if row.template else None
    return credential, template


def _around(row: Resource, body: Manifest, region: str, credential: Ref | None, template: Ref | None) -> Q:
    """What it depends on, by name."""
    # By kind, namespace and name, as the index has them: with the cluster the database would walk all of management.
    own = ("Management", "kcm") if region == MANAGEMENT else ("Region", region)
    found = Q(kind=own[0], namespace="", name=own[1])
    for ref in (credential, template):
        if ref:
            found |= Q(kind=ref.kind, group=ref.group, namespace=ref.namespace, name=ref.name)
    asked = m.items(m.part(body, "spec", "serviceSpec", "services")) + m.items(m.part(body, "spec", "services"))
    if names := {m.text(one.get("template")) for one in asked} - {""}:
        found |= Q(kind="ServiceTemplate", name__in=names, namespace=row.namespace or settings.PANE_SYSTEM_NAMESPACE)
    if row.kind == "Region" and (named := m.text(m.part(body, "spec", "clusterDeployment", "name"))):
        found |= Q(
            kind="ClusterDeployment",
            namespace=m.text(m.part(body, "spec", "clusterDeployment", "namespace")),
            name=named,
        )
    return found


def _needed(rows: Iterable[Resource], bodies: dict[int, Manifest], region: str) -> list[Resource]:
    """The identity of the credential, and the Secrets and ConfigMaps that these name."""
    clusters = {MANAGEMENT, region}
    found, any_ = Q(pk__in=()), False
    for row in rows:
        body = bodies.get(row.pk, {})
        if row.kind not in ("Credential", "Region"):
            continue
        for kind, namespace, name in named_objects(body, settings.PANE_SYSTEM_NAMESPACE):
            found |= Q(kind=kind, namespace=namespace, name=name, cluster__in=clusters)
            any_ = True
        identity = m.mapping(m.part(body, "spec", "identityRef"))
        if identity.get("name"):
            found |= Q(kind=m.text(identity.get("kind")), name=m.text(identity["name"]), cluster__in=clusters)
            any_ = True
    return list(Resource.objects.filter(found)) if any_ else []


def _secrets(rows: Iterable[Resource], bodies: dict[int, Manifest]) -> list[Resource]:
    """The Secrets of identities: only these say how they are called."""
    rows = list(rows)
    have = {(row.kind, row.namespace, row.name) for row in rows}
    wanted = set()
    for row in rows:
        if row.kind.endswith("Identity"):
            wanted |= named_objects(bodies.get(row.pk, {}), settings.PANE_SYSTEM_NAMESPACE) - have
    found = Q(pk__in=())
    for kind, namespace, name in wanted:
        found |= Q(kind=kind, namespace=namespace, name=name)
    return list(Resource.objects.filter(found)) if wanted else []


def _seen(row: Resource, region: str, sight: Visibility) -> frozenset[tuple[str, str]]:
    """Kinds of which we see every object that matters here: only of these is it certain that one is missing."""
    young = row.created_at is not None and sight.now - row.created_at < LOOKED_FOR
    streams = Stream.objects.filter(cluster__in=(MANAGEMENT, region), state=Stream.State.WATCHING)
    watched = set(streams.values_list("cluster", "name"))
    secrets = set(Resource.objects.filter(kind="Secret").order_by().values_list("cluster", flat=True).distinct())
    found = set()
    for cluster in {MANAGEMENT, region}:
        if not sight.sees(cluster, cluster):
            continue
        for kind in ("Credential", "ClusterTemplate", "Region") if cluster == MANAGEMENT else ():
            known = (cluster, f"{kind.lower()}s.{K0RDENT}") in watched
            if known and sees_every(sight.viewer, K0RDENT, kind, row.namespace):
                found.add((cluster, kind))
        if young:
            continue  # what is read by name may not have been read yet
        mine = {kind for kind in ("ConfigMap", "Secret") if _sees_named(kind, cluster, sight)}
        if "ConfigMap" in mine and (cluster, f"configmaps.?{K0RDENT}/component=kcm") in watched:
            found.add((cluster, "ConfigMap"))
        if "Secret" in mine and cluster in secrets:
            found.add((cluster, "Secret"))
    return frozenset(found)


def _sees_named(kind: str, cluster: str, sight: Visibility) -> bool:
    """Whether the viewer may be shown all such objects that something may name there, in whatever namespace."""
    if cluster == MANAGEMENT:
        return sees_every(sight.viewer, "", kind, "")
    return permits_region(sight.viewer, cluster)


def _warnings(row: Resource, sight: Visibility) -> dict[Ref, tuple[Warned, ...]]:
    """Warnings that clusters reported lately about what it is made of, by object."""
    if row.kind == "ClusterDeployment":
        about = journal.about(f"deployment:{row.namespace}/{row.name}")
    elif row.deployment:
        about = journal.about(f"deployment:{row.deployment}")
    else:
        about = Q(kind=row.kind, namespace=row.namespace, name=row.name)
    told = changes(sight.viewer).filter(about, source=Change.Source.REPORTED, at__gte=sight.now - RECENT)
    told = told.exclude(severity=Change.Severity.NORMAL).order_by("-id")
    columns = ("cluster", "group", "kind", "namespace", "name", "at", "reason", "message")
    found: dict[Ref, list[Warned]] = defaultdict(list)
    for *ref, at, reason, message in told.values_list(*columns)[:MOST_WARNINGS]:
        found[Ref(*ref)].append(Warned(at, reason, message))
    return {ref: tuple(warnings) for ref, warnings in found.items()}
