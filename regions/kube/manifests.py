"""Manifests off the wire: decoded in small steps, what nobody reads dropped before it becomes objects."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self, TypedDict, TypeVar

import msgspec

from regions.kube import identity
from regions.kube.errors import KubeError

T = TypeVar("T")
Manifest = dict[str, Any]

_STEP = 50  # objects decoded before the loop may turn
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


class Metadata(TypedDict, total=False):
    """ObjectMeta without managedFields: msgspec skips what is not named here without making objects of it."""

    name: str  # a bookmark has none
    generateName: str
    namespace: str
    selfLink: str
    uid: str
    resourceVersion: str
    generation: int
    creationTimestamp: str | None
    deletionTimestamp: str | None
    deletionGracePeriodSeconds: int
    labels: dict[str, str] | None
    annotations: dict[str, str] | None
    ownerReferences: list[dict[str, Any]] | None
    finalizers: list[str] | None


class _ListMeta(msgspec.Struct):
    resourceVersion: str = ""
    next_page: str = msgspec.field(default="", name="continue")


class _List(msgspec.Struct):
    metadata: _ListMeta
    apiVersion: str = ""
    kind: str = ""
    items: list[msgspec.Raw] | None = None


_LIST = msgspec.json.Decoder(_List)
_TOP = msgspec.json.Decoder(dict[str, msgspec.Raw])
_METADATA = msgspec.json.Decoder(Metadata)
_ANY = msgspec.json.Decoder()
_WHOLE = msgspec.json.Decoder(dict[str, Any])


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a collection. `resource_version` is the list's; `more` says that pages follow."""

    manifests: list[Manifest]
    resource_version: str
    more: bool


@dataclass(frozen=True, slots=True)
class Body:
    """A page whose objects are not decoded yet."""

    items: list[msgspec.Raw]
    api_version: str
    kind: str
    resource_version: str
    next_page: str

    @classmethod
    def of(cls, body: bytes) -> Self:
        """Raises msgspec.DecodeError unless this is a list."""
        decoded = _LIST.decode(body)
        version = decoded.metadata.resourceVersion
        if version and not identity.is_token(version):
            raise msgspec.ValidationError("no resource version")
        return cls(
            decoded.items or [],
            decoded.apiVersion,
            decoded.kind.removesuffix("List"),
            decoded.metadata.resourceVersion,
            decoded.metadata.next_page,
        )


async def page_of(body: Body, server: str) -> ListPage:
    """Decode a page, letting the loop turn in between.

    Raises KubeError when something in it is no object, or an object whose identity is none.
    """
    manifests: list[Manifest] = []
    for number, item in enumerate(body.items, 1):
        manifest = decoded(lambda raw: manifest_of(raw, body.api_version, body.kind), item, server)
        if wrong := identity.problem(manifest):
            raise KubeError(f"{server} lists {identity.called(manifest)}, {wrong}.")
        manifests.append(manifest)
        if number % _STEP == 0:
            await asyncio.sleep(0)
    return ListPage(manifests, body.resource_version, bool(body.next_page))


def manifest_of(raw: msgspec.Raw | bytes, api_version: str = "", kind: str = "") -> Manifest:
    """One object without managed fields and last-applied. Lists of built-in kinds do not say what their items are.

    Raises msgspec.DecodeError.
    """
    parts = _TOP.decode(raw)
    if "metadata" not in parts:
        raise msgspec.ValidationError("no metadata")
    metadata: dict[str, Any] = dict(_METADATA.decode(parts.pop("metadata")))
    annotations = metadata.get("annotations")
    if annotations:
        annotations.pop(_LAST_APPLIED, None)
    manifest: Manifest = {"apiVersion": api_version, "kind": kind, "metadata": metadata}
    for name, part in parts.items():
        manifest[name] = _ANY.decode(part)
    return manifest


def whole(body: bytes) -> Manifest:
    """A JSON object as it is. Raises msgspec.DecodeError for anything else."""
    return _WHOLE.decode(body)


def decoded(decode: Callable[[Any], T], body: bytes | msgspec.Raw, server: str) -> T:
    """What this body holds. Raises KubeError when it is not what an API server sends; its text is not quoted."""
    try:
        return decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise KubeError(f"{server} answered something that no API server answers.") from None
