"""Where the endpoint of a cluster comes from, in k0rdent's ways."""

import asyncio
import hashlib
from typing import Any, Protocol

from regions.clusters import kubeconfigs
from regions.clusters.options import Options
from regions.domain.words import short
from regions.kube import kubeconfig, trusted
from regions.kube.client import Client
from regions.kube.endpoint import Endpoint
from regions.kube.errors import KubeconfigMissing, KubeError, Refused, Unreachable

PATIENCE = 10.0  # seconds that a region waits for management to be there


class EndpointSource(Protocol):
    """Gives the endpoint of one cluster, read anew at each call."""

    described: str  # where it was found, in words; no longer than its column
    moved: asyncio.Event  # set when the endpoint may be another one now

    async def endpoint(self) -> Endpoint:
        """Raises Unsupported when there is none that we accept, and what a cluster may say to reading it."""
        ...

    def refusal(self, error: KubeError) -> str:
        """What is said when `endpoint`, or its first use, was refused: by whom, why, and who can mend it."""
        ...

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
        self.described = short(options.kubeconfig or "the usual kubeconfig, or the account of this pod")
        self.moved = asyncio.Event()
        self.connected = asyncio.Event()
        self._client: Client | None = None

    async def endpoint(self) -> Endpoint:
        return await trusted.load(self.options.kubeconfig, self.options.context)

    def refusal(self, error: KubeError) -> str:
        return f"Pane cannot use its own kubeconfig: {_clause(error)}; whoever runs Pane can mend it."

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
            async with asyncio.timeout(PATIENCE):
                await self.connected.wait()
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
        self.mender = ""
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
        return kubeconfig.parse(text, self.options.region_proxies)

    async def rotated(self) -> bool:
        try:
            return hashlib.sha256(await self._read()).digest() != self.digest
        except KubeError:
            return False  # what we hold still works; the next refusal will ask again

    def refusal(self, error: KubeError) -> str:
        mender = self.mender
        if isinstance(error, Refused):
            what = "The management cluster does not let Pane read this kubeconfig"
            mender = "whoever grants Pane's account its rights there"
        elif isinstance(error, KubeconfigMissing):
            what = "Pane has no kubeconfig for this region"
        else:
            what = "Pane does not accept this kubeconfig"
        return f"{what}: {_clause(error)}; {mender} can mend it."

    async def _read(self) -> bytes:
        self.described, self.mender = "a kubeconfig of our own, set for this region", "whoever runs Pane"
        if (text := await kubeconfigs.own(self.options.region_kubeconfigs, self.name)) is not None:
            return text
        self.described, self.mender = "", f"whoever may change Region {self.name}"
        place = kubeconfigs.place_of(self.spec, self.options.system_namespace)
        self.described = str(place)
        self.mender = f"whoever may change Secret {place.namespace}/{place.name} on the management cluster"
        return await kubeconfigs.read(await self.management.client(), place)


def _clause(error: KubeError) -> str:
    """The sentence of an error as a part of ours."""
    return error.message.rstrip(". ")
