"""An HTTP server that answers as no API server would on request: what a test says, one answer after another."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from regions.kube.endpoint import ClientIdentity, Endpoint

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PLURAL = "configmaps"
DISCOVERY = {
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {"kind": "APIGroupList", "groups": []},
    "/api/v1": {
        "kind": "APIResourceList",
        "resources": [{"name": PLURAL, "kind": "ConfigMap", "namespaced": True, "verbs": ["list", "watch"]}],
    },
}


class Odd:
    """`lists` and `watches` are answered in turn; the last of each stays. A list of one is at version `now`."""

    def __init__(self) -> None:
        self.lists: list[Any] = [page(1)]
        self.watches: list[Any] = [silence]
        self.other: dict[str, Any] = {}
        self.seen: list[web.Request] = []
        self.now = 1_000_000
        self.url = ""

    def endpoint(self, token: str = "a-secret-token") -> Endpoint:
        return Endpoint(self.url, ClientIdentity.bearer(token), trusted=True, description="odd")

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request)
        if request.path in self.other:
            return await self._give(self.other[request.path], request)
        if request.path in DISCOVERY:
            return web.json_response(DISCOVERY[request.path])
        if request.query.get("limit") == "1":
            return web.json_response(page(self.now))
        turn = self.watches if "watch" in request.query else self.lists
        return await self._give(turn.pop(0) if len(turn) > 1 else turn[0], request)

    async def _give(self, what: Any, request: web.Request) -> web.StreamResponse:
        if callable(what):
            return await what(request)
        return what if isinstance(what, web.StreamResponse) else web.json_response(what)

    def count(self, kind: str) -> int:
        return sum(("watch" in r.query) == (kind == "watch") for r in self.seen if r.path.endswith(PLURAL))


@asynccontextmanager
async def odd_server() -> AsyncIterator[Odd]:
    odd = Odd()
    runner = web.ServerRunner(web.Server(odd.answer), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    odd.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[union-attr]
    try:
        yield odd
    finally:
        await runner.cleanup()


def item(name: str, version: int) -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": "default", "uid": name, "resourceVersion": str(version)}}


def page(version: int, *names: str, more: str = "") -> dict[str, Any]:
    return {
        "kind": "ConfigMapList",
        "apiVersion": "v1",
        "metadata": {"resourceVersion": str(version), "continue": more},
        "items": [item(name, version) for name in names],
    }


def event(kind: str, name: str, version: int) -> bytes:
    return json.dumps({"type": kind, "object": item(name, version)}).encode() + b"\n"


def failure(code: int, reason: str, message: str, **details: Any) -> dict[str, Any]:
    return {"kind": "Status", "code": code, "reason": reason, "message": message, "details": details}


def failing(code: int, reason: str = "", message: str = "no") -> Handler:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response(failure(code, reason, message), status=code)

    return answer


def sending(*chunks: bytes, then: str = "end", pause: float = 0.01) -> Handler:
    """A watch that sends these, and then ends, hangs, or breaks off."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        for chunk in chunks:
            await response.write(chunk)
            await asyncio.sleep(pause)
        if then == "hang":
            await asyncio.sleep(3600)
        if then == "break" and request.transport:
            request.transport.abort()
        return response

    return answer


silence = sending(then="hang")
