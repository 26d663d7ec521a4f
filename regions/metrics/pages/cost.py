"""Money: by region, cluster and namespace; against a week ago, and against a budget."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings

from regions.domain.metrics.measures import Aggregate, Figure, Reading
from regions.domain.metrics.spending import FLEET, Budget, budgets, estimated
from regions.domain.refs import MANAGEMENT
from regions.metrics.pages.addresses import MetricsScope
from regions.metrics.pages.place import MOST, Space, spaces
from regions.metrics.reads.values import ClusterMeasures, FleetMeasures
from regions.models import Resource

KEYS = ("cost_day_run_rate", "cost_day_actual", "cost_change_7d", "cost_idle_cpu", "cost_pv", "cost_lb")


@dataclass(frozen=True, slots=True)
class Bill:
    """What a region or a cluster costs."""

    id: str
    title: str
    url: str
    day: Figure | None  # at this pace
    actual: Figure | None  # the last 24 hours
    change: Figure | None  # against the week's mean
    idle: Figure | None
    share: float | None  # of all that is known
    coverage: str = ""
    sub: str = ""
    budget: Budget | None = None
    estimated: bool = False  # at OpenCost's default prices: there is no price list of where it runs


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be spent, and what is."""

    currency: str
    budgets: tuple[Budget, ...]

    @property
    def crossed(self) -> tuple[Budget, ...]:
        return tuple(one for one in self.budgets if one.crossed)


@dataclass(frozen=True, slots=True)
class Costs(Limits):
    """The page of costs."""

    total: Aggregate
    actual: Aggregate
    change: Aggregate
    idle: Aggregate
    regions: tuple[Bill, ...]
    clusters: tuple[Bill, ...]
    clusters_total: int
    spaces: tuple[Space, ...]


def limits(found: FleetMeasures) -> Limits:
    """Budgets alone: where it all goes is much to add up."""
    total = found.sums["cost_day_run_rate"]
    spent: dict[str, tuple[float | None, bool]] = {FLEET: (total.value, total.whole)}
    for region in found.regions:
        day = region.sums["cost_day_run_rate"]
        spent[region.name] = (day.value, day.whole)
    return Limits(settings.PANE_CURRENCY, budgets(settings.PANE_BUDGETS, spent))


def costs(found: FleetMeasures, most: int = 50) -> Costs:
    """What everything costs, the dearest first. Clusters that say nothing of cost are no part of it."""
    sums = found.sums
    total = sums["cost_day_run_rate"]
    clusters = [one for region in found.regions for one in region.clusters] + list(found.others)
    rows = Resource.objects.filter(kind="ClusterDeployment", cluster=MANAGEMENT)
    templates = {(row[0], row[1]): row[2] for row in rows.values_list("namespace", "name", "template")}
    within = limits(found)
    by_name = {one.name: one for one in within.budgets}
    regions = [
        _bill(
            f"cost-region-{region.name}",
            "Management" if region.name == MANAGEMENT else region.name,
            MetricsScope(region=region.name).url,
            region.figures,
            total,
            coverage=_short(region.sums["cost_day_run_rate"]),
            budget=by_name.get(region.name),
        )
        for region in found.regions
        if region.clusters_of
    ]
    bills = [
        _bill(
            f"cost-cluster-{one.namespace}_{one.name}",
            one.name,
            _url(one),
            one.figures,
            total,
            sub=one.namespace,
            guessed=one.known and estimated(templates.get((one.namespace, one.name), "")),
        )
        for one in clusters
        if isinstance(one.figures.get("cost_day_run_rate"), Reading)
    ]
    return Costs(
        within.currency,
        within.budgets,
        total,
        sums["cost_day_actual"],
        sums["cost_change_7d"],
        sums["cost_idle_cpu"],
        _ranked(regions),
        _ranked(bills)[:most],
        len(bills),
        spaces(clusters)[:MOST],
    )


def _url(one: ClusterMeasures) -> str:
    return MetricsScope(namespace=one.namespace, cluster=one.name).url if one.known and one.namespace else ""


def _bill(
    id: str,
    title: str,
    url: str,
    figures: Mapping[str, Figure],
    total: Aggregate,
    *,
    coverage: str = "",
    sub: str = "",
    budget: Budget | None = None,
    guessed: bool = False,
) -> Bill:
    day = figures.get("cost_day_run_rate")
    share = day.value / total.value if isinstance(day, Reading) and total.value else None
    return Bill(
        id.replace(".", "__"),
        title,
        url,
        day,
        figures.get("cost_day_actual"),
        figures.get("cost_change_7d"),
        figures.get("cost_idle_cpu"),
        share,
        coverage,
        sub,
        budget,
        guessed,
    )


def _short(found: Aggregate) -> str:
    return "" if found.whole or not found.of else found.coverage


def _ranked(bills: Iterable[Bill]) -> tuple[Bill, ...]:
    return tuple(sorted(bills, key=lambda one: (-(one.share or 0.0), one.title)))
