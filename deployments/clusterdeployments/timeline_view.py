"""/deployments/<namespace>/<name>/timeline/"""

from datetime import timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from deployments.clusterdeployments.timeline import SPANS, get_timeline
from regions import inventory
from regions.domain.feed_filters import TIME, moment
from regions.inventory.as_of.reconstruction import kept
from regions.requests import ViewedRequest


@require_safe
def timeline(request: ViewedRequest, namespace: str, name: str) -> HttpResponse:
    """One deployment over time; `span` says how much of it, `until` up to when. A picture of the past, so not live."""
    now = timezone.now()
    until, problem = request.GET.get("until", "").strip()[:64], ""
    end = moment(until, now) if until else now
    if end is None or end > now + timedelta(minutes=1):
        problem, end = (TIME if end is None else "That moment has not come yet."), now
    since = kept().since
    whole = max(now - since, timedelta(minutes=10)) if since else SPANS["7d"]
    # A day, unless less than that is kept: then a day would be mostly empty.
    span = request.GET.get("span") or ("kept" if whole < SPANS["1d"] else "1d")
    long = whole if span == "kept" else SPANS.get(span, SPANS["1d"])
    try:
        found = get_timeline(namespace, name, end - long, end, viewer=request.viewer)
    except inventory.NotFound as error:
        raise Http404(str(error)) from error
    here = reverse("deployments:timeline", args=[namespace, name])
    chosen = span if span in SPANS or span == "kept" else "1d"
    tabs = [
        {"title": title, "url": f"{here}?span={key}", "current": key == chosen}
        for key, title in (*((key, key) for key in SPANS), ("kept", "All that is kept"))
    ]
    return render(
        request,
        "timeline/page.html",
        {
            "drawing": found,
            "line": found.line,
            "namespace": namespace,
            "name": name,
            "tabs": tabs,
            "until": until,
            "problem": problem,
            "span": chosen,
            "earlier": (end - long).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "now": now,
        },
    )
