"""Deployments of one page with what lists leave out: conditions, services, the Kubernetes version."""

from collections import defaultdict

from django.db.models import Q

from deployments.clusterdeployments.detail import version_of
from deployments.clusterdeployments.values import Summary
from deployments.domain.readers import in_order
from deployments.services.listing import own_services
from regions.domain.kinds import CONTROL_PLANE, K0RDENT
from regions.domain.viewer import Viewer
from regions.inventory import Row
from regions.inventory.rows import conditions, manifests
from regions.inventory.serving import serves
from regions.models import Resource
from regions.permitted import resources


def summarise(rows: tuple[Row, ...], *, viewer: Viewer) -> tuple[Summary, ...]:
    """The same rows, each with what its manifests say. As many queries for a hundred rows as for one."""
    names = [row.target.label for row in rows]
    regions = {row.target.label: row.region for row in rows}
    serving = resources(viewer).filter(deployment__in=names)
    wanted = Q(group=CONTROL_PLANE) | Q(kind__in=("ClusterDeployment", "ServiceSet", "SveltosCluster"), group__gt="")
    parts: dict[str, list[Resource]] = defaultdict(list)
    for part in serving.filter(wanted):
        if serves(part.cluster, part.group, regions[part.deployment]):
            parts[part.deployment].append(part)
    # Machines tell the version only where there is no control plane to ask.
    silent = [name for name in names if not any(part.group == CONTROL_PLANE for part in parts[name])]
    for part in resources(viewer).filter(deployment__in=silent, kind="Machine"):
        if serves(part.cluster, part.group, regions[part.deployment]):
            parts[part.deployment].append(part)
    bodies = manifests(part for found in parts.values() for part in found)
    found = []
    for row in rows:
        own = parts[row.target.label]
        deployment = next((part for part in own if part.kind == "ClusterDeployment" and part.group == K0RDENT), None)
        body = bodies.get(deployment.pk, {}) if deployment else {}
        found.append(
            Summary(
                row,
                version_of(body, own, bodies),
                in_order(conditions(body)),
                own_services(body, [part for part in own if part.kind == "ServiceSet"], bodies),
            )
        )
    return tuple(found)
