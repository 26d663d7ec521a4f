"""What OpenCost tells of prices and allocations; and GPUs."""

import math
import uuid
from collections.abc import Callable, Iterator

from dashboard.demo.kof.families import COST, Row, Value, constant, family, heard, namespaces, pod_of, taken
from dashboard.demo.kof.subjects import GIB, Node, Subject
from dashboard.demo.kof.waves import Wave, wave

# -- cost, by OpenCost ------------------------------------------------------------------------------------------------


def _priced(name: str, price: Callable[[Node], float]) -> None:
    @family(name)
    def rows(c: Subject) -> Iterator[Row]:
        for node in c.nodes:
            yield (
                c.labels(job=COST, instance=node.name, node=node.name, instance_type=node.machine or "bare-metal"),
                constant(price(node)),
            )


_priced("node_total_hourly_cost", lambda node: node.size[2])
_priced("node_cpu_hourly_cost", lambda node: round(node.size[2] * 0.65 / node.size[0], 6))
_priced("node_ram_hourly_cost", lambda node: round(node.size[2] * 0.35 / node.size[1], 6))


def _allocated(name: str, whole: Callable[[Node], float]) -> None:
    @family(name)
    def rows(c: Subject) -> Iterator[Row]:
        for node in c.nodes:
            for namespace, part in namespaces(c):
                yield (
                    c.labels(
                        job=COST,
                        instance=node.name,
                        node=node.name,
                        namespace=namespace,
                        pod=pod_of(namespace, node),
                        container=namespace.strip("-"),
                    ),
                    constant(round(whole(node) * part * taken(c), 4)),
                )


_allocated("container_cpu_allocation", lambda node: float(node.size[0]))
_allocated("container_memory_allocation_bytes", lambda node: float(node.size[1] * GIB))


@family("kubecost_load_balancer_cost")
def load_balancers(c: Subject) -> Iterator[Row]:
    if c.cloud in ("aws", "azure", "gcp"):
        yield (c.labels(job=COST, namespace="ingress-nginx", service_name="ingress-nginx-controller"), constant(0.025))


# -- GPUs -------------------------------------------------------------------------------------------------------------


@family("DCGM_FI_DEV_GPU_UTIL")
def gpus(c: Subject) -> Iterator[Row]:
    for node in heard(c):
        for number in range(node.gpus):
            use = wave(f"gpu/{node.name}/{number}", 96.0 if number else 90.0, 0.03)
            card = uuid.uuid5(uuid.NAMESPACE_DNS, f"{number}.{node.name}.{c.namespace}")
            yield (
                c.labels(
                    job="kubernetes-pods",
                    gpu=str(number),
                    modelName="NVIDIA A10G",
                    Hostname=node.name,
                    UUID=f"GPU-{card}",
                    instance=f"{node.address}:9400",
                ),
                _whole(use),
            )


def _whole(use: Wave) -> Value:
    return lambda when: min(100.0, float(math.floor(use.at(when))))
