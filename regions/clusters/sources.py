"""Where the endpoint of a cluster comes from, in k0rdent's ways."""

import asyncio
import hashlib
from typing import Any, Protocol

from regions.clusters import kubeconfigs
from regions.clusters.options import Options
from regions.kube import kubeconfig, trusted
from regions.kube.client import Client
from regions.kube.endpoint import Endpoint
from regions.kube.errors import KubeError, Unreachable

PATIENCE = 10.0  # seconds that a region waits for management to be there


class EndpointSource(Protocol):
    """Gives the endpoint of one cluster, read anew at each call."""

    described: str  # where it was found, in words
    moved: asyncio.Event  # set when the endpoint may be another one now

    async def endpoint(self) -> Endpoint: ...

    async def rotated(self) -> bool:
        """True when what `endpoint` would read is no longer what it read last."""
        ...

    def update(self, manifest: dict[str, Any]) -> None:
        """The Region that names it is so now."""

    def offer(self, client: Client | None) -> None:
        """A client of this cluster that works; None: no longer."""


class ManagementSource:
    """Our own kubeconfig, or the in-cluster account."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.described = options.kubeconfig or "the usual kubeconfig, or the account of this pod"
        self.moved = asyncio.Event()
        self.connected = asyncio.Event()
        self._client: Client | None = None

    async def endpoint(self) -> Endpoint:
        return await trusted.load(self.options.kubeconfig, self.options.context)

    async def rotated(self) -> bool:
        return False  # its tokens are refreshed where they are used

    def update(self, manifest: dict[str, Any]) -> None:
        pass

    def offer(self, client: Client | None) -> None:
        self._client = client
        self.connected.set() if client else self.connected.clear()

    async def client(self) -> Client:
        """The client of management, through which regional kubeconfigs are read. Raises Unreachable."""
        try:
            await asyncio.wait_for(self.connected.wait(), PATIENCE)
        except TimeoutError:
            raise Unreachable("Its kubeconfig cannot be read: the management cluster does not answer") from None
        assert self._client is not None
        return self._client


class RegionSource:
    """A kubeconfig from the Secret that the Region names, or from a file that the operator set for it."""

    def __init__(self, name: str, manifest: dict[str, Any], management: ManagementSource, options: Options) -> None:
        self.name = name
        self.management = management
        self.options = options
        self.spec = manifest.get("spec")
        self.described = ""
        self.moved = asyncio.Event()
        self.digest = b""

    def update(self, manifest: dict[str, Any]) -> None:
        if manifest.get("spec") != self.spec:
            self.spec = manifest.get("spec")
            self.moved.set()

    def offer(self, client: Client | None) -> None:
        pass

    async def endpoint(self) -> Endpoint:
        text = await self._read()
        self.digest = hashlib.sha256(text).digest()
        return kubeconfig.parse(text)

    async def rotated(self) -> bool:
        try:
            return hashlib.sha256(await self._read()).digest() != self.digest
        except KubeError:
            return False  # what we hold still works; the next refusal will ask again

    async def _read(self) -> bytes:
        if (text := await kubeconfigs.own(self.options.region_kubeconfigs, self.name)) is not None:
            self.described = "a kubeconfig of our own, set for this region"
            return text
        place = kubeconfigs.place_of(self.spec, self.options.system_namespace)
        self.described = str(place)
        return await kubeconfigs.read(await self.management.client(), place)
