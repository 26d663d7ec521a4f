"""Parts of live pages that show only certain values, kept as they were drawn: a page moves in one place at a time.

Kept by what they show, so nothing needs to be dropped when something moves, and nobody is shown what was drawn for
another unless it is the same. Of all that depends on the clock only ages may stand in such a part: they are told anew.
"""

from collections.abc import Hashable
from threading import Lock
from typing import Any

from cachetools import LRUCache
from django.db.models import Model
from django.utils import timezone

from regions.templatetags import spans

MOST = 2000
"""Parts that are kept; of a few kilobytes each."""

Values = tuple[Any, ...]

_kept: LRUCache[Hashable, tuple[Values, str]] = LRUCache(MOST)
_lock = Lock()


def recall(part: Hashable, values: Values) -> str | None:
    """The part as it was last drawn, with the ages of now; None when it was drawn of other values, or not lately."""
    with _lock:
        known = _kept.get(part)
    if known is None or known[0] != values:
        return None
    return spans.retold(known[1], timezone.now())


def keep(part: Hashable, values: Values, html: str) -> None:
    """Remember how a part was drawn. Its values must be equal only when they say the same, and never be altered."""
    if any(isinstance(value, Model) for value in values):
        raise TypeError("A row of the database equals itself however it was changed: a part cannot be kept by it.")
    with _lock:
        _kept[part] = (values, html)
