"""What can be wrong with a server, by name. All of it can be switched while it runs."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from aiohttp import web

from dashboard.demo.apiserver.errors import ApiError, conflict, unauthorized

NAMES = ("freeze", "silence", "drip", "garbage", "revoke", "conflict", "skew", "429", "500")
_DRIP_BYTES, _DRIP_SECONDS = 48, 0.25


@dataclass
class Faults:
    """One server's state of health; everything off is a healthy one."""

    silent: bool = False  # open watches send nothing more; all else answers
    dripping: bool = False  # every answer trickles
    garbage: bool = False  # answers and watch lines are not JSON
    revoked: bool = False  # no token is good any more
    conflicts: int = 0  # so many of the next writes meet a conflict; below zero: all of them
    status: int = 0  # 429 or 500: the answer to everything
    skew: timedelta = timedelta()
    _thawed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._thawed.set()

    @property
    def frozen(self) -> bool:
        return not self._thawed.is_set()

    def freeze(self, frozen: bool = True) -> None:
        """Connections are taken and nothing answers."""
        if frozen:
            self._thawed.clear()
        else:
            self._thawed.set()

    def heal(self) -> None:
        self.silent = self.dripping = self.garbage = self.revoked = False
        self.conflicts = self.status = 0
        self.skew = timedelta()
        self.freeze(False)

    def set(self, name: str, value: float = 1) -> None:
        """Switch one of NAMES on (or off with 0). `value` counts conflicts, or is the skew in seconds."""
        match name:
            case "freeze":
                self.freeze(bool(value))
            case "silence":
                self.silent = bool(value)
            case "drip":
                self.dripping = bool(value)
            case "garbage":
                self.garbage = bool(value)
            case "revoke":
                self.revoked = bool(value)
            case "conflict":
                self.conflicts = int(value)
            case "skew":
                self.skew = timedelta(seconds=value)
            case "429" | "500":
                self.status = int(name) if value else 0
            case _:
                raise KeyError(name)

    def now(self) -> datetime:
        """The server's own idea of the time."""
        return datetime.now(UTC) + self.skew

    async def thawed(self) -> None:
        await self._thawed.wait()

    def check(self, method: str) -> None:
        """Fail the request if it is to fail."""
        if self.revoked:
            raise unauthorized()
        if self.status == 429:
            message = "the server has received too many requests and has asked us to try again later"
            raise ApiError(429, "TooManyRequests", message, {"retryAfterSeconds": 1}, {"Retry-After": "1"})
        if self.status == 500:
            raise ApiError(500, "InternalError", "Internal error occurred: etcdserver: request timed out")
        if self.conflicts and method in ("PUT", "PATCH"):
            self.conflicts -= 1
            raise conflict("", "objects", "any")

    async def send(self, response: web.StreamResponse, data: bytes) -> None:
        """Write, as healthily as this server can."""
        if self.garbage:
            data = b'{"kind":"\xff\xfe<html>502 Bad Gateway</html>\n'
        if not self.dripping:
            await response.write(data)
            return
        for at in range(0, len(data), _DRIP_BYTES):
            await response.write(data[at : at + _DRIP_BYTES])
            await asyncio.sleep(_DRIP_SECONDS)
