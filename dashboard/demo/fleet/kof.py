"""What KOF's operator makes on management: where stores are read, with which passwords, and who reports where."""

import base64
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from dashboard.demo.charts import chart_of
from dashboard.demo.fleet.enrol import BOUND, BOUND_IN, CURRENT, PREFIX, ROLE, TENANT, domain
from dashboard.demo.fleet.make import condition, make, owner, stamp, uid
from dashboard.demo.fleet.model import K0RDENT, MANAGEMENT, Deployment, Fleet, Step

Manifest = dict[str, Any]
KOF = "kof"
PATH = "/vm/select/0/prometheus"
_API = "kof.k0rdent.mirantis.com/v1beta1"
_USERS = "operator.victoriametrics.com/v1beta1"
_PROMXY = "kof-mothership-promxy-config"
_RELEASES = (
    "victoria-metrics-operator",
    "kof-operators",
    "kof-mothership",
    "kof-regional",
    "kof-child",
    "kof-storage",
    "kof-collectors",
)
SERVICES = {
    "kof-mothership-promxy": 8082,
    "vmselect-cluster": 8481,
    "vmalertmanager-cluster": 9093,
    "vlselect-kof-mothership-logs-multilevel-select": 9471,
}
_CLOUDS = {"adopted": "internal", "remote": "k0sproject-k0smotron"}
_LOCATIONS = {"aws": "aws_region", "azure": "azure_location", "openstack": "openstack_region"}


@dataclass(frozen=True, slots=True)
class Store:
    """How one store is read: its public address, the password of its admin, whether its certificate is its own."""

    url: str
    password: str
    own_certificate: bool = False


Address = Callable[[str, str, str], Store]  # namespace, name, domain of a regional cluster


def nowhere(namespace: str, name: str, domain: str) -> Store:
    """Addresses as they are outside the demo: nothing listens there."""
    return Store(f"https://vmauth.{domain}", f"{zlib.crc32(f'{namespace}/{name}'.encode()):016x}")


def adler(config_map: str, namespace: str) -> str:
    return str(zlib.adler32(f"{config_map}/{namespace}".encode()))


def fnv(config_map: str, namespace: str) -> str:
    number = 0x811C9DC5
    for byte in f"{config_map}/{namespace}".encode():
        number = (number ^ byte) * 0x01000193 & 0xFFFFFFFF
    return f"{number:x}"


def objects(fleet: Fleet, scope: str, address: Address = nowhere) -> Iterator[Manifest]:
    mine = f"{scope}/{MANAGEMENT}"
    at = fleet.now - timedelta(days=230)
    for name in _RELEASES:
        yield _release(name, mine, at, fleet.now - timedelta(days=17))
    for name, port in SERVICES.items():
        ports = [{"name": "http", "port": port}]
        spec = {"type": "ClusterIP", "clusterIP": "None", "ports": ports}
        yield make("v1", "Service", name, KOF, scope=mine, at=at, generation=0, spec=spec)
    yield make(
        _API,
        "PromxyServerGroup",
        "kof-storage-metrics",
        KOF,
        scope=mine,
        at=at,
        labels=_labels("") | {f"{PREFIX}secret-name": _PROMXY},
        spec={
            "cluster_name": "storage",
            "targets": ["vmselect-cluster.kof.svc:8481"],
            "scheme": "http",
            "path_prefix": "/select/0/prometheus",
            "http_client": {"dial_timeout": "5s"},
        },
    )
    regional: dict[tuple[str, str], Manifest] = {}
    for d in fleet.deployments:
        if d.labels.get(ROLE) == "regional":
            made = list(of_regional(_facts(d, mine), mine, address(d.namespace, d.name, domain(d))))
            regional[d.namespace, d.name] = made[0]["data"]
            yield from made
    for d in fleet.deployments:
        to = regional.get((d.labels.get(BOUND_IN, ""), d.labels.get(BOUND, "")))
        if d.labels.get(ROLE) == "child" and to and d.step > Step.OBSERVED:
            yield from of_child(_facts(d, mine), mine, to)


@dataclass(frozen=True, slots=True)
class Facts:
    """What KOF's operator reads from a ClusterDeployment."""

    namespace: str
    name: str
    template: str
    config: Manifest
    labels: dict[str, str]
    uid: str
    created_at: datetime


def _facts(d: Deployment, scope: str) -> Facts:
    own = d.owner_uid or uid(scope, "ClusterDeployment", d.namespace, d.name)
    return Facts(d.namespace, d.name, d.template, d.config, d.labels, own, d.created_at)


def of_regional(d: Facts, scope: str, store: Store) -> Iterator[Manifest]:
    """The regional ConfigMap first, then what hangs on it."""
    name = f"kof-{d.name}"
    a32, h32 = adler(name, d.namespace), fnv(name, d.namespace)
    user, secret = f"admin-{a32}", f"kof-vmuser-creds-admin-{a32}"
    tls = {"tls_config": {"insecure_skip_verify": True}} if store.own_certificate else {}
    data = {
        "regional_cluster_name": d.name,
        "regional_cluster_namespace": d.namespace,
        "read_metrics_endpoint": f"{store.url}{PATH}",
        "read_logs_endpoint": f"{store.url}/vls",
        "read_audit_logs_endpoint": f"{store.url}/vlas",
        "read_traces_endpoint": f"{store.url}/vts",
        "write_metrics_endpoint": f"{store.url}/vm/insert/0/prometheus/api/v1/write",
        "write_logs_endpoint": f"{store.url}/vli/insert/opentelemetry/v1/logs",
        "write_audit_logs_endpoint": f"{store.url}/vlai/insert/opentelemetry/v1/logs",
        "write_traces_endpoint": f"{store.url}/vti/insert/opentelemetry/v1/traces",
        "kof_http_config": json.dumps({"dial_timeout": "5s"} | tls),
    } | placed(d)
    at = d.created_at + timedelta(minutes=1)
    config_map = make(
        "v1",
        "ConfigMap",
        name,
        d.namespace,
        scope=scope,
        at=at,
        generation=0,
        owners=[_deployment(d)],
        data=data,
        labels=_labels(d.name) | {ROLE: "regional"},
    )
    yield config_map
    owners = [owner(config_map)]
    for namespace in (d.namespace, KOF):
        kept = owners if namespace == d.namespace else None  # the copy in kof is nobody's, and may outlive the region
        yield _secret(secret, namespace, user, store.password, _labels(d.name), scope, at, kept)
    yield _user(f"kof-vmuser-admin-{a32}", d.namespace, user, secret, {}, _labels(d.name), scope, at, owners)
    parts = urlsplit(f"{store.url}{PATH}")
    client = {
        "dial_timeout": "5s",
        **tls,
        "basic_auth": {"credentials_secret_name": secret, "username_key": "username", "password_key": "password"},
    }
    yield make(
        _API,
        "PromxyServerGroup",
        f"promxy-server-group-{h32}",
        d.namespace,
        scope=scope,
        at=at,
        owners=owners,
        labels=_labels(d.name) | {f"{PREFIX}secret-name": _PROMXY},
        spec={
            "cluster_name": d.name,
            "targets": [parts.netloc],
            "scheme": parts.scheme,
            "path_prefix": parts.path,
            "http_client": client,
        },
    )
    for signal, path, kind, target in (
        ("logs", "vls", "VLCluster", "kof-mothership-logs-multilevel-select"),
        ("audit-logs", "vlas", "VLCluster", "kof-mothership-logs-multilevel-select"),
        ("traces", "vts", "VTCluster", "kof-mothership-multilevel-select"),
    ):
        yield make(
            _API,
            "VMStorageConnection",
            f"kof-{signal}-storage-connection-{h32}",
            d.namespace,
            scope=scope,
            at=at,
            owners=owners,
            finalizers=[f"{PREFIX}vmstorageconnection"],
            labels=_labels(d.name),
            spec={
                "cluster_ref": {"kind": kind, "name": target, "namespace": KOF},
                "target_storage_node": {
                    "address": f"{parts.netloc}/{path}",
                    "secret": {"name": secret, "username_key": "username", "password_key": "password"},
                    "tls_config": {"enabled": parts.scheme == "https", "insecure_skip_verify": store.own_certificate},
                },
            },
        )


def of_child(d: Facts, scope: str, region: dict[str, str]) -> Iterator[Manifest]:
    """The child's ConfigMap, a copy of its region's; and the user as which it writes."""
    name = f"kof-cluster-config-{d.name}"
    a32 = adler(name, d.namespace)
    at = d.created_at + timedelta(minutes=2)
    owners = [_deployment(d)]
    labels = _labels(d.name) | {f"{PREFIX}kof-tenant-id": d.labels.get(TENANT, "PLATFORM")}
    yield make(
        "v1",
        "ConfigMap",
        name,
        d.namespace,
        scope=scope,
        at=at,
        generation=0,
        owners=owners,
        data=dict(region),
        labels=_labels(d.name) | {ROLE: "child"},
    )
    secret = f"kof-vmuser-creds-{a32}"
    password = f"{zlib.crc32(f'{d.uid}/{a32}'.encode()):08x}{zlib.crc32(f'{a32}/{d.uid}'.encode()):08x}"
    yield _secret(secret, d.namespace, a32, password, labels, scope, at, owners)
    yield _user(f"kof-vmuser-{a32}", d.namespace, a32, secret, {"tenant": labels[TENANT]}, labels, scope, at, owners)


def placed(d: Facts) -> dict[str, str]:
    """Cloud and location of a cluster, under the names that regional ConfigMaps use."""
    cloud = chart_of(d.template).cloud
    return {"regional_cluster_cloud": _CLOUDS.get(cloud, cloud)} | _location(cloud, d.config)


def _location(cloud: str, config: Manifest) -> dict[str, str]:
    if cloud not in _LOCATIONS:
        return {}
    where = config.get("location") if cloud == "azure" else config.get("region")
    if cloud == "openstack":
        where = (config.get("identityRef") or {}).get("region")
    return {_LOCATIONS[cloud]: str(where or "")}


def _labels(cluster: str) -> dict[str, str]:
    named = {f"{PREFIX}kof-cluster-name": cluster} if cluster else {}
    return {"app.kubernetes.io/managed-by": "kof-operator", f"{PREFIX}kof-generated": "true"} | named


def _deployment(d: Facts) -> Manifest:
    return {"apiVersion": K0RDENT, "kind": "ClusterDeployment", "name": d.name, "uid": d.uid}


def _secret(
    name: str,
    namespace: str,
    user: str,
    password: str,
    labels: dict[str, str],
    scope: str,
    at: datetime,
    owners: list[Manifest] | None,
) -> Manifest:
    data = {"username": user, "password": password}
    return make(
        "v1",
        "Secret",
        name,
        namespace,
        scope=scope,
        at=at,
        generation=0,
        owners=owners,
        labels=labels,
        type="Opaque",
        data={key: base64.b64encode(value.encode()).decode() for key, value in data.items()},
    )


def _user(
    name: str,
    namespace: str,
    user: str,
    secret: str,
    tenant: dict[str, str],
    labels: dict[str, str],
    scope: str,
    at: datetime,
    owners: list[Manifest],
) -> Manifest:
    targets: list[Manifest] = [{"static": {"url": "http://vmselect-cluster:8481"}, "paths": ["/vm/select/.*"]}]
    if tenant:
        extra = 'extra_filters={tenant="' + tenant["tenant"] + '"}'
        targets[0]["target_path_suffix"] = f"?{extra}"
    return make(
        _USERS,
        "VMUser",
        name,
        namespace,
        scope=scope,
        at=at,
        owners=owners,
        labels=labels,
        spec={"username": user, "passwordRef": {"name": secret, "key": "password"}, "targetRefs": targets},
    )


def _release(name: str, scope: str, at: datetime, upgraded: datetime) -> Manifest:
    chart = f"{name}@{CURRENT if name.startswith('kof') else '0.58.1'}"
    text = f"Helm upgrade succeeded for release {KOF}/{name}.v3 with chart {chart}"
    return make(
        "helm.toolkit.fluxcd.io/v2",
        "HelmRelease",
        name,
        KOF,
        scope=scope,
        at=at,
        labels={"k0rdent.mirantis.com/component": "kof"},
        finalizers=["finalizers.fluxcd.io"],
        spec={
            "interval": "10m0s",
            "releaseName": name,
            "targetNamespace": KOF,
            "chartRef": {"kind": "HelmChart", "name": name, "namespace": KOF},
        },
        status={
            "conditions": [condition("Ready", True, "UpgradeSucceeded", text, upgraded)],
            "observedGeneration": 1,
            "history": [
                {
                    "name": name,
                    "namespace": KOF,
                    "version": 3,
                    "status": "deployed",
                    "chartName": name,
                    "chartVersion": chart.partition("@")[2],
                    "firstDeployed": stamp(at),
                    "lastDeployed": stamp(upgraded),
                    "digest": "sha256:0",
                    "configDigest": "sha256:0",
                }
            ],
        },
    )
