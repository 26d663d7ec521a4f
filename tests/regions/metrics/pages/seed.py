"""The fleet of `tests.pages.seed`, measured by KOF: one store that answers, one that does not, and a story in each.

eu-central is whole but for one cluster that was never set up; us-east's store is unreachable, so what it said is
stale; dc-lund has no KOF at all. To look at pages: `PANE_DATA=<folder> python -m tests.regions.metrics.pages.seed --keep`.
"""

# ruff: noqa: E501 (rows read better wide)

import math
import os
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tests.pages import objects as o
from tests.pages.seed import LIVE, TEAMS, put, seed

ROLE = "k0rdent.mirantis.com/kof-cluster-role"
# name → nodes, ready, cpu, memory, disk, waiting, price an hour
CLUSTERS = {
    "shop-prod": (9, 9, 0.61, 0.72, 0.55, 0, 3.9),
    "shop-stage": (3, 3, 0.22, 0.41, 0.38, 0, 0.9),
    "search-prod": (12, 11, 0.88, 0.81, 0.96, 3, 6.2),
    "billing-prod": (5, 5, 0.35, 0.93, 0.41, 7, 2.1),
    "ledger-prod": (5, 5, 0.28, 0.52, 0.44, 0, 2.0),
    "media-prod": (8, 8, 0.47, 0.58, 0.62, 0, 4.4),
    "lund-regional": (4, 4, 0.31, 0.66, 0.71, 0, 1.7),
}
MISSING = "ads-prod"  # carries the label, and has no ConfigMap
SILENT = {"lake-prod": (6, 6, 0.52, 0.61, 0.5, 0, 3.0), "etl-prod": (4, 4, 0.4, 0.5, 0.3, 0, 1.2)}  # of us-east
ALERTS = (
    (
        "search-prod",
        "NodeFilesystemAlmostOutOfSpace",
        "critical",
        "Filesystem on /dev/nvme0n1p1 at i-03 has only 3.9% available space left.",
        {"node": "i-03", "namespace": "monitoring"},
    ),
    ("search-prod", "KubeNodeNotReady", "warning", "Node i-07 is not ready.", {"node": "i-07"}),
    (
        "billing-prod",
        "KubePodCrashLooping",
        "warning",
        "Pod is crash looping.",
        {"namespace": "pay", "pod": "pay-7c9-x1"},
    ),
    (
        "billing-prod",
        "KubePodCrashLooping",
        "warning",
        "Pod is crash looping.",
        {"namespace": "pay", "pod": "pay-7c9-x2"},
    ),
    (
        "billing-prod",
        "CPUThrottlingHigh",
        "info",
        "Processes experience elevated CPU throttling.",
        {"namespace": "pay"},
    ),
    ("", "ConditionStatusFailed", "error", "A k0rdent condition is not True.", {"name": "ads-prod"}),
)
OLD = timedelta(minutes=41)


def measure(term: int, now: datetime) -> None:
    """Write what the meter would have written by now."""
    from regions import journal
    from regions.models import Firing, Measured, Past, Resource, Store

    journal.record(term, list(_kof(now)), now)
    for row in Resource.objects.filter(kind="ClusterDeployment", name__in=[*CLUSTERS, *SILENT, MISSING]):
        row.labels |= {ROLE: "regional" if row.name == "lund-regional" else "child"}
        row.save(update_fields=["labels"])
    eu = _store("lund-regional", now, took_ms=84)
    us = _store(
        "us-store",
        now,
        reason="unreachable",
        message="No answer from vmauth.us.example.org: connection refused",
        since=now - OLD,
        answered_at=now - OLD,
        next_at=now + timedelta(minutes=3),
    )
    for kind, name, url in (
        ("management", "management", "http://vmselect-cluster.kof.svc:8481/select/0/prometheus"),
        ("alerts", "Alertmanager", "http://vmalertmanager-cluster.kof.svc:9093"),
    ):
        Store.objects.create(
            key=kind,
            kind=kind,
            name=name,
            url=url,
            found="Always there beside KOF",
            asked_at=now,
            answered_at=now,
            took_ms=12,
        )
    for store, clusters, at in ((eu, CLUSTERS, now), (us, SILENT, now - OLD)):
        for place, (name, facts) in enumerate(clusters.items()):
            row = Measured.objects.create(
                store=store,
                namespace=_namespace(name),
                name=name,
                tenant="PLATFORM",
                expected=True,
                seen_at=at,
                sampled_at=at,
                role="regional" if name == store.name else "child",
                readings=_readings(name, facts, at),
                parts=_parts(facts),
            )
            Past.objects.create(
                measured=row, start=int(at.timestamp()) // 60 * 60 - 3540, step=60, series=_series(place, facts)
            )
    whole = Store.objects.get(key="management")
    Measured.objects.create(store=whole, readings={"watchdog": [3, now.timestamp()]}, seen_at=now)
    for place, (cluster, name, severity, summary, labels) in enumerate(ALERTS):
        Firing.objects.create(
            fingerprint=f"f{place}",
            source="alertmanager",
            name=name,
            severity=severity,
            state="suppressed" if severity == "info" else "active",
            region="eu-central" if cluster else "~management",
            namespace="kcm-system" if cluster else "",
            cluster=cluster,
            labels={"alertname": name, "cluster": cluster, "severity": severity, **labels},
            summary=summary,
            description=f"{summary} For 15 minutes.",
            runbook="https://runbooks.prometheus-operator.dev/runbooks/x",
            since=now - timedelta(minutes=20 + 7 * place),
            seen_at=now,
        )
    ended = now - timedelta(hours=3)
    Firing.objects.create(
        fingerprint="old",
        source="alertmanager",
        name="KubeHpaMaxedOut",
        severity="warning",
        state="active",
        region="eu-central",
        namespace="kcm-system",
        cluster="shop-prod",
        labels={},
        summary="HPA is at its maximum.",
        since=now - timedelta(hours=5),
        seen_at=ended,
        ended_at=ended,
    )


def freshen(term: int, now: datetime) -> None:
    """Let everybody who answers have answered just now."""
    from regions import journal
    from regions.domain.notes import Heard
    from regions.models import Measured, Past, Store

    journal.beat(term, now)
    journal.record(term, [Heard(cluster, now, {"heard_at": now}) for cluster in LIVE], now)
    Store.objects.filter(reason="").update(asked_at=now, answered_at=now)
    rows = list(Measured.objects.filter(store__reason=""))
    for row in rows:
        row.seen_at = row.sampled_at = now
        row.readings = {key: [value[0], now.timestamp()] for key, value in row.readings.items()}
    Measured.objects.bulk_update(rows, ["seen_at", "sampled_at", "readings"])
    Past.objects.filter(measured__store__reason="").update(start=int(now.timestamp()) // 60 * 60 - 3540)


def _namespace(name: str) -> str:
    return next((ns for ns, _, _, _, names in TEAMS if name in names), "kcm-system")


def _store(name: str, now: datetime, **fields: Any) -> Any:
    from regions.models import Store

    return Store.objects.create(
        key=f"kcm-system/{name}",
        kind="regional",
        namespace="kcm-system",
        name=name,
        url=f"https://vmauth.{name[:2]}.example.org/vm/select/0/prometheus",
        found=f"ConfigMap kcm-system/kof-{name}",
        credentials=f"Secret kof/kof-vmuser-creds-admin-{name}",
        **{"asked_at": now, "answered_at": now, **fields},
    )


def _kof(now: datetime) -> Iterator[Any]:
    old = now - timedelta(days=30)
    for part in ("kof-mothership", "kof-operators", "kof-regional", "kof-child", "victoria-metrics-operator"):
        yield put("~management", o.helm_release(part, "kof", old, "kof-1-10-0"), now)
    for name, done, of in (("kof-regional-cluster", 2, 2), ("kof-child-cluster", 7, 9)):
        word = ("True", "Succeeded") if done == of else ("False", "Failed")
        conditions = [
            o.condition("ClusterInReadyState", *word, f"{done}/{of}", old),
            o.condition("Ready", *word, "Object is ready" if done == of else f"{done}/{of} Clusters are ready.", old),
        ]
        yield put(
            "~management", o.thing("MultiClusterService", name, created=old, status={"conditions": conditions}), now
        )


def _readings(name: str, facts: tuple[float, ...], at: datetime) -> dict[str, list[float]]:
    nodes, ready, cpu, memory, disk, waiting, price = facts
    values = {
        "cluster_list": 40,
        "targets_up_ratio": 1.0 if waiting < 5 else 0.97,
        "freshness": 21.0,
        "nodes": nodes,
        "nodes_ready": ready,
        "cpu_used_ratio": cpu,
        "cpu_capacity": nodes * 8,
        "mem_used_ratio": memory,
        "mem_capacity": nodes * 32 * 1024**3,
        "disk_worst": disk,
        "pods_waiting": waiting,
        "api_err": 0.02 if waiting > 5 else 0.0004,
        "api_p99": 0.21 + cpu,
        "cost_hour": price,
        "cost_day_run_rate": price * 24,
        "cost_day_actual": price * 23.2,
        "cost_change_7d": 0.31 if waiting == 3 else -0.02,
        "cost_idle_cpu": 1 - cpu,
        "collectors_up": nodes,
        "collector_queue": 0.62 if waiting == 3 else 0.02,
        "collector_failures": 0.0,
        "cpu_commit": cpu + 0.2,
        "mem_commit": memory + 0.1,
        "restarts_1h": waiting * 3,
        "api_up": 1.0,
        "api_avail_30d": 0.9991,
        "etcd_db": 0.12,
        "etcd_leader": 3,
        "etcd_fsync": 0.008,
        "etcd_elections": 0,
        "pvc_worst": 0.44,
        "ns_cpu": nodes * 2,
        "ns_mem": 1e10,
        "cost_ns": price * 0.7,
    }
    if name == "lund-regional":
        values |= {
            "ingest_rate": 41_000,
            "active_series": 1_240_000,
            "store_used": 0.83,
            "store_eta": 11.4,
            "store_ro": 0,
        }
    return {key: [value, at.timestamp()] for key, value in values.items()}


def _parts(facts: tuple[float, ...]) -> dict[str, list[Any]]:
    spaces = ("pay", "frontend", "search", "monitoring", "kube-system")
    share = {space: 1 / (2 + place) for place, space in enumerate(spaces)}
    return {
        "ns_cpu": [[{"namespace": space}, facts[0] * share[space]] for space in spaces],
        "ns_mem": [[{"namespace": space}, facts[0] * 4e9 * share[space]] for space in spaces],
        "cost_ns": [[{"namespace": space}, facts[6] * share[space]] for space in spaces],
        "pods_waiting": [[{"reason": "CrashLoopBackOff"}, facts[5]]] if facts[5] else [],
    }


def _series(place: int, facts: tuple[float, ...]) -> dict[str, list[float | None]]:
    def wave(top: float, depth: float = 0.1) -> list[float | None]:
        line: list[float | None] = [top * (1 - depth + depth * math.sin(at / 7 + place)) for at in range(60)]
        return [None if place == 2 and 20 <= at < 28 else value for at, value in enumerate(line)]

    flat = {"nodes_ready": facts[1], "pods_waiting": facts[5], "cost_day_run_rate": facts[6] * 24, "freshness": 21.0}
    return {
        "cpu_used_ratio": wave(facts[2], 0.3),
        "mem_used_ratio": wave(facts[3]),
        "disk_worst": wave(facts[4], 0.01),
        "api_err": wave(0.001, 0.9),
        "api_p99": wave(0.21 + facts[2], 0.4),
        **{key: wave(value, 0.0) for key, value in flat.items()},
    }


def fake_chart(
    query_id: str, *, cluster: Any = None, namespace: Any = None, region: Any = None, span: Any, end: Any, viewer: Any
) -> Any:
    """What stores would say: waves with a gap; of us-east only why not."""
    from regions.domain.metrics.measures import Missing, Why
    from regions.metrics.charts.ranges import Chart, Series, grid
    from regions.metrics.stores.queries import QUERIES

    start, step, count = grid(span, end)
    query = QUERIES[query_id]
    promql = query.promql(cluster=cluster, namespace=namespace)
    if region == "us-east" or cluster in SILENT:
        missing = Missing(
            Why.UNREACHABLE, "us-store: connection refused. The others are asked all the same.", end - OLD
        )
        return Chart((), start, step, query.unit, promql, missing, "us-store")
    top = {"ratio": 0.6, "bytes/s": 4e7, "s": 0.3, "USD/h": 4, "samples/s": 4e4, "series": 1e6, "percent": 60}.get(
        query.unit, 6
    )
    names = [cluster] if cluster else list(CLUSTERS)
    series = []
    for place, name in enumerate(names):
        points = [top * (0.4 + place / 12 + 0.15 * math.sin(at / 23 + place)) for at in range(count)]
        gap = range(count // 3, count // 3 + 20)
        series.append(
            Series(
                {"cluster": name, "clusterNamespace": "kcm-system"},
                tuple(None if at in gap else value for at, value in enumerate(points)),
            )
        )
    return Chart(tuple(series), start, step, query.unit, promql, None, "lund-regional", partial=query_id == "net_rx")


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    call_command("migrate", verbosity=0)
    term = seed(timezone.now())
    measure(term, timezone.now())
    while "--keep" in sys.argv:
        freshen(term, timezone.now())
        time.sleep(10)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    main()
