"""The checks of a ClusterDeployment, in k0rdent's order: the first that fails is the answer."""

from typing import Any, NoReturn

from dashboard.demo.apiserver.objects import Request
from dashboard.demo.k0rdent.lookups import Lookups
from dashboard.demo.k0rdent.verdict import Denied

Manifest = dict[str, Any]
INVALID = "the ClusterDeployment is invalid: "


def default(new: Manifest, look: Lookups) -> None:
    """Without config, a deployment becomes a dry run with the template's own values."""
    spec = new.get("spec")
    if not isinstance(spec, dict) or spec.get("config") is not None:
        return
    template = look.find("clustertemplates", new["metadata"].get("namespace", ""), str(spec.get("template") or ""))
    if template:
        spec["config"] = (template.get("status") or {}).get("config") or {}
        spec["dryRun"] = True


def check_create(request: Request, look: Lookups) -> None:
    assert request.new
    template = _template(request.new, look)
    credential = _compatible(request, template, look)
    _infrastructure(request.new, template)
    _fits(request.new, template, credential, look)
    _services(request.new, look)


def check_update(request: Request, look: Lookups) -> None:
    assert request.new
    assert request.old
    new, old = request.new["spec"], request.old["spec"]
    if bool(new.get("dataSource")) != bool(old.get("dataSource")):
        _deny(f"{INVALID}spec.dataSource cannot be added or removed after creation")
    if new["template"] != old["template"]:
        allowed = (request.old.get("status") or {}).get("availableUpgrades") or []
        if new["template"] not in allowed:
            request.ask.warnings.append(
                f"Cluster can't be upgraded from {old['template']} to {new['template']}. "
                "This upgrade sequence is not allowed"
            )
            _deny("cluster upgrade is forbidden")
        _compatible(request, _template(request.new, look), look)
    if new.get("credential") != old.get("credential"):
        template = _template(request.new, look)
        _fits(request.new, template, _compatible(request, template, look), look)
    if new.get("serviceSpec") != old.get("serviceSpec"):
        _services(request.new, look)


def check_delete(request: Request, look: Lookups) -> None:
    named = {"namespace": request.namespace, "name": request.name}
    for region in look.all("regions"):
        if region["spec"].get("clusterDeployment") == named:
            _deny(f'ClusterDeployment cannot be deleted: referenced by Region "{region["metadata"]["name"]}"')


# -- one by one ------------------------------------------------------------------------------------------------------


def _template(new: Manifest, look: Lookups) -> Manifest:
    namespace, name = new["metadata"]["namespace"], new["spec"]["template"]
    found = look.need("ClusterTemplate", "clustertemplates", namespace, name)
    status = found.get("status") or {}
    if not status.get("valid"):
        _deny(
            f"{INVALID}the ClusterTemplate {namespace}/{name} is invalid with the error: "
            f"{status.get('validationError', '')}"
        )
    return found


def _compatible(request: Request, template: Manifest, look: Lookups) -> Manifest:
    """The credential, once the providers of the template are known to be where it leads."""
    assert request.new
    namespace = request.namespace
    credential = look.need("Credential", "credentials", namespace, request.new["spec"].get("credential") or "")
    region = credential["spec"].get("region") or ""
    if region:
        host, called = look.need("Region", "regions", "", region), f"Region {region}"
    else:
        host, called = look.need("Management", "managements", "", "kcm"), "Management kcm"
    there = (host.get("status") or {}).get("availableProviders") or []
    needed = (template.get("status") or {}).get("providers") or []
    missing = sorted(set(needed) - set(there) - {"infrastructure-internal"})
    if missing:
        request.ask.warnings.append("Failed to validate required providers")
        _deny(
            f"failed to validate required providers: incompatible providers in {called}: one or more required "
            f"providers are not deployed yet: [{' '.join(missing)}]"
        )
    return credential


def _infrastructure(new: Manifest, template: Manifest) -> None:
    called = f"{new['metadata']['namespace']}/{new['spec']['template']}"
    providers = (template.get("status") or {}).get("providers") or []
    if not providers:
        _deny(f"{INVALID}no providers have been found in the ClusterTemplate {called}")
    if not any(provider.startswith("infrastructure-") for provider in providers):
        _deny(f"{INVALID}no infrastructure providers have been found in the ClusterTemplate {called}")


def _fits(new: Manifest, template: Manifest, credential: Manifest, look: Lookups) -> None:
    namespace, name = credential["metadata"]["namespace"], credential["metadata"]["name"]
    if not (credential.get("status") or {}).get("ready"):
        _deny(f"{INVALID}the Credential {namespace}/{name} is not Ready")
    reference = credential["spec"].get("identityRef")
    if not reference:
        _deny(f"{INVALID}the Credential {namespace}/{name} does not have identityRef")
    region = credential["spec"].get("region") or ""
    if region:
        _has_kubeconfig(region, look)
    interfaces = look.interfaces(region)
    for provider in template["status"]["providers"]:
        if not provider.startswith("infrastructure-"):
            continue
        if provider == "infrastructure-internal":
            kinds: set[str] | None = {"Secret"}
        else:
            kinds = _kinds(interfaces, provider)
        if kinds is None:
            _deny(f"{INVALID}unsupported infrastructure provider {provider}")
        if reference["kind"] not in kinds:
            _deny(
                f"{INVALID}provider {provider} does not support ClusterIdentity Kind {reference['kind']} from the "
                f"Credential {namespace}/{name}"
            )


def _has_kubeconfig(region: str, look: Lookups) -> None:
    """A region whose Secret is gone cannot be asked."""
    spec = look.need("Region", "regions", "", region)["spec"]
    if "kubeConfig" in spec:
        secret = look.find("secrets", "kcm-system", spec["kubeConfig"]["name"], "")
        if secret is None:
            why = f'Secret "{spec["kubeConfig"]["name"]}" not found'
            _deny(f"{INVALID}failed to get client for {region} region: failed to get Secret: {why}")


def _kinds(interfaces: list[Manifest], provider: str) -> set[str] | None:
    """The identity kinds that a provider takes; None when it is not there."""
    for interface in interfaces:
        if (interface["metadata"].get("labels") or {}).get("cluster.x-k8s.io/provider") == provider:
            return {each["kind"] for each in interface["spec"].get("clusterIdentities") or []}
    return None


def _services(new: Manifest, look: Lookups) -> None:
    namespace = new["metadata"]["namespace"]
    services = (new["spec"].get("serviceSpec") or {}).get("services") or []
    wrong = []
    for service in services:
        template = look.find("servicetemplates", namespace, service["template"])
        if template is None:
            wrong.append(f'ServiceTemplate.k0rdent.mirantis.com "{service["template"]}" not found')
        elif not (template.get("status") or {}).get("valid"):
            wrong.append(f"the ServiceTemplate {namespace}/{service['template']} is invalid")
    if wrong:
        _deny(INVALID + "some services have invalid templates\n" + "\n".join(wrong))
    _dependencies(services)


def _dependencies(services: list[Manifest]) -> None:
    def key(each: Manifest) -> tuple[str, str]:
        return each.get("namespace") or "default", each["name"]

    wanted = {key(service): [key(each) for each in service.get("dependsOn") or []] for service in services}
    for service, needs in wanted.items():
        for need in needs:
            if need not in wanted:
                _deny(
                    f"{INVALID}some services have invalid dependencies\ndependency {'/'.join(need)} of service "
                    f"{'/'.join(service)} is not defined as a service"
                )
    for start in wanted:
        seen, here = set(), [start]
        while here:
            each = here.pop()
            for need in wanted[each]:
                if need == start:
                    _deny(
                        f"{INVALID}some services have invalid dependencies\n"
                        f"dependency cycle detected at {'/'.join(start)}"
                    )
                if need not in seen:
                    seen.add(need)
                    here.append(need)


def _deny(text: str) -> NoReturn:
    raise Denied(text)
