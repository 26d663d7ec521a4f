"""What was just asked is not asked again: whoever asks for the same shares the question under way, or its answer."""

import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

from cachetools import TLRUCache

T = TypeVar("T")


class Cache(Generic[T]):
    """For threads; of answers it keeps the `most` last used. What failed is not kept: whoever comes next asks again."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._asked: dict[Hashable, Future[T]] = {}
        self._kept: TLRUCache[Hashable, tuple[float, Future[T]], float] = TLRUCache(most, _until, clock)
        self._lock = threading.Lock()

    def share(self, key: Hashable, seconds: float, ask: Callable[[], Future[T]]) -> Future[T]:
        """The answer of a moment ago, the question of who asks just now, or a new one. `ask` must not wait."""
        with self._lock:
            if known := self._kept.get(key):
                return known[1]
            if key in self._asked:
                return self._asked[key]
            found = self._asked[key] = ask()
        # Outside of the lock: of what is done already this is called at once.
        found.add_done_callback(lambda future: self._answered(key, seconds, future))
        return found

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._asked.clear()
            self._kept.clear()

    def __len__(self) -> int:
        return len(self._asked) + len(self._kept)

    def _answered(self, key: Hashable, seconds: float, future: Future[T]) -> None:
        with self._lock:
            if self._asked.get(key) is not future:
                return
            del self._asked[key]
            if not future.cancelled() and future.exception() is None:
                self._kept[key] = (seconds, future)


def _until(key: Hashable, kept: tuple[float, object], now: float) -> float:
    return now + kept[0]
