"""What was just asked is not asked again: one question at a time for each key, its answer shared for a moment."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Cache(Generic[T]):
    """For threads. What failed is not kept: whoever comes next asks again."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._kept: OrderedDict[Hashable, tuple[float, T]] = OrderedDict()
        self._asking: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, seconds: float, ask: Callable[[], T]) -> T:
        """The answer of a moment ago, of who is asking just now, or of `ask`."""
        with self._lock:
            turn = self._asking.setdefault(key, threading.Lock())
        with turn:
            with self._lock:
                known = self._kept.get(key)
                if known and known[0] > self._clock():
                    return known[1]
            try:
                found = ask()
                with self._lock:
                    self._kept[key] = (self._clock() + seconds, found)
                    self._kept.move_to_end(key)
                    while len(self._kept) > self._most:
                        self._kept.popitem(last=False)
                return found
            finally:
                with self._lock:
                    self._asking.pop(key, None)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
