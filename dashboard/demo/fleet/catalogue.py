"""What k0rdent itself consists of, on management: Management, Release, templates, chains, interfaces, access."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from dashboard.demo.charts import Chart, charts
from dashboard.demo.fleet.make import condition, make, owner
from dashboard.demo.fleet.model import K0RDENT, MANAGEMENT, RELEASE, SYSTEM, Fleet
from dashboard.demo.fleet.plan import company

Manifest = dict[str, Any]
PROVIDERS = {
    "cluster-api-provider-aws": ("1-0-19", ["infrastructure-aws"]),
    "cluster-api-provider-azure": ("1-0-23", ["infrastructure-azure"]),
    "cluster-api-provider-docker": ("1-0-11", ["infrastructure-docker"]),
    "cluster-api-provider-gcp": ("1-0-18", ["infrastructure-gcp"]),
    "cluster-api-provider-infoblox": ("1-0-7", ["ipam-infoblox"]),
    "cluster-api-provider-ipam": ("1-0-8", ["ipam-in-cluster"]),
    "cluster-api-provider-k0sproject-k0smotron": (
        "1-0-27",
        [f"{part}-k0sproject-k0smotron" for part in ("bootstrap", "control-plane", "infrastructure")],
    ),
    "cluster-api-provider-kubevirt": ("1-0-9", ["infrastructure-kubevirt"]),
    "cluster-api-provider-openstack": ("1-0-22", ["infrastructure-openstack"]),
    "cluster-api-provider-vsphere": ("1-0-16", ["infrastructure-vsphere"]),
    "projectsveltos": ("1-1-5", []),
}
CORE = {"kcm": "kcm-1-11-4", "capi": "cluster-api-1-0-21", "kcm-regional": "kcm-regional-1-11-4"}
_INFRA = "infrastructure.cluster.x-k8s.io"
INTERFACES: dict[str, list[Manifest]] = {
    "aws": [
        {
            "group": _INFRA,
            "version": "v1beta2",
            "kind": "AWSClusterStaticIdentity",
            "references": [{"group": "", "version": "v1", "kind": "Secret", "nameFieldPath": "spec.secretRef"}],
        },
        {
            "group": _INFRA,
            "version": "v1beta2",
            "kind": "AWSClusterRoleIdentity",
            "references": [
                {
                    "group": _INFRA,
                    "version": "v1beta2",
                    "kind": "AWSClusterControllerIdentity",
                    "nameFieldPath": "spec.sourceIdentityRef.name",
                }
            ],
        },
        {"group": _INFRA, "version": "v1beta2", "kind": "AWSClusterControllerIdentity"},
    ],
    "azure": [
        {
            "group": _INFRA,
            "version": "v1beta1",
            "kind": "AzureClusterIdentity",
            "references": [
                {
                    "group": "",
                    "version": "v1",
                    "kind": "Secret",
                    "nameFieldPath": "spec.clientSecret.name",
                    "namespaceFieldPath": "spec.clientSecret.namespace",
                }
            ],
        },
        {"group": "", "version": "v1", "kind": "Secret"},
    ],
    "vsphere": [
        {
            "group": _INFRA,
            "version": "v1beta2",
            "kind": "VSphereClusterIdentity",
            "references": [{"group": "", "version": "v1", "kind": "Secret", "nameFieldPath": "spec.secretName"}],
        },
        {"group": "", "version": "v1", "kind": "Secret"},
    ],
    "openstack": [
        {"group": "", "version": "v1", "kind": "Secret"},
        {
            "group": _INFRA,
            "version": "v1alpha1",
            "kind": "OpenStackClusterIdentity",
            "references": [
                {
                    "group": "",
                    "version": "v1",
                    "kind": "Secret",
                    "nameFieldPath": "spec.secretRef.name",
                    "namespaceFieldPath": "spec.secretRef.namespace",
                }
            ],
        },
    ],
}
_AVAILABLE = "self.status.availableReplicas == self.status.replicas"
_SECRET_ONLY = [{"group": "", "version": "v1", "kind": "Secret"}]


def provider_of(cloud: str) -> str:
    """The name in a Release of what serves this cloud."""
    return f"cluster-api-provider-{cloud}"


def objects(fleet: Fleet, scope: str) -> Iterator[Manifest]:
    scope = f"{scope}/{MANAGEMENT}"
    born = fleet.now - timedelta(days=243)
    upgraded = fleet.now - timedelta(days=17)

    def mine(kind: str, name: str, namespace: str = "", **more: Any) -> Manifest:
        more.setdefault("at", born)
        more.setdefault("labels", {"k0rdent.mirantis.com/component": "kcm"})
        return make(K0RDENT, kind, name, namespace, scope=scope, **more)

    exposed_all = sorted(name for _, names in PROVIDERS.values() for name in names)
    yield mine(
        "Management",
        "kcm",
        finalizers=["k0rdent.mirantis.com/management"],
        generation=6,
        spec={"release": RELEASE, "providers": [{"name": name} for name in PROVIDERS]},
        status={
            "release": RELEASE,
            "observedGeneration": 6,
            "components": components(["kcm", "capi", *PROVIDERS]),
            "availableProviders": exposed_all,
            "capiContracts": {name: {"v1beta1": "v1beta1_v1beta2"} for name in exposed_all},
            "conditions": [
                condition(
                    "Ready",
                    True,
                    "AllComponentsHealthy",
                    "All components are successfully installed",
                    upgraded + timedelta(minutes=9),
                    6,
                )
            ],
        },
    )
    for version, days in (("1.10.2", 80), ("1.11.4", 17)):
        dashed = version.replace(".", "-")
        at = fleet.now - timedelta(days=days)
        yield mine(
            "Release",
            f"kcm-{dashed}",
            at=at,
            spec={
                "version": version,
                "kcm": {"template": f"kcm-{dashed}"},
                "capi": {"template": CORE["capi"]},
                "regional": {"template": f"kcm-regional-{dashed}"},
                "providers": [{"name": name, "template": f"{name}-{v}"} for name, (v, _) in PROVIDERS.items()],
            },
            status={
                "ready": True,
                "observedGeneration": 1,
                "conditions": [
                    condition("TemplatesCreated", True, "Succeeded", "All templates have been created", at),
                    condition("TemplatesValid", True, "Succeeded", "All templates are valid", at),
                ],
            },
        )
    for name, template, exposed in [
        *((name, template, []) for name, template in CORE.items()),
        *((name, f"{name}-{version}", exposed) for name, (version, exposed) in PROVIDERS.items()),
    ]:
        chart_name, version = template.rsplit("-", 3)[0], ".".join(template.rsplit("-", 3)[1:])
        yield mine(
            "ProviderTemplate",
            template,
            spec={"helm": _chart_spec(chart_name, version)} | ({"providers": exposed} if exposed else {}),
            status={
                "valid": True,
                "chartVersion": version,
                "description": f"The {name} component",
                "observedGeneration": 1,
                "chartRef": _chart_ref(template),
            },
        )
    for chart in charts().values():
        for version in chart.versions:
            yield from template_objects(chart, version, SYSTEM, scope, born)
        if len(chart.versions) > 1:
            yield chain(chart, SYSTEM, scope, born)
    yield from _service_objects(SYSTEM, scope, born, {"k0rdent.mirantis.com/component": "kcm"})
    for cloud in ("aws", "azure", "gcp", "openstack", "vsphere", "kubevirt", "docker", "k0sproject-k0smotron"):
        yield interface(cloud, scope, born)
    yield mine(
        "StateManagementProvider",
        "ksm-projectsveltos",
        spec={
            "suspend": False,
            "selector": {"matchLabels": {"ksm.k0rdent.mirantis.com/adapter": "kcm-controller-manager"}},
            "adapter": {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "name": "kcm-controller-manager",
                "namespace": SYSTEM,
                "readinessRule": _AVAILABLE,
            },
            "provisioner": [
                {
                    "apiVersion": "apps/v1",
                    "kind": "Deployment",
                    "name": "addon-controller",
                    "namespace": "projectsveltos",
                    "readinessRule": _AVAILABLE,
                }
            ],
            "provisionerCRDs": [
                {
                    "group": "config.projectsveltos.io",
                    "version": "v1beta1",
                    "resources": ["profiles", "clustersummaries"],
                }
            ],
        },
        status={
            "ready": True,
            "conditions": [
                condition(type_, True, "Succeeded", "", born)
                for type_ in ("RBACReady", "AdapterReady", "ProvisionerReady", "ProvisionerCRDsReady")
            ],
        },
    )
    rules = _access_rules(fleet)
    yield mine(
        "AccessManagement",
        "kcm",
        spec={"accessRules": rules},
        generation=4,
        status={"current": rules, "observedGeneration": 4},
    )


def team_objects(fleet: Fleet, scope: str) -> Iterator[Manifest]:
    """What AccessManagement copied into the namespaces of the teams: chains and their templates."""
    scope = f"{scope}/{MANAGEMENT}"
    at = fleet.now - timedelta(days=200)
    clouds = {place.cloud for place in fleet.places}
    managed = {"k0rdent.mirantis.com/managed": "true", "k0rdent.mirantis.com/component": "kcm"}
    for team in company()["teams"]:
        yield from _service_objects(team, scope, at, managed)
        for chart in charts().values():
            if chart.cloud not in clouds:
                continue
            made = chain(chart, team, scope, at, managed)
            yield made
            for version in chart.versions:
                yield from template_objects(chart, version, team, scope, at, managed, made)


def template_objects(
    chart: Chart,
    version: str,
    namespace: str,
    scope: str,
    at: Any,
    labels: dict[str, str] | None = None,
    held_by: Manifest | None = None,
) -> Iterator[Manifest]:
    """A ClusterTemplate and the ConfigMap with its schema."""
    name = chart.template(version)
    helm = {"chartRef": _chart_ref(name)} if held_by else _chart_spec(chart.name, version)
    contracts = dict.fromkeys(chart.providers, "v1beta1")
    made = make(
        K0RDENT,
        "ClusterTemplate",
        name,
        namespace,
        scope=scope,
        at=at,
        labels=labels or {"k0rdent.mirantis.com/component": "kcm"},
        owners=[owner(held_by)] if held_by else None,
        spec={"helm": helm},
        status={
            "valid": True,
            "chartVersion": version,
            "description": chart.description,
            "observedGeneration": 1,
            "schemaConfigMapName": f"schema-ct-{name}",
            "chartRef": _chart_ref(name),
            "config": chart.values,
            "providers": sorted(chart.providers),
            "providerContracts": contracts,
        },
    )
    yield made
    yield make(
        "v1",
        "ConfigMap",
        f"schema-ct-{name}",
        namespace,
        scope=scope,
        at=at,
        generation=0,
        owners=[owner(made)],
        labels={"k0rdent.mirantis.com/component": "kcm"},
        data={"schema": json.dumps(chart.schema)},
    )


def chain(chart: Chart, namespace: str, scope: str, at: Any, labels: dict[str, str] | None = None) -> Manifest:
    """Which template of a chart may be upgraded to which: every older one to every newer one."""
    supported = []
    for number, version in enumerate(chart.versions):
        upgrades = [{"name": chart.template(newer)} for newer in chart.versions[number + 1 :]]
        supported.append({"name": chart.template(version)} | ({"availableUpgrades": upgrades} if upgrades else {}))
    return make(
        K0RDENT,
        "ClusterTemplateChain",
        chain_name(chart),
        namespace,
        scope=scope,
        at=at,
        labels=labels or {"k0rdent.mirantis.com/component": "kcm"},
        spec={"supportedTemplates": supported},
        status={"valid": True},
    )


def chain_name(chart: Chart) -> str:
    return chart.name.removesuffix("-cp")


def interface(cloud: str, scope: str, at: Any) -> Manifest:
    """Says that a provider is installed, and which identities it takes."""
    spec = {"description": f"Cluster API provider {cloud}", "clusterIdentities": INTERFACES.get(cloud, _SECRET_ONLY)}
    return make(
        K0RDENT,
        "ProviderInterface",
        f"cluster-api-provider-{cloud}",
        scope=scope,
        at=at,
        labels={"cluster.x-k8s.io/provider": f"infrastructure-{cloud}"},
        spec=spec,
    )


def components(names: list[str], failing: dict[str, str] | None = None) -> Manifest:
    """The components of a Region or of Management, all well but for those that fail."""
    found = {}
    for name in names:
        template = CORE.get(name) or f"{name}-{PROVIDERS[name][0]}"
        entry: Manifest = {"success": True, "template": template}
        if name in PROVIDERS and PROVIDERS[name][1]:
            entry["exposedProviders"] = PROVIDERS[name][1]
        if failing and name in failing:
            entry |= {"success": False, "error": failing[name]}
        found[name] = entry
    return found


def _chart_spec(chart: str, version: str) -> Manifest:
    source = {"kind": "HelmRepository", "name": "kcm-templates"}
    return {
        "chartSpec": {
            "chart": chart,
            "version": version,
            "interval": "10m0s",
            "sourceRef": source,
            "reconcileStrategy": "ChartVersion",
        }
    }


def _chart_ref(template: str) -> Manifest:
    return {"kind": "HelmChart", "name": template, "namespace": SYSTEM}


def _service_objects(namespace: str, scope: str, at: Any, labels: dict[str, str]) -> Iterator[Manifest]:
    """ServiceTemplates and their chains, in one namespace."""
    of_kof = company()["observability"]["services"] if namespace == SYSTEM else []
    for each in [*company()["services"], *of_kof]:
        names = [f"{each['name']}-{version.replace('.', '-')}" for version in each["versions"]]
        supported: list[Manifest] = []
        for number, (name, version) in enumerate(zip(names, each["versions"], strict=True)):
            yield make(
                K0RDENT,
                "ServiceTemplate",
                name,
                namespace,
                scope=scope,
                at=at,
                labels=labels,
                spec={"helm": _chart_spec(each["name"], version), "version": version},
                status={
                    "valid": True,
                    "chartVersion": version,
                    "description": each["about"],
                    "observedGeneration": 1,
                    "chartRef": _chart_ref(name),
                },
            )
            newer = [{"name": other} for other in names[number + 1 :]]
            supported.append({"name": name} | ({"availableUpgrades": newer} if newer else {}))
        yield make(
            K0RDENT,
            "ServiceTemplateChain",
            each["name"],
            namespace,
            scope=scope,
            at=at,
            labels=labels,
            spec={"supportedTemplates": supported},
            status={"valid": True},
        )


def _access_rules(fleet: Fleet) -> list[Manifest]:
    shared = [login.name for login in fleet.logins if len(login.namespaces) > 3]
    clouds = {place.cloud for place in fleet.places}
    chains = [chain_name(chart) for chart in charts().values() if chart.cloud in clouds]
    teams = {"list": list(company()["teams"])}
    few = [login for login in fleet.logins if 1 < len(login.namespaces) <= 3]
    services = [each["name"] for each in company()["services"]]
    rules = [
        {
            "targetNamespaces": teams,
            "clusterTemplateChains": chains,
            "serviceTemplateChains": services,
            "credentials": shared,
        }
    ]
    rules += [
        {"targetNamespaces": {"list": [ns for ns in login.namespaces if ns != SYSTEM]}, "credentials": [login.name]}
        for login in few
    ]
    return rules
