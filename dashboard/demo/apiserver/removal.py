"""How objects go: finalizers, namespaces with what lies in them, and what was owned."""

from collections.abc import Callable
from datetime import datetime

from dashboard.demo.apiserver import builtin
from dashboard.demo.apiserver.metadata import key_of, merge
from dashboard.demo.apiserver.resources import Registry, Resource
from dashboard.demo.apiserver.store import Item, Manifest, Store


class Removal:
    def __init__(self, store: Store, registry: Registry, clock: Callable[[], datetime]) -> None:
        self.store = store
        self.registry = registry
        self.clock = clock
        self.terminating: set[str] = set()

    def now(self) -> str:
        return self.clock().strftime("%Y-%m-%dT%H:%M:%SZ")

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
        self.drop(resource, item.key)
        return None

    def drop(self, resource: Resource, key: str) -> Item:
        """Take it out of the store, with what follows from that; its last state."""
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
        if name in self.terminating:
            return item
        going = {"metadata": {"deletionTimestamp": self.now()}, "status": {"phase": "Terminating"}}
        manifest = merge(item.manifest, going)
        item = self.store.put(resource.table, name, manifest)
        self.terminating.add(name)
        for inner in self.registry:
            if inner.namespaced and inner.group != "events.k8s.io":
                for each in [each for each in self.store.items(inner.table) if each.key.startswith(f"{name}/")]:
                    if self.store.get(inner.table, each.key):
                        self.remove(inner, each)
        self._settle(name)
        return self.store.get(resource.table, name) or item

    def _settle(self, namespace: str) -> None:
        """A terminating namespace goes when it is empty."""
        if namespace not in self.terminating:
            return
        inside = f"{namespace}/"
        tables = {resource.table for resource in self.registry if resource.namespaced}
        if any(item.key.startswith(inside) for table in tables for item in self.store.items(table)):
            return
        self.terminating.discard(namespace)
        self.store.drop("namespaces.", namespace)
