"""From an object as it was opened and as it is wanted to the one change that is sent."""

from typing import Any

from deployments.domain.diffs import merge_patch, owned, patched, seen
from deployments.domain.manifests import Planned
from regions.domain import manifest as m
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT

_STATUS = ("region", "availableUpgrades")


def opening(live: Manifest) -> Manifest:
    """What a form keeps of the object that it edits: what its author writes, which one it is, what rules ask of it."""
    kept = owned(live)
    status = {key: value for key, value in m.mapping(live.get("status")).items() if key in _STATUS}
    metadata = {**m.mapping(kept.get("metadata")), "uid": m.text(m.part(live, "metadata", "uid"))}
    return {**kept, "metadata": metadata} | ({"status": status} if status else {})


def change(opened: Manifest, wanted: Manifest, why: str, cluster: str = MANAGEMENT) -> Planned | None:
    """The change that makes of the opened object the wanted one; None when they are the same."""
    patch = merge_patch(opened, wanted)
    return planned(opened, patch, seen(opened, patch), why, cluster) if patch else None


def planned(
    opened: Manifest, patch: Manifest, unchanged: Manifest | None, why: str, cluster: str = MANAGEMENT
) -> Planned:
    """A merge patch of that very object, to be sent while `unchanged` still stands so."""
    metadata: dict[str, Any] = {"name": m.name(opened)}
    if m.namespace(opened):
        metadata["namespace"] = m.namespace(opened)
    body: Manifest = {"apiVersion": m.text(opened.get("apiVersion")), "kind": m.kind(opened)} | patch
    body["metadata"] = metadata | m.mapping(patch.get("metadata"))
    uid = m.text(m.part(opened, "metadata", "uid"))
    return Planned(cluster, body, why, verb="patch", uid=uid, seen=unchanged)


def rebased(opened: Manifest, wanted: Manifest, live: Manifest) -> Manifest:
    """What was wanted of the opened object, laid over what it has become since."""
    return patched(opening(live), merge_patch(opened, wanted))


def touches(patch: Any, path: str) -> bool:
    """Whether a patch speaks of the place that a line of a difference names (`spec.config.workersNumber`)."""
    found = patch
    for step in path.replace('"', "").split("."):
        name = step.partition("[")[0]
        if not isinstance(found, dict) or name not in found:
            return not isinstance(found, dict)
        found = found[name]
    return True
