"""Pages of causes: what depends on what."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from deployments.causes.reads import causes, dependents_of
from regions import inventory, live
from regions.domain.metrics.measures import Missing
from regions.domain.refs import MANAGEMENT
from regions.domain.topics import kind as about
from regions.metrics.stores.logs import last_lines
from regions.requests import ViewedRequest

_MOVES = ("ClusterDeployment", "ServiceSet", "MultiClusterService", "Credential", "Region", "Management")


@require_safe
def logs(request: ViewedRequest, namespace: str, name: str) -> HttpResponse:
    """/deployments/<namespace>/<name>/logs/: the last log lines about what is to blame. Not live: asked when wanted."""
    try:
        chain = causes("ClusterDeployment", namespace, name, viewer=request.viewer)
    except inventory.NotFound as error:
        raise Http404(str(error)) from error
    # The deepest object that runs somewhere: a credential or a region has no controller's log of its own.
    told = next((link for link in reversed(chain.links) if link.target.cluster != MANAGEMENT), chain.links[-1])
    found = last_lines(told.target.name, viewer=request.viewer)
    context = {
        "about": told.target,
        "chain": chain,
        "missing": found if isinstance(found, Missing) else None,
        "lines": () if isinstance(found, Missing) else found,
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, "causes/log_lines.html" if part else "causes/logs.html", context)


@require_safe
def dependents(request: ViewedRequest, kind: str, name: str, namespace: str = "") -> HttpResponse:
    """/dependents/<kind>/[<namespace>/]<name>/: everything that depends on one object, worst first."""
    live.follow(request, *map(about, (*_MOVES, kind)))
    try:
        found = dependents_of(kind, namespace, name, viewer=request.viewer)
    except inventory.NotFound as error:
        raise Http404(str(error)) from error
    return render(request, "causes/page.html", {"dependents": found})


@require_safe
def moved(request: ViewedRequest, kind: str, name: str, namespace: str = "") -> HttpResponse:
    """/leaning/<kind>/…: where the page was before."""
    place = [part for part in (kind, namespace, name) if part]
    return redirect("causes:dependents", *place, permanent=True)
