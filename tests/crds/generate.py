"""Write the compact CRDs beside this file from the table of what is watched: `python -m tests.crds.generate`."""

from pathlib import Path
from typing import Any

import yaml

from regions.domain.kinds import CAPI, FLUX, INFRASTRUCTURE, K0RDENT, KINDS

HERE = Path(__file__).resolve().parent

CLUSTER_SCOPED = {
    "AccessManagement",
    "AWSClusterControllerIdentity",
    "AWSClusterRoleIdentity",
    "AWSClusterStaticIdentity",
    "Management",
    "ManagementBackup",
    "MultiClusterService",
    "OpenStackClusterIdentity",
    "ProviderInterface",
    "ProviderTemplate",
    "Region",
    "Release",
    "StateManagementProvider",
    "VSphereClusterIdentity",
}

BUILT_IN = {"", "events.k8s.io"}

# What Cluster API objects name, so Pane finds them by reference and not through its table.
NAMED = [
    (INFRASTRUCTURE, "AWSCluster", "awsclusters", ("v1beta2",)),
    (INFRASTRUCTURE, "AWSMachine", "awsmachines", ("v1beta2",)),
    (INFRASTRUCTURE, "OpenStackCluster", "openstackclusters", ("v1beta1",)),
    (INFRASTRUCTURE, "OpenStackMachine", "openstackmachines", ("v1beta1",)),
    (CAPI, "MachineSet", "machinesets", ("v1beta2", "v1beta1")),
    (CAPI, "MachineHealthCheck", "machinehealthchecks", ("v1beta2", "v1beta1")),
]

# One version only where upstream serves one: the first of the table.
SINGLE = {K0RDENT, FLUX, "config.projectsveltos.io", "lib.projectsveltos.io"}


def crd(group: str, kind: str, plural: str, versions: tuple[str, ...]) -> dict[str, Any]:
    served = versions[:1] if group in SINGLE else versions
    scope = "Cluster" if kind in CLUSTER_SCOPED else "Namespaced"
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": scope,
            "names": {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": kind.lower()},
            "versions": [
                {
                    "name": version,
                    "served": True,
                    "storage": version == served[0],
                    "subresources": {"status": {}},
                    "schema": {"openAPIV3Schema": schema},
                }
                for version in served
            ],
        },
    }


def files() -> dict[str, str]:
    """File name to content, one file a group."""
    wanted = [(kind.group, kind.name, kind.plural, kind.versions) for kind in KINDS if kind.group not in BUILT_IN]
    groups: dict[str, list[dict[str, Any]]] = {}
    for group, kind, plural, versions in dict.fromkeys([*wanted, *NAMED]):
        groups.setdefault(group, []).append(crd(group, kind, plural, versions))
    return {f"{group}.yaml": yaml.dump_all(crds, Dumper=_NoAliases, sort_keys=False) for group, crds in groups.items()}


class _NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def main() -> None:
    for old in HERE.glob("*.yaml"):
        old.unlink()
    for name, content in files().items():
        (HERE / name).write_text(content)


if __name__ == "__main__":
    main()
