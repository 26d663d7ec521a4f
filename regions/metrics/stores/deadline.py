"""One request under way: its deadline, which also ends a body that drips, and its connection, which can be cut."""

import heapq
import itertools
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from regions.metrics.stores.errors import StoreError


@dataclass(slots=True, eq=False)
class StoreCall:
    """Until when, how much may be read, and what became of it."""

    until: float  # in the time of `time.monotonic`
    largest: int
    failure: StoreError | None = None  # known more precisely than what the libraries will raise
    cut: bool = False
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    said: Any = None  # the body, decoded
    took: float = 0.0
    _line: socket.socket | None = None
    _done: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def left(self) -> float:
        """Seconds; never less than a moment, for functions to which 0 means for ever."""
        return max(0.001, self.until - time.monotonic())

    @property
    def over(self) -> bool:
        return self.cut or time.monotonic() >= self.until

    def holds(self, line: socket.socket | None) -> None:
        """It now uses the connection that this socket is a second handle of."""
        with self._lock:
            self._line = line

    def end(self) -> None:
        """What happens to its connection from here on is no longer its business."""
        with self._lock:
            self._done, self._line = True, None

    def abort(self) -> None:
        """Cut its connection, whatever it waits for there: a handshake, a head, a body."""
        with self._lock:
            if self._done:
                return
            self.cut = True
            if self._line is not None:
                try:
                    self._line.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass  # it broke by itself


_here = threading.local()


def current() -> StoreCall:
    """The call that this thread is at work on."""
    call: StoreCall = _here.call
    return call


@contextmanager
def making(call: StoreCall) -> Iterator[StoreCall]:
    """Make this the call of this thread, and cut it when its time is over."""
    _here.call = call
    _watchdog.watch(call)
    try:
        yield call
    finally:
        call.end()
        _here.call = None


class Watchdog:
    """One thread that cuts the calls whose time is over. Socket timeouts are for one read; a body has thousands."""

    def __init__(self) -> None:
        self._calls: list[tuple[float, int, StoreCall]] = []
        self._number = itertools.count()
        self._moved = threading.Condition()
        self._thread: threading.Thread | None = None

    def watch(self, call: StoreCall) -> None:
        with self._moved:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="metrics-watchdog", daemon=True)
                self._thread.start()
            heapq.heappush(self._calls, (call.until, next(self._number), call))
            if self._calls[0][2] is call:
                self._moved.notify()

    def _run(self) -> None:
        while True:
            with self._moved:
                while not self._calls or (left := self._calls[0][0] - time.monotonic()) > 0:
                    self._moved.wait(left if self._calls else None)
                call = heapq.heappop(self._calls)[2]
            call.abort()


_watchdog = Watchdog()
