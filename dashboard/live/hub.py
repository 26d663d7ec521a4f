"""Brings what the tail sees to the sockets: which screens must be drawn again, and who follows the log itself."""

import asyncio
import logging
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Coroutine
from threading import Lock
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from cachetools import LRUCache
from django.conf import settings
from django.contrib.auth.models import User
from django.db import DatabaseError
from prometheus_client import Gauge

from dashboard.live import view_runner
from dashboard.live.outbox import beat, encode
from dashboard.live.redraw import SharedPage, Subscriber
from dashboard.live.tail import Entry, Tail
from dashboard.live.threads import Threads
from dashboard.people.sessions import Credential, ended
from dashboard.people.viewer import viewer_of
from regions.domain.viewer import Viewer
from regions.journal import Cursor

log = logging.getLogger(__name__)

SOCKETS = Gauge("pane_sockets", "Sockets of pages and programs that are open in this process.")

BEAT = 10.0  # seconds; browsers give up after 25 without
LOOK_OVER = 1.5  # seconds between two looks whether those who are here may stay
REMEMBERED = 2_000  # pages whose topics are kept until their socket comes
FOLLOWED = ("username", "is_staff", "is_superuser", "is_active")  # of an account, while its socket is open
QUEUE = 1_000  # changes that may wait for one program before it must read them from the database


class Departure(Protocol):
    """A socket that can be told that whoever opened it is no longer welcome."""

    def sign_out(self) -> None: ...


class Feed:
    """The changes of one topic as they come, for one program. When it falls behind it says so and keeps nothing."""

    def __init__(self, topic: str | None) -> None:
        self.topic = topic
        self.behind = False
        self._queue: deque[Entry] = deque()
        self._wake = asyncio.Event()

    def offer(self, entries: list[Entry], lost: bool) -> None:
        wanted = [
            entry for entry in entries if entry.text and (not self.topic or entry.touches(frozenset({self.topic})))
        ]
        if lost or len(self._queue) + len(wanted) > QUEUE:
            self.behind = True
            self._queue.clear()
        elif not self.behind:
            self._queue.extend(wanted)
        if wanted or self.behind:
            self._wake.set()

    async def take(self) -> list[Entry]:
        """Wait for changes. An empty answer means that it fell behind: read the database, then go on."""
        await self._wake.wait()
        self._wake.clear()
        taken = [] if self.behind else list(self._queue)
        self._queue.clear()
        self.behind = False
        return taken


class Hub:
    """All sockets of one event loop."""

    def __init__(self) -> None:
        self.tail = Tail(self._moved, self._beaten)
        self._was_alive: bool | None = None
        self.reading = Threads("changes")
        self._drawing = Threads("draw", 2)
        self._asking = Threads("rights")  # of clusters, which may take their time: nothing else waits behind it
        self._screens: dict[tuple[str, str], SharedPage] = {}
        self._by_topic: dict[str, set[SharedPage]] = defaultdict(set)
        self._feeds: set[Feed] = set()
        self._credentials: dict[Departure, Credential] = {}
        self._viewers: dict[Departure, tuple[Any, Callable[[Viewer], None]]] = {}
        self._people: Counter[tuple[str, int]] = Counter()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Follow the log and beat; does nothing when that is so already."""
        if not self._tasks:
            works = (self._beat, self._look_over, self._look_at_rights)
            self._tasks = [asyncio.create_task(work(), name=work.__name__.strip("_")) for work in works]
        await self.tail.start()

    async def stop(self) -> None:
        """End every task and thread."""
        for screen in self._screens.values():
            screen.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.tail.stop()
        for threads in (self._drawing, self.reading, self._asking):
            await asyncio.to_thread(threads.stop)

    def admit(self, socket: Departure, credential: Credential) -> bool:
        """Let a socket in, unless whoever opens it has too many already. False: it has to go.

        From then on its `sign_out` is called within two seconds after this session or token has ended.
        """
        if self._people[credential.who] >= settings.PANE_SOCKETS_A_PERSON:
            return False
        self._people[credential.who] += 1
        self._credentials[socket] = credential
        SOCKETS.set(len(self._credentials))
        return True

    def forget(self, socket: Departure) -> None:
        self._viewers.pop(socket, None)
        credential = self._credentials.pop(socket, None)
        if credential is not None:
            self._people[credential.who] -= 1
            if not self._people[credential.who]:
                del self._people[credential.who]
        SOCKETS.set(len(self._credentials))

    def join(self, url: str, cursor: Cursor | None, subscriber: Subscriber) -> None:
        """Show a page on this socket from the cursor at which it was drawn. Nothing is sent if nothing happened."""
        key = (url, subscriber.viewer.permission_set)
        screen = self._screens.get(key)
        if screen is None:
            screen = self._screens[key] = SharedPage(url, self._draw, self._topics_changed)
            self._index(screen, recalled(key))
        screen.subscribers.add(subscriber)
        if not screen.topics or self.tail.moved_since(cursor, screen.topics):
            screen.catch_up(subscriber)
        subscriber.outbox.say("beat", self._beat_text())

    def leave(self, url: str, subscriber: Subscriber) -> None:
        """The socket is closed."""
        key = (url, subscriber.viewer.permission_set)
        screen = self._screens.get(key)
        if screen is None:
            return
        screen.subscribers.discard(subscriber)
        if not screen.subscribers:
            screen.close()
            self._index(screen, frozenset())
            del self._screens[key]

    def keep(self, socket: Departure, user: Any, turn: Callable[[Viewer], None]) -> None:
        """Tell this socket every ten seconds on whose behalf it reads by then: their rights may be others."""
        self._viewers[socket] = (user, turn)

    def turn(self, url: str, subscriber: Subscriber, viewer: Viewer) -> None:
        """Show the page as this viewer sees it, who is the same person with other rights perhaps."""
        if viewer.permission_set != subscriber.viewer.permission_set:
            if viewer.can != subscriber.viewer.can:  # what does not move on the page may offer what is theirs no more
                subscriber.outbox.say("turned", encode(turned=True))
            self.leave(url, subscriber)
            subscriber.viewer, subscriber.synced = viewer, False
            self.join(url, None, subscriber)

    def follow(self, topic: str | None) -> Feed:
        """The changes of a topic from now on. Give it back with `unfollow`."""
        feed = Feed(topic)
        self._feeds.add(feed)
        self.tail.programs = len(self._feeds)
        return feed

    def unfollow(self, feed: Feed) -> None:
        self._feeds.discard(feed)
        self.tail.programs = len(self._feeds)

    def _draw(self, url: str, user: Any, viewer: Viewer) -> Coroutine[Any, Any, view_runner.Drawn | None]:
        return self._drawing.run(view_runner.draw, url, user, viewer)

    def _moved(self, entries: list[Entry], lost: bool) -> None:
        if lost or any(entry.topics is None for entry in entries):
            touched = set(self._screens.values())
        else:
            topics = {topic for entry in entries for topic in entry.topics or ()}
            touched = {screen for topic in topics for screen in self._by_topic.get(topic, ())}
        for screen in touched:
            screen.touch()
        for feed in self._feeds:
            feed.offer(entries, lost)

    def _topics_changed(self, screen: SharedPage, topics: frozenset[str], cursor: str) -> None:
        added = topics - screen.topics
        self._index(screen, topics)
        if added and self.tail.moved_since(Cursor.parse(cursor), added):
            screen.touch()

    def _index(self, screen: SharedPage, topics: frozenset[str]) -> None:
        for topic in screen.topics - topics:
            self._by_topic[topic].discard(screen)
            if not self._by_topic[topic]:
                del self._by_topic[topic]
        for topic in topics - screen.topics:
            self._by_topic[topic].add(screen)
        screen.topics = topics

    def _beaten(self) -> None:
        """The watcher beat: said to those that show a heartbeat, and to all when it died or came back."""
        text, alive = self._beat_text(), self.tail.watcher.alive
        turned, self._was_alive = alive != self._was_alive, alive
        for screen in self._screens.values():
            for subscriber in screen.subscribers:
                if subscriber.pulse or turned:
                    subscriber.outbox.say("beat", text)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT)
            text = self._beat_text()
            for screen in self._screens.values():
                for subscriber in screen.subscribers:
                    subscriber.outbox.say("beat", text)
                if any(subscriber.pulse for subscriber in screen.subscribers):
                    # What is so only by the passing of time (nobody heard for half a minute, an hour gone by) moves
                    # nothing; on a screen that nobody reloads it must leave all the same.
                    screen.touch()

    async def _look_at_rights(self) -> None:
        """Apart from the beat: a cluster may take its time to say what each person may do."""
        while True:
            await asyncio.sleep(BEAT)
            try:
                await self._look_again()
            except Exception:
                log.exception("Rights of who looks could not be asked; they stay as they are for now")

    async def _look_over(self) -> None:
        while True:
            await asyncio.sleep(LOOK_OVER)
            try:
                gone = await self.reading.run(ended, set(self._credentials.values())) if self._credentials else set()
            except Exception as error:  # the tail speaks of the database; whoever is connected stays so for now
                if not isinstance(error, DatabaseError):
                    log.exception("Whether who is connected may stay could not be asked")
                continue
            for socket, credential in list(self._credentials.items()):
                if credential in gone:
                    socket.sign_out()

    async def _look_again(self) -> None:
        """Rights that were given or taken reach whoever looks."""
        looking = dict(self._viewers)
        people = {_one(user): user for user, _ in looking.values() if user.pk is not None}
        found = await self._asking.run(_viewers_of, list(people.values()))
        for socket, (user, turn) in looking.items():
            if socket in self._viewers and (viewer := found.get(_one(user))):
                turn(viewer)

    def _beat_text(self) -> str:
        watcher = self.tail.watcher
        return encode(**beat(watcher.alive, watcher.beat_at))


def _one(user: Any) -> tuple[int, int]:
    """Who looks, and by which token: it may be for less than its account."""
    return user.pk, getattr(getattr(user, "api_token", None), "pk", 0)


def _viewers_of(people: list[Any]) -> dict[tuple[int, int], Viewer]:
    """By what their accounts are now: what was loaded when a socket opened says nothing of who was demoted since."""
    accounts = User.objects.in_bulk({user.pk for user in people})
    for user in people:
        if account := accounts.get(user.pk):
            for name in FOLLOWED:
                setattr(user, name, getattr(account, name))
    found = ((_one(user), viewer_of(user)) for user in people if user.pk in accounts)
    return {one: viewer for one, viewer in found if viewer is not None}


# What pages followed when they were served, so that their sockets need no drawing to know it. Written by request
# threads and read on the event loop.
_followed: LRUCache[tuple[str, str], frozenset[str]] = LRUCache(REMEMBERED)
_followed_lock = Lock()


def remember(url: str, viewer: Viewer, topics: frozenset[str]) -> None:
    """A page with these topics was served; its socket will come in a moment."""
    with _followed_lock:
        _followed[url, viewer.permission_set] = topics


def recalled(key: tuple[str, str]) -> frozenset[str]:
    with _followed_lock:
        return _followed.get(key, frozenset())


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]


async def stop_hub() -> None:
    """End the hub of the running event loop, if there is one."""
    found = _hubs.pop(asyncio.get_running_loop(), None)
    if found is not None:
        await found.stop()
