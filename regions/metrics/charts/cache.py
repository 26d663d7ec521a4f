"""What was just asked is not asked again: whoever asks for the same shares the question under way, or its answer."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class Cache(Generic[T]):
    """For threads; of answers it keeps the newest `most`. What failed is not kept: whoever comes next asks again."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._asked: dict[Hashable, Future[T]] = {}
        self._kept: OrderedDict[Hashable, tuple[float, Future[T]]] = OrderedDict()
        self._lock = threading.Lock()

    def share(self, key: Hashable, seconds: float, ask: Callable[[], Future[T]]) -> Future[T]:
        """The answer of a moment ago, the question of who asks just now, or a new one. `ask` must not wait."""
        with self._lock:
            until, found = self._kept.get(key, (0.0, None))
            if found is not None and until > self._clock():
                return found
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
            if future.cancelled() or future.exception() is not None:
                return
            self._kept[key] = (self._clock() + seconds, future)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
