"""Manifests as k0rdent's API servers return them, small: what the seed fleet is made of."""

import hashlib
from datetime import datetime
from typing import Any

from regions.domain.kinds import CAPI, CONTROL_PLANE, FLUX, INFRASTRUCTURE, K0RDENT, KINDS, Kind

Manifest = dict[str, Any]
BY_NAME = {kind.name: kind for kind in reversed(KINDS)}
AWS_CLUSTER = Kind(INFRASTRUCTURE, "AWSCluster", "awsclusters", ("v1beta2",), BY_NAME["Cluster"].where)
SYSTEM = "kcm-system"


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def uid(*parts: str) -> str:
    text = hashlib.sha256("/".join(parts).encode()).hexdigest()
    return f"{text[:8]}-{text[8:12]}-4{text[12:15]}-8{text[15:18]}-{text[18:30]}"


def thing(kind: str, name: str, namespace: str = "", *, created: datetime, version: str = "", **rest: Any) -> Manifest:
    """An object; `rest` are its labels, annotations, spec, status, and other metadata under `meta`."""
    found = BY_NAME.get(kind, AWS_CLUSTER)
    body = {key: rest[key] for key in ("spec", "status", "regarding") if key in rest}
    meta = {"name": name, "uid": uid(kind, namespace, name), "generation": 1, "creationTimestamp": stamp(created)}
    meta |= {"namespace": namespace} if namespace else {}
    meta |= {key: rest[key] for key in ("labels", "annotations") if rest.get(key)}
    meta |= rest.get("meta", {})
    digest = hashlib.sha256(repr((meta, body)).encode()).hexdigest()
    meta["resourceVersion"] = str(int(digest[:10], 16))
    group = f"{found.group}/" if found.group else ""
    return {"apiVersion": f"{group}{version or found.versions[0]}", "kind": kind, "metadata": meta, **body}


def condition(type_: str, status: str, reason: str, message: str, at: datetime) -> Manifest:
    return {
        "type": type_,
        "status": status,
        "reason": reason,
        "message": message,
        "lastTransitionTime": stamp(at),
        "observedGeneration": 1,
    }


def region(name: str, created: datetime, components: dict[str, str], *, provider: str, broken: str = "") -> Manifest:
    """A Region; `components` maps a component to its error, empty for a success."""
    status: Manifest = {"observedGeneration": 1, "components": {}, "availableProviders": ["infrastructure-internal"]}
    for part, error in components.items():
        found: Manifest = {"success": not error, "template": TEMPLATES[part]} | ({"error": error} if error else {})
        if part.startswith("cluster-api-provider-") and not error:
            found["exposedProviders"] = EXPOSED[part]
            status["availableProviders"] += EXPOSED[part]
        status["components"][part] = found
    missing = sorted(part for part, error in components.items() if error)
    if missing:
        said = ("False", "NotAllComponentsHealthy", f"Components not ready: [{' '.join(missing)}]")
    else:
        said = ("True", "AllComponentsHealthy", "All components are successfully installed")
    status["conditions"] = [condition("Ready", *said, created)]
    providers = [{"name": part} for part in components if part not in ("kcm-regional", "capi")]
    spec = {"kubeConfig": {"name": f"rgn-{name}-kubeconfig", "key": "admin.conf"}, "providers": providers}
    return thing("Region", name, created=created, labels={f"{K0RDENT}/component": "kcm"}, spec=spec, status=status)


EXPOSED = {
    "cluster-api-provider-aws": ["infrastructure-aws"],
    "cluster-api-provider-azure": ["infrastructure-azure"],
    "cluster-api-provider-docker": ["infrastructure-docker"],
    "cluster-api-provider-openstack": ["infrastructure-openstack"],
    "cluster-api-provider-k0sproject-k0smotron": [
        "bootstrap-k0sproject-k0smotron",
        "control-plane-k0sproject-k0smotron",
        "infrastructure-k0sproject-k0smotron",
    ],
}
TEMPLATES = {
    "kcm": "kcm-1-11-4",
    "kcm-regional": "kcm-regional-1-11-4",
    "capi": "cluster-api-1-0-21",
    "cluster-api-provider-aws": "cluster-api-provider-aws-1-0-19",
    "cluster-api-provider-azure": "cluster-api-provider-azure-1-0-21",
    "cluster-api-provider-docker": "cluster-api-provider-docker-1-0-15",
    "cluster-api-provider-openstack": "cluster-api-provider-openstack-1-0-22",
    "cluster-api-provider-k0sproject-k0smotron": "cluster-api-provider-k0sproject-k0smotron-1-0-27",
    "projectsveltos": "projectsveltos-1-1-5",
}


def helm_release(
    name: str,
    ns: str,
    created: datetime,
    chart: str,
    *,
    owner: Manifest | None = None,
    region: str = "",
    ready: tuple[str, str, str] | None = None,
) -> Manifest:
    """A HelmRelease: of a deployment (`owner`), or of a component (`region` says where)."""
    labels = {f"{K0RDENT}/managed": "true"} | ({f"{K0RDENT}/region": region} if region else {})
    meta: Manifest = {}
    if owner:
        meta["ownerReferences"] = [
            {
                "apiVersion": f"{K0RDENT}/v1beta1",
                "kind": "ClusterDeployment",
                "name": owner["metadata"]["name"],
                "uid": owner["metadata"]["uid"],
            }
        ]
    said = ready or (
        "True",
        "InstallSucceeded",
        f"Helm install succeeded for release {ns}/{name}.v1 with chart {chart}",
    )
    status = {
        "observedGeneration": 1,
        "conditions": [condition("Ready", *said, created)],
        "history": [{"version": 1, "chartName": chart, "status": "deployed"}],
    }
    spec = {
        "interval": "10m0s",
        "releaseName": name,
        "targetNamespace": ns,
        "chartRef": {"kind": "HelmChart", "name": chart, "namespace": SYSTEM},
        "values": {"secret": "x"},
    }
    return thing("HelmRelease", name, ns, created=created, labels=labels, meta=meta, spec=spec, status=status)


def credential(
    ns: str, name: str, created: datetime, region: str, identity: str, text: str, ready: str = ""
) -> Manifest:
    """A Credential; `ready` is empty, or says why it is not."""
    said = ("False", "Failed", ready) if ready else ("True", "Succeeded", "Credential is ready")
    api = "v1" if identity == "Secret" else f"{INFRASTRUCTURE}/v1beta2"
    ref = {"apiVersion": api, "kind": identity, "name": name} | ({"namespace": ns} if identity == "Secret" else {})
    spec = {"description": text, "identityRef": ref} | ({"region": region} if region else {})
    status = {"ready": not ready, "conditions": [condition("CredentialReady", *said, created)]}
    return thing("Credential", name, ns, created=created, spec=spec, status=status)


def template(
    kind: str,
    name: str,
    created: datetime,
    *,
    chart: str,
    version: str,
    text: str = "",
    error: str = "",
    providers: tuple[str, ...] = (),
    ns: str = SYSTEM,
) -> Manifest:
    ns = "" if kind == "ProviderTemplate" else ns
    status: Manifest = {"valid": not error, "observedGeneration": 1, "chartVersion": version, "description": text}
    status |= {"validationError": error} if error else {}
    status |= {"providers": list(providers)} if providers else {}
    spec = {
        "helm": {
            "chartSpec": {
                "chart": chart,
                "version": version,
                "interval": "10m0s",
                "sourceRef": {"kind": "HelmRepository", "name": "kcm-templates"},
            }
        }
    }
    return thing(kind, name, ns, created=created, spec=spec, status=status)


def machines(ns: str, name: str, created: datetime, workers: int, *, running: bool) -> list[tuple[str, Manifest]]:
    """What a standalone k0s cluster on AWS is made of in its region, with the kind of each."""
    chart = {f"{FLUX}/name": name, f"{FLUX}/namespace": ns}
    own = {f"{CAPI}/cluster-name": name}
    word = ("True", "Ready", "") if running else ("False", "NotReady", "Waiting for the control plane")
    phase = "Running" if running else "Provisioning"
    up = workers if running else 0
    cluster = thing(
        "Cluster",
        name,
        ns,
        created=created,
        labels=chart,
        spec={
            "infrastructureRef": {"apiGroup": INFRASTRUCTURE, "kind": "AWSCluster", "name": name},
            "controlPlaneRef": {"apiGroup": CONTROL_PLANE, "kind": "K0sControlPlane", "name": f"{name}-cp"},
        },
        status={
            "phase": "Provisioned",
            "initialization": {"infrastructureProvisioned": True},
            "controlPlane": {"desiredReplicas": 3, "replicas": 3, "readyReplicas": 3 * running},
            "workers": {"desiredReplicas": workers, "replicas": workers, "readyReplicas": up},
            "conditions": [
                condition("Available", *word, created),
                condition("InfrastructureReady", "True", "Ready", "", created),
            ],
        },
    )
    found = [("Cluster", cluster)]
    found.append(
        (
            "K0sControlPlane",
            thing(
                "K0sControlPlane",
                f"{name}-cp",
                ns,
                created=created,
                labels=chart | own,
                spec={"replicas": 3, "version": "v1.33.4+k0s.0"},
                status={
                    "version": "v1.33.4+k0s.0",
                    "replicas": 3,
                    "readyReplicas": 3 * running,
                    "conditions": [condition("Available", *word, created)],
                },
            ),
        )
    )
    found.append(
        (
            "MachineDeployment",
            thing(
                "MachineDeployment",
                f"{name}-md",
                ns,
                created=created,
                labels=chart | own,
                spec={"clusterName": name, "replicas": workers},
                status={
                    "phase": "Running" if running else "ScalingUp",
                    "replicas": workers,
                    "readyReplicas": up,
                    "availableReplicas": up,
                    "conditions": [condition("Available", *word, created)],
                },
            ),
        )
    )
    parts = [(f"{name}-cp-{i}", {f"{CAPI}/control-plane": ""}) for i in range(3)]
    tail = uid(ns, name)
    parts += [
        (f"{name}-md-{tail[:5]}-{tail[i * 2 : i * 2 + 5].replace('-', 'x')}", {f"{CAPI}/deployment-name": f"{name}-md"})
        for i in range(workers)
    ]
    for place, (machine, labels) in enumerate(parts):
        status = {
            "phase": phase,
            "addresses": [{"type": "InternalIP", "address": f"10.0.12.{place + 10}"}],
            "conditions": [condition("Ready", *word, created), condition("NodeHealthy", *word, created)],
        }
        if running:
            status["nodeRef"] = {"name": f"ip-10-0-12-{place + 10}"}
        found.append(
            (
                "Machine",
                thing(
                    "Machine",
                    machine,
                    ns,
                    created=created,
                    labels=own | labels,
                    status=status,
                    spec={
                        "clusterName": name,
                        "version": "v1.33.4+k0s.0",
                        "failureDomain": f"eu-central-1{'abc'[place % 3]}",
                    },
                ),
            )
        )
    return found


def event(
    reason: str,
    note: str,
    kind: str,
    ns: str,
    name: str,
    at: datetime,
    *,
    warning: bool = False,
    count: int = 1,
    api: str = f"{K0RDENT}/v1beta1",
    by: str = "kcm-controller-manager",
) -> Manifest:
    suffix = uid(reason, kind, ns, name)[:8]
    body = thing(
        "Event",
        f"{name}.{suffix}",
        ns or "default",
        created=at,
        regarding={"apiVersion": api, "kind": kind, "name": name, "uid": uid(kind, ns, name)}
        | ({"namespace": ns} if ns else {}),
    )
    body |= {
        "eventTime": at.strftime("%Y-%m-%dT%H:%M:%S.000000Z"),
        "reason": reason,
        "note": note,
        "action": "Reconcile",
        "type": "Warning" if warning else "Normal",
        "reportingController": by,
    }
    if count > 1:
        body["series"] = {"count": count, "lastObservedTime": stamp(at)}
        body["metadata"]["resourceVersion"] += str(count)
    return body


def m_time(manifest: Manifest) -> datetime:
    """When it was created."""
    return datetime.fromisoformat(manifest["metadata"]["creationTimestamp"])
