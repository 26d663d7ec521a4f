"""A port of a demo server: taken, refused as a machine that is down refuses it, and taken again."""

import ssl

from aiohttp import web
from aiohttp.typedefs import Handler

_LONGEST = 1 << 20  # bytes of a request's first line, as Go's servers take it


@web.middleware
async def _gone(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whoever asked has left while it was answered: that is no fault of ours, and nobody reads what we return."""
    try:
        return await handler(request)
    except ConnectionResetError:
        return web.Response()


class Listener:
    """Serves an application on one port of loopback. The port stays the same once it was taken."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.port = 0
        self._tls = tls
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None

    @property
    def taking(self) -> bool:
        """Whether connections are taken."""
        return self._site is not None

    async def start(self, app: web.Application, port: int = 0) -> None:
        """Take connections; port 0 is any that is free."""
        self.port = port
        app.middlewares.append(_gone)
        self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=0.5, max_line_size=_LONGEST
        )
        await self._runner.setup()
        await self.accept()

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()
            self._runner = self._site = None

    async def refuse(self) -> None:
        """Connections are refused, and those that are open are cut."""
        if self._site and self._runner and self._runner.server:
            await self._site.stop()
            self._site = None
            for connection in list(self._runner.server.connections):
                if connection.transport:
                    connection.transport.abort()

    async def accept(self) -> None:
        """Connections are taken again, on the same port."""
        if self._site is None and self._runner:
            self._site = web.TCPSite(self._runner, "127.0.0.1", self.port, ssl_context=self._tls, reuse_address=True)
            await self._site.start()
            self.port = self._runner.addresses[0][1]
