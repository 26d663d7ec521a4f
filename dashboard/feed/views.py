"""`/feed/`: what happened, and one change of it with its surroundings."""

from collections.abc import Iterable
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from regions import inventory
from regions.domain import topics
from regions.domain.feed_filters import FeedFilters, parse
from regions.domain.folding import FeedLine
from regions.domain.kinds import KINDS
from regions.live import follow
from regions.requests import ViewedRequest

KINDS_SHOWN = sorted({kind.name for kind in KINDS} - {"Event", "ConfigMap"})


@require_GET
def feed(request: ViewedRequest) -> HttpResponse:
    """What happened, newest first; filters and place are in the address. An older page is not live: it is the past."""
    # By the minute: a beginning that moves with every look would be another question each time.
    filters, problems = parse(request.GET.dict(), timezone.now().replace(second=0, microsecond=0))
    before = request.GET.get("before", "")
    if not (before.isascii() and before.isdigit() and len(before) < 19):
        before = ""
        if filters.until is None:
            follow(request, _topic(filters))
    page = inventory.feed(filters, viewer=request.viewer, before=int(before) if before else None)
    typed = {name: request.GET.get(name, "") for name in ("since", "until", "deployment", "credential")}
    export = request.GET.copy()
    export.pop("before", None)
    return render(
        request,
        "dashboard/feed.html",
        {
            "page": page,
            "days": _by_day(page.lines),
            "filters": filters,
            "problems": problems,
            "typed": typed,
            "filtered": filters.narrows or bool(problems),
            "before": before,
            "regions": sorted(inventory.links()),
            "kinds": KINDS_SHOWN,
            "export": export.urlencode(),
        },
    )


@require_GET
def change(request: ViewedRequest, id: int) -> HttpResponse:
    """/feed/<id>/: one change for good, what it altered, and what else happened around it."""
    try:
        found = inventory.one_change(id, viewer=request.viewer)
    except inventory.NotFound as error:
        raise Http404(str(error)) from error
    return render(request, "dashboard/change.html", {"found": found, "change": found.change})


def _topic(filters: FeedFilters) -> str:
    if filters.deployment:
        namespace, _, name = filters.deployment.partition("/")
        return topics.deployment(namespace, name)
    return topics.region(filters.region) if filters.region else topics.FLEET


def _by_day(lines: Iterable[FeedLine]) -> list[tuple[date, list[FeedLine]]]:
    """Newest day first. By when we saw it, for so the log is ordered: what a cluster tells late keeps its own time."""
    days: list[tuple[date, list[FeedLine]]] = []
    for line in lines:
        day = (line.lead.seen_at or line.lead.at).date()
        if not days or day < days[-1][0]:  # a clock that was set back makes no second heading of the same day
            days.append((day, []))
        days[-1][1].append(line)
    return days
