"""What KOF leaves on management, as a cluster would hold it."""

import json
from typing import Any

from regions.domain.kinds import K0RDENT, KOF

ROLE = f"{K0RDENT}/kof-cluster-role"


def config_map(name: str, namespace: str, labels: dict[str, str], data: dict[str, str]) -> dict[str, Any]:
    meta = {
        "name": name,
        "namespace": namespace,
        "uid": f"uid-{namespace}-{name}",
        "resourceVersion": "1",
        "creationTimestamp": "2026-08-20T10:00:00Z",
        "labels": labels,
    }
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": data}


def regional(name: str, url: str, namespace: str = "kcm-system", http: Any = None, **more: str) -> dict[str, Any]:
    data = {
        "regional_cluster_name": name,
        "regional_cluster_namespace": namespace,
        "regional_cluster_cloud": "aws",
        "read_metrics_endpoint": url,
        "kof_http_config": json.dumps(http) if http else "",
        **more,
    }
    return config_map(f"kof-{name}", namespace, {ROLE: "regional"}, data)


def child(name: str, region: str, namespace: str = "team", at: str = "kcm-system") -> dict[str, Any]:
    data = {"regional_cluster_name": region, "regional_cluster_namespace": at, "read_metrics_endpoint": "https://x.y/z"}
    return config_map(f"kof-cluster-config-{name}", namespace, {ROLE: "child"}, data)


def regionless(name: str = "mothership") -> dict[str, Any]:
    data = {
        "regional_cluster_name": name,
        "regional_cluster_namespace": "kcm-system",
        "read_metrics_endpoint": "http://vmauth-cluster:8427/vm/select/0/prometheus",
    }
    return config_map(f"kof-{name}", "kcm-system", {f"{K0RDENT}/kof-regionless": "true"}, data)


def group(name: str, target: str, path: str, cluster: str, scheme: str = "http", **more: Any) -> dict[str, Any]:
    secret = more.pop("secret", "kof-mothership-promxy-config")
    meta = {
        "name": name,
        "namespace": more.pop("namespace", "kof"),
        "uid": f"uid-{name}",
        "resourceVersion": "1",
        "labels": {f"{K0RDENT}/secret-name": secret},
    }
    spec = {"cluster_name": cluster, "targets": [target], "path_prefix": path, "scheme": scheme, "http_client": more}
    return {"apiVersion": f"{KOF}/v1beta1", "kind": "PromxyServerGroup", "metadata": meta, "spec": spec}


def deployment(name: str, region: str, namespace: str = "team", role: str = "child") -> dict[str, Any]:
    meta = {
        "name": name,
        "namespace": namespace,
        "uid": f"uid-{namespace}-{name}",
        "resourceVersion": "1",
        "generation": 1,
        "creationTimestamp": "2026-08-20T10:00:00Z",
        "labels": {ROLE: role},
    }
    return {
        "apiVersion": f"{K0RDENT}/v1beta1",
        "kind": "ClusterDeployment",
        "metadata": meta,
        "spec": {"template": "aws-standalone-cp-1-0-43", "credential": "aws"},
        "status": {"region": region},
    }


def region(name: str) -> dict[str, Any]:
    meta = {"name": name, "uid": f"uid-{name}", "resourceVersion": "1", "creationTimestamp": "2026-08-20T10:00:00Z"}
    return {
        "apiVersion": f"{K0RDENT}/v1beta1",
        "kind": "Region",
        "metadata": meta,
        "spec": {"kubeConfig": {"name": f"{name}-kubeconfig"}},
    }
