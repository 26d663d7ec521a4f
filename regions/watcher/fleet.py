"""Which clusters are followed: management, and every Region that management knows."""

import asyncio
from datetime import datetime
from typing import Any

from regions.clusters.options import Options
from regions.clusters.sources import ManagementSource, RegionSource
from regions.domain.notes import Left
from regions.domain.refs import MANAGEMENT
from regions.watcher import memory
from regions.watcher.follower import Follower
from regions.watcher.recorder import Recorder, now


class Fleet:
    """One follower a cluster. Regions come and go as management's Region objects do."""

    def __init__(self, options: Options, recorder: Recorder, blind_since: datetime | None) -> None:
        self.options = options
        self.recorder = recorder
        self.blind_since = blind_since
        self.management = ManagementSource(options)
        self.followers: dict[str, Follower] = {}
        self.running: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        known = await self.recorder.call(memory.regions)
        for name in await self.recorder.call(memory.clusters):
            if name != MANAGEMENT and name not in known:
                await self.recorder.note(Left(name, now()))
        async with asyncio.TaskGroup() as self.tasks:
            management = Follower(MANAGEMENT, self.management, self.recorder, self.options, self.blind_since)
            management.on_region = self.region
            self.running[MANAGEMENT] = self.tasks.create_task(management.keep_up())
            for name, manifest in known.items():
                await self.region(name, manifest)

    async def region(self, name: str, manifest: dict[str, Any] | None) -> None:
        """A Region is so (None: it is gone)."""
        if manifest is None:
            if task := self.running.pop(name, None):
                task.cancel()
                del self.followers[name]
                await asyncio.wait([task])
            await self.recorder.note(Left(name, now()))
            return
        if name in self.followers:
            self.followers[name].source.update(manifest)
            return
        source = RegionSource(name, manifest, self.management, self.options)
        follower = Follower(name, source, self.recorder, self.options, self.blind_since)
        self.followers[name] = follower
        self.running[name] = self.tasks.create_task(follower.keep_up())
