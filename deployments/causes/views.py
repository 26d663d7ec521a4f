"""Pages of causes: what leans on what."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from deployments.catalog.causes import leaning_on
from regions import fleet, live
from regions.domain.topics import kind as about
from regions.requests import ViewedRequest

_MOVES = ("ClusterDeployment", "ServiceSet", "MultiClusterService", "Credential", "Region", "Management")


@require_safe
def leaning(request: ViewedRequest, kind: str, name: str, namespace: str = "") -> HttpResponse:
    """/leaning/<kind>/[<namespace>/]<name>/: everything that leans on one object, worst first."""
    live.follow(request, *map(about, (*_MOVES, kind)))
    try:
        found = leaning_on(kind, namespace, name, viewer=request.viewer)
    except fleet.NotFound as error:
        raise Http404(str(error)) from error
    return render(request, "causes/page.html", {"blast": found})
