"""Series to load into a store and to count by hand: the sample of KOF's metrics, and counters that we make up."""

import json
import random
import re
from dataclasses import dataclass
from pathlib import Path

from tests.rig import remote_write

NOON = 1_614_600_000.0  # 2021-03-01 12:00 UTC: long ago, so that nothing else is there
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
Labels = dict[str, str]
_LINE = re.compile(r"(?P<name>[^{#\s]+)\{(?P<labels>.*)\} (?P<value>\S+)")


@dataclass
class Series:
    name: str
    labels: Labels
    times: list[float]
    values: list[float]

    def json_line(self, mark: Labels) -> str:
        """As VictoriaMetrics imports it."""
        metric = {"__name__": self.name} | self.labels | mark
        return json.dumps({"metric": metric, "values": self.values, "timestamps": [int(t * 1000) for t in self.times]})

    def written(self) -> remote_write.Series:
        """As Prometheus takes it in."""
        return {"__name__": self.name} | self.labels, list(zip(self.times, self.values, strict=True))

    def within(self, start: float, end: float) -> list[float]:
        return [value for when, value in zip(self.times, self.values, strict=True) if start < when <= end]


def parse(text: str) -> list[Series]:
    """One sample each, a second before noon."""
    found = []
    for line in text.splitlines():
        if parts := _LINE.fullmatch(line.strip()):
            labels = dict(re.findall(r'(\w+)="([^"]*)"', parts["labels"]))
            found.append(Series(parts["name"], labels, [NOON], [float(parts["value"])]))
    return found


def sample(folder: Path) -> list[Series]:
    return parse((folder / "kof-metrics.prom").read_text())


def made_up() -> list[Series]:
    """What the sample cannot have: counters of random steps, a restart, histograms, days of cost, a lost cluster."""
    dice = random.Random(11)
    half_minutes = [NOON - 2 * HOUR + 30 * n for n in range(241)]
    base = {"cluster": "eu-web", "clusterNamespace": "kcm-system", "tenant": "acme"}
    found: list[Series] = []

    def add(metric: str, times: list[float], values: list[float], /, **labels: str) -> None:
        found.append(Series(metric, base | labels, times, values))

    def counter(name: str, least: int = 0, most: int = 90, times: list[float] = half_minutes, **labels: str) -> None:
        total, values = 5000.0, []
        for _ in times:
            total += dice.randint(least, most)
            values.append(total)
        add(name, times, values, **labels)

    node = {"job": "node-exporter", "node": "eu-web-w0", "instance": "10.1.0.5:9100"}
    for cpu in ("0", "1"):
        for mode, most in (("idle", 20), ("iowait", 2), ("user", 12), ("system", 4)):
            counter("node_cpu_seconds_total", 0, most, **node, cpu=cpu, mode=mode)
    for device in ("eth0", "lo", "veth12"):
        counter("node_network_receive_bytes_total", **node, device=device)
        counter("node_network_transmit_bytes_total", **node, device=device)
    add("instance:node_network_transmit_bytes_excluding_lo:rate5m", [NOON], [4096.5], job="node-exporter", instance="a")
    add("node_memory_MemAvailable_bytes", [NOON], [17179869184.0], **node)
    for name in ("vm_rows_inserted_total", "vm_http_request_errors_total", "vl_rows_ingested_total"):
        for pod in ("a", "b"):
            counter(name, job="vminsert-cluster", instance=pod)
    add("vl_data_size_bytes", [NOON], [3e9], job="vlstorage", instance="a")
    add("vm_storage_is_read_only", [NOON], [1.0], job="vmstorage-cluster", instance="a")
    free = [9e10 - 2e6 * n for n in range(800)]
    add(
        "vm_free_disk_space_bytes",
        [NOON - 30 * (799 - n) for n in range(800)],
        free,
        job="vmstorage-cluster",
        instance="a",
        path="/vm-data",
    )
    counter("otelcol_exporter_send_failed_metric_points_total", job="kubernetes-pods", exporter="x")
    for instance in ("n1", "n2"):
        add(
            "up",
            [NOON],
            [1.0],
            job="kubernetes-pods",
            instance=instance,
            app_kubernetes_io_name="kof-collectors-daemon-collector",
        )
    ksm = {"job": "kube-state-metrics"}
    for condition, value in (("MemoryPressure", 1.0), ("DiskPressure", 0.0)):
        add("kube_node_status_condition", [NOON], [value], **ksm, node="w1", condition=condition, status="true")
    add("kube_node_spec_unschedulable", [NOON], [1.0], **ksm, node="w1")
    add("kubernetes_build_info", [NOON], [1.0], job="apiserver", git_version="v1.33.4", instance="10.3.1.1:6443")
    for resource, cpu in (("cpu", 3.5), ("memory", 9e9)):
        for pod in ("p", "done"):
            add(
                "kube_pod_container_resource_requests",
                [NOON],
                [cpu],
                **ksm,
                namespace="shop",
                pod=pod,
                resource=resource,
            )
    for pod, phase in (("p", "Running"), ("done", "Succeeded")):
        add("kube_pod_status_phase", [NOON], [1.0], **ksm, namespace="shop", pod=pod, phase=phase)
    add("kube_node_status_allocatable", [NOON], [110.0], **ksm, node="w1", resource="pods", unit="integer")
    add("apiserver_request:burnrate1h", [NOON], [0.004], verb="read")
    add("apiserver_request:burnrate1h", [NOON], [0.011], verb="write")
    for code in ("200", "500", "503"):
        counter("apiserver_request_total", job="apiserver", code=code, instance="10.3.1.1:6443")
    for name, wanted, there in (("cart", 3.0, 3.0), ("pay", 4.0, 2.0), ("mail", 1.0, 0.0)):
        add("kube_deployment_spec_replicas", [NOON], [wanted], **ksm, namespace="shop", deployment=name)
        add("kube_deployment_status_replicas_available", [NOON], [there], **ksm, namespace="shop", deployment=name)
    for namespace, cores, memory in (("shop", 2.25, 6e9), ("kube-system", 0.5, 1e9)):
        more = {"namespace": namespace, "pod": "p", "container": "c", "node": "eu-web-w0"}
        add("node_namespace_pod_container:container_cpu_usage_seconds_total:sum_rate5m", [NOON], [cores], **more)
        add("node_namespace_pod_container:container_memory_working_set_bytes", [NOON], [memory], **more)
    # A container that was restarted: its counter began again half an hour ago.
    restarted = [float(n // 20) for n in range(181)] + [float(n // 15) for n in range(60)]
    add(
        "kube_pod_container_status_restarts_total",
        half_minutes,
        restarted,
        **ksm,
        namespace="shop",
        pod="cart-0",
        container="cart",
    )
    for number, share in enumerate((0.5, 0.9, 0.97, 1.0)):
        le = ("0.001", "0.004", "0.016", "+Inf")[number]
        per = [1000.0 * share * n for n in range(241)]
        add("etcd_disk_wal_fsync_duration_seconds_bucket", half_minutes, per, job="etcd", instance="m", le=le)
        add(
            "workqueue_queue_duration_seconds_bucket",
            half_minutes,
            per,
            name="clusterdeployment",
            le=le,
            job="kcm-controller-manager-metrics-service",
        )
    days = [NOON - 2 * DAY + 300 * n for n in range(577)]
    add("etcd_server_leader_changes_seen_total", days, [float(n // 150) for n in range(577)], job="etcd", instance="m")
    counter("projectsveltos_total_drifts", 0, 1, days, cluster_namespace="n", cluster_name="c", feature="Helm")
    counter("controller_runtime_reconcile_total", job="kof/flux-metrics-monitor", result="error", controller="helm")
    counter("controller_runtime_reconcile_errors_total", job="kcm-controller-manager-metrics-service", controller="r")
    for kind, wanted in (("spec_replicas", 5.0), ("status_replicas_ready", 3.0)):
        add(f"capi_machinedeployment_{kind}", [NOON], [wanted], name="md", cluster_name="eu-web", uid="u")
    add("capi_machine_status_certificatesexpirydate", [NOON], [NOON + 86400 * 40], name="m", cluster_name="eu-web")
    add("up", [NOON], [1.0], job="kof/control-plane-metrics-monitor", pod="capa-0")
    add("kubecost_load_balancer_cost", [NOON], [0.025], job="kof-collectors-opencost", service_name="i")
    week = [NOON - 8 * DAY + 300 * n for n in range(2305)]
    add(
        "node_total_hourly_cost",
        week,
        [1.0 + 0.25 * (n // 500) for n in range(2305)],
        node="w9",
        instance="w9",
        job="kof-collectors-opencost",
    )
    add("ALERTS", [NOON], [1.0], alertname="Watchdog", alertstate="firing", severity="none")
    # One that stopped: nothing for two hours.
    lost = {"cluster": "eu-lost", "clusterNamespace": "kcm-system", "job": "kube-state-metrics", "instance": "l:8080"}
    found.append(Series("up", lost, [NOON - 5 * HOUR + 60 * n for n in range(180)], [1.0] * 180))
    return found
