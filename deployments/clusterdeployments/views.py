"""Pages of deployments. Each follows first, so that a change during the read is drawn twice, never lost."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from deployments import clusterdeployments
from deployments.clusterdeployments.deletion import get_leaving
from deployments.clusterdeployments.filters import parse
from regions import inventory, live
from regions.domain.refs import MANAGEMENT
from regions.domain.topics import LINKS, METRICS, deployment, kind, object_
from regions.inventory.as_of.views import AsOfRequest, asked, or_then
from regions.reliability import reliability_page
from regions.requests import ViewedRequest

COLUMNS = {
    "name": "Name",
    "health": "Health",
    "region": "Region",
    "template": "Template",
    "changed": "Since",
    "created": "Age",
}


@require_safe
@or_then("ClusterDeployment")
def index(request: ViewedRequest) -> HttpResponse:
    """/deployments/: filters, order and page are all in the address."""
    live.follow(request, kind("ClusterDeployment"), *LINKS)
    filters, problems = parse(request.GET)
    listing = clusterdeployments.list_deployments(filters, viewer=request.viewer)
    context = {"listing": listing, "filters": filters, "problems": problems, "columns": _columns(filters.sort)}
    return render(request, "deployments/list.html", context)


def _columns(chosen: str) -> list[dict[str, str]]:
    """For each column: its heading, what that asks for next, and how it is sorted now."""
    found = []
    for name, title in COLUMNS.items():
        current = {name: "ascending", f"-{name}": "descending"}.get(chosen, "")
        found.append({"title": title, "next": f"-{name}" if current == "ascending" else name, "current": current})
    return found


@require_safe
def detail(request: ViewedRequest, namespace: str, name: str) -> HttpResponse:
    """/deployments/<namespace>/<name>/; with `?at=` as it was."""
    if then := asked(request):
        return _then(request, namespace, name, then)
    live.follow(request, deployment(namespace, name), object_("Management", "", "kcm"), METRICS)
    try:
        found = clusterdeployments.get_deployment(namespace, name, viewer=request.viewer)
    except inventory.NotFound as error:
        raise Http404(str(error)) from error
    if found.row.region not in ("", MANAGEMENT):
        live.follow(request, object_("Region", "", found.row.region))
    # What it depends on may be why it is not ready.
    live.follow(request, object_("ClusterTemplate", namespace, found.row.template))
    live.follow(request, object_("Credential", *found.row.credential.rpartition("/")[::2]))
    gone = get_leaving(namespace, name, viewer=request.viewer) if found.row.deleting_at else None
    return render(request, "deployments/detail.html", {"deployment": found, "leaving": gone})


@require_safe
def reliability(request: ViewedRequest, namespace: str, name: str) -> HttpResponse:
    """/deployments/<namespace>/<name>/reliability/: a picture of the past, so not live."""
    return reliability_page(request, "ClusterDeployment", namespace, name)


def _then(request: ViewedRequest, namespace: str, name: str, then: AsOfRequest) -> HttpResponse:
    found = None
    try:
        if then.at:
            found = clusterdeployments.get_deployment(namespace, name, viewer=request.viewer, at=then.at)
    except inventory.NotFound as error:
        raise Http404(str(error)) from error
    context = {"deployment": found, "then": then, "namespace": namespace, "name": name}
    return render(request, "past/deployment.html", context)
