"""What management's own collectors see: k0rdent's objects, Cluster API's, Flux's and Sveltos', each as it is now."""

import zlib
from collections.abc import Iterator
from typing import Any

from dashboard.demo.kof.families import KSM, LONG_AGO, Row, Value, constant, family
from dashboard.demo.kof.subjects import Node, Subject
from dashboard.demo.kof.waves import wave

Manifest = dict[str, Any]
Fact = tuple[str, dict[str, str], float]
NAME, NAMESPACE = "mothership", "kcm-system"
_GROUP = "k0rdent.mirantis.com"
_KCM = "kcm-controller-manager-metrics-service"
_CONTROLLERS = ("clusterdeployment", "credential", "management", "region", "servicetemplate", "multiclusterservice")
_PROVIDERS = (
    "capi-controller-manager",
    "capa-controller-manager",
    "capz-controller-manager",
    "capg-controller-manager",
    "capo-controller-manager",
    "k0smotron-controller-manager",
)


def itself() -> Subject:
    """Management as a cluster among others."""
    nodes = tuple(
        Node(f"mgmt-{number}", number < 3, True, "m6i.2xlarge", "v1.34.2+k0s.0", f"10.9.0.{number + 11}")
        for number in range(5)
    )
    return Subject(NAMESPACE, NAME, "management", "aws", nodes=nodes)


def _mine(**more: str) -> dict[str, str]:
    return {"cluster": NAME, "clusterNamespace": NAMESPACE} | more


def of_k0rdent(plural: str, kind: str, items: list[Manifest], types: tuple[str, ...] = ()) -> Iterator[Fact]:
    """The conditions of objects (of these types); or, of templates, whether they are valid."""
    name = f"kube_customresource_{kind.lower()}_status_conditions"
    for each in items:
        metadata, status = each["metadata"], each.get("status") or {}
        labels = _mine(
            job=KSM,
            customresource_group=_GROUP,
            customresource_kind=kind,
            customresource_version="v1beta1",
            name=metadata["name"],
            namespace=metadata.get("namespace", ""),
        )
        labels = {key: value for key, value in labels.items() if value}
        if "valid" in status and "conditions" not in status:
            yield name, labels, float(bool(status["valid"]))
        for condition in status.get("conditions") or []:
            if not types or condition["type"] in types:
                yield name, labels | {"type": condition["type"]}, float(condition["status"] == "True")


def of_capi(clusters: list[Manifest], machines: list[Manifest], sets: list[Manifest]) -> Iterator[Fact]:
    """Of what management hosts itself: Cluster API in a region is not seen here."""
    for each in clusters:
        base = _object(each)
        spec, status = each["spec"], each.get("status") or {}
        infra = (spec.get("infrastructureRef") or {}).get("kind", "")
        yield "capi_cluster_info", base | {"infrastructure_reference_kind": infra}, 1.0
        for phase in ("Pending", "Provisioning", "Provisioned", "Deleting", "Failed", "Unknown"):
            yield "capi_cluster_status_phase", base | {"phase": phase}, float(status.get("phase") == phase)
        for condition in status.get("conditions") or []:
            if condition["type"] == "Available":
                for said in ("True", "False", "Unknown"):
                    yield (
                        "capi_cluster_status_condition",
                        base | {"type": "Available", "status": said},
                        float(condition["status"] == said),
                    )
    for each in machines:
        base = _object(each) | {"cluster_name": each["spec"]["clusterName"]}
        phase = (each.get("status") or {}).get("phase", "Pending")
        yield "capi_machine_status_phase", base | {"phase": phase}, 1.0
    for each in sets:
        base = _object(each) | {"cluster_name": each["spec"]["clusterName"]}
        yield "capi_machinedeployment_spec_replicas", base, float(each["spec"].get("replicas") or 0)
        ready = float((each.get("status") or {}).get("readyReplicas") or 0)
        yield "capi_machinedeployment_status_replicas_ready", base, ready


def _object(each: Manifest) -> dict[str, str]:
    metadata = each["metadata"]
    return _mine(job=KSM, name=metadata["name"], namespace=metadata["namespace"], uid=metadata["uid"])


def of_flux(releases: list[Manifest]) -> Iterator[Fact]:
    for each in releases:
        conditions = (each.get("status") or {}).get("conditions") or []
        ready = next((one["status"] for one in conditions if one["type"] == "Ready"), "Unknown")
        history = ((each.get("status") or {}).get("history") or [{}])[0]
        yield (
            "gotk_resource_info",
            _mine(
                job=KSM,
                customresource_kind="HelmRelease",
                name=each["metadata"]["name"],
                exported_namespace=each["metadata"]["namespace"],
                ready=ready,
                suspended=str(bool(each["spec"].get("suspend"))).lower(),
                revision=str(history.get("chartVersion", "")),
            ),
            1.0,
        )


def of_sveltos(deployments: list[Manifest], unreachable: set[str]) -> Iterator[Fact]:
    """0 is well, 1 is cut off."""
    for each in deployments:
        metadata = each["metadata"]
        key = f"{metadata['namespace']}/{metadata['name']}"
        kind = "Sveltos" if each["spec"]["template"].startswith("adopted") else "Capi"
        labels = {"cluster_type": kind, "cluster_namespace": metadata["namespace"], "cluster_name": metadata["name"]}
        labels = _mine(job="kubernetes-pods", namespace="projectsveltos", **labels)
        yield "projectsveltos_cluster_connectivity_status", labels, float(key in unreachable)


# -- what goes on and on ---------------------------------------------------------------------------------------------


def _controllers(name: str, key: str, names: tuple[str, ...], value: "Value | None", job: str, **more: str) -> None:
    @family(name)
    def rows(c: Subject) -> Iterator[Row]:
        for each in names if c.role == "management" else ():
            yield c.labels(job=job, **{key: each}, **more), value or _depth(f"{name}/{each}")


def _depth(key: str) -> Value:
    swing = wave(key, 0.4 + 3 * (zlib.crc32(key.encode()) % 100) / 100, 0.99)
    return lambda when: float(round(swing.at(when)))


def _slowly(key: str, mean: float) -> Value:
    flow = wave(key, mean, 0.8)
    return lambda when: float(int(flow.counter(when, LONG_AGO)))


_controllers("workqueue_depth", "name", _CONTROLLERS, None, _KCM)
_controllers("controller_runtime_reconcile_errors_total", "controller", _CONTROLLERS, _slowly("kcm", 0.004), _KCM)
_controllers(
    "controller_runtime_reconcile_total",
    "controller",
    ("helmrelease", "helmchart"),
    _slowly("flux", 0.02),
    "kof/flux-metrics-monitor",
    result="error",
)


@family("workqueue_queue_duration_seconds_bucket")
def queue_wait(c: Subject) -> Iterator[Row]:
    for name in _CONTROLLERS[:3] if c.role == "management" else ():
        flow = wave(f"wait/{name}", 1.4, 0.4)
        for le, part in (("0.001", 0.4), ("0.01", 0.83), ("0.1", 0.96), ("1", 0.994), ("10", 0.9997), ("+Inf", 1.0)):
            yield c.labels(job=_KCM, name=name, le=le), _share_of(flow, part)


def _share_of(flow: Any, part: float) -> Value:
    return lambda when: float(flow.counter(when, LONG_AGO) * part)


@family("projectsveltos_total_drifts")
def drifts(c: Subject) -> Iterator[Row]:
    if c.role == "management":
        labels = {"cluster_namespace": "kcm-system", "cluster_name": "hq-office", "cluster_type": "Capi"}
        yield (
            c.labels(job="kubernetes-pods", feature="Helm", **labels),
            lambda when: float(int((when - LONG_AGO) / 30000)),
        )


@family("kcm_template_invalidity")
def invalid_templates(c: Subject) -> Iterator[Row]:
    if c.role == "management":
        yield (
            c.labels(
                job=_KCM,
                template_kind="ServiceTemplate",
                template_namespace="kcm-system",
                template_name="ingress-nginx-4-12-3",
            ),
            constant(0.0),
        )


def providers_up() -> Iterator[Fact]:
    for each in _PROVIDERS:
        yield "up", _mine(job="kof/control-plane-metrics-monitor", pod=f"{each}-0", namespace="kcm-system"), 1.0
