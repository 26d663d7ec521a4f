"""API servers and etcd."""

from collections.abc import Callable, Iterator

from dashboard.demo.kof.families import Row, Value, constant, every, family, share
from dashboard.demo.kof.nodes import part_of
from dashboard.demo.kof.subjects import GIB, Node, Subject
from dashboard.demo.kof.waves import Wave, wave

# -- control plane ----------------------------------------------------------------------------------------------------


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
        yield (
            c.labels(job="apiserver", instance="10.96.0.1:443", code=code, verb="GET", resource="pods"),
            part_of(flow, part),
        )


@family("cluster_quantile:apiserver_request_sli_duration_seconds:histogram_quantile")
def latency(c: Subject) -> Iterator[Row]:
    for verb, mean in (("read", 0.09), ("write", 0.24)):
        slow = 8.0 if c.story == "crash" else 1.0
        yield (
            c.recorded(quantile="0.99", verb=verb, resource="pods"),
            wave(f"p99/{c.key}/{verb}", mean * slow * (0.6 + share(c.key)), 0.6).at,
        )


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
_etcd("etcd_server_leader_changes_seen_total", lambda c, node: every(86400 * (3 + 20 * share(f"leader/{c.key}"))))


@family("etcd_disk_wal_fsync_duration_seconds_bucket")
def fsync(c: Subject) -> Iterator[Row]:
    for node in _members(c):
        flow = wave(f"fsync/{node.name}", 40.0, 0.3)
        for le, part in (
            ("0.001", 0.55),
            ("0.002", 0.9),
            ("0.004", 0.978),
            ("0.008", 0.993),
            ("0.016", 0.999),
            ("+Inf", 1.0),
        ):
            yield c.labels(job="etcd", instance=f"{node.address}:2379", node=node.name, le=le), part_of(flow, part)
