"""From the event loop to the journal: a queue, and one thread that writes."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.db import connections

from regions import journal
from regions.domain.notes import Note
from regions.maintenance.sweep import tend

Result = TypeVar("Result")

BATCH = 500
BEAT = 2.0  # seconds
FORGET = 600.0
CONTRADICT = 10.0  # well below the time that a contradiction must have stood
DUE = 500  # rows judged again in one transaction


def now() -> datetime:
    return datetime.now(UTC)


class Recorder:
    """Takes notes in order and records them in batches. Whoever notes faster than the database writes, waits."""

    def __init__(self) -> None:
        self.term = 0
        self._queue: asyncio.Queue[Note] = asyncio.Queue(maxsize=2 * BATCH)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")

    async def note(self, *notes: Note) -> None:
        for note in notes:
            await self._queue.put(note)

    async def call(self, function: Callable[..., Result], *args: Any) -> Result:
        """Run something of the journal in its thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: function(*args))

    async def record(self) -> None:
        """Record what is noted, until the lease or the database is lost. What was not recorded is asked for again."""
        while True:
            batch = [await self._queue.get()]
            while len(batch) < BATCH and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            await self.call(journal.record, self.term, batch, now())

    async def tend(self, keep: timedelta) -> None:
        """Beat, look at what is due, and forget what is old."""
        forget_at = contradict_at = 0.0
        loop = asyncio.get_running_loop()
        while True:
            await self.call(journal.beat, self.term, now())
            while await self.call(journal.tick, self.term, now(), DUE) >= DUE:
                pass
            if loop.time() >= contradict_at:
                await self.call(journal.contradict, self.term, now())
                contradict_at = loop.time() + CONTRADICT
            await self.call(tend, now())
            if loop.time() >= forget_at:
                while await self.call(journal.prune, self.term, now() - keep):
                    pass
                forget_at = loop.time() + FORGET
            await asyncio.sleep(BEAT)

    async def close(self) -> None:
        await self.call(connections.close_all)
        self._thread.shutdown()
