"""The few figures that a tile of the wall shows, and what fires there; confined to the viewer's scope."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from regions.domain.metrics.measures import Aggregate
from regions.domain.viewer import Viewer
from regions.metrics.reads.measures import fleet_measures
from regions.metrics.reads.values import Alert, RegionMeasures
from regions.models import Store
from regions.permitted import sees_part_of

_GAUGES = (("cpu_used_ratio", "CPU"), ("mem_used_ratio", "Mem"), ("disk_worst", "Disk"))
HOT = 0.9
OLD = 180  # seconds
_LOUD = ("critical", "error", "page", "emergency")
_QUIET = ("info", "none")


@dataclass(frozen=True, slots=True)
class Gauge:
    """One share of a region. `percent` None: nobody was heard; `coverage`: of how many it is, when not of all."""

    word: str
    percent: int | None
    coverage: str = ""

    @property
    def hot(self) -> bool:
        return self.percent is not None and self.percent >= 100 * HOT


@dataclass(frozen=True, slots=True)
class FiringAlerts:
    """What fires in a region. `known` False: there may be more, the alerts could not be read."""

    critical: int = 0
    others: int = 0
    known: bool = True

    @property
    def total(self) -> int:
        return self.critical + self.others


@dataclass(frozen=True, slots=True)
class RegionFigures:
    """What a tile shows of a region's metrics."""

    gauges: tuple[Gauge, ...]
    age: int | None = None  # seconds that its oldest cluster's newest sample is old; None: not known
    heard: int = 0
    of: int = 0

    @property
    def stale(self) -> bool:
        """The newest that a cluster there sent is old, or nobody is heard at all."""
        return self.heard == 0 or (self.age is not None and self.age > OLD)


@dataclass(frozen=True, slots=True)
class BoardFigures:
    """What a wall shows of metrics. Not `measured`: nothing is, and then nothing is said of them."""

    measured: bool = False
    regions: Mapping[str, RegionFigures] = field(default_factory=dict)
    alarms: Mapping[str, FiringAlerts] = field(default_factory=dict)
    alerts: tuple[Alert, ...] = ()  # that fire and are not silenced, worst first
    trouble: str = ""  # why the alerts may not be all

    @property
    def critical(self) -> int:
        return sum(loud(alert) for alert in self.alerts)


def figures(*, viewer: Viewer) -> BoardFigures:
    """By the rows that the meter wrote. Whoever is confined to namespaces is not told a region's figures as a whole."""
    if not Store.objects.exists():
        return BoardFigures()
    found = fleet_measures(viewer=viewer)
    names = {region.name for region in found.regions}
    alerts = tuple(alert for alert in found.alerts if alert.state == "active" and alert.severity not in _QUIET)
    known = found.alerts_trouble is None
    alarms = {name: _alarms([alert for alert in alerts if alert.region == name], known) for name in names}
    whole = (
        {}
        if sees_part_of(viewer)
        else {region.name: _figures(region) for region in found.regions if region.name in names and region.clusters_of}
    )
    trouble = found.alerts_trouble.sentence if found.alerts_trouble and not viewer.confined else ""
    return BoardFigures(True, whole, alarms, alerts, trouble or ("" if known else "The alerts cannot be read"))


def loud(alert: Alert) -> bool:
    """It wakes people up."""
    return alert.severity.lower() in _LOUD


def _alarms(alerts: list[Alert], known: bool) -> FiringAlerts:
    critical = sum(loud(alert) for alert in alerts)
    return FiringAlerts(critical, len(alerts) - critical, known)


def _figures(region: RegionMeasures) -> RegionFigures:
    gauges = tuple(_gauge(word, region.sums[id]) for id, word in _GAUGES if id in region.sums)
    fresh = region.sums.get("freshness")
    age = round(fresh.value) if fresh and fresh.value is not None else None
    return RegionFigures(gauges, age, region.clusters_heard, region.clusters_of)


def _gauge(word: str, sum: Aggregate) -> Gauge:
    coverage = "" if sum.whole or sum.value is None else f"{sum.heard}/{sum.of}"
    return Gauge(word, None if sum.value is None else round(100 * sum.value), coverage)
