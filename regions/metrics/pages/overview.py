"""The page of the whole fleet: its sums, and all regions side by side on one scale."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from regions.domain.alerts import ordering
from regions.domain.charts.geometry import reach
from regions.domain.charts.units import say
from regions.domain.metrics.figures import POINTS, STEP, aligned
from regions.domain.metrics.measures import Aggregate, Figure, Reading, Why, worst
from regions.domain.refs import MANAGEMENT
from regions.metrics.pages import addresses
from regions.metrics.pages.addresses import MetricsScope
from regions.metrics.pages.panels import ACROSS, KEYS, PANELS, Panel
from regions.metrics.pages.values import Cell, Column, FigureRow, FigureTile
from regions.metrics.reads.values import Alert, ClusterMeasures, FleetMeasures, RegionMeasures, StoreView

FLEET = MetricsScope()
History = Sequence[tuple[datetime, float | None]]


def tiles(found: FleetMeasures) -> tuple[FigureTile, ...]:
    """The sums of the fleet, in the order in which they are asked after."""
    sums = found.sums
    ready, nodes = sums["nodes_ready"], sums["nodes"]
    short = ready.value is not None and nodes.value is not None and ready.value < nodes.value
    eta = worst({one.name: one.figures["store_eta"] for one in held(found.stores)}, "d", "stores", least=True)
    return (
        FigureTile(
            "clusters_reporting",
            "Clusters reporting",
            addresses.figure("cluster_list", FLEET),
            aggregate=found.clusters,
            tone="" if found.clusters.whole or not found.clusters.of else "warn",
            of=f"of {found.clusters.of}",
        ),
        _sum(
            "nodes_ready", sums, tone="warn" if short else "", of="" if nodes.value is None else f"of {nodes.value:.0f}"
        ),
        _sum("cpu_used_ratio", sums, note=_of("cpu_capacity", sums, "allocatable")),
        _sum("mem_used_ratio", sums, note=_of("mem_capacity", sums, "allocatable")),
        _sum("disk_worst", sums),
        _sum("pods_waiting", sums),
        _sum("api_err", sums, note="worst cluster"),
        _sum("api_p99", sums, note="worst cluster"),
        _sum("cost_day_run_rate", sums, note=trend(sums.get("cost_change_7d"))),
        FigureTile(
            "store_eta",
            PANELS["store_eta"].title,
            addresses.figure("store_eta", FLEET),
            aggregate=_capped(eta),
            tone=PANELS["store_eta"].tone(eta.value),
            note="first of all stores",
        ),
        _sum("freshness", sums, note="oldest of all clusters"),
    )


def held(stores: Iterable[StoreView]) -> list[StoreView]:
    """Stores that tell of themselves: where clusters' series lie, not what only passes them on."""
    return [one for one in stores if one.kind in ("regional", "regionless", "set", "extra")]


def in_order(stores: Iterable[StoreView]) -> list[StoreView]:
    """Those that give nothing first; last what nobody needs to ask."""

    def rank(one: StoreView) -> tuple[bool, bool, str]:
        unneeded = one.trouble is not None and one.trouble.reason is Why.NOT_APPLICABLE
        return unneeded, one.answers, one.name

    return sorted(stores, key=rank)


def recent(history: History, now: datetime) -> tuple[float | None, ...]:
    """A history on the grid of the last hour: one that ended earlier ends earlier on the page, too."""
    first = int(now.timestamp()) // STEP * STEP - (POINTS - 1) * STEP
    return aligned(((at, value) for at, value in history if value is not None), first, STEP, POINTS)


LONG = 999.0
"""Days beyond which nobody plans; a store that shrinks would be full in millions of years."""


def _capped(eta: Aggregate) -> Aggregate:
    if eta.value is None or eta.value <= LONG:
        return eta
    return Aggregate(LONG, eta.unit, eta.heard, eta.of, eta.noun, eta.missing, eta.stale)


def _sum(
    key: str, sums: Mapping[str, Aggregate], *, tone: str | None = None, of: str = "", note: str = ""
) -> FigureTile:
    panel, found = PANELS[key], sums[key]
    return FigureTile(
        key,
        panel.title,
        addresses.figure(key, FLEET),
        aggregate=found,
        of=of,
        note=note,
        tone=panel.tone(found.value) if tone is None else tone,
    )


def _of(key: str, sums: Mapping[str, Aggregate], word: str) -> str:
    found = sums.get(key)
    return f"{say(found.value, found.unit)} {word}" if found and found.value is not None else ""


def trend(found: Aggregate | Figure | None) -> str:
    """How a price moved against the week before, in words."""
    value = found.value if isinstance(found, Aggregate | Reading) else None
    if value is None:
        return "trend not known"
    if abs(value) < 0.005:
        return "as in the week before"
    return f"{say(abs(value), 'ratio')} {'more' if value > 0 else 'less'} than the week's mean"


def key_tiles(one: RegionMeasures | ClusterMeasures, scope: MetricsScope, now: datetime) -> tuple[FigureTile, ...]:
    """The key figures of a region or a cluster, each with its last hour."""
    found = []
    for key in KEYS:
        panel, points = PANELS[key], recent(one.history.get(key, ()), now)
        figure = one.figures.get(key)
        of, tone = "", panel.tone_of(figure)
        if key == "nodes_ready" and isinstance(nodes := one.figures.get("nodes"), Reading):
            of = f"of {nodes.value:.0f}"
            tone = "warn" if isinstance(figure, Reading) and figure.value < nodes.value else ""
        aggregate = one.sums.get(key) if isinstance(one, RegionMeasures) else None
        note = trend(one.figures.get("cost_change_7d")) if key == "cost_day_run_rate" else ""
        found.append(
            FigureTile(
                key,
                panel.title,
                addresses.figure(key, scope),
                figure,
                aggregate,
                tone,
                of,
                note,
                points,
                _top(panel, [points]),
            )
        )
    return tuple(found)


def _top(panel: Panel, lines: Iterable[Sequence[float | None]]) -> float:
    return panel.full or reach(lines)[1] or 1.0


@dataclass(frozen=True, slots=True)
class FigureTable:
    """Rows that are comparable by eye: each column has one scale."""

    columns: tuple[Column, ...]
    lines: tuple[FigureRow, ...]


def regions_board(found: FleetMeasures, now: datetime) -> FigureTable:
    """All regions, those in trouble first."""
    pasts = {one.name: _past(one, now) for one in found.regions}
    tops = _tops(pasts.values())
    fires = by_region(ordering.once(found.alerts))
    lines = [_region(one, pasts[one.name], tops, fires.get(one.name, [])) for one in found.regions]
    return FigureTable(_columns(FLEET), tuple(sorted(lines, key=_trouble)))


def clusters_board(one: RegionMeasures, fires: Iterable[Alert], scope: MetricsScope, now: datetime) -> FigureTable:
    """The clusters of a region, those in trouble first."""
    by_cluster: dict[str, list[Alert]] = {}
    for alert in ordering.once(fires):
        by_cluster.setdefault(alert.deployment, []).append(alert)
    shown = [cluster for cluster in one.clusters if cluster.role or cluster.reporting]
    pasts = {cluster.label: _past(cluster, now) for cluster in shown}
    tops = _tops(pasts.values())
    lines = [_cluster(cluster, pasts[cluster.label], tops, by_cluster.get(cluster.label, [])) for cluster in shown]
    return FigureTable(_columns(scope), tuple(sorted(lines, key=_trouble)))


Past = Mapping[str, tuple[float | None, ...]]


def _past(one: RegionMeasures | ClusterMeasures, now: datetime) -> Past:
    return {key: recent(one.history.get(key, ()), now) for key in ACROSS}


def _tops(pasts: Iterable[Past]) -> dict[str, float]:
    kept = list(pasts)
    return {key: _top(PANELS[key], [past[key] for past in kept]) for key in ACROSS}


def by_region(fires: Iterable[Alert]) -> dict[str, list[Alert]]:
    """What fires, by region."""
    found: dict[str, list[Alert]] = {}
    for alert in fires:
        found.setdefault(alert.region, []).append(alert)
    return found


def _columns(scope: MetricsScope) -> tuple[Column, ...]:
    return tuple(Column(PANELS[key], addresses.figure(key, scope)) for key in ACROSS)


def _region(one: RegionMeasures, past: Past, tops: Mapping[str, float], fires: Iterable[Alert]) -> FigureRow:
    stores = ", ".join(store.name for store in one.stores)
    return FigureRow(
        f"metrics-region-{one.name}",
        one.name,
        "Management" if one.name == MANAGEMENT else one.name,
        MetricsScope(region=one.name).url,
        one.clusters_heard,
        one.clusters_of,
        one.missing,
        tuple(_cell(key, one.figures, past, tops, one.sums, one.clusters_heard) for key in ACROSS),
        ordering.counts(fires),
        stores,
    )


def _cluster(one: ClusterMeasures, past: Past, tops: Mapping[str, float], fires: Iterable[Alert]) -> FigureRow:
    return FigureRow(
        f"metrics-cluster-{one.namespace}_{one.name}".replace(".", "__"),
        one.label,
        one.name,
        MetricsScope(namespace=one.namespace, cluster=one.name).url if one.known else "",
        int(one.reporting),
        1,
        () if one.reporting else (one.label,),
        tuple(_cell(key, one.figures, past, tops, {}) for key in ACROSS),
        ordering.counts(fires),
        one.store.name if one.store else "",
        one.namespace,
    )


def _cell(
    key: str,
    figures: Mapping[str, Figure],
    past: Past,
    tops: Mapping[str, float],
    sums: Mapping[str, Aggregate],
    heard: int = 0,
) -> Cell:
    panel, figure, of = PANELS[key], figures.get(key), ""
    tone = panel.tone_of(figure)
    if key == "nodes_ready" and isinstance(nodes := figures.get("nodes"), Reading):
        of = f"/{nodes.value:.0f}"
        tone = "warn" if isinstance(figure, Reading) and figure.value < nodes.value else ""
    aggregate = sums.get(key)
    # How many of the region's clusters report stands at the head of its row; here only where it is of fewer.
    fewer = aggregate is not None and aggregate.value is not None and aggregate.heard < heard
    coverage = f"of {aggregate.heard}/{aggregate.of}" if aggregate and fewer else ""
    spark = key != "freshness"
    return Cell(key, panel.title, figure, tone, past[key], 0.0, tops[key], of, coverage, spark, panel.short)


def _trouble(line: FigureRow) -> tuple[bool, int, int, int, str]:
    """Silent ones first, then by what asks for attention, then by name; regions without KOF last."""
    bad = sum({"bad": 2, "warn": 1}.get(cell.tone, 0) for cell in line.cells)
    critical = sum(count for severity, count in line.alerts.items() if severity in ("critical", "error"))
    return not line.of, line.heard - line.of, -critical, -bad, line.title
