"""The checks of templates, chains, releases and the two singletons."""

from typing import Any

from dashboard.demo.apiserver import errors
from dashboard.demo.apiserver.objects import Request
from dashboard.demo.k0rdent.lookups import Lookups
from dashboard.demo.k0rdent.verdict import Denied

Manifest = dict[str, Any]


def default(new: Manifest) -> None:
    """A chart is looked for in k0rdent's own repository, every ten minutes."""
    chart = ((new.get("spec") or {}).get("helm") or {}).get("chartSpec")
    if isinstance(chart, dict):
        chart.setdefault("interval", "10m0s")
        chart.setdefault("sourceRef", {"kind": "HelmRepository", "name": "kcm-templates"})


def check_delete(request: Request, look: Lookups) -> None:
    kind, why = request.resource.kind, ""
    owners = (request.old or {})["metadata"].get("ownerReferences") or []
    if owners:
        why = f"The {kind} object can't be removed if it is managed by {owners[0]['kind']}: {owners[0]['name']}"
    elif any(
        _uses(kind, request.name, cld)
        for cld in look.all("clusterdeployments")
        if cld["metadata"]["namespace"] == request.namespace
    ):
        why = f"The {kind} object can't be removed if ClusterDeployment objects referencing it still exist"
    elif kind == "ProviderTemplate" and any(
        request.name in {each["template"] for each in release["spec"].get("providers") or []}
        for release in look.all("releases")
    ):
        why = f"The {kind} object can't be removed if it is part of Releases"
    if why:
        request.ask.warnings.append(why)
        raise Denied("template deletion is forbidden")


def _uses(kind: str, name: str, cld: Manifest) -> bool:
    """Whether a deployment refers to this template."""
    if kind == "ClusterTemplate":
        return bool(cld["spec"]["template"] == name)
    services = (cld["spec"].get("serviceSpec") or {}).get("services") or []
    return kind == "ServiceTemplate" and any(service["template"] == name for service in services)


def check_chain(request: Request) -> None:
    supported = ((request.new or {}).get("spec") or {}).get("supportedTemplates") or []
    known = {each["name"] for each in supported}
    for each in supported:
        for upgrade in each.get("availableUpgrades") or []:
            if upgrade["name"] not in known:
                raise Denied(
                    f"the template chain spec is invalid: template {upgrade['name']} is allowed for upgrade but is not "
                    "present in the list of '.spec.supportedTemplates'"
                )


def check_others(kind: str, operation: str, request: Request, look: Lookups) -> None:
    match kind, operation:
        case "Management", "DELETE" if any(look.all("regions")) or any(look.all("clusterdeployments")):
            why = "The Management object can't be removed if Region or ClusterDeployment objects exist"
            request.ask.warnings.append(why)
            raise Denied("management deletion is forbidden")
        case "Management", ("CREATE" | "UPDATE"):
            _released(request, look)
        case "Release", "DELETE":
            if any(management["spec"]["release"] == request.name for management in look.all("managements")):
                raise Denied(f"release {request.name} is still in use")
        case "AccessManagement", "DELETE" if any(look.all("managements")):
            raise Denied("AccessManagement deletion is forbidden")
        case "AccessManagement", "CREATE" if any(look.all("accessmanagements")):
            raise Denied("AccessManagement object already exists")


def _released(request: Request, look: Lookups) -> None:
    name = (request.new or {})["spec"]["release"]
    release = look.find("releases", "", name)
    if release and (release.get("status") or {}).get("ready"):
        return
    why = f'release "{name}" status is not ready' if release else f'releases.k0rdent.mirantis.com "{name}" not found'
    cause = errors.Cause("spec.release", "FieldValueForbidden", f"Forbidden: {why}")
    error = errors.invalid(request.resource.group, "Management", request.name, [cause])
    webhook = 'admission webhook "validation.management.k0rdent.mirantis.com" denied the request: '
    raise errors.ApiError(422, "Invalid", webhook + error.message, error.details)
