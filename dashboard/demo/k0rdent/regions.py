"""The checks of a Region."""

from typing import Any

from dashboard.demo.apiserver import errors
from dashboard.demo.apiserver.objects import Request
from dashboard.demo.k0rdent.lookups import Lookups
from dashboard.demo.k0rdent.verdict import Denied

Manifest = dict[str, Any]


def check(operation: str, request: Request, look: Lookups) -> None:
    match operation:
        case "CREATE":
            _has_a_way_in(request.new or {}, look)
        case "UPDATE":
            _keeps_what_is_used(request, look)
        case "DELETE":
            if next(_users(request.name, look), None):
                request.ask.warnings.append(
                    "The Region object can't be removed while any ClusterDeployment objects deployed in that Region "
                    "still exist"
                )
                raise Denied("region deletion is forbidden")


def _has_a_way_in(new: Manifest, look: Lookups) -> None:
    spec = new.get("spec") or {}
    if "kubeConfig" in spec:
        named = spec["kubeConfig"]
        secret = look.find("secrets", "kcm-system", named["name"], "")
        if secret is None:
            details = {"name": named["name"], "kind": "Secret"}
            raise errors.ApiError(404, "NotFound", f'Secret "{named["name"]}" not found', details)
        if named.get("key") not in (secret.get("data") or {}):
            raise Denied(f"kubeConfig Secret does not have {named.get('key', '')} key defined")
    elif "clusterDeployment" in spec:
        named = spec["clusterDeployment"]
        look.need("ClusterDeployment", "clusterdeployments", named["namespace"], named["name"])


def _keeps_what_is_used(request: Request, look: Lookups) -> None:
    assert request.new
    assert request.old
    before = {each["name"] for each in request.old["spec"].get("providers") or []}
    after = {each["name"] for each in request.new["spec"].get("providers") or []}
    removed = before - after
    if not removed:
        return
    components = (request.old.get("status") or {}).get("components") or {}
    for cld in _users(request.name, look):
        template = look.find("clustertemplates", cld["metadata"]["namespace"], cld["spec"]["template"]) or {}
        needed = set((template.get("status") or {}).get("providers") or [])
        for name in sorted(removed):
            if needed & set(components.get(name, {}).get("exposedProviders") or []):
                request.ask.warnings.append("Some of the providers cannot be removed")
                why = (
                    f"Forbidden: provider {name} is required by at least one ClusterDeployment and cannot be removed "
                    f"from the Region {request.name}"
                )
                cause = errors.Cause("spec.providers", "FieldValueForbidden", why)
                error = errors.invalid(request.resource.group, "Region", request.name, [cause])
                webhook = 'admission webhook "validation.region.k0rdent.mirantis.com" denied the request: '
                raise errors.ApiError(422, "Invalid", webhook + error.message, error.details)


def _users(region: str, look: Lookups) -> Any:
    """The deployments that live in a region."""
    credentials = {
        (each["metadata"]["namespace"], each["metadata"]["name"])
        for each in look.all("credentials")
        if each["spec"].get("region") == region
    }
    for cld in look.all("clusterdeployments"):
        if (cld["metadata"]["namespace"], cld["spec"].get("credential")) in credentials:
            yield cld
