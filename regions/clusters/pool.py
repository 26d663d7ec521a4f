"""Clients of clusters for one piece of work: who asks something of a cluster opens them, and closes them after."""

import asyncio
from types import TracebackType
from typing import Self

from regions.clusters import kubeconfigs
from regions.clusters.options import Options
from regions.domain import manifest as m
from regions.domain.kinds import K0RDENT
from regions.domain.refs import MANAGEMENT
from regions.kube import kubeconfig, trusted
from regions.kube.client import Client
from regions.kube.errors import KubeError, NotFound, Unreachable

AT_ONCE = 8
"""Questions that one piece of work has open at one cluster."""


class Clusters:
    """`client(name)` gives a client of management, or of a region by the kubeconfig that its Region names now.

    Kubeconfigs live as long as this does. A cluster that could not be reached once is not tried again. Whoever asks
    several things side by side takes a `turn` for each.
    """

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options.from_settings()
        self._clients: dict[str, Client] = {}
        self._failed: dict[str, KubeError] = {}
        self._opening: dict[str, asyncio.Lock] = {}
        self._turns: dict[str, asyncio.Semaphore] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection."""
        while self._clients:
            _, client = self._clients.popitem()
            await client.close()

    async def client(self, cluster: str) -> Client:
        """Raises a KubeError with a sentence when there is no way to this cluster."""
        async with self._opening.setdefault(cluster, asyncio.Lock()):
            if cluster in self._failed:
                raise self._failed[cluster]
            if cluster not in self._clients:
                try:
                    self._clients[cluster] = await self._open(cluster)
                except KubeError as error:
                    self._failed[cluster] = error
                    raise
            return self._clients[cluster]

    def turn(self, cluster: str) -> asyncio.Semaphore:
        """`async with clusters.turn(name)`: waits while AT_ONCE others ask something of this cluster."""
        return self._turns.setdefault(cluster, asyncio.Semaphore(AT_ONCE))

    def failed(self, cluster: str, error: KubeError) -> None:
        """Remember that this cluster does not answer, so that nobody waits for it twice."""
        if isinstance(error, Unreachable):
            self._failed[cluster] = error

    async def _open(self, cluster: str) -> Client:
        if cluster == MANAGEMENT:
            return Client(await trusted.load(self.options.kubeconfig, self.options.context))
        text = await kubeconfigs.own(self.options.region_kubeconfigs, cluster)
        if text is None:
            management = await self.client(MANAGEMENT)
            path = await management.path_of(f"{K0RDENT}/v1beta1", "Region", cluster)
            try:
                region = await management.get(path)
            except NotFound as error:
                raise NotFound(f"There is no region {cluster}", status=404) from error
            place = kubeconfigs.place_of(m.mapping(region.get("spec")), self.options.system_namespace)
            text = await kubeconfigs.read(management, place)
        return Client(kubeconfig.parse(text, self.options.region_proxies), allow_loopback=self.options.allow_loopback)
