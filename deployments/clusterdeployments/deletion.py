"""How the deletion of a deployment stands, by what both clusters still have of it."""

from django.db.models import Q
from django.utils import timezone

from deployments.domain.deletion import DeletionProgress, leaving
from regions.domain.kinds import CAPI, K0RDENT
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.inventory.rows import manifests
from regions.inventory.serving import serving
from regions.inventory.visibility import look
from regions.models import Resource
from regions.permitted import sees_every


def get_leaving(namespace: str, name: str, *, viewer: Viewer) -> DeletionProgress | None:
    """None when it is not there, or is not being deleted."""
    sight = look(viewer)
    found = sight.resources.filter(
        cluster=MANAGEMENT, kind="ClusterDeployment", group=K0RDENT, namespace=namespace, name=name
    ).first()
    if found is None:
        return None
    parts = list(
        sight.resources.filter(
            Q(kind__in=("HelmRelease", "ServiceSet")) | Q(group=CAPI) | Q(group__endswith=f".{CAPI}"),
            serving(f"{namespace}/{name}", found.region),
        )
    )
    bodies = manifests([found, *parts])
    seen = sight.sees(MANAGEMENT, MANAGEMENT)
    known = sees_every(viewer, K0RDENT, "Credential", namespace)
    credential = Resource.objects.filter(
        cluster=MANAGEMENT,
        kind="Credential",
        group=K0RDENT,
        namespace=namespace,
        name=found.credential.rpartition("/")[2],
    ).exists()
    return leaving(
        bodies.get(found.pk, {}),
        [bodies[one.pk] for one in parts if one.pk in bodies],
        credential=credential if seen and known else None,
        blind=sight.link(found.region or MANAGEMENT).blind,
        now=timezone.now(),
    )
