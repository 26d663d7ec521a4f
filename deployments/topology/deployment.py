"""One deployment as a tree: its machines by what owns them, services, credential, template."""

from collections.abc import Iterable

from django.urls import reverse

from deployments.clusterdeployments.detail import get_deployment
from deployments.clusterdeployments.values import DeploymentDetail, MachineGroup
from deployments.services.values import DeployedService
from deployments.topology.values import Topology, TopologyNode, folded, node_of
from regions.domain.health import Health
from regions.domain.kinds import K0RDENT
from regions.domain.refs import MANAGEMENT
from regions.domain.topics import object_
from regions.domain.viewer import Viewer
from regions.inventory import Row
from regions.inventory.rows import rows_of
from regions.inventory.visibility import look

MACHINES = 12
"""Machines of one pool that are drawn one by one."""
_SERVICE = {
    "Deployed": Health.READY,
    "Failed": Health.FAILED,
    "Deleting": Health.DELETING,
    "Deleted": Health.DELETING,
}


def deployment_topology(namespace: str, name: str, *, viewer: Viewer) -> Topology:
    """What this deployment is made of and leans on, as far as the viewer may see it. Raises NotFound."""
    found = get_deployment(namespace, name, viewer=viewer)
    root = node_of(
        found.row,
        [
            *(_machines(group, found.row.target.url) for group in found.machines),
            *(node_of(row) for row in found.infrastructure),
            *(node_of(row) for row in (found.cluster, found.release) if row),
            *_services(found),
            *_leans_on(found.row, viewer),
        ],
    )
    region = found.row.region
    return Topology(
        root,
        f"Topology of {name}",
        crumbs=(
            ("Topology", reverse("topology:fleet")),
            *([(_titled(region), reverse("topology:region", args=[region]))] if region else []),
            (name, ""),
        ),
        unheard=found.link.message if found.row.last_health else "",
        empty="Nothing was made of it yet.",
        topics=(
            object_("ClusterTemplate", namespace, found.row.template),
            object_("Credential", *found.row.credential.rpartition("/")[::2]),
        ),
    )


def _titled(region: str) -> str:
    return "Management" if region == MANAGEMENT else region


def _machines(group: MachineGroup, url: str) -> TopologyNode:
    """A pool with its machines: those that are not well first; of many, the well as one box."""
    rows = sorted((machine.row for machine in group.machines), key=lambda row: (row.health.rank, row.target.name))
    ready = sum(row.health is Health.READY for row in rows)
    id = f"t-pool-{group.title}".lower().replace(" ", "-")
    well, shown = 0, rows
    if len(rows) > MACHINES:
        shown = [row for row in rows if row.health is not Health.READY][:MACHINES]
        well = ready
    below = [node_of(row) for row in shown]
    if well:
        below.append(folded(id, Health.READY, well, "Machine", f"{url}#deployment-machines"))
    if group.owner:
        return node_of(group.owner, below, f"{ready} of {group.desired or len(rows)} machines ready", group.title)
    worst = min((row.health for row in rows), key=lambda health: health.rank, default=None)
    return TopologyNode(id, "Machines", group.title, worst, f"{url}#deployment-machines", children=tuple(below))


def _services(found: DeploymentDetail) -> Iterable[TopologyNode]:
    for service in found.services:
        yield _service(service, f"{found.row.target.url}#deployment-services")


def _service(service: DeployedService, url: str) -> TopologyNode:
    health = _SERVICE.get(service.state, Health.PROGRESSING)
    note = service.message or (f"of {service.source}" if service.source else "")
    return TopologyNode(
        f"t-service-{service.namespace}-{service.name}-{service.source}", "Service", service.name, health, url, note
    )


def _leans_on(row: Row, viewer: Viewer) -> Iterable[TopologyNode]:
    """Its credential and template: as boxes with their health where they may be seen, else by their names alone."""
    sight = look(viewer)
    space, _, name = row.credential.partition("/")
    for kind, namespace, called in (
        ("Credential", space, name),
        ("ClusterTemplate", row.target.namespace, row.template),
    ):
        if not called:
            continue
        query = sight.resources.filter(kind=kind, group=K0RDENT, namespace=namespace, name=called)
        known = rows_of(query[:1], sight)
        yield node_of(known[0]) if known else TopologyNode(f"t-{kind}-{called}".lower(), kind, called, None)
