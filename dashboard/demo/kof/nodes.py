"""Nodes, as kube-state-metrics and node-exporter tell of them."""

from collections.abc import Iterator

from dashboard.demo.kof.families import (
    EXPORTER,
    KSM,
    LONG_AGO,
    Row,
    Value,
    constant,
    family,
    heard,
    load,
    memory,
    share,
    visible,
    worst,
)
from dashboard.demo.kof.subjects import GIB, Node, Subject
from dashboard.demo.kof.waves import Wave, wave

# -- nodes, by kube-state-metrics -------------------------------------------------------------------------------------


@family("kube_node_info")
def node_info(c: Subject) -> Iterator[Row]:
    for node in visible(c):
        yield (
            c.labels(
                job=KSM,
                node=node.name,
                kubelet_version=node.version,
                os_image="Ubuntu 24.04.3 LTS",
                internal_ip=node.address,
            ),
            constant(1.0),
        )


@family("kube_node_status_condition")
def node_condition(c: Subject) -> Iterator[Row]:
    for node in visible(c):
        for status, value in (("true", node.ready), ("false", False), ("unknown", not node.ready)):
            yield c.labels(job=KSM, node=node.name, condition="Ready", status=status), constant(float(value))
        for pressure in ("MemoryPressure", "DiskPressure", "PIDPressure"):
            pressed = pressure == "DiskPressure" and c.story == "disk" and node is worst(c)
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


# -- nodes, by node-exporter ------------------------------------------------------------------------------------------


@family("node_cpu_seconds_total")
def cpu_seconds(c: Subject) -> Iterator[Row]:
    for node in heard(c):
        busy = load(c, node)
        for cpu in range(node.size[0]):
            base = {"job": EXPORTER, "node": node.name, "instance": f"{node.address}:9100", "cpu": str(cpu)}
            yield c.labels(**base, mode="idle"), _idle(busy)
            yield c.labels(**base, mode="user"), part_of(busy, 1.0)


def _idle(busy: Wave) -> Value:
    return lambda when: when - LONG_AGO - busy.counter(when, LONG_AGO)


def part_of(busy: Wave, part: float) -> Value:
    return lambda when: part * busy.counter(when, LONG_AGO)


@family("node_memory_MemTotal_bytes")
def memory_total(c: Subject) -> Iterator[Row]:
    for node in heard(c):
        yield (
            c.labels(job=EXPORTER, node=node.name, instance=f"{node.address}:9100"),
            constant(float(node.size[1] * GIB)),
        )


@family("node_memory_MemAvailable_bytes")
def memory_available(c: Subject) -> Iterator[Row]:
    for node in heard(c):
        yield c.labels(job=EXPORTER, node=node.name, instance=f"{node.address}:9100"), available(c, node)


def available(c: Subject, node: Node) -> Value:
    used, total = memory(c, node), float(node.size[1] * GIB)
    return lambda when: float(round((1 - used.at(when)) * total))


_DISKS = (("/dev/vda1", "ext4", "/", 80), ("/dev/vdb1", "xfs", "/var/lib/containerd", 120))


def _filled(c: Subject, node: Node, number: int) -> Value:
    """A disk fills slowly and is cleaned now and then; the full one is not."""
    if c.story == "disk" and node is worst(c) and number == 0:
        swing = wave(f"disk/{node.name}", 0.941, 0.008)
        return swing.at
    base, period = 0.22 + 0.4 * share(f"disk/{node.name}/{number}"), 5.3 * 86400 * (1 + share(node.name))
    return lambda when: base + 0.16 * (when % period / period)


@family("node_filesystem_size_bytes")
def disk_size(c: Subject) -> Iterator[Row]:
    for node in heard(c):
        for device, kind, mount, gib in _DISKS:
            yield (
                c.labels(
                    job=EXPORTER,
                    node=node.name,
                    instance=f"{node.address}:9100",
                    device=device,
                    fstype=kind,
                    mountpoint=mount,
                ),
                constant(float(gib * GIB)),
            )


@family("node_filesystem_avail_bytes")
def disk_available(c: Subject) -> Iterator[Row]:
    for node in heard(c):
        for number, (device, kind, mount, gib) in enumerate(_DISKS):
            yield (
                c.labels(
                    job=EXPORTER,
                    node=node.name,
                    instance=f"{node.address}:9100",
                    device=device,
                    fstype=kind,
                    mountpoint=mount,
                ),
                _left(_filled(c, node, number), gib * GIB),
            )


def _left(filled: Value, size: float) -> Value:
    return lambda when: float(round((1 - filled(when)) * size))


def _traffic(c: Subject, node: Node, way: str) -> Wave:
    return wave(f"net/{way}/{node.name}", 2e6 + 2.4e7 * share(f"net/{way}/{node.name}"), 0.85)


def _network(way: str) -> None:
    @family(f"node_network_{way}_bytes_total")
    def counters(c: Subject) -> Iterator[Row]:
        for node in heard(c):
            flow = _traffic(c, node, way)
            yield (
                c.labels(job=EXPORTER, node=node.name, instance=f"{node.address}:9100", device="eth0"),
                _counted(flow),
            )

    @family(f"instance:node_network_{way}_bytes_excluding_lo:rate5m")
    def rates(c: Subject) -> Iterator[Row]:
        for node in heard(c):
            yield c.recorded(job=EXPORTER, instance=f"{node.address}:9100"), _traffic(c, node, way).rate5m


def _counted(flow: Wave) -> Value:
    return lambda when: float(int(flow.counter(when, LONG_AGO)))


_network("receive")
_network("transmit")
