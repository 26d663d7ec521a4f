"""What is told of one week: availability, time to ready, incidents and their causes, upgrades, and what it costs."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Condition

from cachetools import TTLCache, cached
from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from dashboard.reports.weeks import Week, week_of
from regions import journal
from regions.domain.availability import Availability, ErrorBudget, Incident, budget
from regions.domain.health_scale import ILL
from regions.domain.metrics.measures import Reading
from regions.domain.tables import Cell
from regions.domain.viewer import Viewer
from regions.domain.words import one_line
from regions.indexes import Literal
from regions.inventory.change_items import ChangeItem
from regions.inventory.changes import item
from regions.inventory.learned import Learned, Record, learn, total, window_of
from regions.metrics.pages.cost import Bill, costs
from regions.metrics.reads import measures
from regions.metrics.reads.values import FleetMeasures
from regions.models import Change
from regions.permitted import changes, permitted_changes
from regions.reliability import objective

MOST = 50


@dataclass(frozen=True, slots=True)
class ToldIncident:
    """An incident of something, and how its cluster worded it when it began."""

    record: Record
    incident: Incident
    said: str
    lasted_until: datetime  # its end, or that of what is told

    @property
    def seconds(self) -> float:
        return (self.lasted_until - self.incident.start).total_seconds()


@dataclass(frozen=True, slots=True)
class TeamCost:
    """What the clusters of one namespace cost a day at this pace. `of` have a figure, of `clusters` that are there."""

    team: str
    day: float
    of: int
    clusters: int


@dataclass(frozen=True, slots=True)
class WeekReport:
    """`learned` is None where nothing of the week is kept. Costs are those of now, so only of the week that is on."""

    week: Week
    now: datetime
    learned: Learned | None
    deployments: tuple[Record, ...]  # that were there, least available first
    whole: Availability
    budget: ErrorBudget
    incidents: tuple[ToldIncident, ...]  # longest first, at most `most`
    incidents_total: int
    upgrades: tuple[ChangeItem, ...]  # newest first, at most `most`
    upgrades_more: bool
    bills: tuple[Bill, ...]
    teams: tuple[TeamCost, ...]
    currency: str
    most: int = MOST

    @property
    def current(self) -> bool:
        return self.week.start <= self.now < self.week.end


_kept: TTLCache[Hashable, WeekReport] = TTLCache(16, ttl=60)


@cached(_kept, key=lambda week, viewer: (week.name, viewer.permission_set), condition=Condition())
def week_report(week: Week, viewer: Viewer) -> WeekReport:
    """The same for a minute; who asks for what somebody else has just asked for waits for that."""
    now = timezone.now()
    end = min(week.end, now)
    asked = end - week.start
    window = window_of(asked.total_seconds() / 86_400, end) if end > week.start else None
    learned = learn(window, asked, viewer=viewer) if window else None
    there = tuple(one for one in learned.deployments if one.availability.watched) if learned else ()
    told = _incidents((*learned.regions, *there), end) if learned else []
    upgrades = _upgrades(week, viewer)
    current = week_of(now) == week
    measured = measures.fleet_measures(viewer=viewer) if current else None
    return WeekReport(
        week,
        now,
        learned,
        there,
        total(there),
        budget(total(there), objective()),
        tuple(_worded(told[:MOST], viewer)),
        len(told),
        upgrades[:MOST],
        len(upgrades) > MOST,
        costs(measured).regions if measured else (),
        _teams(measured) if measured else (),
        settings.PANE_CURRENCY,
    )


def _incidents(records: Iterable[Record], end: datetime) -> list[ToldIncident]:
    found = [ToldIncident(one, each, "", each.end or end) for one in records for each in one.incidents]
    return sorted(found, key=lambda one: -one.seconds)


def _worded(told: list[ToldIncident], viewer: Viewer) -> Iterable[ToldIncident]:
    """Each with the words of the change that began it; what had begun before the week has none."""
    about = Q(pk__in=())
    for one in told:
        target = one.record.target
        about |= Q(kind=target.kind, namespace=target.namespace, name=target.name, at=one.incident.start)
    rows = changes(viewer).filter(about, health__in=ILL).exclude(health=F("previous_health")) if told else ()
    words = {(row.kind, row.namespace, row.name, row.at): one_line(row.message, 300) for row in rows}
    for one in told:
        target = one.record.target
        said = words.get((target.kind, target.namespace, target.name, one.incident.start), "")
        yield ToldIncident(one.record, one.incident, said or "It had begun before", one.lasted_until)


def _upgrades(week: Week, viewer: Viewer) -> tuple[ChangeItem, ...]:
    """Deployments that were given another template, newest first: by an index that holds nothing else."""
    rows = Change.objects.filter(permitted_changes(viewer), reason=Literal("TemplateChanged"), kind="ClusterDeployment")
    some = rows.filter(at__gte=week.start, at__lt=week.end).order_by("-id")[: MOST + 1]
    log = journal.cursor().partition(".")[0]
    return tuple(item(row, log) for row in some)


def _teams(found: FleetMeasures) -> tuple[TeamCost, ...]:
    """By namespace of deployments, the dearest first; who says nothing of cost is counted, and not added."""
    clusters = [one for region in found.regions for one in region.clusters] + list(found.others)
    days: dict[str, list[float]] = {}
    there: dict[str, int] = {}
    for one in clusters:
        if not one.namespace:
            continue
        there[one.namespace] = there.get(one.namespace, 0) + 1
        if isinstance(day := one.figures.get("cost_day_run_rate"), Reading):
            days.setdefault(one.namespace, []).append(day.value)
    teams = (TeamCost(name, sum(known), len(known), there[name]) for name, known in days.items())
    return tuple(sorted(teams, key=lambda one: -one.day))


HEAD = (
    "week",
    "kind",
    "namespace",
    "name",
    "region",
    "template",
    "available_percent",
    "window_seconds",
    "watched_seconds",
    "available_seconds",
    "unavailable_seconds",
    "error_budget_used",
    "incidents",
    "flapped",
    "ready_after_seconds",
)


def table(report: WeekReport) -> list[tuple[Cell, ...]]:
    """One row a region and deployment, as `HEAD` says."""
    records = (*report.learned.regions, *report.deployments) if report.learned else ()
    return [_row(report.week, one) for one in records]


def _row(week: Week, one: Record) -> tuple[Cell, ...]:
    known = one.availability
    return (
        week.name,
        one.target.kind,
        one.target.namespace,
        one.target.name,
        one.region,
        one.template,
        round(known.share * 100, 4) if known.share is not None else None,
        known.window.total_seconds(),
        known.watched.total_seconds(),
        known.available.total_seconds(),
        known.unavailable.total_seconds(),
        budget(known, objective()).burn,
        len(one.incidents),
        one.flapping is not None,
        one.took.total_seconds() if one.took is not None else None,
    )


def as_json(report: WeekReport) -> Mapping[str, object]:
    """The whole report for programs; times in seconds, moments as ISO 8601."""
    learned = report.learned
    return {
        "week": report.week.name,
        "start": report.week.start,
        "end": report.week.end,
        "kept_since": learned.window.start if learned else None,
        "objective": objective(),
        "available": report.whole.share,
        "error_budget_used": report.budget.burn,
        "rows": [dict(zip(HEAD, row, strict=True)) for row in table(report)],
        "incidents_total": report.incidents_total,
        "incidents": [
            {
                "kind": one.record.target.kind,
                "namespace": one.record.target.namespace,
                "name": one.record.target.name,
                "start": one.incident.start,
                "end": one.incident.end,
                "earlier": one.incident.earlier,
                "worst": one.incident.worst,
                "message": one.said,
            }
            for one in report.incidents
        ],
        "time_to_ready": [
            {
                "region": region,
                "template": template,
                "count": one.count,
                "median_seconds": one.median.total_seconds(),
                "p90_seconds": one.p90.total_seconds(),
            }
            for (region, template), one in (learned.usual.items() if learned else ())
        ],
        "upgrades": [
            {"at": one.at, "namespace": one.target.namespace, "name": one.target.name, "message": one.message}
            for one in report.upgrades
        ],
        "cost_a_day_by_team": [
            {"team": one.team, "value": one.day, "clusters": one.of, "of": one.clusters} for one in report.teams
        ],
        "currency": report.currency,
    }
