"""Pages of the ground: all regions, and one."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from regions import inventory
from regions.domain import topics
from regions.domain.health_scale import Health
from regions.domain.refs import MANAGEMENT
from regions.inventory import RegionCard
from regions.inventory.as_of.views import or_then, region_then
from regions.inventory.cards import hidden_regions
from regions.live import follow
from regions.reliability import reliability_page
from regions.requests import ViewedRequest


@require_GET
@or_then("Region", "Management")
def regions(request: ViewedRequest) -> HttpResponse:
    """Every region and the management cluster, worst first; by health and by words in name, message or provider."""
    follow(request, topics.FLEET)
    everything = inventory.list_regions(viewer=request.viewer)
    text, healths = request.GET.get("search", "").strip(), request.GET.getlist("health")
    fitting = [card for card in everything if _matches(card, text.lower()) and (not healths or card.health in healths)]
    shown, folded = inventory.fold_regions(fitting)
    options = [
        {"value": health, "count": count, "selected": health in healths}
        for health in Health
        if (count := sum(card.health is health for card in everything)) or health in healths
    ]
    return render(
        request,
        "regions/list.html",
        {
            "regions": shown,
            "folded": folded,
            "total": len(everything),
            "hidden": hidden_regions(viewer=request.viewer),
            "options": options,
            "chosen": ", ".join(healths),
            "text": text,
        },
    )


@require_GET
@region_then
def region(request: ViewedRequest, name: str) -> HttpResponse:
    """One region, or `~management`."""
    follow(request, topics.region(name), topics.metrics(name))
    try:
        found = inventory.get_region(name, viewer=request.viewer)
    except inventory.NotFound as error:
        raise Http404(str(error)) from error
    return render(request, "regions/detail.html", {"region": found, "card": found.card})


@require_GET
def reliability(request: ViewedRequest, name: str) -> HttpResponse:
    """How available a region was. It is told as of when it was asked for: a picture of the past, so not live."""
    kind, own = ("Management", "kcm") if name == MANAGEMENT else ("Region", name)
    return reliability_page(request, kind, "", own, region=name)


def _matches(card: RegionCard, text: str) -> bool:
    return any(text in words.lower() for words in (card.title, card.message, *card.providers))
