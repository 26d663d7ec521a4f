"""Pages of objects of k0rdent. Each follows first, so that a change during the read is drawn twice, never lost."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from deployments.domain.object_facts import OBJECT_KINDS
from deployments.lists import Parameters
from deployments.objects.listing import get_object, list_kinds, list_objects
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
    live.follow(request, topics.kind(kind), *LINKS)
    said = Parameters(request.GET)
    text, healths, page = said.text("search"), said.any_of("health", Health, "health"), said.page()
    try:
        found = list_objects(kind, viewer=request.viewer, text=text, health=healths, page=page)
    except NotFound as error:
        raise Http404(str(error)) from error
    if then := asked(request):
        return list_as_of(request, then, (kind,))
    options = [
        {"value": one, "count": found.counts.by_health.get(one, 0), "selected": one in healths}
        for one in Health
        if found.counts.by_health.get(one) or one in healths
    ]
    return render(
        request, "objects/list.html", {"found": found, "text": text, "options": options, "chosen": ", ".join(healths)}
    )


@require_safe
def detail(request: ViewedRequest, kind: str, name: str, namespace: str = "") -> HttpResponse:
    """/objects/<kind>/<namespace>/<name>/, or without a namespace."""
    if request.GET.get("at", "").strip():
        return object_as_of(request, kind, namespace, name, MANAGEMENT)
    used = [topics.kind("ClusterDeployment")] if kind in OBJECT_KINDS and OBJECT_KINDS[kind].used_as else []
    live.follow(request, topics.object_(kind, namespace, name), *used, *LINKS)
    try:
        found = get_object(kind, namespace, name, viewer=request.viewer)
    except NotFound as error:
        raise Http404(str(error)) from error
    return render(request, "objects/detail.html", {"found": found, "row": found.row})
