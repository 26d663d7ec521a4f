"""API servers in memory that tell whatever a test wants, byte for byte: no real one can be made to send what is odd."""

import asyncio
import base64
import contextlib
import itertools
import json
import ssl
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from aiohttp import web

from regions.domain.kinds import KINDS, Kind
from tests.rig.certificates import Authority

Manifest = dict[str, Any]
Key = tuple[str, str]
Labels = dict[str, str]

KEPT = 2_000
"""Events of one kind that a watch can be resumed over; older versions are Expired."""


class Cluster:
    """Serves the kinds of the table. `objects` is what a list holds; `history` what a watch tells."""

    def __init__(self, name: str, kinds: tuple[Kind, ...] = KINDS) -> None:
        self.name = name
        self.uid = f"uid-{name}"
        self.kinds = {kind.plural: kind for kind in kinds}
        self.served = set(self.kinds)
        self.version = itertools.count(100)
        self.now = 100
        self.objects: dict[str, dict[Key, Manifest]] = {plural: {} for plural in self.kinds}
        self.history: dict[str, list[tuple[int, bytes, Labels | None]]] = {plural: [] for plural in self.kinds}
        self.sent: dict[str, int] = dict.fromkeys(self.kinds, 0)
        self.answers: dict[str, Callable[[], bytes | tuple[int, bytes]]] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.ended: dict[str, int] = {}  # plural → how often its watches were hung up on
        self.verbs: dict[str, set[str]] = {}  # plural → what may be done; unset: everything
        self.news = asyncio.Condition()
        self.url = ""
        self.token = ""  # that whoever asks has to show; empty: anybody may
        self._runner: web.ServerRunner | None = None

    # -- its life ------------------------------------------------------------------------------------------------

    async def start(self, context: ssl.SSLContext | None = None) -> None:
        self._runner = web.ServerRunner(web.Server(self._answer, access_log=None), shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        self.url = f"http{'s' if context else ''}://127.0.0.1:{port}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def kubeconfig(self, ca: bytes = b"", **cluster: Any) -> str:
        cluster = {"server": self.url, **cluster}
        if ca:
            cluster["certificate-authority-data"] = base64.b64encode(ca).decode()
        return yaml.safe_dump(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "c",
                "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
                "clusters": [{"name": "c", "cluster": cluster}],
                "users": [{"name": "u", "user": {"token": "t-0123456789"}}],
            }
        )

    # -- what happens on it --------------------------------------------------------------------------------------

    async def put(self, plural: str, manifest: Manifest) -> Manifest:
        """An object is so from now on."""
        kind = self.kinds[plural]
        key = (manifest["metadata"].get("namespace", ""), manifest["metadata"]["name"])
        event = "MODIFIED" if key in self.objects[plural] else "ADDED"
        meta = {"uid": f"{self.name}-{plural}-{key[1]}", **manifest["metadata"], "resourceVersion": self.next()}
        manifest = {"apiVersion": api_version(kind), "kind": kind.name, **manifest, "metadata": meta}
        self.objects[plural][key] = manifest
        await self.tell(plural, json.dumps({"type": event, "object": manifest}).encode(), _labels(manifest))
        return manifest

    async def remove(self, plural: str, namespace: str, name: str) -> None:
        manifest = self.objects[plural].pop((namespace, name))
        manifest = {**manifest, "metadata": {**manifest["metadata"], "resourceVersion": self.next()}}
        await self.tell(plural, json.dumps({"type": "DELETED", "object": manifest}).encode(), _labels(manifest))

    def next(self) -> str:
        self.now = next(self.version)
        return str(self.now)

    async def tell(self, plural: str, line: bytes, labels: Labels | None = None) -> None:
        """Send these bytes to the watches whose selector these labels fit, at the version of now; None: to all."""
        history = self.history[plural]
        history.append((self.now, line, labels))
        del history[:-KEPT]
        async with self.news:
            self.news.notify_all()

    def behind(self, plural: str) -> int:
        """Events that no watch has sent yet."""
        return sum(version > self.sent[plural] for version, *_ in self.history[plural])

    async def end_watches(self, plural: str) -> None:
        """Hang up on whoever watches this kind."""
        async with self.news:
            self.ended[plural] = self.ended.get(plural, 0) + 1
            self.news.notify_all()

    async def until_told(self, plural: str, but: int = 0) -> None:
        """Until a watch has sent all of it, but so many."""
        async with self.news:
            await self.news.wait_for(lambda: self.behind(plural) <= but)

    def secret(self, namespace: str, name: str, values: Callable[[], dict[str, bytes]]) -> None:
        """A Secret that can be read by name."""

        def answer() -> bytes:
            data = {key: base64.b64encode(value).decode() for key, value in values().items()}
            meta = {"name": name, "namespace": namespace, "uid": name, "resourceVersion": "1"}
            return json.dumps({"metadata": meta, "type": "Opaque", "data": data}).encode()

        self.answers[f"/api/v1/namespaces/{namespace}/secrets/{name}"] = answer

    # -- how it answers ------------------------------------------------------------------------------------------

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.requests.append((request.path, dict(request.query)))
        del self.requests[:-5_000]
        if answer := self.answers.get(request.path):
            given = answer()
            status, body = given if isinstance(given, tuple) else (200, given)
            return web.Response(status=status, body=body, content_type="application/json")
        if self.token and request.headers.get("Authorization") != f"Bearer {self.token}":
            return self._failure(401, "Unauthorized", "Unauthorized")
        if request.path in ("/readyz", "/livez"):
            return web.Response(text="ok")
        if request.path == "/version":
            return web.json_response({"gitVersion": "v1.36.3"})
        if request.path == "/api/v1/namespaces/kube-system":
            return web.json_response({"metadata": {"name": "kube-system", "uid": self.uid}})
        if request.path in ("/api", "/apis"):
            return web.json_response(self._discovery(request.path))
        plural = request.path.rpartition("/")[2]
        if plural not in self.objects or plural not in self.served:
            return self._failure(404, "NotFound", "the server could not find the requested resource")
        verb = "watch" if request.query.get("watch") else "list"
        if verb not in self.verbs.get(plural, {"list", "watch"}):
            message = f'{plural} is forbidden: User "pane" cannot {verb} resource "{plural}" at the cluster scope'
            return self._failure(403, "Forbidden", message)
        return await (self._watch if verb == "watch" else self._list)(plural, request)

    def _failure(self, code: int, reason: str, message: str) -> web.Response:
        status = {"kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": message}
        return web.json_response(status, status=code)

    def _discovery(self, root: str) -> dict[str, Any]:
        groups: dict[str, dict[str, list[dict[str, Any]]]] = {}
        for kind in self.kinds.values():
            if bool(kind.group) == (root == "/apis") and kind.plural in self.served:
                resource = {
                    "resource": kind.plural,
                    "responseKind": {"kind": kind.name},
                    "scope": "Namespaced",
                    "verbs": ["get", "list", "watch"],
                }
                groups.setdefault(kind.group, {}).setdefault(kind.versions[0], []).append(resource)
        items = [
            {
                "metadata": {"name": group},
                "versions": [{"version": version, "resources": resources} for version, resources in versions.items()],
            }
            for group, versions in groups.items()
        ]
        return {"kind": "APIGroupDiscoveryList", "items": items}

    def _selected(self, plural: str, request: web.BaseRequest) -> list[Manifest]:
        selector = request.query.get("labelSelector", "")
        return [one for one in self.objects[plural].values() if _selects(selector, _labels(one))]

    async def _list(self, plural: str, request: web.BaseRequest) -> web.StreamResponse:
        kind = self.kinds[plural]
        return web.json_response(
            {
                "kind": f"{kind.name}List",
                "apiVersion": api_version(kind),
                "metadata": {"resourceVersion": str(self.now)},
                "items": self._selected(plural, request),
            }
        )

    async def _watch(self, plural: str, request: web.BaseRequest) -> web.StreamResponse:
        if not request.query["resourceVersion"].isdigit():
            return self._failure(400, "BadRequest", "resourceVersion: Invalid value: strconv.ParseUint: invalid syntax")
        at = int(request.query["resourceVersion"])
        selector = request.query.get("labelSelector", "")
        self.sent[plural] = max(self.sent[plural], at)  # it listed since
        history = self.history[plural]
        if len(history) == KEPT and history[0][0] > at:
            return self._failure(410, "Expired", "too old resource version")
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        ended = self.ended.get(plural, 0)
        with contextlib.suppress(ConnectionResetError):
            while True:
                for version, line, labels in [one for one in history if one[0] > at]:
                    if labels is None or _selects(selector, labels):
                        await response.write(line + b"\n")
                    at = version
                    self.sent[plural] = max(self.sent[plural], version)
                async with self.news:
                    self.news.notify_all()
                    while not (history and history[-1][0] > at):
                        if self.ended.get(plural, 0) != ended:
                            return response
                        await self.news.wait()
        return response


def _labels(manifest: Manifest) -> Labels:
    return manifest["metadata"].get("labels") or {}


def _selects(selector: str, labels: Labels) -> bool:
    """A label selector of one key, as the table has them."""
    key, equals, value = selector.partition("=")
    return not key or (key in labels and (not equals or labels[key] == value))


def api_version(kind: Kind) -> str:
    return f"{kind.group}/{kind.versions[0]}" if kind.group else kind.versions[0]


@contextmanager
def serving(authority: Authority) -> Iterator[ssl.SSLContext]:
    """What a server on loopback shows, signed by this authority."""
    pair = authority.serving()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tls.pem"
        path.write_bytes(pair.certificate + pair.key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        yield context
