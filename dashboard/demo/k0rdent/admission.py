"""k0rdent's admission webhooks on management: the sentences with which it refuses, defaults and warns."""

from typing import Any

from dashboard.demo.apiserver import errors
from dashboard.demo.apiserver.objects import Request
from dashboard.demo.apiserver.store import Manifest
from dashboard.demo.k0rdent import deployments, regions, templates
from dashboard.demo.k0rdent.lookups import GROUP, Lookups
from dashboard.demo.k0rdent.verdict import Denied


class K0rdent(Lookups):
    """What the webhooks are told; what they look up is in `Lookups`."""

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


def _only_housekeeping(request: Request) -> bool:
    """Finalizers and labels coming and going: kcm's own writes, let through at a glance."""
    new, old = request.new, request.old
    return request.operation == "UPDATE" and new is not None and old is not None and _spec(new) == _spec(old)


def _spec(manifest: Manifest) -> Any:
    return manifest.get("spec")
