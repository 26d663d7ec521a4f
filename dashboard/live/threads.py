"""A few threads of our own for what must not run on the event loop, each with a database connection that it keeps."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import DatabaseError, InterfaceError, connections

T = TypeVar("T")


class Threads:
    """Runs functions off the event loop. No more than `size` at once; what comes later waits its turn."""

    def __init__(self, name: str, size: int = 1) -> None:
        self._size = size
        self._pool = ThreadPoolExecutor(size, thread_name_prefix=name)

    async def run(self, function: Callable[..., T], *args: Any) -> T:
        """The function's result; its exception, too."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, _guarded, function, args)

    def stop(self) -> None:
        """Wait for what runs, close the connections of every thread, and end them. Blocks; not for the event loop."""
        together = threading.Barrier(self._size)

        def leave() -> None:
            # Each thread waits here for the others, so that none of them closes twice and another not at all.
            try:
                together.wait(timeout=20)
            except threading.BrokenBarrierError:
                pass
            connections.close_all()

        for _ in range(self._size):
            self._pool.submit(leave)
        self._pool.shutdown(wait=True, cancel_futures=False)


def _guarded(function: Callable[..., T], args: tuple[Any, ...]) -> T:
    try:
        return function(*args)
    except (DatabaseError, InterfaceError):
        # Perhaps the server went away: the next call opens a new connection.
        connections.close_all()
        raise
