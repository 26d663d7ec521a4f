"""Pages of credentials. Each follows first, so that a change during the read is drawn twice, never lost."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from deployments import credentials
from deployments.credentials.filters import parse
from deployments.credentials.matrix.table import matrix as grid
from deployments.submissions.pages import FormRequest, form_view
from regions import inventory, live
from regions.domain import topics
from regions.domain.refs import MANAGEMENT
from regions.inventory.as_of.views import or_then
from regions.requests import ViewedRequest

COLUMNS = {
    "name": "Name",
    "health": "Health",
    "proof": "Accepted",
    "region": "Region",
    "provider": "Provider",
    "used": "Used by",
    "created": "Age",
}


@require_safe
@or_then("Credential")
def index(request: ViewedRequest) -> HttpResponse:
    """/credentials/: filters, order and page are all in the address."""
    live.follow(request, topics.FLEET)  # a copy in a region, a machine that came up: anything may tell of a credential
    filters, problems = parse(request.GET)
    listing = credentials.list_credentials(filters, viewer=request.viewer)
    context = {"listing": listing, "filters": filters, "problems": problems, "columns": _columns(filters.sort)}
    return render(request, "credentials/list.html", context)


def _columns(chosen: str) -> list[dict[str, str]]:
    """For each column: its heading, what that asks for next, and how it is sorted now."""
    found = []
    for name, title in COLUMNS.items():
        current = {name: "ascending", f"-{name}": "descending"}.get(chosen, "")
        found.append({"title": title, "next": f"-{name}" if current == "ascending" else name, "current": current})
    return found


@form_view
def matrix(request: FormRequest) -> HttpResponse:
    """/credentials/matrix/: originals and copies, as last heard; a POST asks the clusters and compares them."""
    filters, problems = parse(request.GET)
    found = grid(filters, request.clusters, asking=request.method == "POST")
    return render(request, "credentials/matrix.html", {"matrix": found, "filters": filters, "problems": problems})


@require_safe
def detail(request: ViewedRequest, namespace: str, name: str) -> HttpResponse:
    """/credentials/<namespace>/<name>/"""
    live.follow(request, topics.object_("Credential", namespace, name), topics.region(MANAGEMENT))
    try:
        found = credentials.get_credential(namespace, name, viewer=request.viewer)
    except inventory.NotFound as error:
        raise Http404(str(error)) from error
    if found.row.region not in ("", MANAGEMENT):
        live.follow(request, topics.region(found.row.region))
    return render(request, "credentials/detail.html", {"credential": found})
