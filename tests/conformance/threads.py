"""Demo servers for tests that are not asynchronous: an event loop in a thread."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any


class Loop:
    """Runs coroutines from outside; `with Loop() as loop: loop.run(server.start())`."""

    def __enter__(self) -> "Loop":
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="demo", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def call(self, function: Any, *arguments: Any) -> Any:
        """A plain function, on the loop's own thread."""

        async def called() -> Any:
            return function(*arguments)

        return self.run(called())
