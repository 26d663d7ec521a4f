"""`/search/palette/?q=`: what the palette offers, as a list of options. Without script there is `/search/`."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dashboard.palette.commands import split
from dashboard.palette.offers import offers
from regions.requests import ViewedRequest


@never_cache
@require_safe
def palette(request: ViewedRequest) -> HttpResponse:
    """The options for `q`; `recent` (repeated) are the addresses that this browser opened last, as
    they are below PANE_PATH."""
    text = request.GET.get("q", "")
    found = offers(text, request.GET.getlist("recent"), request.viewer)
    _, sought = split(text)
    return render(request, "search/palette.html", {"offers": found, "text": sought})
