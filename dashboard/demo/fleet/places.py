"""Regions: the Region object, the Secret that leads to it, its components, and what lies in the region itself."""

import base64
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from dashboard.demo.fleet.catalogue import CORE, PROVIDERS, components, interface, provider_of
from dashboard.demo.fleet.make import condition, make, stamp
from dashboard.demo.fleet.model import K0RDENT, MANAGEMENT, SYSTEM, Fleet, Place

Manifest = dict[str, Any]
Kubeconfig = Callable[[Place], str]
K0SMOTRON = "cluster-api-provider-k0sproject-k0smotron"


def providers(place: Place) -> list[str]:
    return [K0SMOTRON, *(provider_of(cloud) for cloud in place.clouds), "projectsveltos"]


def objects(place: Place, fleet: Fleet, scope: str, kubeconfig: Kubeconfig) -> Iterator[Manifest]:
    """On management."""
    mine = f"{scope}/{MANAGEMENT}"
    namespace, secret, key = place.secret
    yield make(
        "v1",
        "Secret",
        secret,
        namespace,
        scope=mine,
        at=place.created_at,
        generation=0,
        labels={"k0rdent.mirantis.com/component": "kcm"},
        type="Opaque",
        data={key: base64.b64encode(kubeconfig(place).encode()).decode()},
    )
    yield region(place, fleet, mine)
    for component in ["kcm-regional", "capi", *providers(place)]:
        yield _release(place, component, mine, fleet)


def region(place: Place, fleet: Fleet, scope: str) -> Manifest:
    wanted = ["kcm-regional", "capi", *providers(place)]
    failing = _failing(place)
    spec: Manifest = {"providers": [{"name": name} for name in providers(place)]}
    if place.by == "clusterDeployment":
        spec["clusterDeployment"] = {"namespace": SYSTEM, "name": f"{place.name}-cluster"}
    else:
        _, secret, key = place.secret
        spec["kubeConfig"] = {"name": secret, "key": key}
    exposed = sorted({name for each in providers(place) if each not in failing for name in PROVIDERS[each][1]})
    if failing:
        at = fleet.now - timedelta(minutes=52)
        ready = condition(
            "Ready", False, "NotAllComponentsHealthy", f"Components not ready: [{' '.join(sorted(failing))}]", at, 2
        )
    else:
        at = place.created_at + timedelta(minutes=7)
        ready = condition("Ready", True, "AllComponentsHealthy", "All components are successfully installed", at, 2)
    # Of a region that is a deployment that says where it is; of others a cloud's code, or they say it themselves.
    labels = {"k0rdent.mirantis.com/component": "kcm"}
    if place.by != "clusterDeployment" and place.cloud != "openstack":
        labels["topology.kubernetes.io/region"] = place.where
    at_home = {"pane.k0rdent.dev/location": place.location} if place.location else None
    paused = {"k0rdent.mirantis.com/region-pause": "restored from backup"} if place.story == "paused" else None
    return make(
        K0RDENT,
        "Region",
        place.name,
        scope=scope,
        at=place.created_at,
        generation=2,
        annotations=paused or at_home,
        labels=labels,
        finalizers=["k0rdent.mirantis.com/region"],
        spec=spec,
        status={
            "observedGeneration": 2 if not failing else 1,
            "components": components(wanted, failing),
            "availableProviders": sorted([*exposed, "infrastructure-internal"]),
            "capiContracts": {name: {"v1beta1": "v1beta1_v1beta2"} for name in exposed},
            "conditions": [ready],
        },
    )


def _failing(place: Place) -> dict[str, str]:
    if place.story != "trouble":
        return {}
    name = provider_of(place.cloud)
    chart = f"{name}@{PROVIDERS[name][0].replace('-', '.')}"
    return {
        name: (
            f"HelmRelease {SYSTEM}/{place.name}-{name} is not yet ready: "
            f"Helm upgrade failed for release {SYSTEM}/{name} "
            f"with chart {chart}: context deadline exceeded"
        )
    }


def _release(place: Place, component: str, scope: str, fleet: Fleet) -> Manifest:
    template = CORE.get(component) or f"{component}-{PROVIDERS[component][0]}"
    chart, version = template.rsplit("-", 3)[0], ".".join(template.rsplit("-", 3)[1:])
    failing = component in _failing(place)
    at = fleet.now - timedelta(minutes=52) if failing else place.created_at + timedelta(minutes=4)
    release = f"release {SYSTEM}/{component}.v2 with chart {chart}@{version}"
    if failing:
        text = f"Helm upgrade failed for {release.replace('.v2', '')}: context deadline exceeded"
        ready = condition("Ready", False, "UpgradeFailed", text, at)
    else:
        ready = condition("Ready", True, "UpgradeSucceeded", f"Helm upgrade succeeded for {release}", at)
    _, secret, key = place.secret
    return make(
        "helm.toolkit.fluxcd.io/v2",
        "HelmRelease",
        f"{place.name}-{component}",
        SYSTEM,
        scope=scope,
        at=place.created_at,
        labels={"k0rdent.mirantis.com/managed": "true", "k0rdent.mirantis.com/region": place.name},
        finalizers=["finalizers.fluxcd.io"],
        spec={
            "interval": "10m0s",
            "releaseName": component,
            "targetNamespace": SYSTEM,
            "chartRef": {"kind": "HelmChart", "name": template, "namespace": SYSTEM},
            "kubeConfig": {"secretRef": {"name": secret, "key": key}},
        },
        status={
            "conditions": [ready],
            "observedGeneration": 1,
            "history": [
                {
                    "name": component,
                    "namespace": SYSTEM,
                    "version": 2,
                    "status": "failed" if failing else "deployed",
                    "chartName": chart,
                    "chartVersion": version,
                    "firstDeployed": stamp(place.created_at),
                    "lastDeployed": stamp(at),
                    "digest": "sha256:0",
                    "configDigest": "sha256:0",
                }
            ],
        },
    )


def inside(place: Place, scope: str) -> Iterator[Manifest]:
    """In the region itself: what tells that the providers are installed."""
    mine = f"{scope}/{place.cluster}"
    for cloud in (*place.clouds, "k0sproject-k0smotron"):
        yield interface(cloud, mine, place.created_at)
