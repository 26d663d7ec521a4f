"""Charts of a named query: asked of the stores when somebody looks, never while a page is drawn."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils import timezone

from regions.domain.charts.geometry import draw
from regions.domain.charts.spans import Span
from regions.domain.viewer import Viewer
from regions.domain.words import listed
from regions.metrics.charts.ranges import Chart, chart
from regions.metrics.pages import addresses, links
from regions.metrics.pages.addresses import MetricsScope
from regions.metrics.pages.links import OutsideLink
from regions.metrics.pages.panels import Panel, panel
from regions.metrics.pages.values import Behind, ChartPanel, Slot


def slots(keys: Iterable[str], scope: MetricsScope, span: Span) -> tuple[Slot, ...]:
    """Where the charts of these queries will be."""
    found = []
    for key in keys:
        shown = panel(key)
        if shown:
            url = addresses.chart(key, scope, span)
            found.append(Slot(shown.title, url, url))
    return tuple(found)


def ask(shown: Panel, scope: MetricsScope, span: Span, viewer: Viewer, now: datetime | None = None) -> ChartPanel:
    """Ask for this chart. Never raises for what a store does: the reason stands in the chart's place."""
    _, end = span.window(now or timezone.now())
    found = chart(
        shown.key,
        cluster=scope.cluster or None,
        namespace=scope.namespace or None,
        region=scope.region or None,
        span=span.length,
        end=end,
        viewer=viewer,
    )
    return drawn(shown, scope, span, found)


def drawn(shown: Panel, scope: MetricsScope, span: Span, found: Chart) -> ChartPanel:
    """What was answered, as a chart."""
    drawing = draw(shown.title, found.unit, named(found, scope), found.start, found.step)
    data = tuple(
        OutsideLink(ending.upper(), addresses.chart(shown.key, scope, span, ending)) for ending in ("csv", "json")
    )
    behind = Behind(
        found.promql,
        shown.meaning,
        found.store,
        data,
        links.around(shown, found.promql, region=scope.region or found.store, cluster=scope.cluster, span=span),
    )
    id = "-".join(filter(None, ("chart", shown.key, scope.region, scope.namespace, scope.cluster))).replace("~", "")
    return ChartPanel(
        id.replace(".", "_"),
        shown.title,
        addresses.chart(shown.key, scope, span),
        drawing,
        behind,
        found.missing,
        notice(found),
    )


def notice(found: Chart) -> str:
    """What is not whole about a chart, in words; empty when it is whole."""
    said = []
    if found.lacking:
        said.append(f"without {listed(found.lacking)}")
    elif found.partial:
        said.append("not whole: the store says that its answer is partial")
    if found.cut:
        said.append(f"the {len(found.series)} largest of {len(found.series) + found.cut}")
    return "; ".join(said)


def named(found: Chart, scope: MetricsScope) -> list[tuple[str, tuple[float | None, ...]]]:
    """Each series with a name that tells it from the others: only labels in which they differ."""
    hide = {"clusterNamespace", "tenant"} | ({"cluster"} if scope.cluster else set())
    labels = [one.labels for one in found.series]
    differing = {key for one in labels for key in one if key not in hide and len({a.get(key) for a in labels}) > 1}
    if len({tuple(sorted(_told(one, differing).items())) for one in labels}) < len(labels):
        differing |= {key for one in labels for key in one if len({a.get(key) for a in labels}) > 1}
    if not differing and not scope.cluster:
        differing = {"cluster"}
    return [(" ".join(_told(one.labels, differing).values()), one.points) for one in found.series]


def _told(labels: Mapping[str, str], keys: set[str]) -> dict[str, str]:
    order = ("clusterNamespace", "cluster", "namespace")
    names = [key for key in order if key in keys] + sorted(keys - set(order))
    return {key: labels[key] for key in names if labels.get(key)}
