"""Where the regions that a viewer may see are, as far as that is known."""

from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber

from regions.domain import manifest as m
from regions.domain.kinds import K0RDENT
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.domain.world import Location, of_code, of_deployment, of_object
from regions.inventory.cards import PLACES, place_of
from regions.inventory.rows import manifests
from regions.models import Resource
from regions.permitted import permits_region, permitted, sees_part_of

_DEPLOYMENT = Q(kind="ClusterDeployment", group=K0RDENT)


def locations(*, viewer: Viewer) -> dict[str, Location]:
    """Name of a region → where it is: by what it says, by the cluster that it is, else by its oldest deployment.

    Who is told of only their part of a region is not told what the region says of itself: then its name counts alone.
    """
    rows = {place_of(row): row for row in Resource.objects.filter(PLACES) if permits_region(viewer, place_of(row))}
    if sees_part_of(viewer):
        named = {name: of_code(name) for name in rows}
        return {name: found for name, found in named.items() if found}
    bodies = manifests(rows.values())
    known = {name: of_object(bodies.get(row.pk, {})) for name, row in rows.items()}
    own = {
        name: f"{m.text(ref.get('namespace'))}/{m.text(ref.get('name'))}"
        for name, row in rows.items()
        if not known[name] and (ref := m.mapping(m.part(bodies.get(row.pk, {}), "spec", "clusterDeployment")))
    }
    themselves = Resource.objects.filter(_DEPLOYMENT & permitted(viewer), deployment__in=own.values())
    clusters = {row.deployment: row for row in themselves}
    oldest = _oldest(viewer, [name for name, found in known.items() if not found and name != MANAGEMENT])
    made = manifests([*clusters.values(), *oldest.values()])
    for name, found in known.items():
        for row in (clusters.get(own.get(name, "")), oldest.get(name)):
            if not found and row:
                known[name] = found = of_deployment(made.get(row.pk, {}))
    return {name: found for name, found in known.items() if found}


def _oldest(viewer: Viewer, names: list[str]) -> dict[str, Resource]:
    place = Window(RowNumber(), partition_by=F("region"), order_by=[F("created_at").asc(), F("pk").asc()])
    query = Resource.objects.filter(_DEPLOYMENT & permitted(viewer), region__in=names)
    return {row.region: row for row in query.annotate(place=place).filter(place=1)}
