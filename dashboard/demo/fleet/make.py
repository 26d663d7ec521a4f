"""Small parts of manifests: metadata, conditions, Events, times."""

import hashlib
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

Manifest = dict[str, Any]
KCM = "kcm-controller-manager"
_INSTANCES = {
    KCM: "kcm-controller-manager-6f7c9d5b8-x2kqv",
    "helm-controller": "helm-controller",
    "source-controller": "source-controller",
}


@lru_cache(maxsize=8192)
def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def micro(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def uid(*parts: str) -> str:
    """The same for the same object of the same fleet."""
    digest = bytearray(hashlib.blake2b("/".join(parts).encode(), digest_size=16).digest())
    digest[6], digest[8] = digest[6] & 0x0F | 0x40, digest[8] & 0x3F | 0x80  # as a random UUID looks
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def short(*parts: str, length: int = 5) -> str:
    """A suffix as controllers give it to names; the same for the same parts."""
    number = int.from_bytes(hashlib.blake2b("/".join(parts).encode(), digest_size=16).digest())
    letters = "bcdfghjklmnpqrstvwxz2456789"
    return "".join(letters[number // 27**place % 27] for place in range(length))


def make(
    api_version: str,
    kind: str,
    name: str,
    namespace: str = "",
    *,
    scope: str,
    at: datetime,
    generation: int = 1,
    labels: dict[str, str] | None = None,
    annotations: dict[str, str] | None = None,
    finalizers: list[str] | None = None,
    owners: list[Manifest] | None = None,
    **rest: Any,
) -> Manifest:
    """One object. `scope` names fleet and cluster, so that its uid is its own."""
    metadata: Manifest = {"name": name}
    if namespace:
        metadata["namespace"] = namespace
    metadata["uid"] = uid(scope, kind, namespace, name)
    metadata["creationTimestamp"] = stamp(at)
    if generation:
        metadata["generation"] = generation
    for key, value in (("labels", labels), ("annotations", annotations), ("finalizers", finalizers)):
        if value:
            metadata[key] = value
    if owners:
        metadata["ownerReferences"] = owners
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata} | rest


def owner(manifest: Manifest) -> Manifest:
    """A reference to what owns an object."""
    return {
        "apiVersion": manifest["apiVersion"],
        "kind": manifest["kind"],
        "name": manifest["metadata"]["name"],
        "uid": manifest["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def condition(type_: str, status: bool | str, reason: str, message: str, at: datetime, generation: int = 1) -> Manifest:
    text = status if isinstance(status, str) else str(status)
    return {
        "type": type_,
        "status": text,
        "reason": reason,
        "message": message,
        "lastTransitionTime": stamp(at),
        "observedGeneration": generation,
    }


def older_condition(type_: str, status: bool, reason: str, message: str, at: datetime) -> Manifest:
    """As the providers of clouds still write them: with a severity, and without what is empty."""
    found: Manifest = {"type": type_, "status": str(status), "lastTransitionTime": stamp(at)}
    if not status:
        found |= {"reason": reason, "severity": "Error" if message else "Info"}
    return found | ({"message": message} if message else {})


def reference(manifest: Manifest) -> Manifest:
    """An object as an Event names it."""
    metadata = manifest["metadata"]
    found = {"apiVersion": manifest["apiVersion"], "kind": manifest["kind"], "name": metadata["name"]}
    if metadata.get("namespace"):
        found["namespace"] = metadata["namespace"]
    return found | ({"uid": metadata["uid"]} if metadata.get("uid") else {})


def event(
    about: Manifest,
    reason: str,
    note: str,
    at: datetime,
    *,
    warning: bool = False,
    controller: str = KCM,
    count: int = 1,
    last_at: datetime | None = None,
    scope: str = "",
    suffix: str = "",
) -> Manifest:
    """An events.k8s.io/v1 Event as `controller` writes it: kcm through the new recorder, all others the old way."""
    named = reference(about)
    namespace = named.get("namespace", "default")
    name = f"{named['name']}.{suffix or short(scope, named['kind'], namespace, named['name'], reason, note, length=12)}"
    found: Manifest = {
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": namespace},
    }
    if scope:
        found["metadata"] |= {"uid": uid(scope, "Event", namespace, name), "creationTimestamp": stamp(at)}
    found |= {
        "regarding": named,
        "reason": reason,
        "note": note,
        "type": "Warning" if warning else "Normal",
        "reportingController": controller,
    }
    if controller == KCM:
        found |= {"eventTime": micro(at), "action": "Reconcile", "reportingInstance": _INSTANCES[KCM]}
        found |= {"deprecatedSource": {}, "deprecatedFirstTimestamp": None, "deprecatedLastTimestamp": None}
        if count > 1:
            found["series"] = {"count": count, "lastObservedTime": micro(last_at or at)}
    else:
        found |= {"eventTime": None, "deprecatedSource": {"component": controller}, "deprecatedCount": count}
        found |= {"deprecatedFirstTimestamp": stamp(at), "deprecatedLastTimestamp": stamp(last_at or at)}
        found["reportingInstance"] = ""
    return found
