"""What the built-in kinds do by themselves: namespaces, Secrets, Events, CustomResourceDefinitions."""

import base64
from typing import Any

from dashboard.demo.apiserver import events
from dashboard.demo.apiserver.resources import CORE, EVENTS, EXTENSIONS, Registry, Resource, from_crd

Manifest = dict[str, Any]


def prepare(resource: Resource, new: Manifest, old: Manifest | None, now: str) -> Manifest:
    """The object as it is kept, before it is validated."""
    match resource.group, resource.kind:
        case (_, "Namespace"):
            return _namespace(new, old)
        case (_, "Secret"):
            return _secret(new, old)
        case (group, "Event") if group == CORE:
            return events.to_new(new)
        case (group, "Event") if group == EVENTS:
            return events.as_kept(new)
        case (group, "CustomResourceDefinition") if group == EXTENSIONS:
            return _crd(new, old, now)
    return new


def stored(registry: Registry, resource: Resource, new: Manifest) -> None:
    """After an object is kept: a definition starts to be served."""
    if resource.group == EXTENSIONS:
        registry.add(from_crd(new))


def dropped(registry: Registry, resource: Resource, old: Manifest) -> None:
    """After an object is gone: a definition is served no more."""
    if resource.group == EXTENSIONS:
        registry.remove(old["spec"]["group"], old["spec"]["names"]["plural"])


def _namespace(new: Manifest, old: Manifest | None) -> Manifest:
    metadata = new["metadata"]
    metadata["labels"] = (metadata.get("labels") or {}) | {"kubernetes.io/metadata.name": metadata["name"]}
    new["spec"] = (old or {}).get("spec") or {"finalizers": ["kubernetes"]}
    new["status"] = (old or {}).get("status") or {"phase": "Active"}
    return new


def _secret(new: Manifest, old: Manifest | None) -> Manifest:
    data = dict(new.get("data") or {})
    for key, text in (new.pop("stringData", None) or {}).items():
        data[key] = base64.b64encode(str(text).encode()).decode()
    if data:
        new["data"] = data
    new.setdefault("type", (old or {}).get("type", "Opaque"))
    return new


def _crd(new: Manifest, old: Manifest | None, now: str) -> Manifest:
    spec = new["spec"]
    names = spec["names"]
    names.setdefault("singular", names["kind"].lower())
    names.setdefault("listKind", f"{names['kind']}List")
    spec.setdefault("conversion", {"strategy": "None"})
    at = {"lastTransitionTime": now}
    new["status"] = (old or {}).get("status") or {
        "conditions": [
            {"type": "NamesAccepted", "status": "True", "reason": "NoConflicts", "message": "no conflicts found"} | at,
            {
                "type": "Established",
                "status": "True",
                "reason": "InitialNamesAccepted",
                "message": "the initial names have been accepted",
            }
            | at,
        ],
        "acceptedNames": dict(names),
        "storedVersions": [version["name"] for version in spec["versions"] if version.get("storage")],
    }
    return new
