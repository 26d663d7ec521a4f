"""Pages over the whole fleet: is it well."""

from collections import Counter

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from dashboard.first_steps import first_steps
from deployments.causes import reads
from regions import inventory
from regions.domain import topics
from regions.domain.health_scale import Health
from regions.live import follow
from regions.requests import ViewedRequest


@require_GET
def overview(request: ViewedRequest) -> HttpResponse:
    """Is the fleet well, and what needs me."""
    follow(request, topics.FLEET, topics.METRICS)
    found = inventory.overview(viewer=request.viewer)
    by_health = Counter(card.health for card in found.regions)
    regions = {health.value: by_health[health] for health in Health if by_health[health]}
    shown, folded = inventory.fold_regions(found.regions)
    return render(
        request,
        "dashboard/overview.html",
        {
            "overview": found,
            "regions": shown,
            "folded": folded,
            "region_counts": inventory.Counts(len(found.regions), regions),
            "needs": reads.explained(found.needs, viewer=request.viewer),
            "steps": first_steps(found, viewer=request.viewer),
            "shared": reads.shared_causes(viewer=request.viewer),
        },
    )
