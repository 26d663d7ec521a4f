"""The sockets: one for pages, one for programs."""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs

from dashboard.live import view_runner
from dashboard.live.redraw import Subscriber
from dashboard.live.socket import BAD_REQUEST, Refused, Socket
from dashboard.live.tail import PAGE, change_text
from regions import journal
from regions.domain.viewer import Viewer
from regions.domain.wire import gap_as_json
from regions.journal import Cursor, Slice
from regions.permitted import permits_change

HELLO = 10.0  # seconds a page has to say what it shows
TOPICS = ("fleet", "region:", "deployment:", "kind:", "object:")


class PageSocket(Socket):
    """`/ws/live/`: the browser says {"url", "cursor"}; from then on it is sent what changes on that page.

    {"cursor", "fragments": {id: html}, "orders": {list: [ids]}} · {"beat", "watcher", "version"} · {"gone": status}
    when a reload would no longer show the page (0: it is back) · {"trouble": sentence} when it cannot be drawn (empty:
    it can again) · {"turned": true} when Pane's roles let them do other things than when the page was opened. Who also
    says {"pulse": true} hears every beat of the watcher, and is drawn anew with each of ours.
    """

    for_screens = True

    async def talk(self, user: Any) -> None:
        try:
            async with asyncio.timeout(HELLO):
                hello = await self.hear()
        except TimeoutError:
            raise Refused(BAD_REQUEST, "Say which page you show.") from None
        url = hello.get("url") if isinstance(hello, dict) else None
        if not view_runner.acceptable(url):
            raise Refused(BAD_REQUEST, "Say which page you show, as a path.")
        subscriber = Subscriber(user, await self.viewer_of(user), pulse=hello.get("pulse") is True)
        self.hub.join(url, Cursor.parse(str(hello.get("cursor"))), subscriber)
        self.hub.keep(self, user, lambda viewer: self.hub.turn(url, subscriber, viewer))
        try:
            while True:
                for text in await subscriber.outbox.take():
                    await self.tell(text)
        finally:
            self.hub.leave(url, subscriber)


class ChangesSocket(Socket):
    """`/ws/changes/?after=<cursor>&topic=<topic>`: one change a message, from the cursor on (without one: from now).

    A program that reads slowly is sent what it missed from the database, page by page; nothing is left out, and
    nothing piles up here. Where changes are not to be had, {"gap": {"from", "to", "why"}} says so.
    """

    viewer: Viewer

    def _turn(self, viewer: Viewer) -> None:
        self.viewer = viewer

    async def talk(self, user: Any) -> None:
        asked = parse_qs(self.scope["query_string"].decode("latin-1"))
        topic = asked.get("topic", [""])[0] or None
        if topic is not None and (not topic.startswith(TOPICS) or "\x00" in topic):
            raise Refused(BAD_REQUEST, "A topic is fleet, region:…, deployment:…, kind:… or object:….")
        self._turn(await self.viewer_of(user))
        self.hub.keep(self, user, self._turn)
        feed = self.hub.follow(topic)  # before reading: what comes meanwhile is then sent twice at most, and skipped
        try:
            after = asked.get("after", [""])[0]
            position = await self._catch_up(after or str(self.hub.tail.here), topic)
            while True:
                entries = await feed.take()
                if not entries:
                    position = await self._catch_up(str(position), topic)
                    continue
                for entry in entries:
                    if entry.id > position.id:
                        if entry.change is not None and permits_change(self.viewer, entry.change):
                            await self.tell(entry.text, patient=True)
                        position = Cursor(position.log, int(entry.id))
        finally:
            self.hub.unfollow(feed)

    async def _catch_up(self, after: str, topic: str | None) -> Cursor:
        """Send what the log has after a cursor; returns where that ended."""
        while True:
            piece: Slice = await self.hub.reading.run(journal.read, after, topic, PAGE)
            position = Cursor.parse(piece.cursor)
            assert position is not None
            if piece.gap:
                until = piece.changes[0].at if piece.changes else None
                await self.tell(json.dumps(gap_as_json(None, until, piece.gap)), patient=True)
            for change in piece.changes:
                if permits_change(self.viewer, change):
                    await self.tell(change_text(change, position.log), patient=True)
            if len(piece.changes) < PAGE:
                return position
            after = piece.cursor
