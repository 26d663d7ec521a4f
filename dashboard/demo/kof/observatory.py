"""Everything that KOF runs in the demo: its stores, and on management promxy, Alertmanager and the management store.

Regional stores have ports of their own. What stands on management is reached through the API server's
`services/proxy`, as from outside a cluster.
"""

import asyncio
import base64
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from dashboard.demo.apiserver.server import Server
from dashboard.demo.fleet import kof
from dashboard.demo.fleet.enrol import ROLE
from dashboard.demo.fleet.model import MANAGEMENT, Fleet
from dashboard.demo.kof.alertmanager import Alertmanager
from dashboard.demo.kof.alerts import Alerts
from dashboard.demo.kof.backing import Backing
from dashboard.demo.kof.logs import Logs
from dashboard.demo.kof.queries import Arguments, Ask, Body, Wrong, answer, arguments, refuse, respond
from dashboard.demo.kof.sources import StoreSource, Together
from dashboard.demo.kof.stores import Store
from dashboard.demo.kof.telemetry import MANAGEMENT_STORE, Telemetry

Manifest = dict[str, Any]
Handler = Callable[[web.Request, str], Any]


class Observatory:
    """`stores` by `namespace/name` of the regional cluster."""

    def __init__(self, fleet: Fleet, servers: dict[str, Server]) -> None:
        self._servers = servers
        self.stores: dict[str, Store] = {}
        self.regions: dict[str, str] = {}  # of each store, the region on whose cluster it runs
        self.telemetry = Telemetry(servers, MANAGEMENT, self._silent)
        self.alerts = Alerts(self.telemetry, self._silent)
        self.logs = Logs(self.telemetry, servers)
        self._alertmanager = Alertmanager(self.alerts)
        self.backing: Backing | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._few = len(fleet.deployments) <= 200
        own = [place.name for place in fleet.places]
        for d in fleet.deployments:
            if d.labels.get(ROLE) == "regional":
                # One store shows a certificate that it made itself, and its ConfigMap says so.
                self._add(d.namespace, d.name, d.place.name == "dc-lund")
                self.regions[d.key] = d.place.name or next((r for r in own if d.name == f"{r}-cluster"), "")

    def _add(self, namespace: str, name: str, own_certificate: bool = False) -> Store:
        key = f"{namespace}/{name}"
        tls = self._servers[MANAGEMENT].authority.context() if own_certificate else None
        self.stores[key] = Store(namespace, name, self._asked(key), self._logs_of(key), tls)
        self.regions[key] = ""
        return self.stores[key]

    async def start(self) -> None:
        """The stores listen. What is measured begins with `watch`, when the clusters are filled."""
        for store in self.stores.values():
            await store.start()
        services = self._servers[MANAGEMENT].api.services
        for name, handler in (
            ("kof-mothership-promxy:8082", self._promxy),
            ("vmselect-cluster:8481", self._management_store),
            ("vmalertmanager-cluster:9093", self._alertmanager.handle),
            ("vlselect-kof-mothership-logs-multilevel-select:9471", self._all_logs),
        ):
            for spelled in (name, f"http:{name}", f"{name.partition(':')[0]}:http"):
                services[kof.KOF, spelled] = handler

    def back(self, folder: Path) -> None:
        """Let a real VictoriaMetrics answer, if there is one on this machine; its data live in the folder."""
        self.backing = Backing(self.telemetry, folder)
        self._tasks.append(asyncio.create_task(self.backing.run()))

    def watch(self) -> None:
        if self._few:  # at once; of a large fleet, while it already answers
            self.telemetry.look(time.time())
        self._tasks = [asyncio.create_task(self.telemetry.run()), asyncio.create_task(self.alerts.run())]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.backing:
            await self.backing.stop()
        await asyncio.gather(*(store.stop() for store in self.stores.values()))

    async def open(self, namespace: str, name: str) -> kof.Store:
        """The store of a regional cluster that was not planned: it starts now."""
        if f"{namespace}/{name}" not in self.stores:
            await self._add(namespace, name).start()
        return self.address(namespace, name, "")

    def find(self, name: str) -> Store | None:
        """By the name of the regional cluster, or of the region that it runs in."""
        for key, store in self.stores.items():
            if name in (store.name, key, self.regions[key]):
                return store
        return None

    def address(self, namespace: str, name: str, domain: str) -> kof.Store:
        """How a store is read; for a regional cluster that has none, an address where nothing listens."""
        store = self.stores.get(f"{namespace}/{name}")
        if store is None:
            return kof.nowhere(namespace, name, domain)
        return kof.Store(store.url, store.password, store.own_certificate)

    async def outage(self, region: str, over: bool) -> None:
        """The stores that run in a region go and come with it."""
        for key, store in self.stores.items():
            if self.regions[key] == region:
                await (store.accept() if over else store.refuse())

    def rotate(self, store: Store, tell: bool = True) -> None:
        """Another password. Its Secrets say so, unless nobody is told."""
        store.rotate()
        server = self._servers[MANAGEMENT]
        resource = server.registry.of_kind("v1", "Secret")
        assert resource
        for namespace in (store.namespace, kof.KOF) if tell else ():
            name = f"kof-vmuser-creds-{store.user}"
            found = server.store.get(resource.table, f"{namespace}/{name}")
            if found:
                manifest = found.manifest
                manifest["data"]["password"] = base64.b64encode(store.password.encode()).decode()
                server.store.put(resource.table, found.key, manifest)

    # -- answering -----------------------------------------------------------------------------------------------

    def _silent(self, key: str) -> bool:
        store = self.stores.get(key)
        return store is not None and not store.answers

    def _asked(self, key: str) -> Any:
        async def ask(path: str, given: Arguments) -> Body:
            return await self._answer(path, given, key, self.stores[key].ills.partial)

        return ask

    async def _answer(self, path: str, given: Arguments, key: str, partial: bool = False) -> Body:
        if self.backing and self.backing.ready and not path.startswith("status"):
            lost = [track.last.name for track in self.telemetry.of(key)[2::3] if track.last] if partial else []
            return await self.backing.answer(path, given, key, lost)
        return await answer(path, given, StoreSource(self.telemetry, key, partial=partial))

    def _logs_of(self, key: str) -> Any:
        async def ask(path: str, given: Arguments) -> Body:
            return {"lines": self.logs.query(path, given, key)}

        return ask

    async def _management_store(self, request: web.Request, path: str) -> web.StreamResponse:
        async def ask(path: str, given: Arguments) -> Body:
            return await self._answer(path, given, MANAGEMENT_STORE)

        return await self._served(request, path, "/select/0/prometheus/api/v1/", ask)

    async def _promxy(self, request: web.Request, path: str) -> web.StreamResponse:
        """All stores as one. One that does not answer is missing, and nobody says so: that is how it is configured."""
        if path in ("/api/v1/alerts", "/api/v1/rules"):
            return respond(self.alerts.as_promxy(path.rpartition("/")[2]))
        answering = [(key, store) for key, store in self.stores.items() if store.answers and not store.ills.denied]
        sources = [
            StoreSource(
                self.telemetry,
                key,
                {"promxyCluster": store.name, "promxyClusterNamespace": store.namespace},
                store.ills.partial,
            )
            for key, store in answering
        ]
        sources.append(StoreSource(self.telemetry, MANAGEMENT_STORE, {"promxyCluster": "storage"}))

        async def ask(path: str, given: Arguments) -> Body:
            return await answer(path, given, Together(sources))

        return await self._served(request, path, "/api/v1/", ask)

    async def _served(self, request: web.Request, path: str, prefix: str, ask: Ask) -> web.StreamResponse:
        try:
            if not path.startswith(prefix):
                raise Wrong(404, f"unsupported path requested: {path}")
            return respond(await ask(path.removeprefix(prefix), await arguments(request)))
        except Wrong as wrong:
            return refuse(wrong)

    async def _all_logs(self, request: web.Request, path: str) -> web.StreamResponse:
        try:
            lines = self.logs.query(path.removeprefix("/select/logsql/"), await arguments(request))
        except Wrong as wrong:
            return refuse(wrong)
        return web.Response(text=lines, content_type="application/stream+json")
