"""Where the endpoint of a cluster comes from, in k0rdent's ways."""

import asyncio
import base64
import binascii
import hashlib
from pathlib import Path
from typing import Any, Protocol

from regions.domain import manifest as m
from regions.kube import kubeconfig, trusted
from regions.kube.client import Client
from regions.kube.endpoint import Endpoint
from regions.kube.errors import KubeError, NotFound, Unreachable, Unsupported
from regions.watcher.options import Options

PATIENCE = 10.0  # seconds that a region waits for management to be there


class Source(Protocol):
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
        if self.options.region_kubeconfigs:
            path = Path(self.options.region_kubeconfigs) / self.name
            if await asyncio.to_thread(path.is_file):
                self.described = "a kubeconfig of our own, set for this region"
                return await asyncio.to_thread(path.read_bytes)
        namespace, name, key = self._place()
        self.described = f"Secret {namespace}/{name}, key {key}"
        client = await self.management.client()
        try:
            secret = await client.get(f"/api/v1/namespaces/{namespace}/secrets/{name}")
        except NotFound as error:
            raise Unsupported(f"{self.described} holds its kubeconfig, but there is no such Secret") from error
        value = m.part(secret, "data", key)
        if not isinstance(value, str):
            raise Unsupported(f"Secret {namespace}/{name} has no key {key}")
        try:
            return base64.b64decode(value, validate=True)
        except binascii.Error as error:
            raise Unsupported(f"{self.described} is not base64") from error

    def _place(self) -> tuple[str, str, str]:
        """Namespace, name and key of the Secret, as k0rdent finds it."""
        if deployment := m.mapping(m.part(self.spec, "clusterDeployment")):
            return m.text(deployment.get("namespace")), f"{m.text(deployment.get('name'))}-kubeconfig", "value"
        config = m.mapping(m.part(self.spec, "kubeConfig"))
        if not config.get("name"):
            raise Unsupported("The Region names neither a kubeconfig Secret nor a ClusterDeployment")
        return self.options.system_namespace, m.text(config["name"]), m.text(config.get("key")) or "value"
