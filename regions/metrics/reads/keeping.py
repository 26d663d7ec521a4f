"""What was made of rows of the meter, kept as long as the rows say the same: of 550 clusters, ten have moved.

By content, never by time: nobody needs to say that something moved, and what is kept is what would be made again.
"""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar

from cachetools import LRUCache
from django.db.models import TextField
from django.db.models.functions import Cast

V = TypeVar("V")


class Kept(Generic[V]):
    """One value for each key, made anew when what it is made of differs. Values must not be altered."""

    def __init__(self, most: int) -> None:
        self._known: LRUCache[Hashable, tuple[Any, V]] = LRUCache(most)
        self._lock = Lock()

    def of(self, key: Hashable, source: Any, make: Callable[[], V]) -> V:
        with self._lock:
            known = self._known.get(key)
        if known is not None and known[0] == source:
            return known[1]
        made = make()
        with self._lock:
            self._known[key] = (source, made)
        return made


def as_text(column: str) -> Cast:
    """A JSON column as it is written, to be read only when it differs from the last time."""
    return Cast(column, TextField())
