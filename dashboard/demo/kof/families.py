"""The metrics of a watched cluster: for each name, its series and what each says at any moment.

Names and labels are those that KOF's collectors, kube-state-metrics, node-exporter, OpenCost and the regional
recording rules write. Every function takes a Subject and yields labels and a function of time.
"""

import math
import zlib
from collections.abc import Callable, Iterator

from dashboard.demo.kof.subjects import GIB, Node, Subject
from dashboard.demo.kof.waves import Wave, wave

Value = Callable[[float], float]
Row = tuple[dict[str, str], Value]
Family = Callable[[Subject], Iterator[Row]]
FAMILIES: dict[str, Family] = {}
LONG_AGO = 1_700_000_000.0  # when counters began
KSM, EXPORTER, COST = "kube-state-metrics", "node-exporter", "kof-collectors-opencost"
_SHARES = (("", 0.46), ("-db", 0.2), ("ingress-nginx", 0.1), ("kube-system", 0.12), ("kof", 0.06))
_REQUESTED = 1.25  # of what is used on average


def family(name: str) -> Callable[[Family], Family]:
    def keep(function: Family) -> Family:
        FAMILIES[name] = function
        return function

    return keep


def constant(value: float) -> Value:
    return lambda when: value


def share(key: str) -> float:
    """A number from 0 to 1 that is this thing's own."""
    return zlib.crc32(key.encode()) % 10_000 / 10_000


def load(c: Subject, node: Node) -> Wave:
    """How busy a node's processors are."""
    if c.story == "gpu" and not node.control:
        return wave(f"cpu/{c.key}/{node.name}", 0.9, 0.08)
    return wave(f"cpu/{c.key}/{node.name}", 0.16 + 0.36 * share(f"cpu/{node.name}"), 0.75)


def memory(c: Subject, node: Node) -> Wave:
    if c.story == "memory":
        return wave(f"mem/{c.key}/{node.name}", 0.935, 0.02)
    return wave(f"mem/{c.key}/{node.name}", 0.34 + 0.4 * share(f"mem/{node.name}"), 0.2)


def heard(c: Subject) -> list[Node]:
    """The nodes whose exporters answer."""
    return [node for node in c.nodes if node.ready]


def namespaces(c: Subject) -> list[tuple[str, float]]:
    return [(f"{c.app}{name}" if not name or name.startswith("-") else name, part) for name, part in _SHARES]


# -- scraping --------------------------------------------------------------------------------------------------------


@family("up")
def up(c: Subject) -> Iterator[Row]:
    down = c.story == "scrape"
    yield c.labels(job=KSM, instance="10.96.0.10:8080", namespace="kof"), constant(0.0 if down else 1.0)
    if not c.hosted:
        for node in c.nodes:
            if node.control:
                yield (c.labels(job="apiserver", instance=f"{node.address}:6443", namespace="default"),
                       constant(float(node.ready)))  # fmt: skip
                yield c.labels(job="etcd", instance=f"{node.address}:2379"), constant(float(node.ready))
    else:
        yield c.labels(job="apiserver", instance="10.96.0.1:443", namespace="default"), constant(1.0)
    for node in c.nodes:
        ready = constant(float(node.ready))
        yield c.labels(job=EXPORTER, instance=f"{node.address}:9100", node=node.name), ready
        yield c.labels(job="kubelet", instance=f"{node.address}:10250", metrics_path="/metrics", node=node.name), ready
        yield c.labels(job="kubernetes-pods", instance=f"{node.address}:8888", namespace="kof", node=node.name,
                       app_kubernetes_io_name="kof-collectors-daemon-collector"), ready  # fmt: skip
    yield c.labels(job=COST, instance="10.96.0.12:9003", namespace="kof"), constant(1.0)
    if c.role == "regional":
        for job, port in (("vmstorage-cluster", 8482), ("vmselect-cluster", 8481), ("vminsert-cluster", 8480)):
            for number in range(2):
                yield c.labels(job=job, instance=f"10.97.0.{number + 1}:{port}", namespace="kof"), constant(1.0)


def _queue(name: str, size: Callable[[Subject], Value]) -> None:
    @family(name)
    def rows(c: Subject) -> Iterator[Row]:
        yield c.labels(job="kubernetes-pods", exporter="prometheusremotewrite", namespace="kof",
                       app_kubernetes_io_name="kof-collectors-daemon-collector"), size(c)  # fmt: skip


def _queued(c: Subject) -> Value:
    mean = wave(f"queue/{c.key}", 870.0 if c.story == "queue" else 18.0, 0.08 if c.story == "queue" else 0.9)
    return lambda when: float(round(mean.at(when)))


def _failed(c: Subject) -> Value:
    mean = wave(f"failed/{c.key}", 3.2 if c.story == "queue" else 0.002)
    return lambda when: float(int(mean.counter(when, LONG_AGO)))


def _sent(c: Subject) -> Value:
    mean = wave(f"sent/{c.key}", 240.0 * (len(c.nodes) + 1), 0.1)
    return lambda when: float(int(mean.counter(when, LONG_AGO)))


_queue("otelcol_exporter_queue_size", _queued)
_queue("otelcol_exporter_queue_capacity", lambda c: constant(1000.0))
_queue("otelcol_exporter_send_failed_metric_points_total", _failed)
_queue("otelcol_exporter_sent_metric_points_total", _sent)


# -- nodes, by kube-state-metrics ------------------------------------------------------------------------------------


def visible(c: Subject) -> tuple[Node, ...]:
    """What kube-state-metrics tells, as long as it is scraped."""
    return () if c.story == "scrape" else c.nodes


@family("kube_node_info")
def node_info(c: Subject) -> Iterator[Row]:
    for node in visible(c):
        yield c.labels(job=KSM, node=node.name, kubelet_version=node.version, os_image="Ubuntu 24.04.3 LTS",
                       internal_ip=node.address), constant(1.0)  # fmt: skip


@family("kube_node_status_condition")
def node_condition(c: Subject) -> Iterator[Row]:
    for node in visible(c):
        for status, value in (("true", node.ready), ("false", False), ("unknown", not node.ready)):
            yield c.labels(job=KSM, node=node.name, condition="Ready", status=status), constant(float(value))
        for pressure in ("MemoryPressure", "DiskPressure", "PIDPressure"):
            pressed = pressure == "DiskPressure" and c.story == "disk" and node is _worst(c)
            yield c.labels(job=KSM, node=node.name, condition=pressure, status="true"), constant(float(pressed))


@family("kube_node_spec_unschedulable")
def unschedulable(c: Subject) -> Iterator[Row]:
    for node in visible(c):
        cordoned = c.story == "cordoned" and node is c.nodes[-1]
        yield c.labels(job=KSM, node=node.name), constant(float(cordoned))


@family("kube_node_status_allocatable")
def allocatable(c: Subject) -> Iterator[Row]:
    for node in visible(c):
        cpus, gib, _ = node.size
        found = [("cpu", "core", float(cpus)), ("memory", "byte", float(gib * GIB)), ("pods", "integer", 110.0)]
        if node.gpus:
            found.append(("nvidia_com_gpu", "integer", float(node.gpus)))
        for resource, unit, value in found:
            yield c.labels(job=KSM, node=node.name, resource=resource, unit=unit), constant(value)


@family("kubernetes_build_info")
def build_info(c: Subject) -> Iterator[Row]:
    for node in c.nodes[:1]:
        yield c.labels(job="apiserver", instance="10.96.0.1:443", git_version=node.version), constant(1.0)


# -- nodes, by node-exporter -----------------------------------------------------------------------------------------


@family("node_cpu_seconds_total")
def cpu_seconds(c: Subject) -> Iterator[Row]:
    for node in heard(c):
        busy = load(c, node)
        for cpu in range(node.size[0]):
            base = {"job": EXPORTER, "node": node.name, "instance": f"{node.address}:9100", "cpu": str(cpu)}
            yield c.labels(**base, mode="idle"), _idle(busy)
            yield c.labels(**base, mode="user"), _part(busy, 1.0)


def _idle(busy: Wave) -> Value:
    return lambda when: when - LONG_AGO - busy.counter(when, LONG_AGO)


def _part(busy: Wave, part: float) -> Value:
    return lambda when: part * busy.counter(when, LONG_AGO)


@family("node_memory_MemTotal_bytes")
def memory_total(c: Subject) -> Iterator[Row]:
    for node in heard(c):
        yield (c.labels(job=EXPORTER, node=node.name, instance=f"{node.address}:9100"),
               constant(float(node.size[1] * GIB)))  # fmt: skip


@family("node_memory_MemAvailable_bytes")
def memory_available(c: Subject) -> Iterator[Row]:
    for node in heard(c):
        yield c.labels(job=EXPORTER, node=node.name, instance=f"{node.address}:9100"), _available(c, node)


def _available(c: Subject, node: Node) -> Value:
    used, total = memory(c, node), float(node.size[1] * GIB)
    return lambda when: float(round((1 - used.at(when)) * total))


_DISKS = (("/dev/vda1", "ext4", "/", 80), ("/dev/vdb1", "xfs", "/var/lib/containerd", 120))


def _worst(c: Subject) -> Node:
    return next((node for node in reversed(c.nodes) if not node.control), c.nodes[-1])


def _filled(c: Subject, node: Node, number: int) -> Value:
    """A disk fills slowly and is cleaned now and then; the full one is not."""
    if c.story == "disk" and node is _worst(c) and number == 0:
        swing = wave(f"disk/{node.name}", 0.941, 0.008)
        return swing.at
    base, period = 0.22 + 0.4 * share(f"disk/{node.name}/{number}"), 5.3 * 86400 * (1 + share(node.name))
    return lambda when: base + 0.16 * (when % period / period)


@family("node_filesystem_size_bytes")
def disk_size(c: Subject) -> Iterator[Row]:
    for node in heard(c):
        for device, kind, mount, gib in _DISKS:
            yield c.labels(job=EXPORTER, node=node.name, instance=f"{node.address}:9100", device=device, fstype=kind,
                           mountpoint=mount), constant(float(gib * GIB))  # fmt: skip


@family("node_filesystem_avail_bytes")
def disk_available(c: Subject) -> Iterator[Row]:
    for node in heard(c):
        for number, (device, kind, mount, gib) in enumerate(_DISKS):
            yield c.labels(job=EXPORTER, node=node.name, instance=f"{node.address}:9100", device=device, fstype=kind,
                           mountpoint=mount), _left(_filled(c, node, number), gib * GIB)  # fmt: skip


def _left(filled: Value, size: float) -> Value:
    return lambda when: float(round((1 - filled(when)) * size))


def _traffic(c: Subject, node: Node, way: str) -> Wave:
    return wave(f"net/{way}/{node.name}", 2e6 + 2.4e7 * share(f"net/{way}/{node.name}"), 0.85)


def _network(way: str) -> None:
    @family(f"node_network_{way}_bytes_total")
    def counters(c: Subject) -> Iterator[Row]:
        for node in heard(c):
            flow = _traffic(c, node, way)
            yield (c.labels(job=EXPORTER, node=node.name, instance=f"{node.address}:9100", device="eth0"),
                   _counted(flow))  # fmt: skip

    @family(f"instance:node_network_{way}_bytes_excluding_lo:rate5m")
    def rates(c: Subject) -> Iterator[Row]:
        for node in heard(c):
            yield c.recorded(job=EXPORTER, instance=f"{node.address}:9100"), _traffic(c, node, way).rate5m


def _counted(flow: Wave) -> Value:
    return lambda when: float(int(flow.counter(when, LONG_AGO)))


_network("receive")
_network("transmit")


# -- recording rules -------------------------------------------------------------------------------------------------


@family("cluster:node_cpu:ratio_rate5m")
def cpu_ratio(c: Subject) -> Iterator[Row]:
    nodes = heard(c)
    if nodes:
        yield c.recorded(), _cores_used(c, nodes, 1 / sum(node.size[0] for node in nodes))


def _cores_used(c: Subject, nodes: list[Node], factor: float) -> Value:
    loads = [(load(c, node), node.size[0] * factor) for node in nodes]
    return lambda when: sum(wave.rate5m(when) * weight for wave, weight in loads)


@family(":node_memory_MemAvailable_bytes:sum")
def memory_sum(c: Subject) -> Iterator[Row]:
    left = [_available(c, node) for node in heard(c)]
    if left:
        yield c.recorded(), lambda when: sum(each(when) for each in left)


def _requests(resource: str, size: int, mean: float) -> None:
    @family(f"namespace_{resource}:kube_pod_container_resource_requests:sum")
    def rows(c: Subject) -> Iterator[Row]:
        whole = sum(node.size[0] if size == 0 else node.size[1] * GIB for node in c.nodes)
        for name, part in namespaces(c):
            yield c.recorded(namespace=name), constant(round(whole * part * mean, 3))


_requests("cpu", 0, 0.55)
_requests("memory", 1, 0.62)


@family("node_namespace_pod_container:container_cpu_usage_seconds_total:sum_rate5m")
def container_cpu(c: Subject) -> Iterator[Row]:
    for node in heard(c):
        for name, part in namespaces(c):
            yield (c.recorded(namespace=name, node=node.name, pod=_pod(name, node), container=name.strip("-")),
                   _cores_used(c, [node], part))  # fmt: skip


@family("node_namespace_pod_container:container_memory_working_set_bytes")
def container_memory(c: Subject) -> Iterator[Row]:
    for node in heard(c):
        used, size = memory(c, node), node.size[1] * GIB
        for name, part in namespaces(c):
            yield (c.recorded(namespace=name, node=node.name, pod=_pod(name, node), container=name.strip("-")),
                   _scaled(used, size * part))  # fmt: skip


def _scaled(wave: Wave, factor: float) -> Value:
    return lambda when: float(round(wave.at(when) * factor))


def _pod(name: str, node: Node) -> str:
    return f"{name}-{zlib.crc32(f'{name}/{node.name}'.encode()) % 0xFFFFF:05x}"


# -- workloads -------------------------------------------------------------------------------------------------------


@family("kube_pod_status_phase")
def pod_phase(c: Subject) -> Iterator[Row]:
    for node in visible(c):
        for name, _ in namespaces(c):
            yield c.labels(job=KSM, namespace=name, pod=_pod(name, node), phase="Running"), constant(1.0)
    waiting = sum(not node.ready for node in visible(c)) * 2
    for number in range(waiting):
        yield c.labels(job=KSM, namespace=c.app, pod=f"{c.app}-waiting-{number}", phase="Pending"), constant(1.0)
    if c.story == "crash":
        yield c.labels(job=KSM, namespace=c.app, pod="ledger-0", phase="Running"), constant(1.0)


@family("kube_pod_container_status_restarts_total")
def restarts(c: Subject) -> Iterator[Row]:
    for node in visible(c):
        for name, _ in namespaces(c):
            every = 86400 * (4 + 30 * share(f"restarts/{node.name}/{name}"))
            yield (c.labels(job=KSM, namespace=name, pod=_pod(name, node), container=name.strip("-")),
                   _every(every))  # fmt: skip
    if c.story == "crash":
        yield c.labels(job=KSM, namespace=c.app, pod="ledger-0", container="ledger"), _every(311.0)


def _every(seconds: float) -> Value:
    return lambda when: float(int((when - LONG_AGO) / seconds) % 5000)


@family("kube_pod_container_status_waiting_reason")
def waiting(c: Subject) -> Iterator[Row]:
    if c.story == "crash":
        yield c.labels(job=KSM, namespace=c.app, pod="ledger-0", container="ledger",
                       reason="CrashLoopBackOff"), constant(1.0)  # fmt: skip
    for number in range(sum(not node.ready for node in visible(c)) * 2):
        yield c.labels(job=KSM, namespace=c.app, pod=f"{c.app}-waiting-{number}", container=c.app,
                       reason="ContainerCreating"), constant(1.0)  # fmt: skip


def _deployments(name: str, short: Callable[[Subject, str], float]) -> None:
    @family(name)
    def rows(c: Subject) -> Iterator[Row]:
        for namespace, _ in namespaces(c) if visible(c) else []:
            yield (c.labels(job=KSM, namespace=namespace, deployment=namespace.strip("-")),
                   constant(max(0.0, len(c.nodes) - short(c, namespace))))  # fmt: skip


_deployments("kube_deployment_spec_replicas", lambda c, namespace: 0.0)
_deployments(
    "kube_deployment_status_replicas_available",
    lambda c, namespace: float(
        (namespace == c.app and c.story == "crash") + sum(not node.ready for node in c.nodes) * (namespace == c.app)
    ),
)


def _volume(name: str, value: Callable[[Subject], Value], **labels: str) -> None:
    @family(name)
    def rows(c: Subject) -> Iterator[Row]:
        if c.nodes:
            volume = {"persistentvolume": f"pvc-{zlib.crc32(c.key.encode()):08x}"}
            claim = {"persistentvolumeclaim": "data-db-0", "namespace": f"{c.app}-db", "node": _worst(c).name}
            more = volume if "pv" in labels else claim
            kept = {key: text for key, text in labels.items() if key != "pv"}
            yield c.labels(**kept, **more, **({"volumename": volume["persistentvolume"]} if "pv" in labels and
                           labels["job"] == COST else {})), value(c)  # fmt: skip


def _volume_left(c: Subject) -> Value:
    filled = 0.94 if c.story == "volume" else 0.25 + 0.5 * share(f"volume/{c.key}")
    swing = wave(f"volume/{c.key}", filled, 0.02)
    return lambda when: float(round((1 - swing.at(when)) * 100 * GIB))


_volume("kubelet_volume_stats_capacity_bytes", lambda c: constant(100.0 * GIB), job="kubelet", metrics_path="/metrics")
_volume("kubelet_volume_stats_available_bytes", _volume_left, job="kubelet", metrics_path="/metrics")
_volume("kube_persistentvolume_capacity_bytes", lambda c: constant(100.0 * GIB), job=KSM, pv="1")
_volume("pv_hourly_cost", lambda c: constant(0.000137), job=COST, pv="1")


# -- control plane ---------------------------------------------------------------------------------------------------


def errors(c: Subject) -> float:
    return 0.021 if c.story == "crash" else 0.00002 + 0.0004 * share(f"errors/{c.key}")


def requests(c: Subject) -> Wave:
    return wave(f"api/{c.key}", 12.0 + 7 * len(c.nodes), 0.5)


@family("apiserver_request:availability30d")
def availability(c: Subject) -> Iterator[Row]:
    for verb in ("all", "read", "write"):
        yield c.recorded(verb=verb), constant(round(1 - errors(c) * 0.61, 6))


@family("apiserver_request:burnrate1h")
def burn_rate(c: Subject) -> Iterator[Row]:
    for verb, part in (("read", 0.6), ("write", 0.4)):
        yield c.recorded(verb=verb), wave(f"burn/{c.key}/{verb}", errors(c) * part, 0.4).at


@family("code_resource:apiserver_request_total:rate5m")
def request_rates(c: Subject) -> Iterator[Row]:
    flow, wrong = requests(c), errors(c)
    for code, part in (("200", 1 - wrong), ("500", wrong)):
        for resource, piece in (("pods", 0.7), ("nodes", 0.3)):
            yield c.recorded(verb="read", code=code, resource=resource), _rate(flow, part * piece)


def _rate(flow: Wave, part: float) -> Value:
    return lambda when: flow.rate5m(when) * part


@family("apiserver_request_total")
def request_counters(c: Subject) -> Iterator[Row]:
    flow, wrong = requests(c), errors(c)
    for code, part in (("200", 1 - wrong), ("500", wrong)):
        yield (c.labels(job="apiserver", instance="10.96.0.1:443", code=code, verb="GET", resource="pods"),
               _part(flow, part))  # fmt: skip


@family("cluster_quantile:apiserver_request_sli_duration_seconds:histogram_quantile")
def latency(c: Subject) -> Iterator[Row]:
    for verb, mean in (("read", 0.09), ("write", 0.24)):
        slow = 8.0 if c.story == "crash" else 1.0
        yield (c.recorded(quantile="0.99", verb=verb, resource="pods"),
               wave(f"p99/{c.key}/{verb}", mean * slow * (0.6 + share(c.key)), 0.6).at)  # fmt: skip


def _members(c: Subject) -> list[Node]:
    return [] if c.hosted else [node for node in c.nodes if node.control]


def _etcd(name: str, value: Callable[[Subject, Node], Value]) -> None:
    @family(name)
    def rows(c: Subject) -> Iterator[Row]:
        for node in _members(c):
            yield c.labels(job="etcd", instance=f"{node.address}:2379", node=node.name), value(c, node)


def _database(c: Subject, node: Node) -> Value:
    period, base = 86400.0 * 3, 2e8 + 9e8 * share(f"etcd/{c.key}")
    return lambda when: float(round(base * (1 + 0.3 * (when % period / period))))


_etcd("etcd_server_has_leader", lambda c, node: constant(1.0))
_etcd("etcd_mvcc_db_total_size_in_bytes", _database)
_etcd("etcd_server_quota_backend_bytes", lambda c, node: constant(float(2 * GIB)))
_etcd("etcd_server_leader_changes_seen_total", lambda c, node: _every(86400 * (3 + 20 * share(f"leader/{c.key}"))))


@family("etcd_disk_wal_fsync_duration_seconds_bucket")
def fsync(c: Subject) -> Iterator[Row]:
    for node in _members(c):
        flow = wave(f"fsync/{node.name}", 40.0, 0.3)
        for le, part in (("0.001", 0.55), ("0.002", 0.9), ("0.004", 0.978), ("0.008", 0.993), ("0.016", 0.999),
                         ("+Inf", 1.0)):  # fmt: skip
            yield c.labels(job="etcd", instance=f"{node.address}:2379", node=node.name, le=le), _part(flow, part)


# -- cost, by OpenCost -----------------------------------------------------------------------------------------------


def _priced(name: str, price: Callable[[Node], float]) -> None:
    @family(name)
    def rows(c: Subject) -> Iterator[Row]:
        for node in c.nodes:
            yield (c.labels(job=COST, instance=node.name, node=node.name, instance_type=node.machine or "bare-metal"),
                   constant(price(node)))  # fmt: skip


_priced("node_total_hourly_cost", lambda node: node.size[2])
_priced("node_cpu_hourly_cost", lambda node: round(node.size[2] * 0.65 / node.size[0], 6))
_priced("node_ram_hourly_cost", lambda node: round(node.size[2] * 0.35 / node.size[1], 6))


def _allocated(name: str, whole: Callable[[Node], float]) -> None:
    @family(name)
    def rows(c: Subject) -> Iterator[Row]:
        for node in c.nodes:
            taken = 0.12 if c.story == "idle" else 0.55 * _REQUESTED
            for namespace, part in namespaces(c):
                yield c.labels(
                    job=COST, instance=node.name, node=node.name, namespace=namespace, pod=_pod(namespace, node),
                    container=namespace.strip("-"),
                ), constant(round(whole(node) * part * taken, 4))  # fmt: skip


_allocated("container_cpu_allocation", lambda node: float(node.size[0]))
_allocated("container_memory_allocation_bytes", lambda node: float(node.size[1] * GIB))


@family("kubecost_load_balancer_cost")
def load_balancers(c: Subject) -> Iterator[Row]:
    if c.cloud in ("aws", "azure", "gcp"):
        yield (c.labels(job=COST, namespace="ingress-nginx", service_name="ingress-nginx-controller"),
               constant(0.025))  # fmt: skip


# -- GPUs ------------------------------------------------------------------------------------------------------------


@family("DCGM_FI_DEV_GPU_UTIL")
def gpus(c: Subject) -> Iterator[Row]:
    for node in heard(c):
        for number in range(node.gpus):
            use = wave(f"gpu/{node.name}/{number}", 96.0 if number else 90.0, 0.03)
            yield c.labels(job="kubernetes-pods", gpu=str(number), modelName="NVIDIA A10G", Hostname=node.name,
                           instance=f"{node.address}:9400"), _whole(use)  # fmt: skip


def _whole(use: Wave) -> Value:
    return lambda when: min(100.0, float(math.floor(use.at(when))))
