"""Follows the log, once for all sockets of this process, and remembers the last of it."""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from dashboard.live.threads import Threads
from dashboard.live.waiting import Waiting
from regions import journal
from regions.domain import topics as names
from regions.domain.wire import change_as_json, gap_as_json
from regions.journal import Cursor
from regions.models import Change, Cluster, Pulse

log = logging.getLogger(__name__)

REST = 0.02  # seconds between two looks, of some milliseconds each
PAGE = 500
FAR_BEHIND = 5_000  # rows; from here on it is cheaper to redraw than to replay
KEPT = 10_000
WATCHER_PATIENCE = timedelta(seconds=30)

Topics = frozenset[str] | None
"""What moved; None is everything."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One step of the log. Between two changes, at a half, stands what moved without a change: a link, figures,
    the watcher."""

    id: float
    topics: Topics
    text: str = ""  # the change as programs are sent it; only kept while there are programs
    change: Change | None = None  # that very change, to see who may be sent it

    def touches(self, topics: frozenset[str]) -> bool:
        return self.topics is None or not self.topics.isdisjoint(topics)


@dataclass(frozen=True, slots=True)
class WatcherBeat:
    """Whether clusters are being watched at all; without a watcher nothing that we show is known to be so."""

    alive: bool
    beat_at: datetime | None


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the database found."""

    here: Cursor
    changes: list[Change] = field(default_factory=list)
    lost: str = ""  # why nothing in between can be told
    links: dict[str, int] = field(default_factory=dict)
    pulses: dict[str, int] = field(default_factory=dict)  # of the meter, by region
    watcher: WatcherBeat = WatcherBeat(False, None)


def look(after: Cursor | None) -> Look:
    """Read what happened after a cursor: at most one page, or why there is no telling. Takes milliseconds."""
    links = dict(Cluster.objects.values_list("name", "revision"))
    pulses = dict(Pulse.objects.values_list("region", "revision"))
    beat_at, trouble = journal.heartbeat()
    beats = beat_at is not None and timezone.now() - beat_at < WATCHER_PATIENCE
    watcher = WatcherBeat(beats and not trouble, beat_at)
    if after is None:
        return Look(_now(), links=links, pulses=pulses, watcher=watcher)
    piece = journal.read(str(after), limit=PAGE)
    if piece.gap:
        return Look(_now(), lost=piece.gap, links=links, pulses=pulses, watcher=watcher)
    if len(piece.changes) == PAGE and (now := _now()).id - after.id > FAR_BEHIND:
        return Look(now, lost="Too much happened at once", links=links, pulses=pulses, watcher=watcher)
    here = Cursor.parse(piece.cursor)
    assert here is not None
    return Look(here, piece.changes, links=links, pulses=pulses, watcher=watcher)


def _now() -> Cursor:
    now = Cursor.parse(journal.cursor())
    assert now is not None
    return now


def change_text(change: Change, log_name: str) -> str:
    """One change as a message to programs."""
    if change.source == Change.Source.GAP:
        return json.dumps(gap_as_json(change.blind_from, change.at, change.message))
    return json.dumps(change_as_json(change, log_name), ensure_ascii=False, separators=(",", ":"))


class Tail:
    """Calls `moved(entries, lost)` on the event loop whenever the log moved. `start` it before anything else."""

    def __init__(self, moved: Callable[[list[Entry], bool], None], beaten: Callable[[], None] = lambda: None) -> None:
        """`beaten` is called whenever the watcher was seen to beat, or no longer does."""
        self._moved = moved
        self._beaten = beaten
        self._threads = Threads("tail")
        self._waiting = Waiting()
        self._task: asyncio.Task[None] | None = None
        self._first_look = asyncio.Event()
        self._ring: deque[Entry] = deque(maxlen=KEPT)
        self._links: dict[str, int] = {}
        self._pulses: dict[str, int] = {}
        self._floor = 0.0  # everything after this is in the ring
        self.here: Cursor = Cursor("-", 0)
        self.watcher = WatcherBeat(False, None)
        self.programs = 0  # how many want changes as text

    async def start(self) -> None:
        """Begin to follow, and wait until the first look has been taken."""
        if self._task is None:
            self._task = asyncio.create_task(self._follow(), name="tail")
        await self._first_look.wait()

    async def stop(self) -> None:
        """End the task and its thread."""
        self._waiting.end()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await asyncio.to_thread(self._threads.stop)

    def moved_since(self, cursor: Cursor | None, topics: Iterable[str]) -> bool:
        """Whether a page with these topics, drawn at this cursor, may show what is no longer so."""
        if cursor is None or cursor.log != self.here.log or cursor.id < self._floor:
            return True
        wanted = frozenset(topics)
        for entry in reversed(self._ring):
            if entry.id <= cursor.id:
                return False
            if entry.touches(wanted):
                return True
        return False

    async def _follow(self) -> None:
        troubled = False
        while True:
            try:
                found = await self._threads.run(self._look, self.here if self._first_look.is_set() else None)
                troubled = False
                if not self._take(found):
                    await asyncio.sleep(REST)
                    await self._threads.run(self._waiting.wait)
            except Exception:
                # Whatever it is, pages must not stand still for good. Said once, not ten times a second.
                if not troubled:
                    log.exception("The log cannot be followed; trying again each second")
                troubled = True
                self._doubt()
                await asyncio.sleep(1.0)

    def _doubt(self) -> None:
        """Nobody can be asked whether the watcher still beats: by and by it has to be taken for gone."""
        was = self.watcher
        if was.alive and was.beat_at is not None and timezone.now() - was.beat_at >= WATCHER_PATIENCE:
            self.watcher = WatcherBeat(False, was.beat_at)
            self._beaten()

    def _look(self, after: Cursor | None) -> Look:
        self._waiting.mark()  # before it: what is written meanwhile is looked at once more, never missed
        return look(after)

    def _take(self, found: Look) -> bool:
        """Remember and tell what a look found. True when there may be more at once."""
        first = not self._first_look.is_set()
        if first or found.lost:
            # What moved without a change before this moment is not known, hence the half.
            self._ring.clear()
            self._floor = found.here.id + 0.5
        entries = [
            Entry(change.id, names.topics_of(change), change_text(change, found.here.log), change)
            if self.programs
            else Entry(change.id, names.topics_of(change))
            for change in found.changes
        ]
        entries += self._beside_the_log(found, first)
        beaten = found.watcher != self.watcher
        self.here, self._links, self._pulses = found.here, found.links, found.pulses
        self.watcher = found.watcher
        dropped = len(self._ring) + len(entries) - KEPT
        if dropped > 0:  # a look is far smaller than what is kept, so all of these are of the ring
            self._floor = self._ring[dropped - 1].id
        self._ring.extend(entries)
        self._first_look.set()
        if not first and (entries or found.lost):
            self._moved(entries, bool(found.lost))
        if beaten:
            self._beaten()
        return len(found.changes) == PAGE

    def _beside_the_log(self, found: Look, first: bool) -> list[Entry]:
        if first:
            return []
        at = found.here.id + 0.5
        if found.watcher.alive != self.watcher.alive:
            return [Entry(at, None)]
        moved = {name for name, _ in found.links.items() ^ self._links.items()}
        beaten = {name for name, _ in found.pulses.items() ^ self._pulses.items()}
        topics = frozenset().union(*map(names.link, moved), *map(names.measured, beaten))
        return [Entry(at, topics)] if topics else []
