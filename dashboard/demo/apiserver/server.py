"""One cluster's API server: its state, its port, its life."""

import asyncio
import base64
import secrets
import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import yaml
from aiohttp import web

from dashboard.demo.apiserver.access import MASTERS, Access, Identity
from dashboard.demo.apiserver.faults import Faults
from dashboard.demo.apiserver.http import Api
from dashboard.demo.apiserver.metadata import key_of
from dashboard.demo.apiserver.objects import Admission, Objects
from dashboard.demo.apiserver.resources import Registry, Resource
from dashboard.demo.apiserver.store import Manifest, Store
from dashboard.demo.apiserver.tls import Authority
from dashboard.demo.listening import Listener

STANDING_NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")
VERSION = "v1.34.2"
_RESTART_SECONDS = 1.0


class Server:
    """An API server on loopback. `url` and port stay the same over `refuse`, `accept` and `restart`."""

    def __init__(
        self,
        name: str,
        kinds: Iterable[Resource] = (),
        *,
        authority: Authority | None = None,
        version: str = VERSION,
        history: int = 20_000,
        bookmark_seconds: float = 30,
        seed: int | None = None,
    ) -> None:
        self.name = name
        self.authority = authority or Authority(name)
        self.faults = Faults()
        self.admin_token = secrets.token_urlsafe(24)
        self.url = ""
        self._version = version
        self._history = history
        self._bookmark_seconds = bookmark_seconds
        self._kinds = list(kinds)
        self._seed = seed
        self._listener = Listener(self.authority.context())
        self._admission: Admission | None = None
        self._make()

    def _make(self) -> None:
        first = 1000 if self._seed is None else 1000 + self._seed % 997
        self.store = Store(first, self._history)
        self.registry = Registry(self._kinds)
        self.objects = Objects(self.store, self.registry, self.faults.now, self._seed)
        self.objects.admission = self._admission
        self.access = Access(self.store)
        self.api = Api(self.objects, self.access, self.faults, self._version, self._bookmark_seconds)
        self.access.accept(self.admin_token, Identity("kubernetes-admin", (MASTERS,)))
        for namespace in STANDING_NAMESPACES:
            self.load("v1", "Namespace", standing_namespace(namespace, f"{self.name}/{self._seed}", self.objects.now()))

    # -- what is in it -------------------------------------------------------------------------------------------

    def load(self, api_version: str, kind: str, manifest: Manifest) -> None:
        """Put an object in place as it is, before anybody looks."""
        resource = self.registry.of_kind(api_version, kind)
        if resource is None:
            raise LookupError(f"{self.name} serves no {kind} in {api_version}")
        metadata = manifest["metadata"]
        key = key_of(resource, metadata.get("namespace", ""), metadata["name"])
        self.store.load(resource.table, key, manifest)

    def admit_with(self, admission: Admission) -> None:
        self._admission = admission
        self.objects.admission = admission

    @property
    def reachable(self) -> bool:
        """Whether somebody who calls now gets an answer."""
        return self._listener.taking and not self.faults.frozen and not self.faults.revoked

    # -- its life ------------------------------------------------------------------------------------------------

    async def start(self, port: int = 0) -> None:
        await self._listener.start(_shell(self), port)
        self.url = f"https://127.0.0.1:{self._listener.port}"

    async def stop(self) -> None:
        self._end_watches("closed")
        self.faults.freeze(False)
        await self._listener.stop()

    async def refuse(self) -> None:
        """Connections are refused, and those that are open are cut."""
        await self._listener.refuse()

    async def accept(self) -> None:
        """Connections are taken again, on the same port."""
        await self._listener.accept()

    async def restart(self, seconds: float = _RESTART_SECONDS) -> None:
        await self.refuse()
        await asyncio.sleep(seconds)
        await self.accept()

    def expire(self) -> None:
        """Every resource version that anybody knows is too old."""
        self.store.forget()
        self._end_watches("expired")

    async def replace(self) -> None:
        """Another cluster answers at this address: empty, with another identity."""
        self._seed = (self._seed or 0) + 1
        self._end_watches("closed")
        await self.refuse()
        services = self.api.services
        self._make()
        self.api.services = services
        await self.accept()

    def forget_events(self, older_than: timedelta) -> int:
        """Events do not last: drop those that nothing was added to for so long; how many that were."""
        last = (self.faults.now() - older_than).strftime("%Y-%m-%dT%H:%M:%S")
        resource = self.registry.by_table("events")
        old = [item for item in self.store.items("events") if last_seen(item.manifest) < last]
        for item in old:
            self.objects.remove(resource, item)
        return len(old)

    def _end_watches(self, why: str) -> None:
        for follower in self.store.followers():
            follower.end(why)

    # -- how to reach it -----------------------------------------------------------------------------------------

    def issue(self, user: str, groups: tuple[str, ...] = ()) -> str:
        """A new token for this user."""
        token = secrets.token_urlsafe(24)
        self.access.accept(token, Identity(user, groups))
        return token

    def kubeconfig(self, token: str = "", user: str = "admin") -> str:
        """A kubeconfig's text, authority and token inside."""
        return kubeconfig(self.name.strip("~"), self.url, self.authority.certificate, token or self.admin_token, user)


def last_seen(event: Manifest) -> str:
    """When it last happened, as text that sorts."""
    series = event.get("series") or {}
    names = ("deprecatedLastTimestamp", "eventTime")
    seen = [series.get("lastObservedTime"), *(event.get(name) for name in names)]
    return str(next(filter(None, seen), event["metadata"].get("creationTimestamp", "")))


def kubeconfig(name: str, url: str, ca: str, token: str, user: str = "admin") -> str:
    cluster = {"server": url, "certificate-authority-data": base64.b64encode(ca.encode()).decode()}
    document: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": user, "user": {"token": token}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": user}}],
        "current-context": name,
    }
    return yaml.safe_dump(document, sort_keys=False)


def standing_namespace(name: str, of: str, created: str) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": name,
            "uid": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{of}/{name}")),
            "creationTimestamp": created,
            "labels": {"kubernetes.io/metadata.name": name},
        },
        "spec": {"finalizers": ["kubernetes"]},
        "status": {"phase": "Active"},
    }


def _shell(server: Server) -> web.Application:
    """The application that outlives a replacement: it hands on to whatever the server is now."""
    app = web.Application(client_max_size=8 * 2**20)

    async def handle(request: web.Request) -> web.StreamResponse:
        return await server.api.handle(request)

    async def dress(request: web.Request, response: web.StreamResponse) -> None:
        server.api.dress(response)

    app.router.add_route("*", "/{path:.*}", handle)
    app.on_response_prepare.append(dress)
    return app
