"""Where the kubeconfig of a region lies, in k0rdent's ways, and how it is read: into memory, and no further."""

import asyncio
import base64
import binascii
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regions.domain import manifest as m
from regions.kube.client import Client
from regions.kube.errors import NotFound, Unsupported


@dataclass(frozen=True, slots=True)
class SecretKey:
    """A key of a Secret on management."""

    namespace: str
    name: str
    key: str

    def __str__(self) -> str:
        return f"Secret {self.namespace}/{self.name}, key {self.key}"


def place_of(spec: Any, system_namespace: str) -> SecretKey:
    """Where a Region with this spec has its kubeconfig. Raises Unsupported when it names no place."""
    if deployment := m.mapping(m.part(spec, "clusterDeployment")):
        return SecretKey(m.text(deployment.get("namespace")), f"{m.text(deployment.get('name'))}-kubeconfig", "value")
    config = m.mapping(m.part(spec, "kubeConfig"))
    if not config.get("name"):
        raise Unsupported("The Region names neither a kubeconfig Secret nor a ClusterDeployment")
    return SecretKey(system_namespace, m.text(config["name"]), m.text(config.get("key")) or "value")


async def own(folder: str | None, region: str) -> bytes | None:
    """A kubeconfig that the operator set for this region, in a folder of ours; None when there is none."""
    if not folder:
        return None
    path = Path(folder) / region
    return await asyncio.to_thread(path.read_bytes) if await asyncio.to_thread(path.is_file) else None


async def read(management: Client, place: SecretKey) -> bytes:
    """The kubeconfig at this place. Raises Unsupported when there is none, and what else a cluster may say."""
    try:
        secret = await management.get(f"/api/v1/namespaces/{place.namespace}/secrets/{place.name}")
    except NotFound as error:
        raise Unsupported(f"{place} holds its kubeconfig, but there is no such Secret") from error
    value = m.part(secret, "data", place.key)
    if not isinstance(value, str):
        raise Unsupported(f"Secret {place.namespace}/{place.name} has no key {place.key}")
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise Unsupported(f"{place} is not base64") from error
