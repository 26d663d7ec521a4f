"""Alerts of whichever source, as one shape, and which cluster, deployment and region each speaks of. Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from regions.domain import manifest as m
from regions.domain.redact import without_credentials
from regions.domain.refs import MANAGEMENT

QUIET = frozenset({"Watchdog", "InfoInhibitor"})
"""These fire always, to show that alerts are evaluated, or to hold others back: nobody need act on them."""

LONGEST = 2000

Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class AlertsHeard:
    """One alert as its source tells it, and of what it speaks."""

    fingerprint: str
    source: str  # alertmanager | promxy | series
    name: str
    severity: str
    state: str  # active | suppressed | pending
    since: datetime
    labels: Mapping[str, str] = field(default_factory=dict)
    summary: str = ""
    description: str = ""
    runbook: str = ""
    silenced_by: tuple[str, ...] = ()  # ids of silences
    inhibited_by: tuple[str, ...] = ()  # fingerprints of other alerts
    muted_by: tuple[str, ...] = ()  # names of time intervals
    region: str = ""
    namespace: str = ""
    cluster: str = ""

    def columns(self) -> dict[str, Any]:
        """As the columns of a row."""
        return {
            "source": self.source,
            "name": self.name,
            "severity": self.severity,
            "state": self.state,
            "since": self.since,
            "labels": dict(self.labels),
            "summary": self.summary,
            "description": self.description,
            "runbook": self.runbook,
            "silenced_by": list(self.silenced_by),
            "inhibited_by": list(self.inhibited_by),
            "muted_by": list(self.muted_by),
            "region": self.region,
            "namespace": self.namespace,
            "cluster": self.cluster,
        }


@dataclass(frozen=True, slots=True)
class Atlas:
    """What is known of clusters: the region of each deployment, and the deployments that report to each store."""

    regions: Mapping[Place, str]  # namespace and name of a ClusterDeployment → its Region
    known: frozenset[str] = frozenset()  # names of Regions
    management: str = ""  # what management's own series call it
    _namespaces: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)  # of each name

    def __post_init__(self) -> None:
        found: dict[str, tuple[str, ...]] = {}
        for namespace, name in self.regions:
            found[name] = (*found.get(name, ()), namespace)
        object.__setattr__(self, "_namespaces", found)

    def find(self, labels: Mapping[str, str]) -> tuple[str, str, str]:
        """Region, namespace and name of what an alert speaks of; what cannot be told is empty."""
        for label in ("cluster", "cluster_name", "name"):
            name = labels.get(label, "")
            if name and (found := self._place(name, labels)):
                return found
        name = labels.get("cluster", "")
        if name in self.known:
            return name, "", name
        store = labels.get("promxyCluster", "")
        if store and (found := self._place(store, {"clusterNamespace": labels.get("promxyClusterNamespace", "")})):
            return found[0], "", name
        return MANAGEMENT, "", name

    def _place(self, name: str, labels: Mapping[str, str]) -> tuple[str, str, str] | None:
        namespaces = self._namespaces.get(name, ())
        for label in ("clusterNamespace", "cluster_namespace", "namespace"):
            if labels.get(label) in namespaces:
                namespace = labels[label]
                return self.regions[namespace, name], namespace, name
        if len(namespaces) == 1:
            return self.regions[namespaces[0], name], namespaces[0], name
        return None


def from_alertmanager(said: Any, atlas: Atlas) -> dict[str, AlertsHeard]:
    """The alerts of `/api/v2/alerts/groups`, by fingerprint. Raises TypeError for what is no list of groups.

    Only groups say what a time interval mutes: `/api/v2/alerts` calls that active, and names no interval. An alert is
    in a group of each route that takes it. It fires while it does so in any of them: then somebody is told.
    """
    if not isinstance(said, list):
        raise TypeError("not a list of groups of alerts")
    found = []
    for group in m.items(said):
        if not isinstance(group.get("alerts"), list):
            raise TypeError("not a list of groups of alerts")
        for one in m.items(group["alerts"]):
            since = m.parse_time(one.get("startsAt"))
            if since is not None:
                found.append(
                    _with_status(_heard(one, "alertmanager", "active", since, atlas), m.mapping(one.get("status")))
                )
    return _once(found)


def _with_status(alert: AlertsHeard, status: Mapping[str, Any]) -> AlertsHeard:
    """What holds it back. Each is told apart: who silenced it is somebody, what inhibits it another alert."""
    silenced, inhibited, muted = (_texts(status.get(name)) for name in ("silencedBy", "inhibitedBy", "mutedBy"))
    if not (silenced or inhibited or muted or status.get("state") == "suppressed"):
        return alert
    return replace(alert, state="suppressed", silenced_by=silenced, inhibited_by=inhibited, muted_by=muted)


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(m.text(one) for one in value) if isinstance(value, list) else ()


def from_promxy(said: Any, atlas: Atlas) -> dict[str, AlertsHeard]:
    """The alerts of `/api/v1/alerts`, pending ones among them. Raises TypeError for what is none."""
    alerts = m.part(said, "data", "alerts")
    if not isinstance(alerts, list):
        raise TypeError("not a list of alerts")
    found = []
    for one in m.items(alerts):
        state = "pending" if one.get("state") == "pending" else "active"
        since = m.parse_time(one.get("activeAt"))
        if since is not None:
            found.append(_heard(one, "promxy", state, since, atlas))
    return _once(found)


def from_series(rows: Iterable[Mapping[str, str]], now: datetime, atlas: Atlas) -> dict[str, AlertsHeard]:
    """The alerts that `ALERTS` series tell of: when each began is not said by them."""
    found = []
    for row in rows:
        labels = {name: value for name, value in row.items() if name not in ("__name__", "alertstate")}
        state = "pending" if row.get("alertstate") == "pending" else "active"
        found.append(_heard({"labels": labels}, "series", state, now, atlas))
    return _once(found)


def fingerprint(labels: Mapping[str, str]) -> str:
    """The same labels, the same fingerprint, whoever tells of it: only an Alertmanager sends one of its own."""
    # promxy adds where it comes from to what it sends on, and not to what it shows itself.
    text = "\x00".join(f"{name}\x01{labels[name]}" for name in sorted(labels) if name != "source")
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _heard(one: Mapping[str, Any], source: str, state: str, since: datetime, atlas: Atlas) -> AlertsHeard:
    labels = {m.text(name): m.text(value) for name, value in m.mapping(one.get("labels")).items()}
    said = m.mapping(one.get("annotations"))
    region, namespace, cluster = atlas.find(labels)
    return AlertsHeard(
        fingerprint=fingerprint(labels),
        source=source,
        name=labels.get("alertname", "")[:253],
        severity=labels.get("severity", "")[:64],
        state=state,
        since=since.astimezone(UTC),
        labels=labels,
        summary=_words(said.get("summary") or said.get("message")),
        description=_words(said.get("description")),
        runbook=_link(said.get("runbook_url")),
        region=region,
        namespace=namespace,
        cluster=cluster[:253],
    )


def _once(found: Iterable[AlertsHeard]) -> dict[str, AlertsHeard]:
    """By fingerprint: of those that are the same the one that is not held back, else the earliest; without those that
    nobody need act on."""
    by: dict[str, AlertsHeard] = {}
    for one in sorted(found, key=lambda one: (one.state == "suppressed", one.since)):
        if one.name not in QUIET:
            by.setdefault(one.fingerprint, one)
    return by


def _words(value: Any) -> str:
    return without_credentials(m.text(value))[:LONGEST]


def _link(value: Any) -> str:
    """A link that a page may offer: nothing but http and https."""
    text = m.text(value)
    return text[:600] if text.startswith(("https://", "http://")) else ""
