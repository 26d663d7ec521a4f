"""Lists of objects of k0rdent, and one of them, from the copy."""

from django.db.models import Count

from deployments.domain.object_facts import OBJECT_KINDS, ObjectFact, ObjectKind, facts, release_components
from deployments.lists import SIZE, Page, why
from deployments.objects.values import KindSummary, NamedFact, ObjectDetail, ObjectItem, ObjectList
from regions.domain import manifest as m
from regions.domain.kinds import K0RDENT, KINDS
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT
from regions.domain.topics import object_
from regions.domain.viewer import Viewer
from regions.inventory import NotFound, Target, lines_about
from regions.inventory.rows import as_yaml, conditions, counts, manifests, row_of, target, worst_first
from regions.inventory.visibility import Visibility, look
from regions.models import Resource, Stream
from regions.permitted import sees_every

MOST = 200
_PLURALS = {kind.name: kind.plural for kind in KINDS if kind.group == K0RDENT}


def list_kinds(*, viewer: Viewer) -> tuple[KindSummary, ...]:
    """Every kind that has a page here, with how its objects are doing."""
    sight = look(viewer)
    grouped = (
        sight.resources.filter(group=K0RDENT, kind__in=OBJECT_KINDS, cluster=MANAGEMENT)
        .order_by()
        .values("kind", "region", "health")
        .annotate(count=Count("pk"))
    )
    found: dict[str, list[tuple[str, int]]] = {}
    for group in grouped:
        health = sight.counted(MANAGEMENT, group["region"], group["health"])
        found.setdefault(group["kind"], []).append((health, group["count"]))
    absent = set(Stream.objects.filter(cluster=MANAGEMENT, state=Stream.State.ABSENT).values_list("name", flat=True))
    return tuple(
        KindSummary(of, counts(found.get(kind, [])), f"{_PLURALS[kind]}.{K0RDENT}" in absent)
        for kind, of in OBJECT_KINDS.items()
    )


def list_objects(
    kind: str, *, viewer: Viewer, text: str = "", health: tuple[str, ...] = (), page: int = 1, size: int = SIZE
) -> ObjectList:
    """Objects of one kind, worst first, by words of name or message and by health. Raises NotFound: no such kind."""
    of = object_kind(kind)
    sight = look(viewer)
    everything = worst_first(sight.resources.filter(group=K0RDENT, kind=kind, cluster=MANAGEMENT), sight)
    found = [(one, row_of(one, sight)) for one in everything]
    shown = [
        (one, row)
        for one, row in found
        if (not health or row.health in health)
        and all(word.lower() in f"{row.target.label} {row.message}".lower() for word in text.split())
    ]
    cut = Page(page, size, len(shown))
    on_page = cut.of(shown)
    bodies = manifests(one for one, _ in on_page)
    what = f"{kind} objects"
    return ObjectList(
        of=of,
        items=tuple(ObjectItem(row, facts(bodies.get(one.pk, {}))) for one, row in on_page),
        page=cut,
        counts=counts((row.health, 1) for _, row in found),
        empty=None if shown else why(sight, _PLURALS[kind], what, filtered=bool(found), none=f"{of.means}."),
    )


def get_object(kind: str, namespace: str, name: str, *, viewer: Viewer) -> ObjectDetail:
    """One object of these kinds. Raises NotFound."""
    of = object_kind(kind)
    sight = look(viewer)
    row = sight.resources.filter(group=K0RDENT, kind=kind, cluster=MANAGEMENT, namespace=namespace, name=name).first()
    if row is None:
        raise NotFound(f"There is no {kind} {f'{namespace}/' if namespace else ''}{name}")
    body = manifests([row]).get(row.pk, {})
    installed = _installed(sight) if kind == "Release" else None
    current = m.name(installed) if installed else ""
    return ObjectDetail(
        of=of,
        row=row_of(row, sight),
        facts=tuple(_named(fact, namespace) for fact in facts(body)),
        conditions=conditions(body),
        used_by=_used_by(of, row, sight),
        every_user=sees_every(viewer, K0RDENT, "ClusterDeployment", namespace),
        components=release_components(installed, body) if kind == "Release" else (),
        installed=current if current != name else "",
        changes=lines_about(object_(kind, namespace, name), viewer=viewer),
        labels=row.labels,
        yaml=as_yaml(body),
    )


def object_kind(kind: str) -> ObjectKind:
    """A kind that has pages here. Raises NotFound."""
    if kind not in OBJECT_KINDS:
        raise NotFound(f"There are no lists of the kind {kind}")
    return OBJECT_KINDS[kind]


def _named(fact: ObjectFact, namespace: str) -> NamedFact:
    """References are names within the object's own namespace (kcm 1.11)."""
    return NamedFact(
        fact.label,
        tuple((value, Target(fact.kind, namespace, value).url if fact.kind else "") for value in fact.values),
    )


def _used_by(of: ObjectKind, row: Resource, sight: Visibility) -> tuple[Target, ...]:
    if not of.used_as:
        return ()
    deployments = list(
        sight.resources.filter(group=K0RDENT, kind="ClusterDeployment", namespace=row.namespace).order_by("name")
    )
    bodies = manifests(deployments)
    named = (one for one in deployments if m.text(m.part(bodies.get(one.pk, {}), "spec", of.used_as)) == row.name)
    return tuple(target(one) for one in named)[:MOST]


def _installed(sight: Visibility) -> Manifest | None:
    """The Release that management says is installed, as far as the viewer may see both."""
    ours = sight.resources.filter(group=K0RDENT, cluster=MANAGEMENT)
    management = ours.filter(kind="Management").first()
    status = manifests([management]).get(management.pk, {}) if management else {}
    name = m.text(m.part(status, "status", "release"))
    row = ours.filter(kind="Release", name=name).first()
    return manifests([row]).get(row.pk) if row else None
