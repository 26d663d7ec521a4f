"""The newest of the log, kept: rows never change, so whoever asks again needs only what came since.

A live page reads the same rows at each change; without this, a word that is rare would be looked for in all of the log
ten times a second.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from threading import Lock

from cachetools import LRUCache
from django.db.models import Q, QuerySet

from regions import journal
from regions.inventory.change_items import ChangeItem
from regions.inventory.changes import item
from regions.inventory.serving import placed
from regions.journal import Cursor
from regions.models import Change, Log

MOST = 600  # rows that one reading brings, unless it wants fewer
SPAN = 250_000  # ids that one reading looks at: what is rarer is looked for piece by piece
ALL = 2**62  # where an index brings the rows in the order of the log
KEPT = 48


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of the log, newest first. `floor`: everything after this id that fits, and was not cut off, is in it."""

    items: tuple[ChangeItem, ...]
    here: Cursor
    floor: int
    cut: bool  # there are more that fit after `floor`
    pruned_to: int

    @property
    def before(self) -> int | None:
        """Where the next older piece begins; None at the end of what is kept."""
        if self.cut:
            return self.items[-1].id
        return self.floor + 1 if self.floor > self.pruned_to else None


_windows: LRUCache[Hashable, Window] = LRUCache(KEPT)
_lock = Lock()


def newest(where: Q, key: Hashable, most: int = MOST, span: int = SPAN) -> Window:
    """The newest rows that fit, at most so many, of the newest `span` ids. `key` names `where`: no two share one."""
    here = Cursor.parse(journal.cursor())
    assert here is not None
    pruned_to = Log.objects.values_list("pruned_to", flat=True).first() or 0
    with _lock:
        known = _windows.get((here.log, key, most))
    if known is not None and known.here.id <= here.id:
        found = _continued(known, where, here, pruned_to, most, span)
    else:
        found = _read(where, here, here.id + 1, pruned_to, most, span)
    if here.log == "-":
        return found  # nothing was ever written: there is no log to keep a part of
    with _lock:
        _windows[here.log, key, most] = found
    return found


def older(where: Q, before: int, span: int = SPAN) -> Window:
    """Rows that fit, from an id backwards."""
    here = Cursor.parse(journal.cursor())
    assert here is not None
    pruned_to = Log.objects.values_list("pruned_to", flat=True).first() or 0
    return _read(where, here, min(before, here.id + 1), pruned_to, MOST, span)


def _continued(known: Window, where: Q, here: Cursor, pruned_to: int, most: int, span: int) -> Window:
    if here.id == known.here.id and pruned_to == known.pruned_to:
        return known
    if here.id - known.floor > 2 * span:
        return _read(where, here, here.id + 1, pruned_to, most, span)
    rows = list(_rows(where, known.here.id, here.id + 1)[: most + 1])
    fresh = tuple(item(row, here.log) for row in placed(rows[:most]))
    if len(rows) > most:
        return Window(fresh, here, known.here.id, True, pruned_to)
    kept = known.items if pruned_to <= known.pruned_to else tuple(one for one in known.items if one.id > pruned_to)
    together = fresh + kept
    cut = known.cut if len(together) <= most else True
    return Window(together[:most], here, max(known.floor, pruned_to), cut and bool(together), pruned_to)


def _read(where: Q, here: Cursor, before: int, pruned_to: int, most: int, span: int) -> Window:
    floor = max(before - 1 - span, pruned_to, 0)
    rows = list(_rows(where, floor, before)[: most + 1])
    items = tuple(item(row, here.log) for row in placed(rows[:most]))
    return Window(items, here, floor, len(rows) > most, pruned_to)


def _rows(where: Q, after: int, before: int) -> QuerySet[Change]:
    return Change.objects.filter(where, id__gt=after, id__lt=before).order_by("-id")
