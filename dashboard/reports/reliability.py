"""`/reliability/`: how available regions and deployments were, how long they take to be ready, which flap."""

from collections.abc import Hashable
from datetime import timedelta
from threading import Condition

from cachetools import TTLCache, cached
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from deployments.lists import Page, Parameters
from regions.domain.availability import budget
from regions.domain.viewer import Viewer
from regions.inventory.learned import Learned, Record, learn, total, window_of
from regions.reliability import SPANS, objective, span_asked
from regions.requests import ViewedRequest

SIZE = 50
_kept: TTLCache[Hashable, Learned | None] = TTLCache(16, ttl=60)


@cached(_kept, key=lambda days, viewer: (days, viewer.permission_set), condition=Condition())
def learned(days: float, viewer: Viewer) -> Learned | None:
    """What is told of so many days, the same for a minute; None while nothing of the past is kept. Who asks for what
    somebody else has just asked for waits for that."""
    window = window_of(days)
    return learn(window, timedelta(days=days), viewer=viewer) if window else None


@require_safe
def page(request: ViewedRequest) -> HttpResponse:
    """Of so many days as `span` says; deployments by region and words. A picture of the past, so not live."""
    span = span_asked(request.GET.get("span", ""))
    said = Parameters(request.GET)
    found = learned(SPANS[span], request.viewer)
    text, chosen = said.text().lower(), said.values("region")
    fits = [one for one in found.deployments if _fits(one, text, chosen)] if found else []
    cut = Page(said.page(), SIZE, len(fits))
    whole = total(fits)
    return render(
        request,
        "reliability/fleet.html",
        {
            "found": found,
            "whole": whole,
            "budget": budget(whole, objective()),
            "regions": [(one, budget(one.availability, objective())) for one in found.regions] if found else [],
            "rows": [(one, budget(one.availability, objective())) for one in cut.of(fits)],
            "flapping": [one for one in (*found.regions, *fits) if one.flapping][:SIZE] if found else [],
            "usual": sorted(found.usual.items(), key=lambda pair: -pair[1].median)[:SIZE] if found else [],
            "page": cut,
            "text": said.text(),
            "chosen": chosen,
            "places": sorted({one.region for one in found.deployments if one.region}) if found else [],
            "span": span,
            "spans": SPANS,
            "kept_days": settings.PANE_KEEP_DAYS,
        },
    )


def _fits(one: Record, text: str, regions: tuple[str, ...]) -> bool:
    named = f"{one.target.namespace}/{one.target.name} {one.template}".lower()
    return (not regions or one.region in regions) and all(word in named for word in text.split())
