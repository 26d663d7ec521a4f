"""From the event loop to the journal: a queue, and one thread that writes."""

import asyncio
import logging
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.contrib.sessions.backends.db import SessionStore
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, ProgrammingError, connections

from regions import journal
from regions.domain.notes import Gone, Note, Put, Reached, Swept, Unrecorded, about
from regions.domain.shards import WHOLE, Shard
from regions.maintenance.sweep import tend

Result = TypeVar("Result")

log = logging.getLogger(__name__)

BATCH = 500
BEAT = 2.0  # seconds
FORGET = 600.0
CONTRADICT = 10.0  # well below the time that a contradiction must have stood
DUE = 500  # rows judged again in one transaction
_LIMIT_EXCEEDED = "54"  # class of SQLSTATE: an index row or a statement that is larger than PostgreSQL takes


def now() -> datetime:
    return datetime.now(UTC)


class Recorder:
    """Takes notes in order and records them in batches. Whoever notes faster than the database writes, waits."""

    def __init__(self, shard: Shard = WHOLE) -> None:
        self.shard = shard
        self.term = 0
        self.full = False  # the database's disk is: what is to be recorded waits
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
            await self._record_when_there_is_room(batch)

    async def _record_when_there_is_room(self, notes: Sequence[Note]) -> None:
        """Where the disk is full these are recorded later: what comes meanwhile waits behind them, as much as the queue
        holds here, and then with the clusters."""
        while True:
            try:
                await self._record(notes)
            except DatabaseError as error:
                if not journal.is_full(error):
                    raise
                if not self.full:
                    log.error(journal.FULL)
                self.full = True
                await asyncio.sleep(BEAT)
            else:
                if self.full:
                    log.warning("The database takes what is recorded again")
                self.full = False
                return

    async def _record(self, notes: Sequence[Note]) -> None:
        """Record these; a note that cannot be is found by halves, left out, and said. The others keep their order."""
        try:
            await self.call(journal.record, self.term, notes, now())
        except Exception as error:
            if not of_the_notes(error):
                raise
            if len(notes) == 1:
                await self._leave_out(notes[0], error)
                return
            half = len(notes) // 2
            await self._record(notes[:half])
            await self._record(notes[half:])

    async def _leave_out(self, note: Note, error: Exception) -> None:
        # Only where and what kind of error: its text may quote values, PostgreSQL's the whole row.
        place = traceback.extract_tb(error.__traceback__)[-1]
        kind = type(error).__name__
        log.error(
            "%s: %s cannot be recorded (%s at %s:%s); left out",
            note.cluster,
            about(note),
            kind,
            place.filename,
            place.lineno,
        )
        if isinstance(note, Put | Gone | Swept | Reached):
            stream = note.stream if isinstance(note, Reached) else note.kind.stream
            said = Unrecorded(note.cluster, stream, about(note), _why(error), note.at)
            await self.call(journal.record, self.term, [said], now())

    async def tend(self, keep: timedelta, most: int = 0) -> None:
        """Beat, look at what is due, and forget what is old, or more than may be kept."""
        self._forget_at = self._contradict_at = 0.0
        while True:
            try:
                await self._tend_once(keep, most)
            except DatabaseError as error:
                if not journal.is_full(error):
                    raise
            await asyncio.sleep(BEAT)

    async def _tend_once(self, keep: timedelta, most: int) -> None:
        clock = asyncio.get_running_loop().time
        await self.call(journal.beat, self.term, now(), journal.FULL if self.full else "")
        if self.shard.first and clock() >= self._forget_at:  # before anything that needs room
            before = await self.call(journal.oldest_kept, now() - keep, most)
            while await self.call(journal.prune, self.term, before):
                # A first time may go on for minutes: whoever stands by must see that somebody leads.
                await self.call(journal.beat, self.term, now(), journal.FULL if self.full else "")
            await self.call(SessionStore.clear_expired)
            self._forget_at = clock() + FORGET
        while await self.call(journal.tick, self.term, now(), DUE, self.shard) >= DUE:
            pass
        if not self.shard.first:
            return
        if clock() >= self._contradict_at:
            await self.call(journal.contradict, self.term, now())
            self._contradict_at = clock() + CONTRADICT
        await self.call(tend, now())

    async def close(self) -> None:
        await self.call(connections.close_all)
        self._thread.shutdown()


def of_the_notes(error: Exception) -> bool:
    """Whether what failed is what was to be written, not the database or the lease: the same would fail for ever."""
    if isinstance(error, journal.LeaseLost):
        return False
    if isinstance(error, DataError | IntegrityError):
        return True
    if isinstance(error, DatabaseError | InterfaceError):
        state = getattr(error.__cause__, "sqlstate", None)
        # Without a state it is the driver that does not take a value: no statement was sent.
        unsent = isinstance(error, ProgrammingError) and state is None
        return unsent or (state or "").startswith(_LIMIT_EXCEEDED)
    return True


def _why(error: Exception) -> str:
    if isinstance(error, DatabaseError | InterfaceError):
        return f"The database does not take a value of it ({type(error).__name__})"
    return f"Pane fails at it ({type(error).__name__})"
