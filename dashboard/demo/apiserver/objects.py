"""Creating, changing and deleting objects: what an API server does between the request and the store."""

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from dashboard.demo.apiserver import builtin, checks, errors, events, schema
from dashboard.demo.apiserver.access import Identity
from dashboard.demo.apiserver.metadata import (
    SERVER_OWNED,
    check_body,
    key_of,
    metadata_problems,
    name_it,
    same_but_for_metadata,
)
from dashboard.demo.apiserver.removal import Removal
from dashboard.demo.apiserver.resources import CORE, Registry, Resource
from dashboard.demo.apiserver.store import Item, Manifest, Store, encode

SYSTEM = Identity("system:apiserver", ("system:masters",))
_SUFFIX = "bcdfghjklmnpqrstvwxz2456789"


@dataclass(slots=True)
class Ask:
    """Who asks, and how."""

    user: Identity = SYSTEM
    dry_run: bool = False
    validation: str = "Warn"  # fieldValidation: Strict, Warn, Ignore
    warnings: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Request:
    """What an admission webhook is told. It may alter `new` when defaulting, and add warnings."""

    operation: str  # CREATE, UPDATE, DELETE
    resource: Resource
    namespace: str
    name: str
    new: Manifest | None
    old: Manifest | None
    ask: Ask


class Admission(Protocol):
    def default(self, request: Request) -> None: ...

    def check(self, request: Request) -> None:
        """Raise an ApiError to deny."""


Patch = Callable[[Manifest], Any]


class Objects(Removal):
    """Writes to one store. Every method answers what the client is to see."""

    def __init__(
        self, store: Store, registry: Registry, clock: Callable[[], datetime], seed: int | None = None
    ) -> None:
        super().__init__(store, registry, clock)
        self.admission: Admission | None = None
        self._random = random.Random(seed)  # noqa: S311 - names, not secrets

    # -- reading -------------------------------------------------------------------------------------------------

    def shown(self, item: Item, resource: Resource, version: str) -> bytes:
        """One object as this API and version shows it."""
        if resource.shared and resource.group == CORE:
            return encode(events.to_core(item.manifest))
        if version != resource.stored_as:
            kept = f'"apiVersion":"{resource.api_version(resource.stored_as)}"'.encode()
            return item.raw.replace(kept, f'"apiVersion":"{resource.api_version(version)}"'.encode(), 1)
        return item.raw

    def find(self, resource: Resource, namespace: str, name: str) -> Item:
        found = self.store.get(resource.table, key_of(resource, namespace, name))
        if found is None:
            raise errors.not_found(resource.group, resource.plural, name)
        return found

    # -- writing -------------------------------------------------------------------------------------------------

    def create(self, resource: Resource, version: str, namespace: str, body: Any, ask: Ask) -> bytes:
        new = check_body(resource, version, body, namespace, "")
        metadata = new["metadata"]
        if metadata.pop("resourceVersion", None):
            message = "resourceVersion should not be set on objects to be created"
            raise errors.ApiError(500, "", message)
        for owned in SERVER_OWNED:
            metadata.pop(owned, None)
        name_it(resource, version, metadata, lambda: "".join(self._random.choices(_SUFFIX, k=5)))
        if resource.namespaced:
            checks.namespace_open(self.store, self.terminating, resource, namespace, metadata["name"])
        if resource.custom and resource.has_status:
            new.pop("status", None)
        request = Request("CREATE", resource, namespace, metadata["name"], new, None, ask)
        new = self._admitted(request, version)
        key = key_of(resource, namespace, metadata["name"])
        if self.store.get(resource.table, key):
            raise errors.already_exists(resource.group, resource.plural, metadata["name"])
        metadata["uid"] = str(uuid.UUID(int=self._random.getrandbits(128), version=4))
        metadata["creationTimestamp"] = self.now()
        if resource.counted:
            metadata["generation"] = 1
        if ask.dry_run:
            return self._preview(resource, version, new)
        item = self.store.put(resource.table, key, self._kept(resource, new))
        builtin.stored(self.registry, resource, new)
        return self.shown(item, resource, version)

    def update(
        self,
        resource: Resource,
        version: str,
        namespace: str,
        name: str,
        body: Any,
        ask: Ask,
        *,
        patch: Patch | None = None,
        subresource: str = "",
    ) -> bytes:
        """Replace by `body`, or by what `patch` makes of the object."""
        item = self.find(resource, namespace, name)
        old = self._in_version(item, resource, version)
        new = check_body(resource, version, patch(old) if patch else body, namespace, name)
        metadata, was = new["metadata"], old["metadata"]
        checks.same_version(resource, name, metadata, was, patched=patch is not None)
        for owned in SERVER_OWNED:
            metadata.pop(owned, None)
            if owned in was:
                metadata[owned] = was[owned]
        metadata["resourceVersion"] = was["resourceVersion"]
        if subresource == "status":
            status = {"status": new["status"]} if "status" in new else {}
            new = {name: value for name, value in old.items() if name != "status"} | status
            self._validate(Request("UPDATE", resource, namespace, name, new, old, ask), version)
        else:
            if resource.has_status:
                new.pop("status", None)
                if "status" in old:
                    new["status"] = old["status"]
            checks.no_new_finalizers(resource, name, metadata, was)
            new = self._admitted(Request("UPDATE", resource, namespace, name, new, old, ask), version)
            if resource.counted and not same_but_for_metadata(new, old):
                new["metadata"]["generation"] = was.get("generation", 0) + 1
        if ask.dry_run:
            return self._preview(resource, version, new)
        kept = self._kept(resource, new)
        if kept == item.manifest:
            return self.shown(item, resource, version)
        key = key_of(resource, namespace, name)
        if was.get("deletionTimestamp") and not new["metadata"].get("finalizers"):
            self.store.put(resource.table, key, kept)
            return self.shown(self.drop(resource, key), resource, version)
        item = self.store.put(resource.table, key, kept)
        builtin.stored(self.registry, resource, new)
        return self.shown(item, resource, version)

    def delete(self, resource: Resource, version: str, namespace: str, name: str, options: Manifest, ask: Ask) -> bytes:
        """The object when it stays until its finalizers are gone, else a Status."""
        item = self.find(resource, namespace, name)
        checks.preconditions(resource, name, item, options.get("preconditions") or {})
        old = self._in_version(item, resource, version)
        if self.admission:
            self.admission.check(Request("DELETE", resource, namespace, name, None, old, ask))
        if ask.dry_run:
            return self._deleted(resource, name, item)
        left = self.remove(resource, item, options.get("propagationPolicy") or "Background")
        return self.shown(left, resource, version) if left else self._deleted(resource, name, item)

    # -- steps ---------------------------------------------------------------------------------------------------

    def _admitted(self, request: Request, version: str) -> Manifest:
        """Defaulted, validated and let through by the webhooks."""
        resource, new = request.resource, request.new
        assert new is not None
        crd_schema = resource.schemas.get(version)
        if crd_schema:
            schema.fill_defaults(new, crd_schema)
            self._unknown_fields(resource, version, schema.prune(new, crd_schema), request.ask)
        if self.admission:
            self.admission.default(request)
        checks.before(resource, new)
        request.new = new = builtin.prepare(resource, new, request.old, self.now())
        self._validate(request, version, prepared=True)
        if self.admission:
            self.admission.check(request)
        return new

    def _validate(self, request: Request, version: str, prepared: bool = False) -> None:
        resource, new = request.resource, request.new
        assert new is not None
        crd_schema = resource.schemas.get(version)
        if crd_schema and not prepared:
            schema.fill_defaults(new, crd_schema)
            self._unknown_fields(resource, version, schema.prune(new, crd_schema), request.ask)
        causes = metadata_problems(resource, new["metadata"]) + checks.after(resource, new)
        if crd_schema:
            causes = schema.problems(new, crd_schema, request.old, causes)
        if causes:
            raise errors.invalid(resource.group, resource.kind, request.name, causes)

    def _unknown_fields(self, resource: Resource, version: str, dropped: list[str], ask: Ask) -> None:
        if not dropped or ask.validation == "Ignore":
            return
        found = [f'unknown field "{path}"' for path in dropped]
        if ask.validation == "Strict":
            raise checks.unreadable(resource, version, f"strict decoding error: {', '.join(found)}")
        ask.warnings.extend(found)

    def _kept(self, resource: Resource, new: Manifest) -> Manifest:
        if resource.shared:
            return new
        return new | {"apiVersion": resource.api_version(resource.stored_as)}

    def _in_version(self, item: Item, resource: Resource, version: str) -> Manifest:
        manifest = item.manifest
        if resource.shared and resource.group == CORE:
            return events.to_core(manifest)
        manifest["apiVersion"] = resource.api_version(version)
        return manifest

    def _preview(self, resource: Resource, version: str, new: Manifest) -> bytes:
        if resource.shared and resource.group == CORE:
            return encode(events.to_core(new))
        return encode(new)

    def _deleted(self, resource: Resource, name: str, item: Item) -> bytes:
        details = {"name": name} | ({"group": resource.group} if resource.group else {})
        details |= {"kind": resource.plural, "uid": item.uid}
        return encode({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details})
