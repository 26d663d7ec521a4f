"""Alerts in the order in which somebody on call reads them: by place, worst first, the same thing once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

SEVERITIES = ("critical", "error", "warning", "info", "none")
"""Worst first. Alertmanager knows no order; anything else that somebody calls a severity stands before "none"."""

QUIET = {"Watchdog", "InfoInhibitor"}
"""Alerts that fire when all is well, or only to silence others: never counted."""


class Alarm(Protocol):
    """What is asked of an alert here."""

    @property
    def fingerprint(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def cluster(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def since(self) -> datetime | None: ...
    @property
    def state(self) -> str: ...
    @property
    def labels(self) -> Mapping[str, str]: ...
    @property
    def silenced_by(self) -> Sequence[str]: ...
    @property
    def inhibited_by(self) -> Sequence[str]: ...
    @property
    def muted_by(self) -> Sequence[str]: ...


A = TypeVar("A", bound=Alarm)

NEGATIVE = {
    "Paused",
    "Deleting",
    "HelmChartNameChanged",
    "CloudResourcesDeletedCondition",
    "InvalidClaimCondition",
}
"""Conditions of k0rdent whose False is good."""


def misleading(alert: Alarm) -> str:
    """Why an alert that KOF ships fires though nothing is wrong; empty when it means what it says."""
    kind = alert.labels.get("type", "")
    if alert.name == "ConditionStatusFailed" and kind in NEGATIVE:
        return f"KOF's rule takes {kind}=False for a failure; it is the normal state."
    return ""


def held(alert: Alarm) -> str:
    """What holds an alert back, so that it tells nobody; empty when it fires. A person comes before another alert, and
    that before the clock: it is who can say why."""
    if alert.state != "suppressed":
        return ""
    if alert.silenced_by:
        return "silenced"
    if alert.inhibited_by:
        return "inhibited"
    return f"muted by {', '.join(alert.muted_by)}" if alert.muted_by else "held back"


@dataclass(frozen=True, slots=True)
class Bunch(Generic[A]):
    """Alerts of one name and severity on one cluster: ten crash loops are one line, unfolded on demand."""

    name: str
    severity: str
    members: tuple[A, ...]  # oldest first

    @property
    def first(self) -> A:
        return self.members[0]

    @property
    def held(self) -> str:
        """What holds all of them back; empty when any fires."""
        words = [held(one) for one in self.members]
        if not all(words):
            return ""
        return words[0] if len(set(words)) == 1 else "held back"

    @property
    def misleading(self) -> str:
        """Why it fires though nothing is wrong; empty when any member means what it says."""
        said = [misleading(one) for one in self.members]
        return said[0] if all(said) else ""

    @property
    def quiet(self) -> bool:
        return bool(self.held or self.misleading)


@dataclass(frozen=True, slots=True)
class Spot(Generic[A]):
    """A cluster and what fires there. Without a cluster: what speaks of the region, or of management, as a whole."""

    region: str
    cluster: str
    bunches: tuple[Bunch[A], ...]

    @property
    def total(self) -> int:
        return sum(len(bunch.members) for bunch in self.bunches)


@dataclass(frozen=True, slots=True)
class RegionAlerts(Generic[A]):
    """A region with all that fires there."""

    region: str
    spots: tuple[Spot[A], ...]
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def rank(severity: str) -> int:
    """0 is worst. Unheard-of severities come before "none": better read once too often."""
    known = severity.lower()
    if known in ("", "none"):
        return len(SEVERITIES)
    return SEVERITIES.index(known) if known in SEVERITIES else len(SEVERITIES) - 1


def once(alerts: Iterable[A]) -> tuple[A, ...]:
    """Each alert once, by its fingerprint: promxy's replicas send the same ones. Quiet ones are left out."""
    found: dict[str, A] = {}
    for alert in alerts:
        if alert.name in QUIET:
            continue
        known = found.get(alert.fingerprint)
        if known is None or (known.state == "suppressed" and alert.state != "suppressed"):
            found[alert.fingerprint] = alert
    return tuple(found.values())


def counts(alerts: Iterable[Alarm]) -> dict[str, int]:
    """How many fire, by severity, worst first: not what is pending, silenced, inhibited or muted, or misleads."""
    found: dict[str, int] = {}
    for alert in alerts:
        if alert.state == "active" and not misleading(alert):
            found[alert.severity.lower() or "none"] = found.get(alert.severity.lower() or "none", 0) + 1
    return dict(sorted(found.items(), key=lambda item: (rank(item[0]), item[0])))


def places(alerts: Iterable[A]) -> tuple[RegionAlerts[A], ...]:
    """By region, cluster and name: the region with the worst alert first."""
    by_region: dict[str, dict[str, list[A]]] = {}
    for alert in alerts:
        by_region.setdefault(alert.region, {}).setdefault(alert.cluster, []).append(alert)
    found = [
        RegionAlerts(region, _spots(region, clusters), counts(one for alerts in clusters.values() for one in alerts))
        for region, clusters in by_region.items()
    ]
    return tuple(sorted(found, key=lambda place: (_worst(place.spots[0].bunches), -place.total, place.region)))


def _spots(region: str, clusters: Mapping[str, list[A]]) -> tuple[Spot[A], ...]:
    found = [Spot(region, cluster, _bunches(alerts)) for cluster, alerts in clusters.items()]
    return tuple(sorted(found, key=lambda spot: (_worst(spot.bunches), -spot.total, spot.cluster)))


def _bunches(alerts: Iterable[A]) -> tuple[Bunch[A], ...]:
    by_name: dict[tuple[str, str, str], list[A]] = {}
    for alert in alerts:
        by_name.setdefault((alert.name, alert.severity.lower(), misleading(alert)), []).append(alert)
    found = [
        Bunch(name, severity, tuple(sorted(members, key=_since))) for (name, severity, _), members in by_name.items()
    ]
    return tuple(sorted(found, key=lambda bunch: (bunch.quiet, rank(bunch.severity), bunch.name)))


def _since(alert: Alarm) -> tuple[bool, float]:
    return alert.since is None, alert.since.timestamp() if alert.since else 0.0


def _worst(bunches: tuple[Bunch[A], ...]) -> tuple[bool, int]:
    first = bunches[0]
    return first.quiet, rank(first.severity)
