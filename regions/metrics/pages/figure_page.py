"""The page of one figure: its meaning, its PromQL, and everybody's value, worst first."""

from dataclasses import dataclass

from regions.domain.charts.spans import Span
from regions.domain.metrics.measures import Aggregate, Figure, Reading
from regions.domain.refs import MANAGEMENT
from regions.metrics.pages import links
from regions.metrics.pages.addresses import MetricsScope
from regions.metrics.pages.links import OutsideLink
from regions.metrics.pages.panels import Panel
from regions.metrics.reads.values import ClusterMeasures, FleetMeasures
from regions.metrics.stores.queries import QUERIES


@dataclass(frozen=True, slots=True)
class Whose:
    """One cluster's or store's value."""

    title: str
    sub: str
    url: str
    figure: Figure
    tone: str
    parts: tuple[tuple[str, float], ...]  # the rows that make it: reasons, phases, namespaces


@dataclass(frozen=True, slots=True)
class Explained:
    """Everything there is to say of a figure."""

    panel: Panel
    promql: str
    raw: str  # the same from raw series, where recording rules are not evaluated
    total: Aggregate | None
    whose: tuple[Whose, ...]
    links: tuple[OutsideLink, ...]
    often: str


_OFTEN = {
    "wall": "asked every 15 to 30 seconds",
    "detail": "asked every minute or so",
    "slow": "asked every few minutes",
    "cost": "asked every ten minutes or so",
    "asked": "asked when somebody looks",
}


def explain(panel: Panel, scope: MetricsScope, span: Span, found: FleetMeasures) -> Explained:
    """This figure of the fleet, a region or a cluster."""
    query = QUERIES[panel.key]
    clusters = [one for region in found.regions for one in region.clusters] + list(found.others)
    shown = [
        one
        for one in clusters
        if (one.role or one.reporting)
        and scope.region in ("", one.region)
        and (not scope.cluster or (one.namespace, one.name) == (scope.namespace, scope.cluster))
    ]
    whose = [_whose(panel, one) for one in shown if panel.key in one.figures]
    if query.by == "store" or query.src == "S":
        whose = [
            Whose(one.name, one.kind, "", one.figures[panel.key], panel.tone_of(one.figures[panel.key]), ())
            for one in found.stores
            if panel.key in one.figures
        ]
    if query.src in "MA" and (figure := found.whole.get(panel.key)):
        parts = _parts(found.whole_parts.get(panel.key, ()))
        whose = [Whose("management", "", MetricsScope(region=MANAGEMENT).url, figure, panel.tone_of(figure), parts)]
    total = None if scope.cluster else found.sums.get(panel.key)
    if scope.region:
        total = next((one.sums.get(panel.key) for one in found.regions if one.name == scope.region), None)
    cluster, namespace = (scope.cluster or None), (scope.namespace or None)
    promql = query.promql(cluster=cluster, namespace=namespace)
    return Explained(
        panel,
        promql,
        query.raw(cluster=cluster, namespace=namespace),
        total,
        tuple(sorted(whose, key=_rank(panel))),
        links.around(panel, promql, region=scope.region, cluster=scope.cluster, span=span),
        _OFTEN[query.tier],
    )


def _whose(panel: Panel, one: ClusterMeasures) -> Whose:
    figure = one.figures[panel.key]
    url = MetricsScope(namespace=one.namespace, cluster=one.name).url if one.known and one.namespace else ""
    return Whose(one.name, one.namespace, url, figure, panel.tone_of(figure), _parts(one.parts.get(panel.key, ())))


def _parts(rows) -> tuple[tuple[str, float], ...]:  # type: ignore[no-untyped-def]
    hidden = ("cluster", "clusterNamespace", "tenant")
    named = [
        (" ".join(str(text) for key, text in labels.items() if key not in hidden), value) for labels, value in rows
    ]
    return tuple(sorted((one for one in named if one[0]), key=lambda one: -one[1])[:8])


def _rank(panel: Panel):  # type: ignore[no-untyped-def]
    def rank(one: Whose) -> tuple[bool, float, str]:
        value = one.figure.value if isinstance(one.figure, Reading) else 0.0
        return not isinstance(one.figure, Reading), value if panel.least else -value, one.title

    return rank
