"""Which clusters are followed: management, and every Region that management knows; of these what is in our shard."""

import asyncio
from datetime import datetime
from typing import Any

from regions.clusters.options import Options
from regions.clusters.sources import ManagementSource, RegionSource
from regions.domain.notes import Left
from regions.domain.refs import MANAGEMENT
from regions.watcher import memory
from regions.watcher.follower import Follower
from regions.watcher.learner import Learner
from regions.watcher.recorder import Recorder, now
from regions.watcher.recovery import kept_up


class Fleet:
    """One follower a cluster. Regions come and go as management's Region objects do."""

    def __init__(self, options: Options, recorder: Recorder, blind_since: datetime | None) -> None:
        self.options = options
        self.recorder = recorder
        self.blind_since = blind_since
        self.shard = options.shard
        self.management = ManagementSource(options)
        self.learner = Learner(options, recorder, self.management, self.region)
        self.followers: dict[str, Follower] = {}
        self.running: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        seen = await self.recorder.call(memory.regions)
        known = seen or {}
        held = await self.recorder.call(memory.clusters) - {MANAGEMENT}
        if seen is not None:
            for name in held - known.keys():
                if self.shard.holds(name):
                    await self.recorder.note(Left(name, now()))
        self.learner.known = held | known.keys()
        async with asyncio.TaskGroup() as self.tasks:
            if self.shard.holds(MANAGEMENT):
                management = Follower(MANAGEMENT, self.management, self.recorder, self.options, self.blind_since)
                management.on_region = self.region
                self.running[MANAGEMENT] = self.tasks.create_task(management.keep_up())
            else:
                self.tasks.create_task(kept_up("The way into management", self.learner.reach))
                self.tasks.create_task(kept_up("Learning of regions", self.learner.run))
            for name, manifest in known.items():
                await self.region(name, manifest)

    async def region(self, name: str, manifest: dict[str, Any] | None) -> None:
        """A Region is so (None: it is gone)."""
        if not self.shard.holds(name):
            return
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
