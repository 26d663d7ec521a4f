"""The metrics that a store has of itself, under the name of the regional cluster that it runs on."""

from collections.abc import Callable, Iterator

from dashboard.demo.kof.families import LONG_AGO, Row, Value, constant, family
from dashboard.demo.kof.subjects import GIB, Subject
from dashboard.demo.kof.waves import wave

_DISK = 200 * GIB
_RETENTION = 30 * 86400.0


def _own(metric: str, job: str, port: int, value: Callable[[Subject, int], Value], /, **labels: str) -> None:
    """Of both pods of a regional cluster's store."""

    @family(metric)
    def rows(c: Subject) -> Iterator[Row]:
        for number in range(2) if c.role != "child" else ():
            pod = {"instance": f"10.97.0.{number + 1}:{port}", "namespace": "kof"}
            yield c.labels(job=job, **pod, **labels), value(c, number)


def _used(c: Subject, number: int) -> Value:
    """Grows until retention takes the oldest away; the one that was made too small goes on growing."""
    if c.story == "full":
        return lambda when: 0.93 * _DISK + (when - LONG_AGO) % 86400 / 86400 * 0.012 * _DISK
    return lambda when: (0.31 + 0.02 * number) * _DISK + (when % 604800) / 604800 * 0.03 * _DISK


def _free(c: Subject, number: int) -> Value:
    used = _used(c, number)
    return lambda when: float(round(_DISK - used(when)))


def _rows(c: Subject, number: int) -> Value:
    flow = wave(f"rows/{c.key}/{number}", 9000.0 if c.role == "regional" else 900.0, 0.15)
    return lambda when: float(int(flow.counter(when, LONG_AGO)))


def _logs(c: Subject, number: int) -> Value:
    flow = wave(f"logs/{c.key}/{number}", 620.0, 0.6)
    return lambda when: float(int(flow.counter(when, LONG_AGO)))


def _series(c: Subject, number: int) -> Value:
    count = wave(f"series/{c.key}", 206_000.0 if c.role == "regional" else 24_000.0, 0.02)
    return lambda when: float(round(count.at(when)))


_own("vm_data_size_bytes", "vmstorage-cluster", 8482, _used, type="storage/big")
_own("vm_free_disk_space_bytes", "vmstorage-cluster", 8482, _free, path="/vm-data")
_own("vm_storage_is_read_only", "vmstorage-cluster", 8482, lambda c, number: constant(0.0))
_own("vm_cache_entries", "vmstorage-cluster", 8482, _series, type="storage/hour_metric_ids")
_own("vm_rows_inserted_total", "vminsert-cluster", 8480, _rows)
_own(
    "vm_http_request_errors_total",
    "vmselect-cluster",
    8481,
    lambda c, number: lambda when: float(int((when - LONG_AGO) / 5400)),
    path="/select/0/prometheus",
)
_own(
    "flag",
    "vmstorage-cluster",
    8482,
    lambda c, number: constant(1.0),
    name="retentionPeriod",
    value="30d",
    is_set="true",
)
_own("vl_rows_ingested_total", "vlstorage", 9491, _logs)
_own("vl_data_size_bytes", "vlstorage", 9491, lambda c, number: constant(31.0 * GIB))
