"""The streams of one connected cluster: what each tells becomes notes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import datetime
from itertools import count
from typing import Any, Protocol

from regions.clusters.options import Options
from regions.clusters.sources import EndpointSource
from regions.domain.kinds import K0RDENT, Kind, Where
from regions.domain.notes import Gone, Heard, Put, Reached, Swept
from regions.domain.redact import without_credentials
from regions.domain.references import named_kinds, named_objects
from regions.domain.refs import MANAGEMENT
from regions.kube.client import Client
from regions.kube.errors import KubeError, Refused
from regions.kube.identity import is_subdomain
from regions.kube.listwatch import Bookmark, Event, ListPage, News, StreamTrouble, Synced, follow
from regions.watcher import memory
from regions.watcher.gaps import Gaps, Lost
from regions.watcher.named import NamedReader
from regions.watcher.recorder import Recorder, now
from regions.watcher.recovery import kept_up

log = logging.getLogger(__name__)

PAUSE = 30.0  # seconds
PROOF = 60.0  # between two proofs that what is watched may still be watched
AGE = 300.0  # of what is known to be served, for such a proof
DISCOVERED = 10.0  # what a server serves may be known from so long ago
MOST_KINDS = 100  # that the objects of one cluster may make us look for


class Watched(Protocol):
    """Of the follower: which cluster this is, what is known of it, and where what it tells goes."""

    name: str
    source: EndpointSource
    recorder: Recorder
    options: Options
    memory: memory.Memory
    kinds: list[Kind]
    live_at: dict[str, datetime]  # when each stream last told anything
    on_region: Callable[[str, dict[str, Any] | None], Awaitable[None]] | None  # only management's


class Streams:
    """Started when a cluster answers, stopped when it no longer does. `refused` says that it no longer knows us."""

    def __init__(self, follower: Watched, client: Client) -> None:
        self.follower = follower
        self.client = client
        self.cluster = follower.name
        self.note = follower.recorder.note
        self.memory = follower.memory
        self.refused = ""
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.followed: dict[str, Kind] = {}
        self.unsynced: set[str] = set()
        self.live_at = follower.live_at
        self.states: dict[str, StreamTrouble] = {}  # the last that each stream said of itself
        self.listed_at: dict[str, datetime] = {}
        self.gaps = Gaps(self.cluster, self.note)
        self.named = NamedReader(self.cluster, client, follower.recorder, follower.options.system_namespace)

    def start(self) -> None:
        for kind in self.follower.kinds:
            self.add(kind)
        self._spawn("proof", kept_up(f"Proving access to {self.cluster}", self.prove))
        self._spawn("named objects", kept_up(f"Reading what {self.cluster} names", self.named.run))
        for group, name in sorted(self.memory.kinds)[:MOST_KINDS]:
            self.look_for(group, name)

    async def stop(self) -> None:
        for task in self.tasks.values():
            task.cancel()
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)

    def add(self, kind: Kind) -> None:
        if kind.stream not in self.tasks:
            self.followed[kind.stream] = kind
            self.unsynced.add(kind.stream)
            self._spawn(kind.stream, self.run(kind))

    async def prove(self) -> None:
        """Ask anew, a kind of each API group a minute: an API server goes on telling an open watch everything, although
        the right to it was taken away. When one is refused, all of its group are asked."""
        for turn in count():
            await asyncio.sleep(PROOF)
            groups: dict[str, list[Kind]] = {}
            for kind in self.followed.values():
                if (said := self.states.get(kind.stream)) and said.state == "watching":
                    groups.setdefault(kind.group, []).append(kind)
            for kinds in groups.values():
                asked = kinds[turn % len(kinds)]
                if await self._refuses(asked):
                    for kind in kinds:
                        if kind is asked or await self._refuses(kind):
                            await self._begin_anew(kind)

    async def _refuses(self, kind: Kind) -> bool:
        """Whether a watch that is opened now would be refused."""
        try:
            chosen = (await self.client.discover(max_age=AGE)).choose(kind)
            if chosen is not None:
                served, version = chosen
                at = self.memory.reached.get(kind.stream, "")
                (await self.client.watch(served.path(version), at, kind.selector, seconds=1)).close()
        except Refused:
            return True
        except KubeError:
            pass  # the stream itself says what is wrong
        return False

    async def _begin_anew(self, kind: Kind) -> None:
        """End the watch of a kind; what it may still do is found out again."""
        if task := self.tasks.pop(kind.stream, None):
            task.cancel()
            await asyncio.wait([task])
        self._spawn(kind.stream, self.run(kind))

    def look_for(self, group: str, name: str) -> None:
        task = f"find {name}.{group}"
        self._spawn(task, kept_up(f"{self.cluster}: {task}", lambda: self.find(group, name)))

    async def find(self, group: str, name: str) -> None:
        """Follow a kind that an object named, as soon as the cluster serves it."""
        while True:
            try:
                served = (await self.client.discover(max_age=DISCOVERED)).find(group, name)
            except KubeError:
                served = None
            if served is not None:
                self.add(Kind(group, name, served.plural, served.versions, Where.HOSTS))
                return
            await asyncio.sleep(PAUSE)

    async def run(self, kind: Kind) -> None:
        """Follow one kind for good. A fault of ours costs this stream a pause, and nobody else anything."""
        while True:
            try:
                await self.follow(kind)
            except Exception as error:
                log.exception("%s %s broke", self.cluster, kind.stream)
                trouble = StreamTrouble("broken", f"Following it failed here: {type(error).__name__}")
                await self.trouble(kind, trouble, now())
                await asyncio.sleep(PAUSE)

    async def follow(self, kind: Kind) -> None:
        reached, version = self.memory.reached.get(kind.stream, ""), self.memory.versions.get(kind.stream, "")
        pace = self.follower.options.pace
        async with aclosing(follow(self.client, kind, reached, served_version=version, pace=pace)) as news:
            async for told in news:
                await self.tell(kind, told)

    async def tell(self, kind: Kind, told: News) -> None:
        at = now()
        match told:
            case ListPage():
                for manifest in told.manifests:
                    await self.put(kind, manifest, at)
            case Event():
                if told.type == "DELETED":
                    await self.gone(kind, told.manifest, at)
                else:
                    await self.put(kind, told.manifest, at)
                await self.reach(kind, told.manifest["metadata"]["resourceVersion"], at)
            case Bookmark():
                await self.reach(kind, told.resource_version, at)
            case Synced():
                self.listed_at[kind.stream] = at
                await self.note(Swept(self.cluster, kind, frozenset(told.keys), at))
                if told.lost_history:
                    self.mourn(kind)
                self.memory.versions[kind.stream] = told.served_version
                await self.reach(kind, told.resource_version, at, told.served_version)
                await self.regions_left(kind, {name for _, name in told.keys})
                await self.settled(kind)
            case StreamTrouble():
                await self.trouble(kind, told, at)
        # A page of a list says how things are: what had come and gone before is known when the list is complete.
        if not isinstance(told, StreamTrouble | ListPage) and kind not in self.gaps:
            self.live_at[kind.stream] = at

    async def put(self, kind: Kind, manifest: dict[str, Any], at: datetime) -> None:
        await self.note(Put(self.cluster, kind, manifest, at))
        for group, name in named_kinds(manifest) - self.memory.kinds:
            known = any(kind.group == group and kind.name == name for kind in self.follower.kinds)
            if not known and len(self.memory.kinds) < MOST_KINDS:
                self.memory.kinds.add((group, name))
                self.look_for(group, name)
        self.named.want(named_objects(manifest, self.follower.options.system_namespace))
        if self._tells_of_regions(kind, manifest["metadata"]["name"]) and self.follower.on_region:
            await self.follower.on_region(manifest["metadata"]["name"], manifest)

    async def gone(self, kind: Kind, manifest: dict[str, Any], at: datetime) -> None:
        await self.note(Gone(self.cluster, kind, manifest, at))
        if self._tells_of_regions(kind, manifest["metadata"]["name"]) and self.follower.on_region:
            await self.follower.on_region(manifest["metadata"]["name"], None)

    def _tells_of_regions(self, kind: Kind, name: str) -> bool:
        """Its name becomes that of a cluster, of a file and of addresses: only what a Region can be called."""
        return kind.name == "Region" and kind.group == K0RDENT and is_subdomain(name)

    async def regions_left(self, kind: Kind, names: set[str]) -> None:
        if kind.group == K0RDENT and kind.name == "Region" and self.follower.on_region:
            for name in await self.follower.recorder.call(memory.clusters) - names - {MANAGEMENT}:
                await self.follower.on_region(name, None)

    async def reach(self, kind: Kind, resource_version: str, at: datetime, version: str = "") -> None:
        if kind in self.gaps:
            self.gaps.reach(kind, resource_version, version)
            return
        self.memory.reached[kind.stream] = resource_version
        said, listed_at = self.states.get(kind.stream), None
        if said is None or said.state == "listing":
            said = StreamTrouble("watching")
        elif said.state == "polling":
            listed_at = self.listed_at.get(kind.stream)
        message = without_credentials(said.message)
        where = (self.cluster, kind.stream, said.state, resource_version)
        await self.note(Reached(*where, at, version, message, listed_at, told_at=at))

    async def trouble(self, kind: Kind, told: StreamTrouble, at: datetime) -> None:
        self.states[kind.stream] = told
        listed_at = None
        if told.state == "polling":
            listed_at = self.listed_at.get(kind.stream)
            await self.settled(kind)
        if told.state == "absent":
            # Its objects went with it.
            self.memory.reached.pop(kind.stream, None)
            if kind in self.gaps:
                self.gaps.reach(kind, "")
            await self.note(Swept(self.cluster, kind, frozenset(), at))
            await self.settled(kind)
        elif told.state == "refused":
            if told.status == 401:
                self.refused = without_credentials(told.message)
                self.follower.source.moved.set()
            await self.settled(kind)
        reached = self.memory.reached.get(kind.stream, "")
        message = without_credentials(told.message)
        note = Reached(self.cluster, kind.stream, told.state, reached, at, message=message, listed_at=listed_at)
        await self.note(note)

    async def settled(self, kind: Kind) -> None:
        """The first answer of a kind; after that of the last one the inventory of this cluster is whole."""
        if kind.stream in self.unsynced:
            self.unsynced.discard(kind.stream)
            if not self.unsynced:
                await self.note(Heard(self.cluster, now(), {"synced_at": now()}))

    def mourn(self, kind: Kind) -> None:
        """History was lost between the last word of this stream and now."""
        if since := self.live_at.get(kind.stream):
            self.gaps.begin(kind, since)
            self._spawn("gap", self.gaps.tell(self._reach_after))

    async def _reach_after(self, gap: Lost, at: datetime) -> None:
        self.live_at[gap.kind.stream] = at
        if gap.resource_version:
            await self.reach(gap.kind, gap.resource_version, at, gap.version)

    def _spawn(self, name: str, work: Any) -> None:
        if name in self.tasks and not self.tasks[name].done():
            work.close()
            return
        task = self.tasks[name] = asyncio.create_task(work, name=f"{self.cluster} {name}")
        task.add_done_callback(_report)


def _report(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("%s ended: %s", task.get_name(), type(error).__name__, exc_info=error)
