"""The page of alerts: what fires, filtered; what fired; and what it speaks of."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict

from regions.domain.alerts import ordering
from regions.domain.metrics.measures import Missing
from regions.domain.viewer import Viewer
from regions.metrics.reads import measures
from regions.metrics.reads.values import Alert, FleetMeasures

LATELY = 60


@dataclass(frozen=True, slots=True)
class AlertFilters:
    """What an address asks for. Empty: no limit."""

    text: str = ""
    severities: tuple[str, ...] = ()
    region: str = ""
    deployment: str = ""
    silenced: bool = True  # show what is silenced, inhibited or muted, too

    def takes(self, alert: Alert) -> bool:
        if self.severities and (alert.severity.lower() or "none") not in self.severities:
            return False
        if self.region and alert.region != self.region:
            return False
        if self.deployment and alert.deployment != self.deployment:
            return False
        if not self.silenced and alert.state == "suppressed":
            return False
        words = f"{alert.name} {alert.summary} {alert.description} {alert.cluster} {alert.region}".lower()
        return self.text.lower() in words

    @property
    def any(self) -> bool:
        return bool(self.text or self.severities or self.region or self.deployment or not self.silenced)


def filters_of(data: QueryDict) -> AlertFilters:
    """The filters of an address."""
    return AlertFilters(
        data.get("search", "").strip(),
        tuple(one for one in data.getlist("severity") if one),
        data.get("region", "").strip(),
        data.get("deployment", "").strip(),
        data.get("silenced", "1") != "0",
    )


@dataclass(frozen=True, slots=True)
class AlertsPage:
    """What the page shows."""

    places: tuple[ordering.RegionAlerts[Alert], ...]
    total: int  # that fit
    of: int
    counts: Mapping[str, int]  # of all that fire, by severity
    regions: tuple[str, ...]  # all there are, to choose from
    ended: tuple[Alert, ...]  # within a day, newest first
    ended_total: int
    trouble: Missing | None


def firing(filters: AlertFilters, found: FleetMeasures, *, viewer: Viewer) -> AlertsPage:
    """Everything that fires and fits, by place, worst first."""
    everything = ordering.once(found.alerts)
    shown = [one for one in everything if filters.takes(one)]
    ended = [one for one in measures.alerts(viewer=viewer, ended=True) if filters.takes(one)]
    return AlertsPage(
        ordering.places(shown),
        len(shown),
        len(everything),
        ordering.counts(everything),
        tuple(one.name for one in found.regions),
        tuple(ended[:LATELY]),
        len(ended),
        found.alerts_trouble,
    )
