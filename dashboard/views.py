"""Pages over the whole fleet: is it well."""

from collections import Counter

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from deployments.catalog import causes
from regions import fleet
from regions.domain import topics
from regions.domain.scale import Health
from regions.live import follow
from regions.requests import ViewedRequest


@require_GET
def overview(request: ViewedRequest) -> HttpResponse:
    """Is the fleet well, and what needs me."""
    follow(request, topics.FLEET, topics.METRICS)
    found = fleet.overview(viewer=request.viewer)
    by_health = Counter(card.health for card in found.regions)
    regions = {health.value: by_health[health] for health in Health if by_health[health]}
    return render(request, "dashboard/overview.html", {
        "overview": found, "region_counts": fleet.Counts(len(found.regions), regions),
        "needs": causes.explained(found.needs, viewer=request.viewer),
        "shared": causes.shared_causes(viewer=request.viewer),
    })  # fmt: skip
