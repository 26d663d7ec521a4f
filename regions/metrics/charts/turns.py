"""Who asks which store: a few questions at a time each, the others in its own line, so that none waits for another."""

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import connections

from regions.domain.metrics.measures import Why
from regions.metrics.stores.errors import StoreError

T = TypeVar("T")

AT_ONCE = 3
"""Questions that one store is put at the same time: its own limit is a handful, and the meter asks too."""

WAITING = 60
"""Questions that wait for one store: two pages of charts, and more than a store that is well has ever before it."""


@dataclass(slots=True)
class _Line:
    running: int = 0
    waiting: deque[tuple[Future[Any], Callable[[float], Any], float]] = field(default_factory=deque)


class Turns:
    """A line for each store that is being asked. A thread lives as long as its line has somebody in it."""

    def __init__(self) -> None:
        self._lines: dict[str, _Line] = {}
        self._lock = threading.Lock()

    def submit(self, store: str, label: str, work: Callable[[float], T], deadline: float) -> Future[T]:
        """The answer of `work`, which is given the seconds that are left; StoreError when its turn comes too late."""
        future: Future[T] = Future()
        with self._lock:
            line = self._lines.setdefault(store, _Line())
            if len(line.waiting) >= WAITING:
                future.set_exception(_busy(label))
                return future
            line.waiting.append((future, work, time.monotonic() + deadline))
            if line.running >= AT_ONCE:
                return future
            line.running += 1
        threading.Thread(target=self._run, args=(store, label), name="metrics-charts", daemon=True).start()
        return future

    def __len__(self) -> int:
        return len(self._lines)

    def _run(self, store: str, label: str) -> None:
        try:
            while (turn := self._next(store)) is not None:
                future, work, until = turn
                left = until - time.monotonic()
                try:
                    if left <= 0:
                        raise _busy(label)
                    future.set_result(work(left))
                except BaseException as error:
                    future.set_exception(error)
        finally:
            connections.close_all()  # this thread's own, if it had to look where the store is

    def _next(self, store: str) -> tuple[Future[Any], Callable[[float], Any], float] | None:
        with self._lock:
            line = self._lines[store]
            if line.waiting:
                return line.waiting.popleft()
            line.running -= 1
            if not line.running:
                del self._lines[store]
            return None


def _busy(label: str) -> StoreError:
    return StoreError(Why.SLOW, f"{label} is busy with other charts")
