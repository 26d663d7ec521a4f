"""The demo's control port: loopback, one token, one command a request. `demo-ctl` speaks to it."""

import hmac
import json
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from dashboard.demo.apiserver.server import Server
from dashboard.demo.installation import Installation, write_private
from dashboard.demo.kof.stores import FAULTS
from dashboard.demo.story.play import Story

FILE = "control.json"
Command = Callable[..., Awaitable[str]]


class Refused(Exception):
    """A command that cannot be done, in a sentence."""


class Control:
    """Does what it is told to the installation."""

    def __init__(self, installation: Installation, story: Story) -> None:
        self._installation = installation
        self._story = story
        self._token = secrets.token_urlsafe(24)
        self._runner: web.AppRunner | None = None
        self.commands: dict[str, Command] = {
            "outage": self.outage,
            "heal": self.heal,
            "expire": self.expire,
            "restart": self.restart,
            "replace": self.replace,
            "status": self.status,
            **{
                name: self._fault(name)
                for name in ("freeze", "silence", "drip", "garbage", "revoke", "conflict", "skew", "429", "500")
            },
            "refuse": self.outage,
            "fail-machine": self.fail_machine,
            "upgrade": self.upgrade,
            "burst": self.burst,
            "pace": self.pace,
            "store": self.store,
            "stores": self.stores,
            "create": self.create,
            "scale": self.scale,
        }

    async def start(self, folder: Path) -> None:
        app = web.Application()
        app.router.add_post("/{command}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        port = self._runner.addresses[0][1]
        write_private(folder / FILE, json.dumps({"url": f"http://127.0.0.1:{port}", "token": self._token}))

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.Response:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            return web.json_response({"error": "Not the token of this demo."}, status=401)
        command = self.commands.get(request.match_info["command"])
        if command is None:
            known = ", ".join(sorted(self.commands))
            return web.json_response({"error": f"There is no such command. Known are: {known}."}, status=404)
        arguments = (await request.json()).get("arguments", [])
        try:
            said = await command(*arguments)
        except Refused as refused:
            return web.json_response({"error": str(refused)}, status=400)
        except (TypeError, ValueError):
            return web.json_response({"error": "That command takes other arguments."}, status=400)
        return web.json_response({"said": said})

    def _server(self, name: str) -> Server:
        servers = self._installation.servers
        found = servers.get(name) or servers.get(f"~{name}")
        if found is None:
            raise Refused(f"There is no cluster {name!r}. There are: {', '.join(servers)}.")
        return found

    # -- commands ------------------------------------------------------------------------------------------------

    async def outage(self, name: str) -> str:
        await self._server(name).refuse()
        await self._installation.observatory.outage(name, False)
        return f"{name} refuses connections until you heal it, and so does the metrics store that runs there."

    async def heal(self, name: str = "") -> str:
        wanted = [self._server(name)] if name else list(self._installation.servers.values())
        for server in wanted:
            server.faults.heal()
            await server.accept()
            await self._installation.observatory.outage(server.name, True)
        if not name:
            for store in self._installation.observatory.stores.values():
                await store.heal()
        return f"{name or 'Everything'} answers again."

    async def expire(self, name: str) -> str:
        self._server(name).expire()
        return f"{name} has forgotten every version before this moment."

    async def restart(self, name: str, seconds: Any = 1) -> str:
        await self._server(name).restart(float(seconds))
        return f"{name} was restarted."

    async def replace(self, name: str) -> str:
        server = self._server(name)
        if server is self._installation.management:
            raise Refused("Management cannot be replaced while the demo runs; start the demo with another seed.")
        await server.replace()
        return f"Another, empty cluster answers as {name}."

    async def status(self) -> str:
        servers = self._installation.servers
        lines = [f"{name}: {'answers' if server.reachable else 'does not answer'}" for name, server in servers.items()]
        return "\n".join(lines)

    async def stores(self) -> str:
        """Where metrics are kept, and how each does."""
        observatory = self._installation.observatory
        return "\n".join(
            f"{store.name} ({observatory.regions[key] or 'no region'}): {store.condition}, {store.url}"
            for key, store in observatory.stores.items()
        )

    async def store(self, name: str, what: str, value: Any = 1) -> str:
        """A fault of one store, by name; heal, rotate and lose beside them."""
        observatory = self._installation.observatory
        store = observatory.find(name)
        if store is None:
            known = ", ".join(each.name for each in observatory.stores.values())
            raise Refused(f"There is no store {name!r}. There are: {known}.")
        match what:
            case "heal":
                await store.heal()
            case "rotate":
                observatory.rotate(store)
                return f"{store.name} has another password, and its Secrets say so."
            case "lose":
                observatory.rotate(store, tell=False)
                return f"{store.name} has another password that nobody was told; rotate tells it again."
            case fault if fault in FAULTS:
                await store.ail(fault, float(value))
            case _:
                raise Refused(f"A store cannot {what}. It can: {', '.join(FAULTS)}, rotate, lose, heal.")
        return f"{store.name}: {store.condition}."

    async def fail_machine(self, name: str = "") -> str:
        return await self._story.happenings.fail_machine(name)

    async def upgrade(self, name: str = "") -> str:
        return await self._story.happenings.upgrade(name)

    async def create(self) -> str:
        return await self._story.happenings.create()

    async def scale(self) -> str:
        return await self._story.happenings.scale()

    async def burst(self, count: Any = 1000) -> str:
        return await self._story.happenings.burst(int(count))

    async def pace(self, pace: Any) -> str:
        self._story.world.pace = max(0.0, float(pace))
        return f"The story goes at pace {float(pace):g}." if float(pace) else "The story stands still."

    def _fault(self, fault: str) -> Command:
        async def switch(name: str, value: Any = 1) -> str:
            self._server(name).faults.set(fault, float(value))
            return f"{name}: {fault} {'on' if float(value) else 'off'}."

        return switch
