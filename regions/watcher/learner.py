"""What a shard without management has to know of it: which Regions there are, and how their kubeconfigs are read."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from regions.clusters.options import Options
from regions.clusters.sources import ManagementSource
from regions.kube.client import Client
from regions.kube.errors import KubeError
from regions.watcher import memory
from regions.watcher.recorder import Recorder

LOOK = 2.0  # seconds between two looks at the copy
PROBE = 10.0  # between two questions to management


class Learner:
    """Tells `on_region` of Regions as the first shard recorded them, and holds a client of management ready."""

    def __init__(
        self,
        options: Options,
        recorder: Recorder,
        management: ManagementSource,
        on_region: Callable[[str, dict[str, Any] | None], Awaitable[None]],
    ) -> None:
        self.options = options
        self.recorder = recorder
        self.management = management
        self.on_region = on_region
        self.known: set[str] = set()

    async def run(self) -> None:
        """Until cancelled. A Region of which the copy says nothing while it is not whole is not gone."""
        while True:
            seen = await self.recorder.call(memory.regions)
            if seen is not None:
                for name in self.known - seen.keys():
                    await self.on_region(name, None)
                for name, manifest in seen.items():
                    await self.on_region(name, manifest)
                self.known = set(seen)
            await asyncio.sleep(LOOK)

    async def reach(self) -> None:
        """Until cancelled: offer a client that answers, made anew when it no longer does."""
        while True:
            with contextlib.suppress(KubeError):
                await self._offer()
            await asyncio.sleep(PROBE)

    async def _offer(self) -> None:
        endpoint = await self.management.endpoint()
        async with Client(endpoint, allow_loopback=self.options.allow_loopback) as client:
            try:
                while True:
                    await client.ready()
                    self.management.offer(client)
                    await asyncio.sleep(PROBE)
            finally:
                self.management.offer(None)
