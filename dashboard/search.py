"""/search/?q=: any object by its name."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from regions import inventory, live
from regions.domain.topics import FLEET
from regions.requests import ViewedRequest


@require_safe
def page(request: ViewedRequest) -> HttpResponse:
    """What was found, best first."""
    live.follow(request, FLEET)
    found = inventory.search(request.GET.get("q", ""), viewer=request.viewer)
    return render(request, "search/page.html", {"found": found})
