"""One Machine, and the machine of the cloud behind it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from dashboard.demo.charts import chart_of
from dashboard.demo.fleet.make import condition, make, older_condition, owner, short, stamp, uid
from dashboard.demo.fleet.model import Deployment
from dashboard.demo.fleet.wording import kubernetes_version, trouble_text, troubles

Manifest = dict[str, Any]
CAPI, INFRA = "cluster.x-k8s.io", "infrastructure.cluster.x-k8s.io"
KINDS = {
    "aws": ("AWSCluster", "AWSMachine", "v1beta2"),
    "azure": ("AzureCluster", "AzureMachine", "v1beta1"),
    "gcp": ("GCPCluster", "GCPMachine", "v1beta1"),
    "openstack": ("OpenStackCluster", "OpenStackMachine", "v1beta1"),
    "vsphere": ("VSphereCluster", "VSphereMachine", "v1beta1"),
    "kubevirt": ("KubevirtCluster", "KubevirtMachine", "v1alpha1"),
    "docker": ("DevCluster", "DevMachine", "v1beta2"),
    "remote": ("RemoteCluster", "RemoteMachine", "v1beta2"),
}


def machine(
    d: Deployment, scope: str, cluster: Manifest, name: str, role: str, ready: bool, number: int
) -> Iterator[Manifest]:
    """`role` is control or worker; one that is not `ready` shows the deployment's trouble, if it is its."""
    chart, at = chart_of(d.template), d.at
    _, machine_kind, version = KINDS[chart.cloud]
    labels = {"cluster.x-k8s.io/cluster-name": d.name}
    labels |= (
        {"cluster.x-k8s.io/control-plane": ""}
        if role == "control"
        else {"cluster.x-k8s.io/deployment-name": f"{d.name}-md"}
    )
    trouble = d.trouble if d.trouble and troubles()[d.trouble]["machine"] == role and not ready else ""
    zone = d.place.zones[number % len(d.place.zones)]
    own = short(d.place.cluster, d.namespace, name, length=11)
    provider = _provider_id(chart.cloud, zone, own)
    built = ready or trouble == "unhealthy"
    spec: Manifest = {
        "clusterName": d.name,
        "version": kubernetes_version(d.template),
        "failureDomain": zone,
        "bootstrap": {"dataSecretName": name},
        "infrastructureRef": {"apiGroup": INFRA, "kind": machine_kind, "name": name},
    }
    phase = "Deleting" if d.deleting_at and role == "worker" else "Running" if built else "Provisioning"
    status: Manifest = {"phase": phase, "conditions": machine_conditions(d, ready, built, trouble, at)}
    if built:
        spec["providerID"] = provider
        status |= {
            "nodeRef": {"name": name},
            "addresses": [{"type": "InternalIP", "address": _address(own)}],
            "nodeInfo": _node_info(spec["version"], name),
        }
    born = d.created_at + timedelta(minutes=4, seconds=7 * number)
    made = make(
        f"{CAPI}/v1beta2",
        "Machine",
        name,
        d.namespace,
        scope=scope,
        at=born,
        labels=labels,
        owners=[owner(cluster)],
        spec=spec,
        status=status,
        finalizers=["machine.cluster.x-k8s.io"],
    )
    if d.deleting_at and role == "worker":
        made["metadata"] |= {"deletionTimestamp": stamp(d.deleting_at), "deletionGracePeriodSeconds": 0}
    yield made
    text = trouble_text(d) if trouble and not built else ""
    reason = troubles()[trouble]["reason"] if text else "Ready" if built else "InstanceProvisioning"
    yield make(
        f"{INFRA}/{version}",
        machine_kind,
        name,
        d.namespace,
        scope=scope,
        at=born,
        labels=labels,
        owners=[owner(made)],
        spec=({"providerID": provider} if built else {}) | _size(d, chart.cloud, role),
        status={
            "ready": built,
            "instanceState": "running" if built else "pending",
            "conditions": [older_condition("Ready", built, reason, text, at)],
        },
    )


def machine_name(d: Deployment, role: str, number: int) -> str:
    """The same for the same template: another one makes other machines."""
    if role == "control":
        return f"{d.name}-cp-{number}"
    if d.place.cloud == "remote" or chart_of(d.template).cloud == "remote":
        return f"{d.name}-{number}"
    infix = short(d.place.cluster, d.key, d.template)
    return f"{d.name}-md-{infix}-{short(d.place.cluster, d.key, d.template, str(number))}"


def _size(d: Deployment, cloud: str, role: str) -> Manifest:
    """What kind of machine the cloud was asked for."""
    block = d.config.get("controlPlane" if role == "control" else "worker")
    if cloud == "aws":
        return {"instanceType": (block or {}).get("instanceType") or "m6i.large"}
    return {}


def _node_info(version: str, name: str) -> Manifest:
    own = uid("node", name)
    return {
        "kubeletVersion": version,
        "kubeProxyVersion": version,
        "osImage": "Ubuntu 24.04.3 LTS",
        "operatingSystem": "linux",
        "architecture": "amd64",
        "kernelVersion": "6.8.0-88-generic",
        "containerRuntimeVersion": "containerd://2.1.4",
        "machineID": own.replace("-", ""),
        "systemUUID": own,
        "bootID": own,
    }


def machine_conditions(d: Deployment, ready: bool, built: bool, trouble: str, at: datetime) -> list[Manifest]:
    text = trouble_text(d) if trouble else ""
    if ready:
        return [
            condition(type_, True, reason, "", at)
            for type_, reason in (
                ("Available", "Available"),
                ("Ready", "Ready"),
                ("UpToDate", "UpToDate"),
                ("BootstrapConfigReady", "Ready"),
                ("InfrastructureReady", "Ready"),
                ("NodeReady", "NodeReady"),
                ("NodeHealthy", "NodeHealthy"),
            )
        ]
    waiting = "Waiting for a Node with spec.providerID to exist"
    infra = condition("InfrastructureReady", built, "Ready" if built else "NotReady", "" if built else text, at)
    node = text if built else waiting
    status: bool | str = False if built else "Unknown"
    reason = "NodeNotHealthy" if built else "NodeInspectionFailed"
    why = f"* {'NodeHealthy' if built else 'InfrastructureReady'}: {(text or waiting).removeprefix('* ')}"
    return [
        condition("Available", False, "NotReady", "", at),
        condition("Ready", False, "NotReady", why, at),
        condition("UpToDate", True, "UpToDate", "", at),
        condition("BootstrapConfigReady", True, "Ready", "", at),
        infra,
        condition("NodeReady", status, reason, node, at),
        condition("NodeHealthy", status, reason, node, at),
    ]


def _provider_id(cloud: str, zone: str, number: str) -> str:
    match cloud:
        case "aws":
            return f"aws:///{zone}/i-0{number}"
        case "azure":
            return f"azure:///subscriptions/aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee/virtualMachines/{number}"
        case "gcp":
            return f"gce://shop-platform/{zone}/{number}"
    return f"{cloud}:///{number}"


def _address(number: str) -> str:
    codes = [ord(letter) for letter in number[:3]]
    return f"10.{codes[0] % 200 + 10}.{codes[1] * 7 % 250}.{codes[2] * 13 % 250 + 2}"
