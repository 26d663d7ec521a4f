"""Real proxies on loopback: one that takes CONNECT, one that speaks SOCKS5. Each counts what it was asked for."""

import asyncio
import contextlib
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Proxy:
    """`asked` holds host and port of every request; `refuse` lets nothing through."""

    def __init__(self, scheme: str) -> None:
        self.scheme = scheme
        self.asked: list[tuple[str, int]] = []
        self.refuse = False
        self.names: dict[str, str] = {}  # what names mean behind it
        self.url = ""
        self._tasks: set[asyncio.Task[None]] = set()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, ValueError):
            await (self._socks(reader, writer) if self.scheme == "socks5" else self._connect(reader, writer))
        writer.close()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = head.split(b"\r\n")[0].decode().split(" ")
        host, _, port = target.rpartition(":")
        self.asked.append((host.strip("[]"), int(port)))
        if method != "CONNECT" or self.refuse:
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            return await writer.drain()
        await self._through(host.strip("[]"), int(port), reader, writer, b"HTTP/1.1 200 Connection established\r\n\r\n")

    async def _socks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        version, methods = await reader.readexactly(2)
        offered = await reader.readexactly(methods)
        if version != 5 or 0 not in offered:
            return
        writer.write(b"\x05\x00")
        _, _, _, kind = await reader.readexactly(4)
        if kind == 3:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        elif kind == 1:
            host = ".".join(str(part) for part in await reader.readexactly(4))
        else:
            raise ValueError("addresses of IPv6 are not spoken here")
        (port,) = struct.unpack(">H", await reader.readexactly(2))
        self.asked.append((host, port))
        if self.refuse:
            writer.write(b"\x05\x02\x00\x01" + bytes(6))  # not allowed by the rule set
            return await writer.drain()
        await self._through(host, port, reader, writer, b"\x05\x00\x00\x01" + bytes(6))

    async def _through(
        self, host: str, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, well: bytes
    ) -> None:
        there, back = await asyncio.open_connection(self.names.get(host, host), port)
        writer.write(well)
        await asyncio.gather(_pipe(reader, back), _pipe(there, writer))


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(1 << 16):
            writer.write(chunk)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def proxy(scheme: str, context: ssl.SSLContext | None = None) -> AsyncIterator[Proxy]:
    """A proxy of this scheme; https needs what it shows."""
    made = Proxy(scheme)
    server = await asyncio.start_server(made.take, "127.0.0.1", 0, ssl=context if scheme == "https" else None)
    made.url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        server.close()
