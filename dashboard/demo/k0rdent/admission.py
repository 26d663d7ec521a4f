"""k0rdent's admission webhooks on management: the sentences with which it refuses, defaults and warns."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from dashboard.demo.apiserver import errors
from dashboard.demo.apiserver.objects import Request
from dashboard.demo.apiserver.store import Manifest, Store
from dashboard.demo.k0rdent import deployments, regions, templates
from dashboard.demo.k0rdent.verdict import Denied

GROUP = "k0rdent.mirantis.com"


class Cluster(Protocol):
    store: Store

    @property
    def reachable(self) -> bool: ...


class K0rdent:
    """Asks management's objects, and of a region's those that a real webhook would read there."""

    def __init__(self, management: Cluster, clusters: Mapping[str, Cluster]) -> None:
        self._management = management
        self._clusters = clusters

    # -- what the webhooks are told ------------------------------------------------------------------------------

    def default(self, request: Request) -> None:
        if request.resource.group != GROUP or request.new is None:
            return
        match request.resource.kind:
            case "ClusterDeployment":
                deployments.default(request.new, self)
            case "ClusterTemplate" | "ServiceTemplate" | "ProviderTemplate":
                templates.default(request.new)

    def check(self, request: Request) -> None:
        if request.resource.group != GROUP or _only_housekeeping(request):
            return
        try:
            match request.resource.kind, request.operation:
                case "ClusterDeployment", "CREATE":
                    deployments.check_create(request, self)
                case "ClusterDeployment", "UPDATE":
                    deployments.check_update(request, self)
                case "ClusterDeployment", "DELETE":
                    deployments.check_delete(request, self)
                case "Region", operation:
                    regions.check(operation, request, self)
                case (("ClusterTemplate" | "ServiceTemplate" | "ProviderTemplate"), "DELETE"):
                    templates.check_delete(request, self)
                case (("ClusterTemplateChain" | "ServiceTemplateChain"), "CREATE"):
                    templates.check_chain(request)
                case kind, operation:
                    templates.check_others(kind, operation, request, self)
        except Denied as denied:
            webhook = f"validation.{request.resource.kind.lower()}.{GROUP}"
            message = f'admission webhook "{webhook}" denied the request: {denied}'
            raise errors.ApiError(403, "Forbidden", message) from None

    # -- what they look up ---------------------------------------------------------------------------------------

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


def _only_housekeeping(request: Request) -> bool:
    """Finalizers and labels coming and going: kcm's own writes, let through at a glance."""
    new, old = request.new, request.old
    return request.operation == "UPDATE" and new is not None and old is not None and _spec(new) == _spec(old)


def _spec(manifest: Manifest) -> Any:
    return manifest.get("spec")
