"""Where a request comes from, and whether it came by TLS: one rule, for pages and sockets.

Proxies append to `X-Forwarded-For` whom they heard it from, so the list is read from its right end: the last of
PANE_TRUSTED_HOPS proxies is our peer, and what each of them wrote can be believed. What stands further left anybody may
have sent. With no trusted proxy the peer is who asks, whatever a request says.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from ipaddress import ip_address
from typing import Any

log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Callable[..., Any], Callable[..., Any]], Awaitable[None]]

TOLD = (b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-port", b"forwarded")
SECURE = {"http": "https", "ws": "wss"}


def client(peer: str, forwarded_for: Iterable[str], hops: int) -> str:
    """The address that asks. `forwarded_for`: the X-Forwarded-For headers in the order in which they came."""
    believed = _believed(forwarded_for, hops)
    for said in believed:  # the furthest that a trusted proxy named; one that it could not name is skipped
        if address := _address(said):
            return address
    return peer


def scheme(own: str, forwarded_proto: Iterable[str], hops: int) -> str:
    """`https` (or `wss`) when the proxy furthest from us says that it was asked by TLS, else as it reached us."""
    believed = _believed(forwarded_proto, hops)
    return SECURE.get(own, own) if believed and believed[0].lower() in ("https", "wss") else own


def _believed(headers: Iterable[str], hops: int) -> list[str]:
    said = [part.strip() for header in headers for part in header.split(",")]
    return [part for part in said[-hops:] if part] if hops else []


def _address(said: str) -> str:
    """An address as proxies write it: some add the port. Empty when it is none."""
    bare = said[1:].partition("]")[0] if said.startswith("[") else said
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        return str(ip_address(bare))
    except ValueError:
        return ""


class Behind:
    """An ASGI application behind so many trusted proxies. Nothing further in sees what proxies or others wrote.

    `path` is where we lie on our host, `/pane`, or nothing. Whether the proxy takes it off what it passes on or not,
    further in the path has it, and `root_path` says so.
    """

    def __init__(self, inner: App, hops: int, path: str = "") -> None:
        self.inner = inner
        self.path = path
        self.hops = hops
        self._warned = False

    async def __call__(self, scope: Scope, receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        if scope["type"] in ("http", "websocket"):
            scope = self._placed(scope)
        await self.inner(scope, receive, send)

    def _placed(self, scope: Scope) -> Scope:
        told: dict[bytes, list[str]] = {name: [] for name in TOLD}
        kept = []
        for name, value in scope["headers"]:
            if name.lower() in told:
                told[name.lower()].append(value.decode("latin-1"))
            else:
                kept.append((name, value))
        peer, port = scope.get("client") or ("", 0)
        if told[b"x-forwarded-for"] and not self.hops:
            self._warn(peer)
        address = client(peer, told[b"x-forwarded-for"], self.hops)
        return {
            **scope,
            **(self._below(scope["path"]) if self.path else {}),
            "headers": kept,
            "client": (address, port if address == peer else 0),
            "scheme": scheme(scope.get("scheme", "http"), told[b"x-forwarded-proto"], self.hops),
        }

    def _below(self, path: str) -> dict[str, str]:
        whole = path if path == self.path or path.startswith(f"{self.path}/") else self.path + path
        return {"path": whole, "root_path": self.path}

    def _warn(self, peer: str) -> None:
        if not self._warned:
            self._warned = True
            log.warning(
                "Requests from %s carry X-Forwarded-For, which is not believed: if that is a proxy of yours, say how "
                "many there are in PANE_TRUSTED_HOPS, or all that come through it count as one address",
                peer,
            )
