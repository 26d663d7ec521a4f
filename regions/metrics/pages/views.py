"""Pages of metrics. What they show was written by the meter; only charts ask a store, each in a request of its own."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from regions import inventory
from regions.domain import topics
from regions.domain.alerts import ordering
from regions.domain.charts.spans import SPANS
from regions.live import follow
from regions.metrics.pages import (
    addresses,
    alerts,
    board_view,
    charts,
    checks,
    cost,
    exports,
    figure_page,
    overview,
    place,
    tables,
)
from regions.metrics.pages.addresses import MetricsScope
from regions.metrics.pages.panels import panel
from regions.metrics.reads import measures
from regions.metrics.reads.values import FleetMeasures
from regions.requests import ViewedRequest, for_programs

KOF = tuple(map(topics.kind, ("HelmRelease", "MultiClusterService", "ConfigMap")))
GROUND = (topics.METRICS, *KOF, *map(topics.kind, ("Region", "Management", "ClusterDeployment")))


@require_safe
def index(request: ViewedRequest) -> HttpResponse:
    """/metrics/: the sums of the fleet, and all regions side by side."""
    follow(request, *GROUND)
    found = measures.fleet_measures(viewer=request.viewer)
    money = cost.limits(found)
    seen = board_view.look_at(overview.regions_board(found, timezone.now()), request.GET)
    return render(
        request,
        "metrics/index.html",
        {
            "found": found,
            "tabs": tabs(request, "index", found),
            "tiles": overview.tiles(found),
            "alert_counts": ordering.counts(ordering.once(found.alerts)),
            "board": seen.table,
            "seen": seen,
            "checks": checks.checks(found, money.budgets),
            "costs": money,
            "stores": overview.in_order(found.stores),
            "exports": {name: addresses.exports(name) for name in ("regions", "sums", "stores", "checks")},
        },
    )


@require_safe
def alert_list(request: ViewedRequest) -> HttpResponse:
    """/metrics/alerts/: what fires, by region and cluster; filters are in the address."""
    follow(request, *GROUND)
    filters = alerts.filters_of(request.GET)
    found = measures.fleet_measures(viewer=request.viewer)
    shown = alerts.firing(filters, found, viewer=request.viewer)
    options = [
        {"value": name, "label": name.capitalize(), "count": None, "selected": name in filters.severities}
        for name in ordering.SEVERITIES
    ]
    span = addresses.span_asked(request.GET)
    return render(
        request,
        "metrics/alerts.html",
        {
            "found": found,
            "shown": shown,
            "filters": filters,
            "options": options,
            "tabs": tabs(request, "alerts", found),
            "slots": charts.slots(("alerts_firing",), overview.FLEET, span),
            "exports": addresses.exports("alerts"),
        },
    )


@require_safe
def cost_page(request: ViewedRequest) -> HttpResponse:
    """/metrics/cost/: by region, cluster and namespace."""
    follow(request, *GROUND)
    found = measures.fleet_measures(viewer=request.viewer)
    span = addresses.span_asked(request.GET, "7d")
    return render(
        request,
        "metrics/cost.html",
        {
            "found": found,
            "costs": cost.costs(found),
            "tabs": tabs(request, "cost", found),
            "span": span,
            "spans": SPANS,
            "slots": charts.slots(("cost_hour", "cost_idle_cpu"), overview.FLEET, span),
            "exports": {name: addresses.exports(name) for name in ("cost", "namespaces")},
        },
    )


@require_safe
def onboarding(request: ViewedRequest) -> HttpResponse:
    """/metrics/onboarding/: how far every cluster has come, the stuck ones first."""
    follow(request, *GROUND)
    found = measures.fleet_measures(viewer=request.viewer)
    clusters = [one for region in found.regions for one in region.clusters] + list(found.others)
    rungs = sorted((place.rung(one) for one in clusters), key=lambda one: (one.onboarded, one.done, one.cluster.label))
    wanted = [one for one in rungs if one.wanted]
    return render(
        request,
        "metrics/onboarding.html",
        {
            "found": found,
            "rungs": wanted,
            "stuck": [one for one in wanted if not one.onboarded and not one.blocked],
            "blocked": [one for one in wanted if one.blocked],
            "ill": [one for one in found.stores if one.lost and one.trouble],
            "tabs": tabs(request, "onboarding", found),
            "exports": addresses.exports("onboarding"),
        },
    )


@require_safe
def region(request: ViewedRequest, name: str) -> HttpResponse:
    """/regions/<name>/metrics/"""
    follow(request, topics.region(name), topics.metrics(name), *KOF)
    try:
        card = inventory.get_region(name, viewer=request.viewer).card
        found = measures.region_measures(name, viewer=request.viewer)
    except inventory.NotFound as error:
        raise Http404(str(error)) from error
    fires, now = measures.alerts(viewer=request.viewer, region=name), timezone.now()
    span = addresses.span_asked(request.GET)
    return render(
        request,
        "metrics/region.html",
        {
            "card": card,
            "measures": found,
            "place": place.of_region(found, fires, span, now),
            "board": overview.clusters_board(found, fires, MetricsScope(region=name), now),
            "exports": {table: addresses.exports(table, region=name) for table in ("clusters", "namespaces", "alerts")},
        },
    )


@require_safe
def figure(request: ViewedRequest, key: str) -> HttpResponse:
    """/metrics/figures/<key>/: what a figure means, how it is asked for, and what everybody's is."""
    shown = panel(key)
    if shown is None:
        raise Http404(f"There is no figure {key}")
    scope, span = addresses.scope_of(request.GET), addresses.span_asked(request.GET)
    follow(request, *GROUND)
    found = measures.fleet_measures(viewer=request.viewer)
    return render(
        request,
        "metrics/figure.html",
        {
            "explained": figure_page.explain(shown, scope, span, found),
            "scope": scope,
            "span": span,
            "spans": SPANS,
            "slots": charts.slots((key,), scope, span),
            "tabs": tabs(request, "", found),
        },
    )


@require_safe
def chart(request: ViewedRequest) -> HttpResponse:
    """/metrics/chart/: one chart; its drawing alone for a page that asks for it, else a page with all its values."""
    shown = panel(request.GET.get("query", ""))
    if shown is None:
        raise Http404("There is no such query")
    scope, span = addresses.scope_of(request.GET), addresses.span_asked(request.GET)
    drawn = charts.ask(shown, scope, span, request.viewer)
    context = {"panel": drawn, "scope": scope, "span": span, "spans": SPANS}
    alone = bool(request.htmx)  # type: ignore[attr-defined]
    response = render(request, "metrics/chart.html" if alone else "metrics/chart_page.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@for_programs
@require_safe
def chart_data(request: ViewedRequest, ending: str) -> HttpResponse:
    """/metrics/chart.csv and .json"""
    shown = panel(request.GET.get("query", ""))
    if shown is None:
        raise Http404("There is no such query")
    scope, span = addresses.scope_of(request.GET), addresses.span_asked(request.GET)
    drawn = charts.ask(shown, scope, span, request.viewer)
    return exports.chart_answer(drawn, ending, shown.key, scope.region, scope.namespace, scope.cluster, span.key)


@for_programs
@require_safe
def export(request: ViewedRequest, name: str, ending: str) -> HttpResponse:
    """/metrics/export/<table>.csv and .json; `region` and `cluster` narrow it."""
    region, cluster = request.GET.get("region", ""), request.GET.get("cluster", "")
    made = tables.table(name, viewer=request.viewer, region=region, cluster=cluster)
    if made is None or ending not in ("csv", "json"):
        raise Http404(f"There is no table {name}.{ending}")
    return exports.answer(made, ending, timezone.now(), region, cluster)


def tabs(request: ViewedRequest, current: str, found: FleetMeasures) -> list[dict[str, object]]:
    """The pages of metrics. Counts stand where something asks for attention."""
    firing = sum(ordering.counts(ordering.once(found.alerts)).values())
    clusters = [one for place in found.regions for one in place.clusters] + list(found.others)
    stuck = sum(one.role != "" and not one.reporting and (one.store is None or one.store.answers) for one in clusters)
    entries = (
        ("index", "Fleet", None),
        ("alerts", "Alerts", firing),
        ("cost", "Cost", None),
        ("onboarding", "Onboarding", stuck or None),
    )
    return [
        {"title": title, "url": reverse(f"metrics:{name}"), "current": name == current, "count": count}
        for name, title, count in entries
    ]
