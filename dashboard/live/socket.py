"""What the sockets have in common: sign-in, an end for whoever is no longer welcome, no patience with the stalled."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from django.conf import settings

from dashboard.live.hub import Hub, hub
from dashboard.people.sockets import credential_of, signed_in_user
from dashboard.people.viewer import viewer_of
from regions.domain.viewer import Viewer

log = logging.getLogger(__name__)

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

# Close codes, as the browser sees them
BAD_REQUEST = 4400
NOT_SIGNED_IN = 4401
STALLED = 4408
TOO_MANY = 4429
FAILED = 1011

STALL = 30.0  # seconds that one message may take to leave
LONGEST_WORD = 8_192  # characters a browser may send at once


class Refused(Exception):
    """Ends a socket with a code and a sentence."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Socket:
    """An ASGI application for one socket. Subclasses say in `talk` what is sent; it ends with the connection.

    Not a Channels consumer: a consumer reads and writes in turn, so it could not let go of a browser that stalls.
    """

    hub: Hub
    open_now: ClassVar[int] = 0  # in this process, signed in or not
    for_screens = False  # whether a screen on a wall may open it, too

    def __init__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        self.scope = scope
        self._receive = receive
        self._send = send
        self._words: asyncio.Queue[str] = asyncio.Queue(maxsize=4)
        self._serving: asyncio.Task[None] | None = None
        self._signed_out = False

    @classmethod
    async def app(cls, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """The entry for routing."""
        await cls(scope, receive, send).run()

    async def talk(self, user: Any) -> None:
        """Send until done; raise Refused to end the socket with a word."""
        raise NotImplementedError

    async def run(self) -> None:
        await self._receive()
        await self._send({"type": "websocket.accept"})
        if Socket.open_now >= settings.PANE_SOCKETS:
            return await self._close(TOO_MANY, "Too many pages are open here. Try again in a while.")
        Socket.open_now += 1
        try:
            await self._talk_until_it_ends()
        finally:
            Socket.open_now -= 1

    async def _talk_until_it_ends(self) -> None:
        reading = asyncio.create_task(self._read())
        self._serving = asyncio.create_task(self._serve())
        try:
            await asyncio.wait({reading, self._serving}, return_when=asyncio.FIRST_COMPLETED)
            if reading.done() and (error := reading.exception()):
                await self._say_why(error)
            elif self._serving.done():
                await self._say_why(self._why_it_ended())
        finally:
            reading.cancel()
            self._serving.cancel()
            await asyncio.gather(reading, self._serving, return_exceptions=True)

    async def viewer_of(self, user: Any) -> Viewer:
        """On whose behalf this socket reads. Asks the database, and perhaps management."""
        viewer = await self.hub.reading.run(viewer_of, user)
        assert viewer is not None
        return viewer

    def sign_out(self) -> None:
        """The session or token by which this socket came in is no longer valid."""
        self._signed_out = True
        if self._serving is not None:
            self._serving.cancel()

    async def hear(self) -> Any:
        """The next message, from JSON."""
        message = await self._words.get()
        try:
            return json.loads(message)
        except (ValueError, RecursionError) as error:
            raise Refused(BAD_REQUEST, "That is not JSON.") from error

    async def tell(self, text: str, *, patient: bool = False) -> None:
        """Send a text. Raises Refused when the other end does not take it in time, unless we are patient."""
        try:
            async with asyncio.timeout(None if patient else STALL):
                await self._send({"type": "websocket.send", "text": text})
        except TimeoutError:
            raise Refused(STALLED, "You do not read what is sent.") from None

    async def _serve(self) -> None:
        user = await signed_in_user(self.scope, self.for_screens)
        if user is None:
            raise Refused(NOT_SIGNED_IN, "Sign in first.")
        self.hub = hub()
        await self.hub.start()
        if not self.hub.admit(self, credential_of(self.scope, user)):
            raise Refused(TOO_MANY, "You have too many pages open. Close some.")
        try:
            await self.talk(user)
        finally:
            self.hub.forget(self)

    async def _read(self) -> None:
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            if text is None or len(text) > LONGEST_WORD or self._words.full():
                raise Refused(BAD_REQUEST, "That is more than a page has to say.")
            self._words.put_nowait(text)

    def _why_it_ended(self) -> BaseException | None:
        assert self._serving is not None
        if self._signed_out:
            return Refused(NOT_SIGNED_IN, "You are signed out.")
        return None if self._serving.cancelled() else self._serving.exception()

    async def _say_why(self, error: BaseException | None) -> None:
        if isinstance(error, Refused):
            return await self._close(error.code, error.reason)
        if error is None or _is_disconnect(error):
            return await self._close(1000, "")
        log.error("A socket failed", exc_info=error)
        return await self._close(FAILED, "Pane failed; its log says why.")

    async def _close(self, code: int, reason: str) -> None:
        try:
            async with asyncio.timeout(1):
                await self._send({"type": "websocket.close", "code": code, "reason": reason})
        except Exception:
            # Whoever does not read cannot be told, and each server has its own word for "already closed". Returning
            # ends the connection in any case.
            log.debug("A socket closed before we could say why", exc_info=True)


def _is_disconnect(error: BaseException) -> bool:
    # uvicorn raises its own ClientDisconnected, others an OSError: both mean that nobody is there any more.
    return isinstance(error, OSError) or type(error).__name__ == "ClientDisconnected"
