"""A small fleet in memory and a watcher of it, for tests of what a watcher does."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from asgiref.sync import sync_to_async

from regions.clusters.options import Options
from regions.domain.kinds import KINDS, Where
from regions.domain.refs import MANAGEMENT
from regions.domain.shards import WHOLE, Shard
from regions.kube.backoff import Pace
from regions.models import Cluster, Lease, Stream
from regions.watcher import Watcher
from tests.regions.watcher import servers
from tests.rig.certificates import Authority

Found = TypeVar("Found")

SYSTEM = "kcm-system"
FAST = Pace(first=0.02, longest=0.2, healthy=0.5, look_again=0.3, poll=0.4)


class World:
    """A management cluster and regions `fra1` and `lund`, each an API server in memory; `watch` watches them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority = Authority("world")
        kinds = [kind for kind in KINDS if kind.where in (Where.HOSTS, Where.MANAGEMENT)]
        self.management = servers.Cluster(MANAGEMENT, tuple({kind.plural: kind for kind in reversed(kinds)}.values()))
        hosted = {kind.plural: kind for kind in reversed(kinds) if kind.where is Where.HOSTS}
        self.regions = {name: servers.Cluster(name, tuple(hosted.values())) for name in ("fra1", "lund")}
        self.settings: dict[str, Any] = {}

    async def register(self, name: str, kubeconfig: str | bytes | None = None) -> None:
        """The Region and its Secret; a kubeconfig that works unless another is given."""
        text = kubeconfig or self.kubeconfig(name)
        value = text.encode() if isinstance(text, str) else text
        self.management.secret(SYSTEM, f"{name}-kubeconfig", lambda: {"value": value})
        spec = {"kubeConfig": {"name": f"{name}-kubeconfig", "key": "value"}}
        await self.management.put("regions", {"metadata": {"name": name}, "spec": spec, "status": {}})

    def kubeconfig(self, name: str, **cluster: Any) -> str:
        return self.regions[name].kubeconfig(self.authority.certificate, **cluster)

    @asynccontextmanager
    async def watch(self, shard: Shard = WHOLE) -> AsyncIterator[None]:
        path = self.folder / "kubeconfig"
        path.write_text(self.management.kubeconfig())
        settings = {"region_kubeconfigs": None, **self.settings}
        options = Options(
            kubeconfig=str(path), context=None, system_namespace=SYSTEM, allow_loopback=True, keep=timedelta(days=7),
            pace=FAST, shard=shard, **settings,
        )  # fmt: skip
        task = asyncio.create_task(Watcher(options).run())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait_for(task, 20)

    async def until(self, what: str, check: Callable[[], Found], seconds: float = 60) -> Found:
        """Wait until this is true of the database."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        asked = sync_to_async(check)
        while not (found := await asked()):
            if loop.time() > deadline:
                raise AssertionError(f"Not within {seconds:.0f} s: {what}\n{await sync_to_async(_state)()}")
            await asyncio.sleep(0.05)
        return found

    async def until_connected(self, *names: str) -> None:
        for name in names:
            synced = Cluster.objects.filter(name=name, state="connected", synced_at__isnull=False)
            await self.until(f"{name} is synced", synced.exists)

    async def until_link(self, name: str, state: str) -> Cluster:
        return await self.until(f"{name} is {state}", Cluster.objects.filter(name=name, state=state).first)

    async def terms(self) -> int:
        """How often the fleet began."""
        return (await sync_to_async(Lease.objects.get)()).term


@asynccontextmanager
async def world(folder: Path) -> AsyncIterator[World]:
    made = World(folder)
    with ExitStack() as stack:
        context = stack.enter_context(servers.serving(made.authority))
        await made.management.start()
        for cluster in made.regions.values():
            await cluster.start(context)
        try:
            yield made
        finally:
            for cluster in (made.management, *made.regions.values()):
                await cluster.stop()


def _state() -> str:
    links = [f"{c.name}: {c.state} {c.message}" for c in Cluster.objects.all()]
    streams = [f"{s.cluster} {s.name}: {s.state} {s.message}" for s in Stream.objects.exclude(state="watching")]
    return "\n".join([*links, *streams][:60])
