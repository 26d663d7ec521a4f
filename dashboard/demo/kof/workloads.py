"""What recording rules make of it, and the workloads."""

import zlib
from collections.abc import Callable, Iterator

from dashboard.demo.kof.families import (
    COST,
    KSM,
    Row,
    Value,
    constant,
    every,
    family,
    heard,
    load,
    memory,
    namespaces,
    pod_of,
    share,
    taken,
    visible,
    worst,
)
from dashboard.demo.kof.nodes import available
from dashboard.demo.kof.subjects import GIB, Node, Subject
from dashboard.demo.kof.waves import Wave, wave

# -- recording rules --------------------------------------------------------------------------------------------------


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
    left = [available(c, node) for node in heard(c)]
    if left:
        yield c.recorded(), lambda when: sum(each(when) for each in left)


def _requests(resource: str, size: int, less: float) -> None:
    @family(f"namespace_{resource}:kube_pod_container_resource_requests:sum")
    def rows(c: Subject) -> Iterator[Row]:
        whole = sum(node.size[0] if size == 0 else node.size[1] * GIB for node in c.nodes)
        for name, part in namespaces(c):
            yield c.recorded(namespace=name), constant(round(whole * part * taken(c) * less, 3))


_requests("cpu", 0, 0.85)
_requests("memory", 1, 0.95)


@family("node_namespace_pod_container:container_cpu_usage_seconds_total:sum_rate5m")
def container_cpu(c: Subject) -> Iterator[Row]:
    for node in heard(c):
        for name, part in namespaces(c):
            yield (
                c.recorded(namespace=name, node=node.name, pod=pod_of(name, node), container=name.strip("-")),
                _cores_used(c, [node], part),
            )


@family("node_namespace_pod_container:container_memory_working_set_bytes")
def container_memory(c: Subject) -> Iterator[Row]:
    for node in heard(c):
        used, size = memory(c, node), node.size[1] * GIB
        for name, part in namespaces(c):
            yield (
                c.recorded(namespace=name, node=node.name, pod=pod_of(name, node), container=name.strip("-")),
                _scaled(used, size * part),
            )


def _scaled(wave: Wave, factor: float) -> Value:
    return lambda when: float(round(wave.at(when) * factor))


# -- workloads --------------------------------------------------------------------------------------------------------


@family("kube_pod_status_phase")
def pod_phase(c: Subject) -> Iterator[Row]:
    for node in visible(c):
        for name, _ in namespaces(c):
            yield c.labels(job=KSM, namespace=name, pod=pod_of(name, node), phase="Running"), constant(1.0)
    waiting = sum(not node.ready for node in visible(c)) * 2
    for number in range(waiting):
        yield c.labels(job=KSM, namespace=c.app, pod=f"{c.app}-waiting-{number}", phase="Pending"), constant(1.0)
    if c.story == "crash":
        yield c.labels(job=KSM, namespace=c.app, pod="ledger-0", phase="Running"), constant(1.0)


@family("kube_pod_container_status_restarts_total")
def restarts(c: Subject) -> Iterator[Row]:
    for node in visible(c):
        for name, _ in namespaces(c):
            period = 86400 * (4 + 30 * share(f"restarts/{node.name}/{name}"))
            yield (c.labels(job=KSM, namespace=name, pod=pod_of(name, node), container=name.strip("-")), every(period))
    if c.story == "crash":
        yield c.labels(job=KSM, namespace=c.app, pod="ledger-0", container="ledger"), every(311.0)


@family("kube_pod_container_status_waiting_reason")
def waiting(c: Subject) -> Iterator[Row]:
    if c.story == "crash":
        yield (
            c.labels(job=KSM, namespace=c.app, pod="ledger-0", container="ledger", reason="CrashLoopBackOff"),
            constant(1.0),
        )
    for number in range(sum(not node.ready for node in visible(c)) * 2):
        yield (
            c.labels(
                job=KSM, namespace=c.app, pod=f"{c.app}-waiting-{number}", container=c.app, reason="ContainerCreating"
            ),
            constant(1.0),
        )


def _deployments(name: str, short: Callable[[Subject, str], float]) -> None:
    @family(name)
    def rows(c: Subject) -> Iterator[Row]:
        for namespace, _ in namespaces(c) if visible(c) else []:
            yield (
                c.labels(job=KSM, namespace=namespace, deployment=namespace.strip("-")),
                constant(max(0.0, len(c.nodes) - short(c, namespace))),
            )


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
            claim = {"persistentvolumeclaim": "data-db-0", "namespace": f"{c.app}-db", "node": worst(c).name}
            more = volume if "pv" in labels else claim
            kept = {key: text for key, text in labels.items() if key != "pv"}
            yield (
                c.labels(
                    **kept,
                    **more,
                    **({"volumename": volume["persistentvolume"]} if "pv" in labels and labels["job"] == COST else {}),
                ),
                value(c),
            )


def _volume_left(c: Subject) -> Value:
    filled = 0.94 if c.story == "volume" else 0.25 + 0.5 * share(f"volume/{c.key}")
    swing = wave(f"volume/{c.key}", filled, 0.02)
    return lambda when: float(round((1 - swing.at(when)) * 100 * GIB))


_volume("kubelet_volume_stats_capacity_bytes", lambda c: constant(100.0 * GIB), job="kubelet", metrics_path="/metrics")
_volume("kubelet_volume_stats_available_bytes", _volume_left, job="kubelet", metrics_path="/metrics")
_volume("kube_persistentvolume_capacity_bytes", lambda c: constant(100.0 * GIB), job=KSM, pv="1")
_volume("pv_hourly_cost", lambda c: constant(0.000137), job=COST, pv="1")
