"""The alerts that fire in the demo: each follows from what is so, and fades when it is no more."""

import asyncio
import hashlib
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from dashboard.demo.fleet.make import stamp
from dashboard.demo.kof.subjects import Subject
from dashboard.demo.kof.telemetry import MANAGEMENT_STORE, Telemetry
from dashboard.demo.kof.waves import DAY

Manifest = dict[str, Any]
EVERY = 5.0
_RUNBOOKS = "https://runbooks.prometheus-operator.dev/runbooks"


@dataclass(frozen=True, slots=True)
class Alert:
    """One that fires."""

    name: str
    group: str
    severity: str
    labels: tuple[tuple[str, str], ...]
    summary: str
    description: str
    store: str = ""
    age: float = 0  # for how long when the demo starts

    @property
    def all_labels(self) -> dict[str, str]:
        own = {"alertname": self.name, "alertgroup": self.group, "severity": self.severity, "source": "promxy"}
        return dict(self.labels) | own

    @property
    def fingerprint(self) -> str:
        text = "\n".join(f"{key}={value}" for key, value in sorted(self.all_labels.items()))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass
class Firing:
    alert: Alert
    since: float
    seen: float = 0
    silenced: bool = field(default=False)


class Alerts:
    """promxy's rules, run by hand: what a store that is away would show, nobody sees."""

    def __init__(self, telemetry: Telemetry, silent: Callable[[str], bool]) -> None:
        self._telemetry, self._silent = telemetry, silent
        self.firing: dict[str, Firing] = {}
        self._begun = False

    async def run(self) -> None:
        while True:
            began = time.monotonic()
            self.look(time.time())
            await asyncio.sleep(max(EVERY, 20 * (time.monotonic() - began)))  # large fleets: API servers share our loop

    def look(self, now: float) -> None:
        """See what fires."""
        found = {alert.fingerprint: alert for alert in self._rules(now)}
        for fingerprint, alert in found.items():
            if fingerprint not in self.firing:
                self.firing[fingerprint] = Firing(alert, now - (alert.age if not self._begun else 0))
            self.firing[fingerprint].seen = now
        for fingerprint in [each for each in self.firing if each not in found]:
            del self.firing[fingerprint]
        self._begun = self._begun or bool(found)
        series = [("ALERTS", each.alert.all_labels | {"alertstate": "firing"}, 1.0) for each in self.firing.values()]
        self._telemetry.keep(series, now, "alerts", [each.since for each in self.firing.values()])

    # -- rules ---------------------------------------------------------------------------------------------------

    def _rules(self, now: float) -> Iterator[Alert]:
        if not self._telemetry.mothership.history:
            return
        yield Alert(
            "Watchdog",
            "general.rules",
            "none",
            (),
            "An alert that always fires, to show that alerting works.",
            "Ensures that the entire alerting pipeline is functional.",
            age=25 * DAY,
        )
        for track in list(self._telemetry.tracks.values()):
            subject = track.now
            if subject and not self._silent(track.store):
                yield from _of_cluster(subject, track.store)
        yield from self._of_objects(now)

    def _of_objects(self, now: float) -> Iterator[Alert]:
        """By what management's own metrics say of k0rdent and Cluster API."""
        for noted in list(self._telemetry.noted.values()):
            labels, name = noted.labels, noted.labels["__name__"]
            if not noted.moments or noted.moments[-1][1] is None:
                continue
            since, value = noted.moments[-1]
            failed = name == "kube_customresource_clusterdeployment_status_conditions" and not value
            if failed and now - since > 600 and _told(labels):
                kept = ("cluster", "name", "namespace", "type", "customresource_kind")
                yield _alert(
                    "ConditionStatusFailed",
                    "kube-state-metrics",
                    "error",
                    labels,
                    kept,
                    f"{labels['customresource_kind']} {labels['name']}: condition {labels['type']} is not True",
                    "The condition has not been True for more than 10 minutes.",
                    age=700 + zlib.crc32(labels["name"].encode()) % 30000,
                )
            if name == "capi_cluster_status_condition" and labels.get("status") == "False" and value:
                yield _alert(
                    "ClusterNotAvailable",
                    "cluster-api",
                    "error",
                    labels,
                    ("name", "namespace", "type"),
                    f"Cluster {labels['namespace']}/{labels['name']} is not available",
                    "The Cluster has not been available for more than 30 minutes.",
                    age=3600,
                )

    # -- telling -------------------------------------------------------------------------------------------------

    def as_promxy(self, what: str) -> Manifest:
        """The body of promxy's own /api/v1/alerts and /api/v1/rules."""
        alerts = [
            {
                "labels": each.alert.all_labels,
                "annotations": annotations(each.alert),
                "state": "firing",
                "activeAt": stamp_of(each.since),
                "value": "1e+00",
            }
            for each in self.firing.values()
        ]
        if what == "alerts":
            return {"data": {"alerts": alerts}}
        groups: dict[str, list[Manifest]] = {}
        for each, shown in zip(self.firing.values(), alerts, strict=True):
            groups.setdefault(each.alert.group, []).append(
                {
                    "name": each.alert.name,
                    "type": "alerting",
                    "state": "firing",
                    "health": "ok",
                    "lastError": "",
                    "lastEvaluation": stamp_of(each.seen),
                    "evaluationTime": 0.004,
                    "query": "",
                    "alerts": [shown],
                    "labels": {"severity": each.alert.severity},
                    "annotations": annotations(each.alert),
                    "duration": 600,
                }
            )
        return {
            "data": {
                "groups": [
                    {"name": name, "file": f"/etc/rules/{name}.yaml", "interval": 5, "rules": rules}
                    for name, rules in groups.items()
                ]
            }
        }


def _of_cluster(c: Subject, store: str) -> Iterator[Alert]:
    base = c.labels() | {"promxyCluster": store.partition("/")[2], "promxyClusterNamespace": store.partition("/")[0]}

    def alert(
        name: str, group: str, severity: str, summary: str, description: str, age: float = 0, **more: str
    ) -> Alert:
        labels = base | more
        return Alert(name, group, severity, tuple(sorted(labels.items())), summary, description, store, age)

    for node in c.nodes:
        if not node.ready and c.story != "scrape":
            yield alert(
                "KubeNodeNotReady",
                "kubernetes-system-kubelet",
                "warning",
                "Node is not ready.",
                f"{node.name} has been unready for more than 15 minutes on cluster {c.name}.",
                1300,
                node=node.name,
                condition="Ready",
                job="kube-state-metrics",
                status="true",
            )
    last = next((node.name for node in reversed(c.nodes) if not node.control), "")
    match c.story:
        case "crash":
            yield alert(
                "KubePodCrashLooping",
                "kubernetes-apps",
                "warning",
                "Pod is crash looping.",
                f'Pod {c.app}/ledger-0 (ledger) is in waiting state (reason: "CrashLoopBackOff") on cluster {c.name}.',
                5 * 3600,
                namespace=c.app,
                pod="ledger-0",
                container="ledger",
                reason="CrashLoopBackOff",
                job="kube-state-metrics",
            )
            yield alert(
                "KubeAPIErrorBudgetBurn",
                "kube-apiserver-slos",
                "critical",
                "The API server is burning too much error budget.",
                f"The API server of cluster {c.name} is burning too much error budget.",
                4 * 3600,
                long="1h",
                short="5m",
            )
        case "gpu":
            yield alert(
                "NodeCPUHighUsage",
                "node-exporter",
                "info",
                "High CPU usage.",
                f"CPU usage at {last} has been above 90% for the last 15 minutes.",
                2 * 3600,
                node=last,
                job="node-exporter",
            )
        case "disk":
            yield alert(
                "NodeFilesystemAlmostOutOfSpace",
                "node-exporter",
                "critical",
                "Filesystem has less than 6% space left.",
                f"Filesystem on /dev/vda1, mounted on /, at {last} has only 5.9% available space left.",
                9 * 3600,
                node=last,
                device="/dev/vda1",
                mountpoint="/",
                job="node-exporter",
            )
        case "memory":
            yield alert(
                "NodeMemoryHighUtilization",
                "node-exporter",
                "warning",
                "Host is running out of memory.",
                f"Memory is filling up at {last}, has been above 90% for the last 15 minutes.",
                3 * 3600,
                node=last,
                job="node-exporter",
            )
        case "volume":
            yield alert(
                "KubePersistentVolumeFillingUp",
                "kubernetes-storage",
                "warning",
                "PersistentVolume is filling up.",
                f"The PersistentVolume claimed by data-db-0 in namespace {c.app}-db is 94% full.",
                30 * 3600,
                namespace=f"{c.app}-db",
                persistentvolumeclaim="data-db-0",
                job="kubelet",
            )
        case "scrape":
            yield alert(
                "TargetDown",
                "general.rules",
                "warning",
                "One or more targets are unreachable.",
                f"100% of the kube-state-metrics targets in kof namespace are down on cluster {c.name}.",
                7 * 3600,
                namespace="kof",
                job="kube-state-metrics",
            )


def _alert(
    name: str,
    group: str,
    severity: str,
    labels: dict[str, str],
    kept: tuple[str, ...],
    summary: str,
    description: str,
    age: float,
) -> Alert:
    chosen = tuple(sorted((key, labels[key]) for key in kept if key in labels))
    return Alert(name, group, severity, chosen, summary, description, MANAGEMENT_STORE, age)


def annotations(alert: Alert) -> dict[str, str]:
    group = alert.group.partition("-")[0] if alert.group.startswith(("kubernetes", "kube-")) else alert.group
    group = "kubernetes" if group in ("kubernetes", "kube") else group.removesuffix(".rules").removesuffix("-exporter")
    found = {"summary": alert.summary, "description": alert.description}
    return found | {"runbook_url": f"{_RUNBOOKS}/{group}/{alert.name.lower()}"}


def stamp_of(when: float) -> str:
    return stamp(datetime.fromtimestamp(when, UTC)).replace("Z", ".000Z")


def _told(labels: dict[str, str]) -> bool:
    """Ready is not True; and, for some, Paused, which is as it should be: the shipped rule cannot tell them apart."""
    if labels.get("type") == "Paused":
        return int(hashlib.sha256(labels["name"].encode()).hexdigest(), 16) % 9 == 0
    return labels.get("type") == "Ready"
