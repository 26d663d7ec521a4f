"""What a viewer may be shown of the copy and of the log: the one place that says so, and every read asks it.

A screen, and a person by the roles of their groups, may be shown what lies in their scope. Where management is asked
(`regions.clusters.reading`), what it lets them list: of its own objects by kind and namespace; what lies in a region
follows its deployment, else the Region; a Region, and what is told of it, is for who may get it.
"""

from typing import Protocol

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import StrIndex, Substr
from django.db.models.lookups import In

from regions.domain.kinds import K0RDENT
from regions.domain.rbac import DEPLOYMENT, EVENTS, REGION, Namespaces, ReadRights, by_group, together
from regions.domain.refs import MANAGEMENT
from regions.domain.roles import Scope
from regions.domain.viewer import Viewer
from regions.models import Change, Resource

_PLACE = Q(group=K0RDENT, kind="Region")
_NONE = Q(pk__in=())


class PlacedRow(Protocol):
    """What is asked of a row of the copy, of the log or of the past."""

    cluster: str
    group: str
    kind: str
    namespace: str
    name: str
    region: str
    deployment: str


def resources(viewer: Viewer | None) -> QuerySet[Resource]:
    """The objects of the copy that may be shown."""
    return Resource.objects.filter(permitted(viewer))


def changes(viewer: Viewer | None) -> QuerySet[Change]:
    """The rows of the log that may be shown."""
    return Change.objects.filter(permitted_changes(viewer))


def permitted(viewer: Viewer | None) -> Q:
    """The rows of the copy, or of the past, that may be shown. None: Pane itself, which sees all."""
    if viewer is None or not viewer.confined:
        return Q()
    return _of_rights(viewer.rights) if viewer.rights is not None else _of_scopes(viewer.scopes)


def permitted_changes(viewer: Viewer | None) -> Q:
    """The same of the log. Who is told of an Event may see what it is about, and list Events there."""
    if viewer is None or not viewer.confined:
        return Q()
    if (rights := viewer.rights) is None:
        return _of_scopes(viewer.scopes)
    spaces = _events(rights)
    heard = ~Q(cluster=MANAGEMENT, source=Change.Source.REPORTED)
    if spaces:
        heard |= Q(namespace__in=spaces)
    return _of_rights(rights) & (Q() if spaces is None else heard)


def permitted_deployments(viewer: Viewer | None) -> Q:
    """The deployments that may be shown, of any table that has their `region` and `namespace`: alerts, for one.

    A row without a namespace speaks of the whole region.
    """
    if viewer is None or not viewer.confined:
        return Q()
    if (rights := viewer.rights) is None:
        return _of_scopes(viewer.scopes)
    spaces = rights.kinds.get(DEPLOYMENT, frozenset())
    mine = ~Q(namespace="") if spaces is None else Q(namespace__in=spaces)
    whole = Q(namespace="")
    if rights.regions is not None:
        whole &= Q(region__in=rights.regions)
    return mine | whole


def permits(viewer: Viewer | None, region: str, namespace: str) -> bool:
    """Whether a deployment of this region and namespace may be shown."""
    if viewer is None or not viewer.confined:
        return True
    if viewer.rights is not None:
        return viewer.rights.lists(*DEPLOYMENT, namespace)
    return any(scope.holds(region, namespace) for scope in viewer.scopes)


def permits_row(viewer: Viewer | None, row: PlacedRow) -> bool:
    """The same as `permitted`, of one row that is at hand."""
    if viewer is None or not viewer.confined:
        return True
    if (rights := viewer.rights) is None:
        return any(scope.holds(row.region, row.namespace) for scope in viewer.scopes)
    if row.cluster == MANAGEMENT:
        if (row.group, row.kind) == REGION:
            return rights.gets_region(row.name)
        return rights.lists(row.group, row.kind, row.namespace)
    if row.deployment:
        return rights.lists(*DEPLOYMENT, row.deployment.partition("/")[0])
    return rights.gets_region(row.region)


def permits_change(viewer: Viewer | None, row: Change) -> bool:
    """The same as `permitted_changes`, of one row that is at hand."""
    reported = row.cluster == MANAGEMENT and row.source == Change.Source.REPORTED
    if reported and viewer is not None and viewer.rights is not None:
        spaces = _events(viewer.rights)
        if spaces is not None and row.namespace not in spaces:
            return False
    return permits_row(viewer, row)


def permitted_notices(viewer: Viewer | None) -> Q:
    """What people are told of: k0rdent's own objects, by kind and namespace; of a region by its name."""
    if viewer is None or not viewer.confined:
        return Q()
    if (rights := viewer.rights) is None:
        return _of_scopes(viewer.scopes)
    found = Q(kind="Region") if rights.regions is None else Q(kind="Region", name__in=rights.regions)
    for (group, kind), spaces in rights.kinds.items():
        if group == K0RDENT and kind != "Region":
            found |= Q(kind=kind) if spaces is None else Q(kind=kind, namespace__in=spaces)
    return found


def permits_object(viewer: Viewer | None, row: PlacedRow) -> bool:
    """Whether the page of this object may be shown; a region's by its name."""
    if row.kind == "Region":
        return permits_region(viewer, row.name)
    return permits_region(viewer, MANAGEMENT) if row.kind == "Management" else permits_row(viewer, row)


def permits_region(viewer: Viewer | None, name: str) -> bool:
    """Whether the region itself may be shown; what it says of itself speaks of all that is in it."""
    if viewer is None or not viewer.confined:
        return True
    if viewer.rights is not None:
        if name == MANAGEMENT:
            return viewer.rights.lists(K0RDENT, "Management", "")
        return viewer.rights.gets_region(name)
    return any(not scope.regions or name in scope.regions for scope in viewer.scopes)


def sees_fleet(viewer: Viewer | None) -> bool:
    """They may be shown every region and deployment: what is said of the fleet as a whole is theirs to know."""
    if viewer is None or not viewer.confined:
        return True
    rights = viewer.rights
    if rights is None:
        return False
    everywhere = rights.kinds.get(DEPLOYMENT, frozenset()) is None and rights.regions is None
    return everywhere and permits_region(viewer, MANAGEMENT)


def sees_every(viewer: Viewer | None, group: str, kind: str, namespace: str) -> bool:
    """They may be shown every object of management of this kind in this namespace: only then is one that they are not
    shown missing."""
    if viewer is None or not viewer.confined:
        return True
    if viewer.rights is not None:
        if (group, kind) == REGION:
            return viewer.rights.regions is None
        return viewer.rights.lists(group, kind, namespace)
    return any(scope.holds("", namespace) for scope in viewer.scopes if not scope.regions)


def sees_part_of(viewer: Viewer | None) -> bool:
    """They may be shown only some of what is in a region, and so not what the region says of all of it."""
    if viewer is None or not viewer.confined or viewer.rights is not None:
        return False
    return all(scope.namespaces for scope in viewer.scopes)


def _of_scopes(scopes: tuple[Scope, ...]) -> Q:
    found = _NONE
    for scope in scopes:
        own = Q()
        if scope.regions:
            own &= Q(region__in=scope.regions)
        if scope.namespaces:
            own &= Q(namespace__in=scope.namespaces)
        found |= own
    return found


def _of_rights(rights: ReadRights) -> Q:
    return Q(cluster=MANAGEMENT) & _on_management(rights) | ~Q(cluster=MANAGEMENT) & _in_regions(rights)


def _on_management(rights: ReadRights) -> Q:
    found = _PLACE if rights.regions is None else _PLACE & Q(name__in=rights.regions)
    for spaces, kinds in together({kind: spaces for kind, spaces in rights.kinds.items() if kind != REGION}):
        these = _NONE
        for group, names in by_group(kinds).items():
            these |= Q(group=group, kind__in=names)
        found |= these if spaces is None else these & Q(namespace__in=spaces)
    return found


def _in_regions(rights: ReadRights) -> Q:
    served = ~Q(deployment="") & _space(rights.kinds.get(DEPLOYMENT, frozenset()))
    alone = Q(deployment="")
    return served | (alone if rights.regions is None else alone & Q(region__in=rights.regions))


def _space(spaces: Namespaces) -> Q:
    """The rows whose deployment (`namespace/name`) is of one of these namespaces."""
    if spaces is None:
        return Q()
    if not spaces:
        return _NONE
    return Q(In(Substr(F("deployment"), 1, StrIndex(F("deployment"), Value("/")) - 1), sorted(spaces)))


def _events(rights: ReadRights) -> Namespaces:
    spaces = [rights.kinds.get(kind, frozenset()) for kind in EVENTS]
    return None if None in spaces else frozenset().union(*(one for one in spaces if one is not None))
