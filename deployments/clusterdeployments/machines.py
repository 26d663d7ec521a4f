"""The Machines of a cluster, by what owns them."""

from collections.abc import Mapping
from typing import Any

from deployments.clusterdeployments.values import Machine, MachineGroup
from regions.domain import manifest as m
from regions.domain.kinds import CAPI, CONTROL_PLANE
from regions.inventory.rows import row_of
from regions.inventory.visibility import Visibility
from regions.models import Resource

IS_CONTROL_PLANE = f"{CAPI}/control-plane"
_OWNERS = {"MachineDeployment": f"{CAPI}/deployment-name", "MachinePool": f"{CAPI}/pool-name"}


def groups(parts: list[Resource], bodies: Mapping[int, dict[str, Any]], sight: Visibility) -> tuple[MachineGroup, ...]:
    """Control plane first, then MachineDeployments and MachinePools, then Machines on their own."""
    left = {row.pk: row for row in parts if row.group == CAPI and row.kind == "Machine"}
    found = []
    control_planes = [row for row in parts if row.group == CONTROL_PLANE]
    own = [row for row in left.values() if IS_CONTROL_PLANE in row.labels]
    if control_planes or own:
        owner = control_planes[0] if control_planes else None
        found.append(_group("Control plane", owner, _take(left, own), bodies, sight))
    for kind, label in _OWNERS.items():
        for owner in (row for row in parts if row.group == CAPI and row.kind == kind):
            members = [row for row in left.values() if row.labels.get(label) == owner.name]
            found.append(_group(owner.name, owner, _take(left, members), bodies, sight))
    if left:
        found.append(_group("Other machines", None, list(left.values()), bodies, sight))
    return tuple(found)


def _take(left: dict[int, Resource], rows: list[Resource]) -> list[Resource]:
    for row in rows:
        del left[row.pk]
    return rows


def _group(
    title: str, owner: Resource | None, rows: list[Resource], bodies: Mapping[int, dict[str, Any]], sight: Visibility
) -> MachineGroup:
    manifest = bodies.get(owner.pk, {}) if owner else {}
    return MachineGroup(
        title,
        row_of(owner, sight) if owner else None,
        m.number(m.part(manifest, "spec", "replicas")),
        m.number(m.part(manifest, "status", "readyReplicas")),
        tuple(_machine(row, bodies.get(row.pk, {}), sight) for row in sorted(rows, key=lambda row: row.name)),
    )


def _machine(row: Resource, manifest: Mapping[str, Any], sight: Visibility) -> Machine:
    status = m.mapping(manifest.get("status"))
    addresses = {m.text(one.get("type")): m.text(one.get("address")) for one in m.items(status.get("addresses"))}
    return Machine(
        row=row_of(row, sight),
        phase=m.text(status.get("phase")),
        version=m.text(m.part(dict(manifest), "spec", "version")),
        node=m.text(m.part(status, "nodeRef", "name")),
        address=addresses.get("InternalIP") or next(iter(addresses.values()), ""),
        zone=m.text(m.part(dict(manifest), "spec", "failureDomain")),
    )
