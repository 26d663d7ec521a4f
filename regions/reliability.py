"""The page that says how reliable one region or deployment was, and what changed before it broke."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render

from regions.domain.availability import budget
from regions.inventory import NotFound
from regions.inventory.learned import reliability
from regions.requests import ViewedRequest

SPANS: Mapping[str, float] = {"1d": 1, "7d": 7, "30d": 30}
USUAL = "7d"


def reliability_page(request: ViewedRequest, kind: str, namespace: str, name: str, region: str = "") -> HttpResponse:
    """Of so many days as `span` says, as far as they are kept; asked for by htmx only what is told of one that is not
    well. Raises Http404."""
    span = span_asked(request.GET.get("span", ""))
    part = bool(getattr(request, "htmx", False))
    try:
        found = reliability(kind, namespace, name, SPANS[span], viewer=request.viewer, story_alone=part)
    except NotFound as error:
        raise Http404(str(error)) from error
    if part:
        return render(request, "reliability/story.html", {"found": found})
    context: dict[str, Any] = {
        "found": found,
        "region": region,
        "record": found.record,
        "budget": budget(found.record.availability, objective()) if found.record else None,
        "span": span,
        "spans": SPANS,
        "kept_days": settings.PANE_KEEP_DAYS,
    }
    return render(request, "reliability/one.html", context)


def span_asked(text: str) -> str:
    return text if text in SPANS else USUAL


def objective() -> float:
    """The share of the time that counts in which things shall be available."""
    return float(settings.PANE_SLO) / 100
