"""Pages of objects of k0rdent. Each follows first, so that a change during the read is drawn twice, never lost."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from deployments.domain.object_facts import OBJECT_KINDS, ObjectKind
from deployments.lists import Parameters, facet
from deployments.objects.listing import get_object, list_kinds, list_objects, object_kind
from regions import live
from regions.domain import topics
from regions.domain.health_scale import Health
from regions.domain.refs import MANAGEMENT
from regions.domain.topics import LINKS
from regions.inventory import NotFound
from regions.inventory.as_of.views import asked, list_as_of, object_as_of
from regions.requests import ViewedRequest


@require_safe
def index(request: ViewedRequest) -> HttpResponse:
    """/objects/"""
    live.follow(request, *map(topics.kind, OBJECT_KINDS), *LINKS)
    return render(request, "objects/index.html", {"kinds": list_kinds(viewer=request.viewer)})


@require_safe
def objects(request: ViewedRequest, kind: str) -> HttpResponse:
    """/objects/<kind>/"""
    _known(kind)
    if then := asked(request):
        return list_as_of(request, then, (kind,))
    live.follow(request, topics.kind(kind), *LINKS)
    said = Parameters(request.GET)
    text, healths = said.text("search"), said.any_of("health", Health, "health")
    found = list_objects(kind, viewer=request.viewer, text=text, health=healths, page=said.page())
    known = dict.fromkeys(healths, 0) | dict(found.counts.by_health)
    health = facet("health", "Health", known, healths, order=Health)
    return render(request, "objects/list.html", {"found": found, "text": text, "facet": health})


@require_safe
def detail(request: ViewedRequest, kind: str, name: str, namespace: str = "") -> HttpResponse:
    """/objects/<kind>/<namespace>/<name>/, or without a namespace."""
    of = _known(kind)
    if asked(request):
        return object_as_of(request, kind, namespace, name, MANAGEMENT)
    used = [topics.kind("ClusterDeployment")] if of.used_as else []
    live.follow(request, topics.object_(kind, namespace, name), *used, *LINKS)
    try:
        found = get_object(kind, namespace, name, viewer=request.viewer)
    except NotFound as error:
        raise Http404(str(error)) from error
    return render(request, "objects/detail.html", {"found": found, "row": found.row})


def _known(kind: str) -> ObjectKind:
    try:
        return object_kind(kind)
    except NotFound as error:
        raise Http404(str(error)) from error
