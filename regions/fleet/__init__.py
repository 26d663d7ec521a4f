"""The ground as pages and the API see it: the copy joined with the links. Every call takes a `viewer`.

    overview(*, viewer) -> Overview
    board(*, viewer) -> Board                                        for a wall; honours the viewer's scope
    region_board(name, *, viewer) -> RegionBoard                     one region for a wall; raises NotFound
    list_regions(*, viewer) -> list[RegionCard]                      worst first
    get_region(name, *, viewer) -> RegionDetail                      raises NotFound
    changes(*, viewer, topic=None, text="", severity="", region="", kind="", source="", before=None, limit=100)
        -> ChangePage                                                newest first, repeats of an Event folded
    feed(filters, *, viewer, topic=None, before=None) -> FeedPage    newest first, folded into lines
    lines_about(topic, *, viewer, limit=20) -> tuple[Line, ...]      the same for a card
    log(*, viewer, after="", topic=None, limit=100) -> LogPage      for programs: oldest first, from a cursor on
    list_credentials(*, viewer, region="") -> tuple[Row, ...]        worst first
    search(text, *, viewer) -> Found                                 any object by name
    freshness() -> Freshness
    links() -> dict[str, LinkView]                                   by cluster name
"""

from regions.fleet.basics import Condition, Counts, Freshness, LinkView, NotFound, Row, Target
from regions.fleet.board import Board, RegionBoard, Tile, board, region_board
from regions.fleet.cards import list_regions
from regions.fleet.changes import changes, log
from regions.fleet.credentials import list_credentials
from regions.fleet.detail import get_region
from regions.fleet.feed import FeedPage, feed, lines_about
from regions.fleet.one import OneChange, one_change
from regions.fleet.overview import overview
from regions.fleet.search import search
from regions.fleet.shapes import (
    Component,
    Found,
    Hit,
    KindCount,
    Overview,
    RegionCard,
    RegionDetail,
    StreamView,
    Versions,
)
from regions.fleet.sight import freshness, links
from regions.fleet.told import ChangeItem, ChangePage, LogGap, LogPage

__all__ = [
    "Board",
    "ChangeItem",
    "ChangePage",
    "Component",
    "Condition",
    "Counts",
    "FeedPage",
    "Found",
    "Freshness",
    "Hit",
    "KindCount",
    "LinkView",
    "LogGap",
    "LogPage",
    "NotFound",
    "OneChange",
    "Overview",
    "RegionBoard",
    "RegionCard",
    "RegionDetail",
    "Row",
    "StreamView",
    "Target",
    "Tile",
    "Versions",
    "board",
    "changes",
    "feed",
    "freshness",
    "get_region",
    "lines_about",
    "links",
    "list_credentials",
    "list_regions",
    "log",
    "one_change",
    "overview",
    "region_board",
    "search",
]
