"""What has to be filled although no schema says so, and what nobody fills: facts about the shipped charts."""

from deployments.domain.schema.values import Path

ANY = "*"
"""Every member of a list."""

HIDDEN: tuple[Path, ...] = (
    ("clusterIdentity",),  # from the Credential
    ("clusterLabels",),  # from the deployment's own labels
    ("auth",),
    ("audit", "policyRef"),
    ("dataSource",),
    ("global",),
)
"""k0rdent fills these itself."""


def _each(prefixes: tuple[str, ...], *names: str) -> tuple[Path, ...]:
    return tuple((prefix, *name.split(".")) for prefix in prefixes for name in names)


def _paths(*names: str) -> tuple[Path, ...]:
    return tuple(tuple(name.split(".")) for name in names)


_NODES = ("controlPlane", "worker")
_VCENTER = _each(("vsphere",), "server", "thumbprint", "datacenter", "datastore", "resourcePool", "folder")

MUST: dict[str, tuple[Path, ...]] = {
    "aws-standalone-cp": (*_paths("region"), *_each(_NODES, "instanceType")),
    "aws-eks": _paths("region"),
    "aws-hosted-cp": _paths(
        "managementClusterName",
        "vpcID",
        "region",
        "subnets.*.id",
        "subnets.*.availabilityZone",
        "instanceType",
        "securityGroupIDs",
    ),
    "azure-standalone-cp": (*_paths("location", "subscriptionID"), *_each(_NODES, "vmSize")),
    "azure-aks": _paths("location", "machinePools.system.vmSize", "machinePools.user.vmSize"),
    "azure-hosted-cp": _paths(
        "location",
        "subscriptionID",
        "vmSize",
        "resourceGroup",
        "network.vnetName",
        "network.nodeSubnetName",
        "network.routeTableName",
        "network.securityGroupName",
    ),
    "gcp-standalone-cp": (*_paths("project", "region"), *_each(_NODES, "instanceType", "image")),
    "gcp-gke": _paths("project", "region"),
    "gcp-hosted-cp": _paths("project", "region", "worker.instanceType", "worker.image"),
    "openstack-standalone-cp": (
        *_paths("identityRef.cloudName", "identityRef.region", "externalNetwork.filter.name"),
        *_each(_NODES, "flavor", "image.filter.name"),
    ),
    "openstack-hosted-cp": _paths(
        "identityRef.cloudName",
        "identityRef.region",
        "flavor",
        "image.filter.name",
        "externalNetwork.filter.name",
        "network.filter",
        "router.filter",
        "subnets.*.filter",
        "ports.*.network.filter",
    ),
    "vsphere-standalone-cp": (
        *_VCENTER,
        *_paths("controlPlaneEndpointIP"),
        *_each(_NODES, "vmTemplate", "network", "ssh.user", "ssh.publicKey"),
    ),
    "vsphere-hosted-cp": (
        *_VCENTER,
        *_paths("controlPlaneEndpointIP", "vmTemplate", "network", "ssh.user", "ssh.publicKey"),
    ),
    "remote-cluster": _paths("machines.*.address"),
}
"""By chart. A path that a chart's schema does not have is passed over."""

INSTEAD: dict[Path, Path] = {
    ("externalNetwork", "filter", "name"): ("externalNetwork", "id"),
    ("controlPlaneEndpointIP",): ("ipamEnabled",),
}
"""Where another answer will do as well."""

_OPTIONAL: tuple[Path, ...] = (("worker", "imageLookup"),)
"""Demanded by a schema, left empty by its chart, and used only when another field names no image."""

PLACEHOLDER = "0.0.0.0"  # noqa: S104 - stands in a chart for an address to fill in


def is_optional(path: Path) -> bool:
    """Whether a chart works with nothing here, whatever its schema demands."""
    return any(path[: len(optional)] == optional for optional in _OPTIONAL)


def is_hidden(path: Path) -> bool:
    """Whether k0rdent fills what lies at this path."""
    return any(path[: len(hidden)] == hidden for hidden in HIDDEN)
