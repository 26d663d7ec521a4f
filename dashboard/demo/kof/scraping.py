"""Whether targets answer, and how the collectors do."""

from collections.abc import Callable, Iterator

from dashboard.demo.kof.families import COST, EXPORTER, KSM, LONG_AGO, Row, Value, constant, family, share
from dashboard.demo.kof.subjects import Subject
from dashboard.demo.kof.waves import wave

# -- scraping ---------------------------------------------------------------------------------------------------------


@family("up")
def up(c: Subject) -> Iterator[Row]:
    down = c.story == "scrape"
    yield c.labels(job=KSM, instance="10.96.0.10:8080", namespace="kof"), constant(0.0 if down else 1.0)
    if not c.hosted:
        for node in c.nodes:
            if node.control:
                yield (
                    c.labels(job="apiserver", instance=f"{node.address}:6443", namespace="default"),
                    constant(float(node.ready)),
                )
                yield c.labels(job="etcd", instance=f"{node.address}:2379"), constant(float(node.ready))
    else:
        yield c.labels(job="apiserver", instance="10.96.0.1:443", namespace="default"), constant(1.0)
    for node in c.nodes:
        ready = constant(float(node.ready))
        yield c.labels(job=EXPORTER, instance=f"{node.address}:9100", node=node.name), ready
        yield c.labels(job="kubelet", instance=f"{node.address}:10250", metrics_path="/metrics", node=node.name), ready
        yield (
            c.labels(
                job="kubernetes-pods",
                instance=f"{node.address}:8888",
                namespace="kof",
                node=node.name,
                app_kubernetes_io_name="kof-collectors-daemon-collector",
            ),
            ready,
        )
    yield c.labels(job=COST, instance="10.96.0.12:9003", namespace="kof"), constant(1.0)
    if c.role == "regional":
        for job, port in (("vmstorage-cluster", 8482), ("vmselect-cluster", 8481), ("vminsert-cluster", 8480)):
            for number in range(2):
                yield c.labels(job=job, instance=f"10.97.0.{number + 1}:{port}", namespace="kof"), constant(1.0)


def _queue(name: str, size: Callable[[Subject], Value]) -> None:
    @family(name)
    def rows(c: Subject) -> Iterator[Row]:
        yield (
            c.labels(
                job="kubernetes-pods",
                exporter="prometheusremotewrite",
                namespace="kof",
                app_kubernetes_io_name="kof-collectors-daemon-collector",
            ),
            size(c),
        )


def _queued(c: Subject) -> Value:
    mean = wave(f"queue/{c.key}", 870.0 if c.story == "queue" else 18.0, 0.08 if c.story == "queue" else 0.9)
    return lambda when: float(round(mean.at(when)))


def _failed(c: Subject) -> Value:
    if c.story != "queue":
        return constant(float(int(400 * share(f"failed/{c.key}"))))  # of long ago
    mean = wave(f"failed/{c.key}", 3.2)
    return lambda when: float(int(mean.counter(when, LONG_AGO)))


def _sent(c: Subject) -> Value:
    mean = wave(f"sent/{c.key}", 240.0 * (len(c.nodes) + 1), 0.1)
    return lambda when: float(int(mean.counter(when, LONG_AGO)))


_queue("otelcol_exporter_queue_size", _queued)
_queue("otelcol_exporter_queue_capacity", lambda c: constant(1000.0))
_queue("otelcol_exporter_send_failed_metric_points_total", _failed)
_queue("otelcol_exporter_sent_metric_points_total", _sent)
