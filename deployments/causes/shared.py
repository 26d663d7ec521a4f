"""What several deployments suffer from together, and the one sentence of each: by rows alone, in a handful of queries
however many deployments there are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from deployments.causes.values import SharedCause
from regions.domain.causes import Evidence, Thing, Verdict, explain
from regions.domain.causes.rules.linked import UNHEARD
from regions.domain.health import Health
from regions.domain.kinds import K0RDENT
from regions.domain.refs import MANAGEMENT, Ref
from regions.domain.viewer import Viewer
from regions.inventory import Row, Target
from regions.inventory.serving import serves
from regions.inventory.visibility import Visibility, link_of, look
from regions.journal.correlating import chunks
from regions.models import Resource, Stream
from regions.permitted import permits_region, sees_every

ENOUGH = 2
"""So many deployments with one cause are said once."""

_COLUMNS = (
    "cluster",
    "group",
    "kind",
    "namespace",
    "name",
    "health",
    "message",
    "since",
    "progressed_at",
    "created_at",
    "deleting_at",
    "labels",
    "region",
    "deployment",
    "template",
    "credential",
)
_SILENT = ("region-silent", *UNHEARD.values())
_MANAGED = f"{K0RDENT}/managed"
_ILL = Health.VALIDATED.rank
"""Whatever ranks before this is not well. By rank, because an index has it."""

_WELL = (Health.READY, Health.VALIDATED)
_QUIET = (*_WELL, Health.UNKNOWN)
"""Of what we do not hear the row itself says so."""

Values = tuple[Any, ...]


def shared_causes(*, viewer: Viewer) -> tuple[SharedCause, ...]:
    """Causes that at least two deployments have in common, those that hit most first."""
    sight = look(viewer)
    if sight.dark:
        return ()  # nothing can be claimed, and the page says so
    subjects = sight.resources.filter(kind="ClusterDeployment", rank__lt=_ILL)
    found: dict[tuple[str, Ref], list[tuple[Target, Verdict]]] = defaultdict(list)
    originals = _originals()
    for target, verdict in _verdicts(subjects, sight):
        if verdict.shared and verdict.key not in _SILENT:
            shared = originals.get(verdict.shared, verdict.shared)
            found[verdict.key, shared].append((target, verdict))
    causes = [_cause(ref, members) for (_, ref), members in found.items() if len(members) >= ENOUGH]
    causes += _silent(sight)
    return tuple(sorted(causes, key=lambda one: (-len(one.members), one.kind, one.what.label)))


def _originals() -> dict[Ref, Ref]:
    """Of what AccessManagement shares with namespaces: from each copy to what it is a copy of. It is one account."""
    rows = Resource.objects.filter(kind__in=("Credential", "ClusterTemplate"), group=K0RDENT)
    found: dict[Ref, Ref] = {}
    system = settings.PANE_SYSTEM_NAMESPACE
    for kind, namespace, name, labels in rows.order_by().values_list("kind", "namespace", "name", "labels"):
        if namespace != system and labels.get(_MANAGED) == "true":
            found[Ref(MANAGEMENT, K0RDENT, kind, namespace, name)] = Ref(MANAGEMENT, K0RDENT, kind, system, name)
    return found


def sentences(rows: Iterable[Row], *, viewer: Viewer) -> dict[str, str]:
    """The culprit in one short sentence, by namespace/name, for those of these deployments that have a known one."""
    found = _known(rows, viewer)
    return {label: verdict.sentence for label, verdict in found.items()}


def explained(rows: Iterable[Row], *, viewer: Viewer) -> tuple[Row, ...]:
    """The same rows; where the culprit of a deployment is known, its sentence and own words are the message."""
    rows = tuple(rows)
    found = _known(rows, viewer)
    return tuple(
        replace(row, message=_said(found[row.target.label])) if row.target.label in found else row for row in rows
    )


def _said(verdict: Verdict) -> str:
    return f"{verdict.sentence}: {verdict.said}" if verdict.said else f"{verdict.sentence}."


def _known(rows: Iterable[Row], viewer: Viewer) -> dict[str, Verdict]:
    names = [row.target.label for row in rows if row.target.kind == "ClusterDeployment" and row.health not in _QUIET]
    if not names:
        return {}
    sight = look(viewer)
    verdicts = _verdicts(sight.resources.filter(deployment__in=names, kind="ClusterDeployment"), sight)
    return {target.label: one for target, one in verdicts if one.culprit and one.key != "unknown"}


def _verdicts(subjects: QuerySet[Resource], sight: Visibility) -> Iterable[tuple[Target, Verdict]]:
    """Of every one of these deployments, why."""
    chosen = list(subjects.order_by().values_list(*_COLUMNS))
    below = _below({values[13]: values[12] for values in chosen}, sight)
    upon, seen = _upon(sight), _seen(sight)
    links = {name: link_of(view) for name, view in sight.links.items()}
    for values in chosen:
        own, region = _thing(values), values[12] or MANAGEMENT
        credential, template = _credential(values[15]), _template(values[3], values[14])
        needed = [_region(region), credential, template]
        things = [*below[values[13]], *(upon[ref] for ref in needed if ref and ref in upon)]
        near = {name: links[name] for name in (region, MANAGEMENT) if name in links}
        evidence = Evidence(
            own, tuple(things), sight.now, region, near, seen, settings.PANE_SYSTEM_NAMESPACE, credential, template
        )
        yield Target(own.kind, own.ref.namespace, own.ref.name, MANAGEMENT, region), explain(evidence)


def _below(regions: Mapping[str, str], sight: Visibility) -> dict[str, list[Thing]]:
    """By deployment, of which this says where it runs, the objects that serve it and are not well."""
    found: dict[str, list[Thing]] = defaultdict(list)
    for some in chunks(regions):
        parts = sight.resources.filter(deployment__in=some, rank__lt=_ILL).exclude(kind="ClusterDeployment")
        for values in parts.order_by().values_list(*_COLUMNS):
            if serves(values[0], values[1], regions[values[13]]):
                found[values[13]].append(_thing(values))
    return found


def _seen(sight: Visibility) -> frozenset[tuple[str, str]]:
    watched = Stream.objects.filter(cluster=MANAGEMENT, name=f"credentials.{K0RDENT}", state=Stream.State.WATCHING)
    every = sees_every(sight.viewer, K0RDENT, "Credential", "")
    known = every and sight.sees(MANAGEMENT, MANAGEMENT) and watched.exists()
    return frozenset({(MANAGEMENT, "Credential")} if known else ())


def _upon(sight: Visibility) -> Mapping[Ref, Thing]:
    """What deployments depend on: regions, credentials, and the templates that are not well."""
    places = Resource.objects.filter(kind="Region", group=K0RDENT)
    credentials = sight.resources.filter(kind="Credential", group=K0RDENT)
    templates = sight.resources.filter(kind="ClusterTemplate", rank__lt=_ILL)
    queries = (places, credentials, templates)
    found = [_thing(values) for query in queries for values in query.order_by().values_list(*_COLUMNS)]
    shown = (one for one in found if one.ref.kind != "Region" or permits_region(sight.viewer, one.ref.name))
    return {one.ref: one for one in shown}


def _thing(values: Values) -> Thing:
    cluster, group, kind, namespace, name, health, message, since, progressed, created, deleting, labels = values[:12]
    ref = Ref(cluster, group, kind, namespace, name)
    return Thing(ref, Health(health), message, since, progressed, created, deleting, labels)


def _region(name: str) -> Ref:
    return Ref(MANAGEMENT, K0RDENT, "Region", "", name)


def _credential(label: str) -> Ref | None:
    namespace, _, name = label.partition("/")
    return Ref(MANAGEMENT, K0RDENT, "Credential", namespace, name) if name else None


def _template(namespace: str, name: str) -> Ref | None:
    return Ref(MANAGEMENT, K0RDENT, "ClusterTemplate", namespace, name) if name else None


def _cause(ref: Ref, members: list[tuple[Target, Verdict]]) -> SharedCause:
    first = members[0][1]
    region = next((target.region for target, _ in members), MANAGEMENT)
    what = Target(ref.kind, ref.namespace, ref.name, ref.cluster, ref.name if ref.kind == "Region" else region)
    if ref.kind == "Management":
        what = Target("Region", "", MANAGEMENT, MANAGEMENT, MANAGEMENT)
    moments = [verdict.culprit.since for _, verdict in members if verdict.culprit and verdict.culprit.since]
    targets = tuple(sorted((target for target, _ in members), key=lambda target: target.label))
    return SharedCause(what, first.key, first.sentence, first.advice, targets, min(moments, default=None))


def _silent(sight: Visibility) -> list[SharedCause]:
    """Regions that we do not hear: all that runs there is unknown together, whether it was well or not."""
    names = sorted(name for name in sight.blind if name != MANAGEMENT)
    if not names:
        return []
    members: dict[str, list[Target]] = defaultdict(list)
    rows = sight.resources.filter(kind="ClusterDeployment", region__in=names)
    rows = rows.order_by("namespace", "name")
    for region, namespace, name in rows.values_list("region", "namespace", "name"):
        members[region].append(Target("ClusterDeployment", namespace, name, MANAGEMENT, region))
    found = []
    for name in names:
        if len(members[name]) < ENOUGH:
            continue
        view = sight.link(name)
        since: datetime | None = sight.unseen_since(name, name)
        key = UNHEARD.get(view.state, "region-silent")
        found.append(
            SharedCause(
                Target("Region", "", name, MANAGEMENT, name),
                key,
                f"Region {name}: {view.message}",
                "See the region's page: it says what it last answered, and what to look at.",
                tuple(members[name]),
                since,
            )
        )
    return found
