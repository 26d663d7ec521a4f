"""Pages over the whole fleet: is it well, and what happens."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from regions import fleet
from regions.domain import topics
from regions.domain.kinds import KINDS
from regions.domain.scale import Health
from regions.live import follow
from regions.requests import ViewedRequest

FEED_KINDS = sorted({kind.name for kind in KINDS} - {"Event", "ConfigMap"})
FILTERS = ("text", "severity", "region", "kind", "source")


@require_GET
def overview(request: ViewedRequest) -> HttpResponse:
    """Is the fleet well, and what needs me."""
    follow(request, topics.FLEET)
    found = fleet.overview(viewer=request.viewer)
    by_health = Counter(card.health for card in found.regions)
    regions = {health.value: by_health[health] for health in Health if by_health[health]}
    return render(request, "dashboard/overview.html", {
        "overview": found, "region_counts": fleet.Counts(len(found.regions), regions),
    })  # fmt: skip


@require_GET
def feed(request: ViewedRequest) -> HttpResponse:
    """What happened, newest first; filters and place are in the address. An older page is not live: it is the past."""
    chosen = {name: request.GET.get(name, "").strip() for name in FILTERS}
    before = request.GET.get("before", "")
    if not before.isdecimal():
        before = ""
        follow(request, topics.region(chosen["region"]) if chosen["region"] else topics.FLEET)
    page = fleet.changes(viewer=request.viewer, before=int(before) if before else None, **chosen)  # type: ignore[arg-type]
    days = _by_day(page.items)
    return render(request, "dashboard/feed.html", {
        "page": page, "days": days, "chosen": chosen, "filtered": any(chosen.values()), "before": before,
        "regions": sorted(fleet.links()), "kinds": FEED_KINDS,
    })  # fmt: skip


def _by_day(items: Iterable[fleet.ChangeItem]) -> list[tuple[date, list[fleet.ChangeItem]]]:
    """Newest day first. By when we saw it, for so the log is ordered: what a cluster tells late keeps its own time."""
    days: list[tuple[date, list[fleet.ChangeItem]]] = []
    for item in items:
        day = (item.seen_at or item.at).date()
        if not days or day < days[-1][0]:  # a clock that was set back makes no second heading of the same day
            days.append((day, []))
        days[-1][1].append(item)
    return days
