"""A WebSocket client that does next to nothing, so that hundreds of them measure the server and not themselves."""

import asyncio
import base64
import os
import struct
import time
from collections.abc import Callable

Heard = Callable[[float, bytes], None]
"""Told of every text message: the monotonic time at which it was whole, and its bytes."""


class Socket(asyncio.Protocol):
    """One connection. `opened` is done when the server agreed."""

    def __init__(self, path: str, headers: dict[str, str], heard: Heard) -> None:
        self.path = path
        self.headers = headers
        self.heard = heard
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        host = "{}:{}".format(*transport.get_extra_info("peername")[:2])
        lines = [
            f"GET {self.path} HTTP/1.1",
            f"Host: {host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            *(f"{name}: {value}" for name, value in self.headers.items()),
            "",
            "",
        ]
        transport.write("\r\n".join(lines).encode())

    def data_received(self, data: bytes) -> None:
        at = time.monotonic()
        data = self.rest + data
        if not self.opened.done():
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self.rest = head
                return
            if b" 101 " not in head.split(b"\r\n")[0]:
                self.opened.set_exception(ConnectionError(head.split(b"\r\n")[0].decode(errors="replace")))
                return
            self.opened.set_result(None)
        while len(data) >= 2:
            start, length = 2, data[1] & 127
            if length == 126 and len(data) >= 4:
                start, length = 4, struct.unpack("!H", data[2:4])[0]
            elif length == 127 and len(data) >= 10:
                start, length = 10, struct.unpack("!Q", data[2:10])[0]
            elif length > 125:
                break
            if len(data) < start + length:
                break
            self._frame(at, data[0] & 15, data[start : start + length])
            data = data[start + length :]
        self.rest = data

    def connection_lost(self, error: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(error or ConnectionError("closed before it was open"))

    def send(self, text: bytes, kind: int = 1) -> None:
        """A short text; a client's frames are masked, with zeros as well as with anything."""
        size = bytes([128 | len(text)]) if len(text) < 126 else b"\xfe" + struct.pack("!H", len(text))
        self.transport.write(bytes([128 | kind]) + size + b"\0\0\0\0" + text)

    def _frame(self, at: float, kind: int, content: bytes) -> None:
        if kind == 1:
            self.heard(at, content)
        elif kind == 9:
            self.send(content, 10)


async def connect(port: int, path: str, headers: dict[str, str], heard: Heard) -> Socket:
    """A socket that is open."""
    loop = asyncio.get_running_loop()
    transport, made = await loop.create_connection(lambda: Socket(path, headers, heard), "127.0.0.1", port)
    try:
        await asyncio.wait_for(made.opened, 60)
    except BaseException:
        transport.close()
        raise
    return made
