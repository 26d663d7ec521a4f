"""Creating, changing and deleting objects: what an API server does between the request and the store."""

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from dashboard.demo.apiserver import builtin, errors, events, schema
from dashboard.demo.apiserver.access import Identity
from dashboard.demo.apiserver.metadata import (
    SERVER_OWNED,
    check_body,
    key_of,
    merge,
    metadata_problems,
    name_it,
    same_but_for_metadata,
)
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


class Objects:
    """Writes to one store. Every method answers what the client is to see."""

    def __init__(
        self,
        store: Store,
        registry: Registry,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        seed: int | None = None,
    ) -> None:
        self.store = store
        self.registry = registry
        self.clock = clock
        self.admission: Admission | None = None
        self._random = random.Random(seed)  # noqa: S311 - names, not secrets
        self._terminating: set[str] = set()

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
            raise errors.ApiError(500, "InternalError", message)
        for owned in SERVER_OWNED:
            metadata.pop(owned, None)
        name_it(resource, metadata, lambda: "".join(self._random.choices(_SUFFIX, k=5)))
        if resource.namespaced:
            self._check_namespace(resource, namespace, metadata["name"])
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
        self, resource: Resource, version: str, namespace: str, name: str, body: Any, ask: Ask, *,
        patch: Patch | None = None, subresource: str = "",
    ) -> bytes:  # fmt: skip
        """Replace by `body`, or by what `patch` makes of the object."""
        item = self.find(resource, namespace, name)
        old = self._in_version(item, resource, version)
        new = check_body(resource, version, patch(old) if patch else body, namespace, name)
        metadata, was = new["metadata"], old["metadata"]
        self._check_version(resource, name, metadata, was, must=patch is None and resource.custom)
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
            self._check_finalizers(resource, name, metadata, was)
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
            return self.shown(self._drop(resource, key), resource, version)
        item = self.store.put(resource.table, key, kept)
        builtin.stored(self.registry, resource, new)
        return self.shown(item, resource, version)

    def delete(
        self, resource: Resource, version: str, namespace: str, name: str, options: Manifest, ask: Ask
    ) -> bytes:
        """The object when it stays until its finalizers are gone, else a Status."""
        item = self.find(resource, namespace, name)
        self._check_preconditions(resource, name, item, options.get("preconditions") or {})
        old = self._in_version(item, resource, version)
        if self.admission:
            self.admission.check(Request("DELETE", resource, namespace, name, None, old, ask))
        if ask.dry_run:
            return self._deleted(resource, name, item)
        left = self.remove(resource, item, options.get("propagationPolicy") or "Background")
        return self.shown(left, resource, version) if left else self._deleted(resource, name, item)

    def remove(self, resource: Resource, item: Item, propagation: str = "Background") -> Item | None:
        """Without asking anybody; what is left of it when finalizers keep it."""
        manifest = item.manifest
        metadata = manifest["metadata"]
        if resource.kind == "Namespace" and not resource.group:
            return self._terminate(resource, item)
        if metadata.get("finalizers"):
            if metadata.get("deletionTimestamp"):
                return item
            metadata["deletionTimestamp"] = self.now()
            metadata["deletionGracePeriodSeconds"] = 0
            if resource.counted:
                metadata["generation"] = metadata.get("generation", 0) + 1
            return self.store.put(resource.table, item.key, manifest)
        if propagation == "Orphan":
            self._orphan(item.uid)
        self._drop(resource, item.key)
        return None

    def now(self) -> str:
        return self.clock().strftime("%Y-%m-%dT%H:%M:%SZ")

    # -- steps ---------------------------------------------------------------------------------------------------

    def _admitted(self, request: Request, version: str) -> Manifest:
        """Defaulted, validated and let through by the webhooks."""
        resource, new = request.resource, request.new
        assert new is not None
        crd_schema = resource.schemas.get(version)
        if crd_schema:
            schema.fill_defaults(new, crd_schema)
            self._unknown_fields(schema.prune(new, crd_schema), request.ask)
        if self.admission:
            self.admission.default(request)
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
            self._unknown_fields(schema.prune(new, crd_schema), request.ask)
        causes = metadata_problems(resource, new["metadata"])
        if crd_schema:
            causes += schema.problems(new, crd_schema, request.old)
        if causes:
            raise errors.invalid(resource.group, resource.kind, request.name, causes)

    def _unknown_fields(self, dropped: list[str], ask: Ask) -> None:
        if not dropped or ask.validation == "Ignore":
            return
        found = [f'unknown field "{path}"' for path in dropped]
        if ask.validation == "Strict":
            raise errors.bad_request(f"strict decoding error: {', '.join(found)}")
        ask.warnings.extend(found)

    def _check_namespace(self, resource: Resource, namespace: str, name: str) -> None:
        found = self.store.get("namespaces.", namespace)
        if found is None:
            raise errors.not_found("", "namespaces", namespace)
        if namespace in self._terminating:
            why = f"unable to create new content in namespace {namespace} because it is being terminated"
            raise errors.forbidden(resource.group, resource.plural, name, why)

    def _check_version(self, resource: Resource, name: str, new: Manifest, old: Manifest, *, must: bool) -> None:
        if new.get("uid") and new["uid"] != old.get("uid"):
            why = f"Precondition failed: UID in precondition: {new['uid']}, UID in object meta: {old.get('uid')}"
            raise errors.conflict(resource.group, resource.plural, name, why)
        version = new.get("resourceVersion")
        if not version and must:
            cause = errors.Cause(
                "metadata.resourceVersion", "FieldValueInvalid", "Invalid value: 0: must be specified for an update"
            )
            raise errors.invalid(resource.group, resource.kind, name, [cause])
        if version and version != old["resourceVersion"]:
            raise errors.conflict(resource.group, resource.plural, name)

    def _check_finalizers(self, resource: Resource, name: str, new: Manifest, old: Manifest) -> None:
        if not old.get("deletionTimestamp"):
            return
        added = sorted(set(new.get("finalizers") or []) - set(old.get("finalizers") or []))
        if added:
            why = "Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers"
            cause = errors.Cause("metadata.finalizers", "FieldValueForbidden", f"{why} {added}")
            raise errors.invalid(resource.group, resource.kind, name, [cause])

    def _check_preconditions(self, resource: Resource, name: str, item: Item, wanted: Manifest) -> None:
        if wanted.get("uid") and wanted["uid"] != item.uid:
            why = f"Precondition failed: UID in precondition: {wanted['uid']}, UID in object meta: {item.uid}"
            raise errors.conflict(resource.group, resource.plural, name, why)
        version = wanted.get("resourceVersion")
        if version and version != str(item.version):
            why = (
                f"Precondition failed: ResourceVersion in precondition: {version}, "
                f"ResourceVersion in object meta: {item.version}"
            )
            raise errors.conflict(resource.group, resource.plural, name, why)

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

    # -- what follows from a deletion ----------------------------------------------------------------------------

    def _drop(self, resource: Resource, key: str) -> Item:
        if resource.group == "apiextensions.k8s.io":
            self._drop_all_of(key)
        gone = self.store.drop(resource.table, key)
        builtin.dropped(self.registry, resource, gone.manifest)
        self._collect(gone.uid)
        if resource.namespaced:
            self._settle(key.partition("/")[0])
        return gone

    def _drop_all_of(self, crd: str) -> None:
        plural, _, group = crd.partition(".")
        for item in list(self.store.items(f"{plural}.{group}")):
            self.store.drop(f"{plural}.{group}", item.key)

    def _collect(self, uid: str) -> None:
        """Garbage collection in the background: what this object owned goes too, unless another owner lives."""
        for table, item in self.store.owned_by(uid):
            resource = self.registry.by_table(table)
            metadata = item.manifest["metadata"]
            others = [owner for owner in metadata.get("ownerReferences") or [] if owner["uid"] != uid]
            if not any(self._lives(owner, metadata.get("namespace", "")) for owner in others):
                self.remove(resource, item)

    def _lives(self, owner: Manifest, namespace: str) -> bool:
        resource = self.registry.of_kind(owner["apiVersion"], owner["kind"])
        found = resource and self.store.get(resource.table, key_of(resource, namespace, owner["name"]))
        return bool(found and found.uid == owner["uid"])

    def _orphan(self, uid: str) -> None:
        for table, item in self.store.owned_by(uid):
            manifest = item.manifest
            owners = [owner for owner in manifest["metadata"]["ownerReferences"] if owner["uid"] != uid]
            manifest["metadata"]["ownerReferences"] = owners
            self.store.put(table, item.key, manifest)

    def _terminate(self, resource: Resource, item: Item) -> Item | None:
        name = item.key
        if name in self._terminating:
            return item
        going = {"metadata": {"deletionTimestamp": self.now()}, "status": {"phase": "Terminating"}}
        manifest = merge(item.manifest, going)
        item = self.store.put(resource.table, name, manifest)
        self._terminating.add(name)
        for inner in self.registry:
            if inner.namespaced and inner.group != "events.k8s.io":
                for each in [each for each in self.store.items(inner.table) if each.key.startswith(f"{name}/")]:
                    if self.store.get(inner.table, each.key):
                        self.remove(inner, each)
        self._settle(name)
        return self.store.get(resource.table, name)

    def _settle(self, namespace: str) -> None:
        """A terminating namespace goes when it is empty."""
        if namespace not in self._terminating:
            return
        inside = f"{namespace}/"
        tables = {resource.table for resource in self.registry if resource.namespaced}
        if any(item.key.startswith(inside) for table in tables for item in self.store.items(table)):
            return
        self._terminating.discard(namespace)
        self.store.drop("namespaces.", namespace)
