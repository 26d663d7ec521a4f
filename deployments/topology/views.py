"""Pages of the picture. Each is an ordinary live page; the tree is drawn as nested lists, and laid out by script."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from deployments.lists import facet
from deployments.topology.deployment import deployment_topology
from deployments.topology.fleet import fleet_topology, region_topology
from deployments.topology.values import Topology
from regions import inventory, live
from regions.domain import topics
from regions.domain.health_scale import Health
from regions.requests import ViewedRequest


@require_safe
def fleet(request: ViewedRequest) -> HttpResponse:
    """/topology/: management, regions, and what in them is not well."""
    live.follow(request, topics.FLEET)
    text, healths = _asked(request)
    return _draw(request, fleet_topology(text, healths, viewer=request.viewer), filters=True)


@require_safe
def region(request: ViewedRequest, name: str) -> HttpResponse:
    """/topology/regions/<name>/"""
    live.follow(request, topics.region(name), *topics.LINKS)
    text, healths = _asked(request)
    try:
        found = region_topology(name, text, healths, viewer=request.viewer)
    except inventory.NotFound as error:
        raise Http404(str(error)) from error
    return _draw(request, found, filters=True)


@require_safe
def deployment(request: ViewedRequest, namespace: str, name: str) -> HttpResponse:
    """/topology/deployments/<namespace>/<name>/"""
    live.follow(request, topics.deployment(namespace, name), *topics.LINKS)
    try:
        found = deployment_topology(namespace, name, viewer=request.viewer)
    except inventory.NotFound as error:
        raise Http404(str(error)) from error
    live.follow(request, *found.topics)
    return _draw(request, found)


def _asked(request: HttpRequest) -> tuple[str, list[str]]:
    """Words, and healths that there are."""
    text = request.GET.get("search", "").strip()[:200]
    return text, [health for health in request.GET.getlist("health") if health in set(Health)]


def _draw(request: HttpRequest, found: Topology, *, filters: bool = False) -> HttpResponse:
    known = dict.fromkeys(found.healths, 0) | dict(found.health_counts.by_health)
    health = facet("health", "Health", known, found.healths, order=Health)
    return render(request, "topology/page.html", {"topology": found, "facet": health, "filters": filters})
