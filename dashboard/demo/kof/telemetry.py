"""All that is measured in the demo: looks at its clusters every few seconds, and answers for every store.

It reads what the demo's API servers hold, in memory, and never calls them: so it sees on through their faults. A
cluster reports from when its nodes are up and KOF's operator has given it a region, until it is deleted; while its
store is away nothing is kept, as with KOF, whose collectors hold metrics in memory only.
"""

import asyncio
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from dashboard.demo.apiserver.server import Server
from dashboard.demo.fleet.enrol import ROLE
from dashboard.demo.kof import casting, control, costs, mothership, nodes, scraping, storage, workloads
from dashboard.demo.kof.subjects import Subject, subject
from dashboard.demo.kof.tracks import Noted, Track

Manifest = dict[str, Any]
MANAGEMENT_STORE = "~management"
MONTH = 30 * 86400.0
EVERY = 3.0
FAMILY_MODULES = (scraping, nodes, workloads, control, costs, storage, mothership)  # each fills FAMILIES
_K0RDENT = "k0rdent.mirantis.com"
_TABLES = (f"clusterdeployments.{_K0RDENT}", "machines.cluster.x-k8s.io", "helmreleases.helm.toolkit.fluxcd.io")
_TURN = 0.01  # seconds
_MANY = 2000  # objects of a kind: beyond, only their Ready condition is kept
_CONDITIONED = {
    "clusterdeployments": "ClusterDeployment",
    "credentials": "Credential",
    "managements": "Management",
    "multiclusterservices": "MultiClusterService",
    "releases": "Release",
}


class Telemetry:
    """`servers` by name, management among them; `silent(store)` says whether a store takes nothing now."""

    def __init__(
        self, servers: dict[str, Server], management: str, silent: Callable[[str], bool] = lambda store: False
    ) -> None:
        self._servers = servers
        self._management = servers[management]
        self._silent = silent
        self.tracks: dict[str, Track] = {}
        self.noted: dict[tuple[str, tuple[tuple[str, str], ...]], Noted] = {}
        self._live: dict[str, set[tuple[str, tuple[tuple[str, str], ...]]]] = {}
        self._stories: dict[str, str] | None = None
        self._decoded: dict[tuple[str, str, str], tuple[int, Manifest]] = {}
        self.mothership = Track(MANAGEMENT_STORE)
        self.looked = asyncio.Event()  # once

    # -- looking -------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """For ever."""
        while True:
            spent, began = 0.0, time.monotonic()
            for _ in self._steps(time.time()):
                if time.monotonic() - began > _TURN:  # then everybody else has a turn
                    spent += time.monotonic() - began
                    await asyncio.sleep(0)
                    began = time.monotonic()
            await asyncio.sleep(max(EVERY, 20 * (spent + time.monotonic() - began)))

    def look(self, now: float) -> None:
        """Take note of how everything is."""
        for _ in self._steps(now):
            pass

    def _steps(self, now: float) -> Iterator[None]:
        """`look`, a little at a time: fleets may be large, and their API servers share our loop."""
        for server in self._servers.values():
            for table in _TABLES:
                for number, _ in enumerate(self._each(server, table)):
                    if number % 50 == 49:
                        yield
        deployments = self.items(self._management, f"clusterdeployments.{_K0RDENT}")
        if self._stories is None:
            self._stories = casting.cast(deployments)
        first = not self.mothership.history
        if first:
            self.mothership.become(now - MONTH, mothership.itself())
        maps = {
            f"{each['metadata'].get('namespace')}/{each['metadata']['name']}": each
            for each in self.items(self._management, "configmaps.", ROLE)
        }
        parts = {}
        for name, server in self._servers.items():
            parts[name] = self._parts(server)
            yield
        seen = set()
        for cld in deployments:
            key = f"{cld['metadata']['namespace']}/{cld['metadata']['name']}"
            store = _store_of(cld, maps)
            if store:
                seen.add(key)
                self._follow(key, store, cld, parts, now, first)
                yield
        for key, track in self.tracks.items():
            if key not in seen:
                track.become(now, None)
        yield from self._note(now, deployments)

    def _follow(self, key: str, store: str, cld: Manifest, parts: dict[str, "Parts"], now: float, first: bool) -> None:
        host = (cld.get("status") or {}).get("region") or self._management.name
        machines, pools = parts[host].of(key) if host in parts else ([], [])
        story = (self._stories or {}).get(key, "")
        heard: Subject | None = subject(cld, machines, pools, story)
        assert heard
        track = self.tracks.get(key)
        if track is None or track.store != store:
            track = self.tracks[key] = Track(store)
        if not heard.nodes or self._silent(store):
            heard = None
        if track.history or not first:
            if story != "vanished" and (track.history or heard):
                track.become(now, heard)
            return
        if heard is None:
            return
        born = _seconds(cld["metadata"]["creationTimestamp"]) + 900
        start = max(min(born, now - 60), now - MONTH)
        for until, was in casting.past(_well(heard), now):
            if start < until:
                track.become(start, was)
                start = until
        track.become(start, _well(heard))
        ill = [_ill_since(each) for each in machines]
        since = max([each for each in ill if each], default=0.0)
        if since:
            track.become(max(since, start + 1), heard)
        if story == "vanished":
            track.become(now - 47 * 60, None)

    def _note(self, now: float, deployments: list[Manifest]) -> Iterator[None]:
        """What has one value until it has another: k0rdent's objects on management."""
        here = self._management
        facts: list[mothership.Fact] = []
        for plural, kind in _CONDITIONED.items():
            items = self.items(here, f"{plural}.{_K0RDENT}")
            types = ("Ready",) if len(items) > _MANY else ()
            for number, fact in enumerate(mothership.of_k0rdent(plural, kind, items, types)):
                facts.append(fact)
                if number % 500 == 499:
                    yield
        capi = "cluster.x-k8s.io"
        facts += mothership.of_capi(
            *(self.items(here, f"{plural}.{capi}") for plural in ("clusters", "machines", "machinedeployments"))
        )
        yield
        facts += mothership.of_flux(self.items(here, "helmreleases.helm.toolkit.fluxcd.io"))
        yield
        unreachable = {key for key, story in (self._stories or {}).items() if story == "scrape"}
        facts += mothership.of_sveltos([each for each in deployments if each.get("status")], unreachable)
        facts += mothership.providers_up()
        first = not self.noted
        yield from self._keep(facts, now - MONTH if first else now, "objects")
        self.looked.set()

    def keep(self, facts: Iterable[mothership.Fact], now: float, what: str, begun: Sequence[float] = ()) -> None:
        """These hold from now on (those that are new: from when they begun), and of the same `what` no others do."""
        for _ in self._keep(facts, now, what, begun):
            pass

    def _keep(
        self, facts: Iterable[mothership.Fact], now: float, what: str, begun: Sequence[float] = ()
    ) -> Iterator[None]:
        live = set()
        for number, (name, labels, value) in enumerate(facts):
            if number % 500 == 499:
                yield
            key = (what, tuple(sorted((labels | {"__name__": name}).items())))
            live.add(key)
            if key not in self.noted:
                self.noted[key] = Noted({"__name__": name} | labels)
                self.noted[key].note(begun[number] if begun else now, value)
            self.noted[key].note(now, value)
        for key in self._live.get(what, set()) - live:
            self.noted[key].note(now, None)
        self._live[what] = live
        alive = sum(map(len, self._live.values()))
        if len(self.noted) > max(20_000, 2 * alive):  # what is gone for long
            kept = set().union(*self._live.values())
            self.noted = {key: each for key, each in self.noted.items() if key in kept}

    def items(self, server: Server, table: str, label: str = "") -> list[Manifest]:
        """What a server holds of one kind; decoded once a version."""
        return list(self._each(server, table, label))

    def _each(self, server: Server, table: str, label: str = "") -> Iterator[Manifest]:
        for item in list(server.store.items(table)):
            if label and label not in (item.labels or {}):
                continue
            key = (server.name, table, item.key)
            known = self._decoded.get(key)
            if known is None or known[0] != item.version:
                manifest = _lean(item.manifest) if table.startswith("machines.") else item.manifest
                known = self._decoded[key] = (item.version, manifest)
            yield known[1]

    def _parts(self, server: Server) -> "Parts":
        capi = "cluster.x-k8s.io"
        return Parts(self.items(server, f"machines.{capi}"), self.items(server, f"machinepools.{capi}"))

    # -- answering -----------------------------------------------------------------------------------------------

    def of(self, store: str) -> list[Track]:
        if store == MANAGEMENT_STORE:
            return [self.mothership]
        return [track for track in self.tracks.values() if track.store == store]


class Parts:
    """The Machines and MachinePools of one cluster's deployments."""

    def __init__(self, machines: list[Manifest], pools: list[Manifest]) -> None:
        self._machines: dict[str, list[Manifest]] = {}
        self._pools: dict[str, list[Manifest]] = {}
        for kept, given in ((self._machines, machines), (self._pools, pools)):
            for each in given:
                kept.setdefault(f"{each['metadata']['namespace']}/{each['spec']['clusterName']}", []).append(each)

    def of(self, key: str) -> tuple[list[Manifest], list[Manifest]]:
        return self._machines.get(key, []), self._pools.get(key, [])


def _lean(manifest: Manifest) -> Manifest:
    """Of a Machine, what is needed: there are many."""
    metadata, status = manifest["metadata"], manifest.get("status") or {}
    return {
        "metadata": {key: metadata[key] for key in ("name", "namespace", "uid", "labels") if key in metadata},
        "spec": {"clusterName": manifest["spec"]["clusterName"]},
        "status": {key: status[key] for key in ("nodeRef", "phase", "addresses") if key in status}
        | {
            "nodeInfo": {"kubeletVersion": (status.get("nodeInfo") or {}).get("kubeletVersion", "")},
            "conditions": [each for each in status.get("conditions") or [] if each["type"] == "NodeHealthy"],
        },
    }


def _store_of(cld: Manifest, maps: dict[str, Manifest]) -> str:
    """The store that this deployment is or reports to; empty when it is not onboarded."""
    metadata = cld["metadata"]
    role = (metadata.get("labels") or {}).get(ROLE)
    if role == "regional":
        return f"{metadata['namespace']}/{metadata['name']}"
    found = maps.get(f"{metadata['namespace']}/kof-cluster-config-{metadata['name']}") if role == "child" else None
    data = (found or {}).get("data") or {}
    if not data.get("regional_cluster_name"):
        return ""
    return f"{data['regional_cluster_namespace']}/{data['regional_cluster_name']}"


def _well(heard: Subject) -> Subject:
    """As it was before any of its nodes fell ill."""
    return replace(heard, nodes=tuple(replace(node, ready=True) for node in heard.nodes))


def _ill_since(machine: Manifest) -> float:
    for each in (machine.get("status") or {}).get("conditions") or []:
        if each["type"] == "NodeHealthy" and each["status"] != "True":
            return _seconds(each["lastTransitionTime"])
    return 0.0


def _seconds(stamp: str) -> float:
    return datetime.fromisoformat(re.sub(r"\.\d+", "", stamp)).timestamp()
