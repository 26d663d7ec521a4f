"""What a viewer may be shown of the copy and of the log: the one place that says so, and every read asks it.

Today a person may be shown everything, and a screen what its scope holds. Whoever gives people rights of their own
gives them here.
"""

from django.db.models import Q, QuerySet

from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.models import Change, Resource


def permitted(viewer: Viewer | None) -> Q:
    """The rows that may be shown, of any table that has `region` and `namespace`. None: Pane itself, which sees all."""
    found = Q()
    scope = viewer.scope if viewer else None
    if scope and scope.regions:
        found &= Q(region__in=scope.regions)
    if scope and scope.namespaces:
        found &= Q(namespace__in=scope.namespaces)
    return found


def permits(viewer: Viewer | None, region: str, namespace: str) -> bool:
    """The same of one row that is at hand."""
    scope = viewer.scope if viewer else None
    return scope is None or scope.holds(region, namespace)


def permits_object(viewer: Viewer | None, row: Resource) -> bool:
    """Whether the page of this object may be shown; a region's by its name."""
    if row.kind == "Region":
        return permits_region(viewer, row.name)
    return (
        permits_region(viewer, MANAGEMENT) if row.kind == "Management" else permits(viewer, row.region, row.namespace)
    )


def permits_region(viewer: Viewer | None, name: str) -> bool:
    """Whether the region itself may be shown; what it says of itself speaks of all that is in it."""
    scope = viewer.scope if viewer else None
    return scope is None or not scope.regions or name in scope.regions


def resources(viewer: Viewer | None) -> QuerySet[Resource]:
    """The objects of the copy that may be shown."""
    return Resource.objects.filter(permitted(viewer))


def changes(viewer: Viewer | None) -> QuerySet[Change]:
    """The rows of the log that may be shown."""
    return Change.objects.filter(permitted(viewer))
