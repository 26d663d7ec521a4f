"""The tables of the pages as data: a head, and rows of plain values. Pages draw them, exports write them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from regions.domain.alerts import ordering
from regions.domain.metrics.measures import Aggregate, Figure, Missing, Reading
from regions.domain.tables import Cell
from regions.domain.viewer import Viewer
from regions.metrics.pages.checks import checks
from regions.metrics.pages.cost import KEYS, limits
from regions.metrics.pages.panels import PANELS, panel
from regions.metrics.pages.place import rung, spaces
from regions.metrics.reads import measures
from regions.metrics.reads.values import Alert, ClusterMeasures, FleetMeasures

ACROSS = (
    "nodes",
    "nodes_ready",
    "cpu_used_ratio",
    "mem_used_ratio",
    "disk_worst",
    "pods_waiting",
    "api_err",
    "api_p99",
    "cost_day_run_rate",
    "freshness",
)


@dataclass(frozen=True, slots=True)
class Table:
    """Names of columns, and rows in the same order."""

    name: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class TableRequest:
    """What a table is made of; `region` and `cluster` (namespace/name) narrow it."""

    found: FleetMeasures
    viewer: Viewer
    region: str = ""
    cluster: str = ""

    @property
    def clusters(self) -> list[ClusterMeasures]:
        """Those that take part in KOF or report to it."""
        everything = [one for place in self.found.regions for one in place.clusters] + list(self.found.others)
        return [one for one in everything if (one.role or one.reporting) and self.takes(one.region, one.label)]

    def takes(self, region: str, cluster: str) -> bool:
        return self.region in ("", region) and self.cluster in ("", cluster)


def table(name: str, *, viewer: Viewer, region: str = "", cluster: str = "") -> Table | None:
    """One table by its name; None when there is no such one. `region` and `cluster` (namespace/name) narrow it."""
    made = _MADE.get(name)
    if made is None:
        return None
    found = measures.fleet_measures(viewer=viewer)
    return made(TableRequest(found, viewer, region, cluster))


def value(figure: Figure | None) -> float | None:
    """A number, or nothing: why it lacks stands in a column of its own."""
    return figure.value if isinstance(figure, Reading) else None


def _why(figures: Iterable[Figure | None]) -> str:
    """Why figures of a row are missing, or known to be too small: the first few reasons."""
    known = list(figures)
    said = sorted({f"{figure.reason}: {figure.sentence}" for figure in known if isinstance(figure, Missing)})
    least = sorted({f"at least: {figure.lacks}" for figure in known if isinstance(figure, Reading) and figure.lacks})
    return "; ".join([*said[:3], *least])


def _regions(asked: TableRequest) -> Table:
    head = ["region", "clusters_heard", "clusters_of", "missing"]
    for key in ACROSS:
        head += [f"{key} ({PANELS[key].unit})", f"{key}_heard", f"{key}_of"]
    rows = []
    for one in asked.found.regions:
        if asked.region not in ("", one.name):
            continue
        row: list[Cell] = [one.name, one.clusters_heard, one.clusters_of, " ".join(one.missing)]
        for key in ACROSS:
            row += _summed(one.sums[key])
        rows.append(tuple(row))
    return Table("regions", tuple(head), tuple(rows))


def _summed(one: Aggregate) -> list[Cell]:
    return [one.value, one.heard, one.of]


def _sums(asked: TableRequest) -> Table:
    head = ("figure", "title", "unit", "value", "heard", "of", "noun", "whole", "missing", "stale", "least")
    rows = []
    for key, one in asked.found.sums.items():
        shown = panel(key)
        rows.append(
            (
                key,
                shown.title if shown else key,
                one.unit,
                one.value,
                one.heard,
                one.of,
                one.noun,
                one.whole,
                " ".join(one.missing),
                " ".join(one.stale),
                " ".join(one.least),
            )
        )
    return Table("sums", head, tuple(rows))


def _cluster_rows(asked: TableRequest) -> Table:
    figures = (f"{key} ({PANELS[key].unit})" for key in ACROSS)
    head = ("region", "namespace", "cluster", "store", "reporting", *figures, "why")
    rows = [
        (
            one.region,
            one.namespace,
            one.name,
            one.store.name if one.store else None,
            one.reporting,
            *(value(one.figures.get(key)) for key in ACROSS),
            _why(one.figures.get(key) for key in ACROSS),
        )
        for one in asked.clusters
    ]
    return Table("clusters", head, tuple(rows))


def _stores(asked: TableRequest) -> Table:
    head = (
        "store",
        "kind",
        "found",
        "url",
        "route",
        "credentials",
        "answers",
        "reason",
        "said",
        "asked_at",
        "answered_at",
        "took_ms",
        "partial",
        "clusters",
        "expected",
        "lost",
    )
    rows = [
        (
            one.name,
            one.kind,
            one.found,
            one.url,
            one.route,
            one.credentials,
            one.answers,
            str(one.trouble.reason) if one.trouble else None,
            one.trouble.sentence if one.trouble else None,
            one.asked_at,
            one.answered_at,
            one.took_ms,
            one.partial,
            len(one.clusters),
            len(one.expected),
            " ".join(one.lost),
        )
        for one in asked.found.stores
    ]
    return Table("stores", head, tuple(rows))


def _alerts(asked: TableRequest) -> Table:
    head = (
        "severity",
        "alert",
        "region",
        "deployment",
        "cluster",
        "state",
        "since",
        "ended_at",
        "summary",
        "source",
        "runbook",
    )
    fires: Sequence[Alert] = ordering.once(asked.found.alerts)
    fires = [*fires, *measures.alerts(viewer=asked.viewer, ended=True)]
    rows = [
        (
            one.severity,
            one.name,
            one.region,
            one.deployment,
            one.cluster,
            one.state,
            one.since,
            one.ended_at,
            one.summary,
            one.source,
            one.runbook,
        )
        for one in fires
        if asked.takes(one.region, one.deployment)
    ]
    return Table("alerts", head, tuple(rows))


def _cost(asked: TableRequest) -> Table:
    keys = ("cost_hour", *KEYS)
    head = ("region", "namespace", "cluster", *(f"{key} ({PANELS[key].unit})" for key in keys), "why")
    rows = [
        (
            one.region,
            one.namespace,
            one.name,
            *(value(one.figures.get(key)) for key in keys),
            _why(one.figures.get(key) for key in keys),
        )
        for one in asked.clusters
    ]
    return Table("cost", head, tuple(rows))


def _spaces(asked: TableRequest) -> Table:
    head = ("cluster", "namespace", "cpu (cores)", "memory (bytes)", "cost (USD/h)")
    clusters = asked.clusters
    rows = [(one.cluster, one.namespace, one.cpu, one.memory, one.cost) for one in spaces(clusters)]
    return Table("namespaces", head, tuple(rows))


def _ladders(asked: TableRequest) -> Table:
    rows = []
    for one in asked.clusters:
        at = rung(one)
        rows.append(
            (
                one.region,
                one.namespace,
                one.name,
                at.done,
                len(at.steps),
                at.failing.name if at.failing else None,
                at.failing.sentence if at.failing else None,
            )
        )
    return Table("onboarding", ("region", "namespace", "cluster", "done", "of", "fails_at", "what_to_do"), tuple(rows))


def _checks(asked: TableRequest) -> Table:
    found = checks(asked.found, limits(asked.found).budgets)
    rows = [(one.key, one.title, one.state, one.sentence, one.fix) for one in found]
    return Table("checks", ("check", "title", "state", "said", "what_to_do"), tuple(rows))


_MADE = {
    "regions": _regions,
    "sums": _sums,
    "clusters": _cluster_rows,
    "stores": _stores,
    "alerts": _alerts,
    "cost": _cost,
    "namespaces": _spaces,
    "onboarding": _ladders,
    "checks": _checks,
}
NAMES = tuple(_MADE)
