"""What it means to change a value of a cluster that runs: most of what makes up machines cannot be changed."""

from collections.abc import Iterator, Mapping
from typing import Any

from deployments.domain.findings import Problem, pointer, warning
from deployments.domain.safe_yaml import same
from deployments.domain.schema.values import Path

COUNTS = ("workersNumber", "controlPlaneNumber", "count", "minCount", "maxCount", "replicas")
"""Last words of what may be changed at any time: how many there are."""

_SAFE = ("clusterLabels", "clusterAnnotations")
_NODES = (
    "instanceType",
    "vmSize",
    "flavor",
    "image",
    "imageLookup",
    "amiID",
    "ami",
    "rootVolumeSize",
    "rootVolume",
    "vmTemplate",
    "cpus",
    "memory",
    "diskSize",
    "nonRootVolumes",
    "uncompressedUserData",
    "sshPublicKey",
    "ssh",
    "iamInstanceProfile",
    "disk",
    "cpu",
    "instance",
)


def risks(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Problem]:
    """A warning for each changed value that is no number of machines or label."""
    for path in changed(before, after, ()):
        if path[-1] in COUNTS or path[0] in _SAFE:
            continue
        field = pointer("config", path)
        if path == ("k0s", "version") or path[0] == "kubernetes":
            yield warning(
                field,
                "The version of Kubernetes comes with the template: upgrade the template instead, "
                "unless you know that this one goes with it.",
            )
        elif any(step in _NODES for step in path):
            yield warning(field, "This makes machines anew, one after the other: what runs on them is moved.")
        else:
            yield warning(
                field,
                "Most of this cannot be changed once the cluster exists: Cluster API may refuse it "
                "when the chart is rendered, and the deployment then fails.",
            )


def changed(before: Any, after: Any, path: Path) -> Iterator[Path]:
    """The paths of the values that differ."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys([*before, *after]):
            if key in before and key in after:
                yield from changed(before[key], after[key], (*path, key))
            else:
                yield from _ends(before.get(key, after.get(key)), (*path, key))
    elif not same(before, after):
        yield path


def _ends(value: Any, path: Path) -> Iterator[Path]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _ends(inner, (*path, key))
    else:
        yield path
