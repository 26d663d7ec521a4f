"""The page of services. It follows first, so that a change during the read is drawn twice, never lost."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from deployments.services.listing import list_services
from regions import live
from regions.domain.topics import LINKS, kind
from regions.inventory.as_of.views import or_then
from regions.requests import ViewedRequest

KINDS = ("MultiClusterService", "ServiceSet", "StateManagementProvider")


@require_safe
@or_then(*KINDS)
def index(request: ViewedRequest) -> HttpResponse:
    """/services/"""
    live.follow(request, *map(kind, KINDS), *LINKS)
    return render(request, "deployments/services.html", {"found": list_services(viewer=request.viewer)})
