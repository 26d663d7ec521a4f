"""The stores: each a port of its own with a password, as KOF's vmauth stands before a regional store; their ills."""

import asyncio
import base64
import hmac
import secrets
import ssl
from dataclasses import dataclass, field

from aiohttp import web

from dashboard.demo.fleet.kof import PATH, adler
from dashboard.demo.kof.queries import Ask, Wrong, arguments, refuse, respond
from dashboard.demo.listening import Listener

FAULTS = ("slow", "hang", "refused", "401", "500", "partial", "drip", "garbage")


@dataclass
class Ills:
    """What is wrong with one store; everything off is a healthy one."""

    slow: float = 0  # seconds before every answer
    hang: bool = False  # taken, and never answered
    denied: bool = False  # no password is good
    failing: bool = False  # 500
    partial: bool = False  # one of its nodes is lost: a third of its clusters is missing, and it says so
    drip: bool = False  # answers trickle
    garbage: bool = False  # answers are not JSON
    over: asyncio.Event = field(default_factory=asyncio.Event)  # set when what hangs may go


class Store:
    """One regional store. `ask` answers what comes after /api/v1/."""

    def __init__(self, namespace: str, name: str, ask: Ask, logs: Ask, tls: ssl.SSLContext | None = None) -> None:
        self.namespace, self.name = namespace, name
        self.user = f"admin-{adler(f'kof-{name}', namespace)}"
        self.password = secrets.token_urlsafe(12)
        self.ills = Ills()
        self.own_certificate = tls is not None
        self._ask, self._logs = ask, logs
        self._listener = Listener(tls)

    @property
    def key(self) -> str:
        return f"{self.namespace}/{self.name}"

    @property
    def url(self) -> str:
        return f"{'https' if self.own_certificate else 'http'}://127.0.0.1:{self._listener.port}"

    @property
    def answers(self) -> bool:
        """Whether it takes what its clusters send, and answers promxy."""
        return self._listener.taking and not self.ills.hang and not self.ills.failing

    @property
    def condition(self) -> str:
        """In a few words."""
        ills = self.ills
        said = [
            "" if self._listener.taking else "refuses connections",
            "hangs" if ills.hang else "",
            f"answers after {ills.slow:g} s" if ills.slow else "",
            "takes no password" if ills.denied else "",
            "answers 500" if ills.failing else "",
            "has lost a node" if ills.partial else "",
            "trickles" if ills.drip else "",
            "answers no JSON" if ills.garbage else "",
        ]
        return ", ".join(filter(None, said)) or "is well"

    # -- its life ------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        app = web.Application(client_max_size=2**20)
        app.router.add_route("*", "/{path:.*}", self._handle)
        await self._listener.start(app)

    async def stop(self) -> None:
        self.ills.over.set()
        await self._listener.stop()

    async def refuse(self) -> None:
        """Connections are refused, and those that are open are cut."""
        await self._listener.refuse()

    async def accept(self) -> None:
        await self._listener.accept()

    async def ail(self, fault: str, value: float = 1) -> None:
        """One of FAULTS, on or (0) off. `slow` takes seconds."""
        match fault:
            case "slow":
                self.ills.slow = value
            case "hang":
                self.ills.hang = bool(value)
                self._let_go()
            case "refused":
                await (self.refuse() if value else self.accept())
            case "401":
                self.ills.denied = bool(value)
            case "500":
                self.ills.failing = bool(value)
            case "partial" | "drip" | "garbage":
                setattr(self.ills, fault, bool(value))
            case _:
                raise KeyError(fault)

    async def heal(self) -> None:
        self._let_go()
        self.ills = Ills()
        await self.accept()

    def rotate(self) -> str:
        """Another password from now on; the answer."""
        self.password = secrets.token_urlsafe(12)
        return self.password

    def _let_go(self) -> None:
        self.ills.over.set()
        self.ills.over = asyncio.Event()

    # -- answering -----------------------------------------------------------------------------------------------

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if self.ills.slow:
            await asyncio.sleep(self.ills.slow)
        if self.ills.hang:
            await self.ills.over.wait()
        if self.ills.denied or not self._knows(request.headers.get("Authorization", "")):
            return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="Restricted"'})
        if self.ills.failing:
            return refuse(Wrong(500, "cannot fetch data from storage nodes: connection to vmstorage is broken"))
        response = await self._answer(request)
        if self.ills.garbage:
            return web.Response(body=b"<html>502 Bad Gateway\xff</html>", content_type="application/json")
        return await self._drip(request, response) if self.ills.drip else response

    async def _answer(self, request: web.Request) -> web.Response:
        try:
            if request.path.startswith(f"{PATH}/api/v1/"):
                given = await arguments(request)
                body = await self._ask(request.path.removeprefix(f"{PATH}/api/v1/"), given)
                if self.ills.partial and given.get("deny_partial_response") == "1":
                    raise Wrong(503, "1 of 2 vmstorage nodes is unavailable, and partial responses are denied")
                return respond(body, self.ills.partial)
            if request.path.startswith("/vls/select/logsql/"):
                body = await self._logs(request.path.removeprefix("/vls/select/logsql/"), await arguments(request))
                return web.Response(text=body["lines"], content_type="application/stream+json")
        except Wrong as wrong:
            return refuse(wrong)
        return web.Response(status=400, text=f'missing route for "{request.path}"\n')

    async def _drip(self, request: web.Request, response: web.Response) -> web.StreamResponse:
        slowly = web.StreamResponse(status=response.status, headers={"Content-Type": response.content_type})
        await slowly.prepare(request)
        body = response.body if isinstance(response.body, bytes) else b""
        for at in range(0, len(body), 16):
            await slowly.write(body[at : at + 16])
            await asyncio.sleep(0.5)
        return slowly

    def _knows(self, authorization: str) -> bool:
        scheme, _, given = authorization.partition(" ")
        wanted = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return scheme.lower() == "basic" and hmac.compare_digest(given.strip().encode(), wanted.encode())
