"""The whole demo installation: an API server for management and one for every region, filled from a plan."""

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dashboard.demo import crds
from dashboard.demo.apiserver.access import MASTERS
from dashboard.demo.apiserver.server import Server
from dashboard.demo.apiserver.tls import Authority
from dashboard.demo.fleet import build, plan
from dashboard.demo.fleet.model import MANAGEMENT, Fleet, Place, Size
from dashboard.demo.k0rdent.admission import K0rdent
from dashboard.demo.kof.observatory import Observatory


class Installation:
    """`management`, and `regions[name]`; started by `start`, gone after `stop`."""

    def __init__(self, seed: int = 7, size: Size | None = None, now: datetime | None = None) -> None:
        self.fleet: Fleet = plan.draw(seed, now or datetime.now(UTC), size)
        authority = Authority("pane-demo")
        self.management = Server(MANAGEMENT, crds.management(), authority=authority, seed=seed)
        self.regions = {
            place.name: Server(place.name, crds.region(set(place.clouds)), authority=authority, seed=seed + number)
            for number, place in enumerate(self.fleet.places, 1)
        }
        self.management.admit_with(K0rdent(self.management, self.regions))
        self.observatory = Observatory(self.fleet, self.servers)

    @property
    def servers(self) -> dict[str, Server]:
        return {MANAGEMENT: self.management, **self.regions}

    async def start(self) -> None:
        """Listen, and fill. Regions first: management holds the kubeconfigs that lead to them."""
        for server in self.servers.values():
            await server.start()
        await self.observatory.start()
        for place in self.fleet.places:
            self.fill(place)
            await asyncio.sleep(0)
        for manifest in build.management(self.fleet, self._kubeconfig, self.observatory.address):
            self.management.load(manifest["apiVersion"], manifest["kind"], manifest)
        self.observatory.watch()

    def fill(self, place: Place) -> None:
        """Put into a region what the plan has for it."""
        server = self.regions[place.name]
        for manifest in build.region(self.fleet, place):
            server.load(manifest["apiVersion"], manifest["kind"], manifest)

    async def keep_events(self, lasting: timedelta = timedelta(hours=1)) -> None:
        """For ever: let Events go after their time, as clusters do."""
        while True:
            await asyncio.sleep(60)
            for server in self.servers.values():
                server.forget_events(lasting)
                await asyncio.sleep(0)

    async def stop(self) -> None:
        await self.observatory.stop()
        await asyncio.gather(*(server.stop() for server in self.servers.values()))

    async def switch(self, region: str, on: bool) -> None:
        """Take a region's API away, or give it back; the metrics store that runs there goes with it."""
        server = self.regions[region]
        await self.observatory.outage(region, on)
        if on:
            await server.accept()
        else:
            await server.refuse()

    def write_kubeconfigs(self, folder: Path) -> None:
        """One file a cluster, for Pane and for kubectl: management.kubeconfig and <region>.kubeconfig."""
        for name, server in self.servers.items():
            write_private(folder / f"{name.strip('~')}.kubeconfig", server.kubeconfig())

    def _kubeconfig(self, place: Place) -> str:
        server = self.regions[place.name]
        return server.kubeconfig(server.issue("kcm", (MASTERS,)), "kcm")


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner may read."""
    file.unlink(missing_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as open_file:
        open_file.write(text)
