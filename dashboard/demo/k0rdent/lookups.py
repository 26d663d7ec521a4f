"""What k0rdent's webhooks look up: objects of management, and of a region those that a real webhook reads there."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from dashboard.demo.apiserver import errors
from dashboard.demo.apiserver.store import Manifest, Store

GROUP = "k0rdent.mirantis.com"


class Cluster(Protocol):
    store: Store

    @property
    def reachable(self) -> bool: ...


class Lookups:
    """Asks the API servers' stores directly, as a webhook's cache would."""

    def __init__(self, management: Cluster, clusters: Mapping[str, Cluster]) -> None:
        self._management = management
        self._clusters = clusters

    def find(self, plural: str, namespace: str, name: str, group: str = GROUP) -> Manifest | None:
        key = f"{namespace}/{name}" if namespace else name
        item = self._management.store.get(f"{plural}.{group}", key)
        return item.manifest if item else None

    def need(self, kind: str, plural: str, namespace: str, name: str, group: str = GROUP) -> Manifest:
        """The object, or the 404 that then comes out of a webhook as it is."""
        found = self.find(plural, namespace, name, group)
        if found is None:
            qualified = f"{kind}.{group}" if group else kind
            details = {"name": name, "group": group, "kind": kind}
            raise errors.ApiError(404, "NotFound", f'{qualified} "{name}" not found', details)
        return found

    def all(self, plural: str) -> Iterator[Manifest]:
        for item in list(self._management.store.items(f"{plural}.{GROUP}")):
            yield item.manifest

    def interfaces(self, region: str) -> list[Manifest]:
        """The ProviderInterfaces of a region, or of management; none when it cannot be asked."""
        cluster = self._clusters.get(region) if region else self._management
        if cluster is None or not cluster.reachable:
            return []
        return [item.manifest for item in cluster.store.items(f"providerinterfaces.{GROUP}")]
