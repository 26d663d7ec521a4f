"""The layouts of the wall. Each is a live page without a frame; a screen may be shown these and nothing else."""

from dataclasses import replace
from functools import lru_cache
from time import monotonic
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.live.version import version
from dashboard.people.screens import for_screens
from dashboard.wall import words
from dashboard.wall.board import Board, read_board, read_region_board
from dashboard.wall.shape import shape
from dashboard.wall.world import MapRow, world
from deployments.causes.reads import SharedCause, shared_causes
from regions import inventory
from regions.domain import topics
from regions.domain.health_scale import ILL
from regions.domain.viewer import Viewer
from regions.inventory.cards import hidden_regions
from regions.inventory.located import locations
from regions.live import follow
from regions.requests import ViewedRequest

TICKER = 3
MOST_ALERTS = 80
FEW = 6  # tiles that come and go are never larger than those of so many
BESIDE = 6  # tiles beside the map are never larger than those of so many
CAUSES_LAST = 5.0  # seconds
ENOUGH = 3  # deployments with one cause: fewer are named
IN_PROGRESS = 4


@for_screens
@require_safe
def regions(request: ViewedRequest) -> HttpResponse:
    """One tile a region."""
    follow(request, topics.FLEET)
    board = read_board(viewer=request.viewer)
    return _draw(request, "wall/regions.html", board, shape=shape(len(board.tiles)))


@for_screens
@require_safe
def map_of_regions(request: ViewedRequest) -> HttpResponse:
    """Regions where they are in the world, and beside the map those of which that is not known."""
    follow(request, topics.FLEET)
    board = read_board(viewer=request.viewer)
    found = world(board.tiles, locations(viewer=request.viewer))
    return _draw(request, "wall/map.html", board, world=found, shape=shape(max(BESIDE, len(found.elsewhere))))


@require_safe
def map_page(request: ViewedRequest) -> HttpResponse:
    """/map/: the same in the frame, with a list of the regions below it."""
    follow(request, topics.FLEET)
    tiles = read_board(viewer=request.viewer).tiles
    known = locations(viewer=request.viewer)
    rows = [
        MapRow(tile, known.get(tile.name)) for tile in sorted(tiles, key=lambda tile: (tile.health.rank, tile.name))
    ]
    return render(
        request,
        "wall/map_page.html",
        {"world": world(tiles, known), "rows": rows, "hidden": hidden_regions(viewer=request.viewer)},
    )


@for_screens
@require_safe
def region(request: ViewedRequest, name: str) -> HttpResponse:
    """One tile a deployment of this region."""
    follow(request, topics.FLEET)
    try:
        found = read_region_board(name, viewer=request.viewer)
    except inventory.NotFound as error:
        raise Http404(str(error)) from error
    return _draw(request, "wall/region.html", found.board, region=found, shape=shape(max(FEW, len(found.deployments))))


@for_screens
@require_safe
def moving(request: ViewedRequest) -> HttpResponse:
    """What is being provisioned or removed, longest in progress first."""
    follow(request, topics.FLEET)
    board = read_board(viewer=request.viewer)
    return _draw(request, "wall/moving.html", board, shape=shape(max(FEW, len(board.moving))))


@for_screens
@require_safe
def alerts(request: ViewedRequest) -> HttpResponse:
    """What fires, worst first within its place: the oldest stands first, so that a new one moves no other."""
    follow(request, topics.FLEET)
    board = read_board(viewer=request.viewer)
    firing = sorted(board.figures.alerts[:MOST_ALERTS], key=lambda alert: (alert.since, alert.fingerprint))
    return _draw(request, "wall/alerts.html", board, firing=firing, shape=shape(max(FEW, len(firing))))


def _draw(request: ViewedRequest, template: str, board: Board, **more: Any) -> HttpResponse:
    """A layout with what all of them have: headline, foot, heartbeat."""
    headline = words.headline(board, timezone.now(), request.viewer.confined)
    return render(
        request,
        template,
        {
            "board": board,
            "headline": _with_cause(headline, request),
            "confined": request.viewer.screen,
            "version": version(),
            "theme": "light" if request.GET.get("theme") == "light" else "dark",
            "lately": board.lately[:TICKER],
            "in_progress": board.moving[:IN_PROGRESS],
            **more,
        },
    )


def _with_cause(headline: words.Headline, request: ViewedRequest) -> words.Headline:
    """What many suffer from together is said once, in the headline's second line."""
    if headline.health not in ILL or request.viewer.confined:  # causes are told without regard to a scope
        return headline
    shared = _shared(int(monotonic() / CAUSES_LAST))
    if shared is None:
        return headline
    return replace(headline, detail=f"{len(shared.members)} share one cause: {shared.sentence}")


@lru_cache(maxsize=1)
def _shared(period: int) -> SharedCause | None:
    """The cause that hits most. Found anew every few seconds only: to walk all that fails costs as much as the rest."""
    causes = shared_causes(viewer=Viewer("wall"))
    # That a region is not heard the headline says anyway.
    return next((cause for cause in causes if cause.what.kind != "Region" and len(cause.members) >= ENOUGH), None)
