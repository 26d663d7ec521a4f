"""The ground as pages and the API see it: the copy joined with the links. Every call takes a `viewer`.

overview(*, viewer) -> Overview
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

from regions.inventory.basics import Condition, Counts, Freshness, LinkView, NotFound, Row, Target
from regions.inventory.cards import list_regions
from regions.inventory.change_detail import OneChange, one_change
from regions.inventory.change_items import ChangeItem, ChangePage, LogGap, LogPage
from regions.inventory.changes import changes, log
from regions.inventory.credentials import list_credentials
from regions.inventory.detail import get_region
from regions.inventory.feed import FeedPage, feed, lines_about
from regions.inventory.folded_regions import FoldedRegions, fold_regions
from regions.inventory.overview import overview
from regions.inventory.search import search
from regions.inventory.values import (
    Component,
    Hit,
    KindCount,
    Overview,
    RegionCard,
    RegionDetail,
    SearchResult,
    StreamView,
    Versions,
)
from regions.inventory.visibility import freshness, links

__all__ = [
    "ChangeItem",
    "ChangePage",
    "Component",
    "Condition",
    "Counts",
    "FeedPage",
    "FoldedRegions",
    "Freshness",
    "Hit",
    "KindCount",
    "LinkView",
    "LogGap",
    "LogPage",
    "NotFound",
    "OneChange",
    "Overview",
    "RegionCard",
    "RegionDetail",
    "Row",
    "SearchResult",
    "StreamView",
    "Target",
    "Versions",
    "changes",
    "feed",
    "fold_regions",
    "freshness",
    "get_region",
    "lines_about",
    "links",
    "list_credentials",
    "list_regions",
    "log",
    "one_change",
    "overview",
    "search",
]
