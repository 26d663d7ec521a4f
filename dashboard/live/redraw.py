"""An open page redrawn once for all browsers that show it; each is sent the parts that differ."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

from dashboard.live.outbox import Outbox, Parcel, encode
from dashboard.live.view_runner import Drawn
from regions.domain.viewer import Viewer

log = logging.getLogger(__name__)

LEAST_PAUSE = 0.05  # seconds from one drawing's beginning to the next one's
SHARE = 3  # of the time, in how many one is spent on drawing a page that is dear to draw
LONGEST_PAUSE = 30.0  # after drawings that failed


class Subscriber:
    """One socket that shows a screen."""

    __slots__ = ("outbox", "pulse", "synced", "user", "viewer")

    def __init__(self, user: Any, viewer: Viewer, pulse: bool = False) -> None:
        self.user = user
        self.viewer = viewer
        self.pulse = pulse  # it shows a heartbeat: every beat of the watcher is for it
        self.outbox = Outbox()
        # Its browser has what `Screen.fragments` has. Until then it gets the whole set with the next drawing: its page
        # was drawn by another call, perhaps a moment before, and a difference to ours would not tell it everything.
        self.synced = False


class SharedPage:
    """A path and query as seen with one permission set."""

    def __init__(
        self,
        url: str,
        draw: Callable[[str, Any, Viewer], Awaitable[Drawn | None]],
        topics_changed: Callable[["SharedPage", frozenset[str], str], None],
    ) -> None:
        self.url = url
        self.topics: frozenset[str] = frozenset()
        self.subscribers: set[Subscriber] = set()
        self._draw = draw
        self._topics_changed = topics_changed
        self._last: Drawn | None = None
        self._whole: Parcel | None = None  # of `_last`, encoded when first asked for
        self._dirty = False
        self._task: asyncio.Task[None] | None = None
        self._failures = 0
        self._not_before = 0.0
        self._alarm: asyncio.TimerHandle | None = None

    def touch(self) -> None:
        """Something that it shows may have moved: draw it, at once if it has rested."""
        self._dirty = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work(), name=f"screen {self.url}")

    def close(self) -> None:
        """Nobody looks any more."""
        self._disarm()
        if self._task is not None:
            self._task.cancel()

    def catch_up(self, subscriber: Subscriber) -> None:
        """Bring one up to date whose page is older than what happened."""
        if self._last is None or self._dirty or self._last.gone or (self._task and not self._task.done()):
            self.touch()  # whatever comes out of it goes whole to those who are not synced
        else:
            self._send_whole(subscriber)

    async def _work(self) -> None:
        while self._dirty and self.subscribers:
            await asyncio.sleep(max(0.0, self._not_before - monotonic()))
            # Lowered before drawing: what moves meanwhile may have come too late for it.
            self._dirty = False
            someone = next(iter(self.subscribers), None)
            if someone is None:
                return
            began = monotonic()
            try:
                drawn = await self._draw(self.url, someone.user, someone.viewer)
            except Exception:
                # Any fault of a view: it must not end the sockets of the page, nor go unseen.
                log.exception("A live page could not be drawn", extra={"path": self.url.partition("?")[0]})
                self._failed()
                continue
            now = monotonic()
            # So that a page that is dear to draw leaves the threads to others. By what it took of the processor: on a
            # busy machine it would else rest the longer the more it had had to wait.
            worked = drawn.worked if drawn else 0.0
            self._not_before = began + max(LEAST_PAUSE, SHARE * worked, 1.25 * (now - began))
            if self._failures:
                self._failures = 0
                self._say("trouble", encode(trouble=""))
            self._publish(drawn or Drawn(gone=404))

    def _failed(self) -> None:
        self._dirty = True
        self._failures += 1
        self._not_before = monotonic() + min(LONGEST_PAUSE, 2.0 ** (self._failures - 1))
        self._say("trouble", encode(trouble="This page cannot be drawn just now; what it shows may be old."))

    def _disarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _publish(self, drawn: Drawn) -> None:
        self._disarm()
        if drawn.again is not None:
            self._alarm = asyncio.get_running_loop().call_later(drawn.again, self.touch)
        before, self._last, self._whole = self._last, drawn, None
        if drawn.gone:
            self._say("gone", encode(gone=drawn.gone))
            for subscriber in self.subscribers:
                subscriber.synced = False
            return
        if before is not None and before.gone:
            self._say("gone", encode(gone=0))
        difference = _difference(before, drawn)
        for subscriber in self.subscribers:
            if not subscriber.synced or (difference is not None and not subscriber.outbox.put(difference)):
                self._send_whole(subscriber)
        if drawn.topics != self.topics:
            self._topics_changed(self, drawn.topics, drawn.cursor)

    def _send_whole(self, subscriber: Subscriber) -> None:
        assert self._last is not None
        if self._whole is None:
            self._whole = Parcel.of(self._last.cursor, self._last.fragments, self._last.orders)
        subscriber.outbox.replace(self._whole)
        subscriber.synced = True

    def _say(self, kind: str, text: str) -> None:
        for subscriber in self.subscribers:
            subscriber.outbox.say(kind, text)


def _difference(before: Drawn | None, after: Drawn) -> Parcel | None:
    if before is None or before.gone:
        return None  # nobody is synced with it
    fragments = {key: html for key, html in after.fragments.items() if before.faces.get(key) != after.faces[key]}
    orders = {key: ids for key, ids in after.orders.items() if before.orders.get(key) != ids}
    return Parcel.of(after.cursor, fragments, orders) if fragments or orders else None
