"""What a viewer may be shown of the copy and of the log: the one place that says so, and every read asks it.

A screen, and a person by the roles of their groups, may be shown what lies in their scope. Where management is asked
(`regions.clusters.reading`), what it lets them list: of its own objects by kind and namespace; what lies in a region
follows its deployment, else the Region; a Region, and what is told of it, is for who may get it. Who came by a token
that is for some regions or namespaces alone is confined to them besides: each of their bounds must permit.
"""

from collections.abc import Callable
from typing import Protocol

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import StrIndex, Substr
from django.db.models.lookups import In

from regions.domain.kinds import K0RDENT
from regions.domain.rbac import DEPLOYMENT, EVENTS, REGION, Namespaces, ReadRights, by_group, together
from regions.domain.refs import MANAGEMENT
from regions.domain.roles import Scope
from regions.domain.viewer import Bound, Viewer
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
    return _all(viewer, _of_rights)


def permitted_changes(viewer: Viewer | None) -> Q:
    """The same of the log. Who is told of an Event may see what it is about, and list Events there."""
    return _all(viewer, _changes_of_rights)


def permitted_deployments(viewer: Viewer | None) -> Q:
    """The deployments that may be shown, of any table that has their `region` and `namespace`: alerts, for one.

    A row without a namespace speaks of the whole region.
    """
    return _all(viewer, _deployments_of_rights)


def permits(viewer: Viewer | None, region: str, namespace: str) -> bool:
    """Whether a deployment of this region and namespace may be shown."""
    return all(
        bound.lists(*DEPLOYMENT, namespace) if isinstance(bound, ReadRights) else _hold(bound, region, namespace)
        for bound in _bounds(viewer)
    )


def permits_row(viewer: Viewer | None, row: PlacedRow) -> bool:
    """The same as `permitted`, of one row that is at hand."""
    return all(
        _row_of_rights(bound, row) if isinstance(bound, ReadRights) else _hold(bound, row.region, row.namespace)
        for bound in _bounds(viewer)
    )


def _row_of_rights(rights: ReadRights, row: PlacedRow) -> bool:
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
    return _all(viewer, _notices_of_rights)


def _notices_of_rights(rights: ReadRights) -> Q:
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
    return all(_region_within(bound, name) for bound in _bounds(viewer))


def _region_within(bound: Bound, name: str) -> bool:
    if not isinstance(bound, ReadRights):
        return any(not scope.regions or name in scope.regions for scope in bound)
    return bound.lists(K0RDENT, "Management", "") if name == MANAGEMENT else bound.gets_region(name)


def sees_fleet(viewer: Viewer | None) -> bool:
    """They may be shown every region and deployment: what is said of the fleet as a whole is theirs to know."""
    return permits_region(viewer, MANAGEMENT) and all(
        isinstance(bound, ReadRights) and bound.kinds.get(DEPLOYMENT, frozenset()) is None and bound.regions is None
        for bound in _bounds(viewer)
    )


def sees_every(viewer: Viewer | None, group: str, kind: str, namespace: str) -> bool:
    """They may be shown every object of management of this kind in this namespace: only then is one that they are not
    shown missing."""
    return all(_every_within(bound, group, kind, namespace) for bound in _bounds(viewer))


def _every_within(bound: Bound, group: str, kind: str, namespace: str) -> bool:
    if not isinstance(bound, ReadRights):
        return any(scope.holds("", namespace) for scope in bound if not scope.regions)
    return bound.regions is None if (group, kind) == REGION else bound.lists(group, kind, namespace)


def sees_part_of(viewer: Viewer | None) -> bool:
    """They may be shown only some of what is in a region, and so not what the region says of all of it."""
    return any(
        all(scope.namespaces for scope in bound) for bound in _bounds(viewer) if not isinstance(bound, ReadRights)
    )


def _bounds(viewer: Viewer | None) -> tuple[Bound, ...]:
    """None: Pane itself, which sees all."""
    return viewer.bounds if viewer is not None else ()


def _all(viewer: Viewer | None, of_rights: Callable[[ReadRights], Q]) -> Q:
    """The rows that each of their bounds permits."""
    found = Q()
    for bound in _bounds(viewer):
        found &= of_rights(bound) if isinstance(bound, ReadRights) else _of_scopes(bound)
    return found


def _hold(scopes: tuple[Scope, ...], region: str, namespace: str) -> bool:
    return any(scope.holds(region, namespace) for scope in scopes)


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


def _changes_of_rights(rights: ReadRights) -> Q:
    spaces = _events(rights)
    heard = ~Q(cluster=MANAGEMENT, source=Change.Source.REPORTED)
    if spaces:
        heard |= Q(namespace__in=spaces)
    return _of_rights(rights) & (Q() if spaces is None else heard)


def _deployments_of_rights(rights: ReadRights) -> Q:
    spaces = rights.kinds.get(DEPLOYMENT, frozenset())
    mine = ~Q(namespace="") if spaces is None else Q(namespace__in=spaces)
    whole = Q(namespace="")
    if rights.regions is not None:
        whole &= Q(region__in=rights.regions)
    return mine | whole


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
