"""Rows as the meter leaves them, for those who read."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from regions import journal
from regions.models import Measured, Past, Store
from tests.regions.metrics import kof
from tests.regions.metrics.test_poller import put

VALUES = {
    "cluster_list": 5.0,
    "freshness": 12.0,
    "nodes": 3.0,
    "nodes_ready": 2.0,
    "cpu_used_ratio": 0.5,
    "cpu_capacity": 8.0,
    "mem_used_ratio": 0.25,
    "mem_capacity": 100.0,
    "disk_worst": 0.7,
    "pods_waiting": 1.0,
    "cost_hour": 1.5,
    "targets_up_ratio": 1.0,
    "store_used": 0.4,
}


def store(name: str, now: datetime, kind: str = "regional", **columns: Any) -> Store:
    told = {
        "namespace": "kcm-system",
        "url": f"https://{name}.example.org",
        "found": "ConfigMap",
        "asked_at": now,
        "answered_at": now,
        "took_ms": 20,
    } | columns
    return Store.objects.create(key=f"{kind}:kcm-system/{name}", kind=kind, name=name, **told)


def measured(of: Store, namespace: str, name: str, at: datetime, role: str = "child", **values: float) -> Measured:
    readings = {id: [value, at.timestamp()] for id, value in (VALUES | values).items()}
    parts = {"pods_waiting": [[{"reason": "CrashLoopBackOff"}, 1.0]]}
    row = Measured.objects.create(
        store=of,
        namespace=namespace,
        name=name,
        role=role,
        expected=True,
        readings=readings,
        parts=parts,
        seen_at=at,
        sampled_at=at - timedelta(seconds=12),
        asked=dict.fromkeys(("wall", "detail", "slow", "cost"), at.timestamp()),
    )
    start = int(at.timestamp()) // 60 * 60 - 59 * 60
    Past.objects.create(measured=row, start=start, step=60, series={"cpu_used_ratio": [None] * 30 + [0.5] * 30})
    return row


def small_fleet(now: datetime | None = None) -> int:
    """Two Regions and two stores, of which one no longer answers; the term, to record more."""
    now = now or timezone.now()
    term = journal.claim("test", now)
    assert term
    put(
        term,
        kof.region("fra1"),
        kof.region("ams1"),
        kof.regional("eu", "https://eu"),
        kof.regional("us", "https://us"),
        kof.child("web", "eu"),
        kof.child("pay", "eu"),
        kof.child("lab", "us"),
        kof.deployment("web", "fra1"),
        kof.deployment("pay", "ams1"),
        kof.deployment("lab", "fra1"),
        kof.deployment("new", "fra1"),
        kof.deployment("none", "fra1", role=""),
    )
    eu = store("eu", now)
    us = store(
        "us",
        now,
        answered_at=now - timedelta(minutes=10),
        reason="slow",
        since=now - timedelta(minutes=9),
        message="Store us did not answer whole within 10 s",
        failures=7,
    )
    measured(eu, "kcm-system", "eu", now, role="regional")
    measured(eu, "team", "web", now)
    measured(eu, "team", "pay", now, nodes=5.0, cpu_used_ratio=0.9, cpu_capacity=2.0)
    measured(us, "team", "lab", now - timedelta(minutes=10))
    measured(us, "kcm-system", "us", now - timedelta(minutes=10), role="regional")
    return term
