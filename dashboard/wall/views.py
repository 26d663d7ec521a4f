"""The layouts of the wall. Each is a live page without a frame; a screen may be shown these and nothing else."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.live.version import version
from dashboard.people.screens import for_screens
from dashboard.wall import words
from dashboard.wall.shape import shape
from regions import fleet
from regions.domain import topics
from regions.live import follow
from regions.requests import ViewedRequest

TICKER = 3
ON_THE_WAY = 4


@for_screens
@require_safe
def regions(request: ViewedRequest) -> HttpResponse:
    """One tile a region."""
    follow(request, topics.FLEET)
    board = fleet.board(viewer=request.viewer)
    return _draw(request, "wall/regions.html", board, shape=shape(len(board.tiles)))


@for_screens
@require_safe
def region(request: ViewedRequest, name: str) -> HttpResponse:
    """One tile a deployment of this region."""
    follow(request, topics.FLEET)
    try:
        found = fleet.region_board(name, viewer=request.viewer)
    except fleet.NotFound as error:
        raise Http404(str(error)) from error
    return _draw(request, "wall/region.html", found.board, region=found, shape=shape(len(found.deployments)))


@for_screens
@require_safe
def moving(request: ViewedRequest) -> HttpResponse:
    """What is being provisioned or removed, longest on the way first."""
    follow(request, topics.FLEET)
    board = fleet.board(viewer=request.viewer)
    return _draw(request, "wall/moving.html", board, shape=shape(len(board.moving)))


def _draw(request: ViewedRequest, template: str, board: fleet.Board, **more: Any) -> HttpResponse:
    """A layout with what all of them have: headline, foot, heartbeat."""
    confined = request.viewer.confined
    return render(request, template, {
        "board": board, "headline": words.headline(board, timezone.now(), confined), "confined": confined,
        "version": version(), "theme": "light" if request.GET.get("theme") == "light" else "dark",
        "lately": board.lately[:TICKER], "on_the_way": board.moving[:ON_THE_WAY], **more,
    })  # fmt: skip
