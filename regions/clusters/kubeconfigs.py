"""Where the kubeconfig of a region lies, in k0rdent's ways, and how it is read: into memory, and no further."""

import asyncio
import base64
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regions.domain import manifest as m
from regions.kube.client import Client
from regions.kube.errors import KubeconfigMissing, NotFound, Unsupported
from regions.kube.identity import is_name, is_namespace
from regions.kube.plainyaml import LARGEST

_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")
"""What a Secret may call its entries (`k8s.io/apimachinery`, IsConfigMapKey)."""


@dataclass(frozen=True, slots=True)
class SecretKey:
    """A key of a Secret on management."""

    namespace: str
    name: str
    key: str

    def __str__(self) -> str:
        return f"Secret {self.namespace}/{self.name}, key {self.key}"


def place_of(spec: Any, system_namespace: str) -> SecretKey:
    """Where a Region with this spec has its kubeconfig. Raises KubeconfigMissing when it names no place."""
    if deployment := m.mapping(m.part(spec, "clusterDeployment")):
        place = SecretKey(m.text(deployment.get("namespace")), f"{m.text(deployment.get('name'))}-kubeconfig", "value")
    else:
        config = m.mapping(m.part(spec, "kubeConfig"))
        if not config.get("name"):
            raise KubeconfigMissing("The Region names neither a kubeconfig Secret nor a ClusterDeployment")
        place = SecretKey(system_namespace, m.text(config["name"]), m.text(config.get("key")) or "value")
    # What is named becomes part of a path: it must not lead elsewhere.
    if not (is_namespace(place.namespace) and is_name(place.name) and _KEY.fullmatch(place.key)):
        raise KubeconfigMissing(
            "The Region names a kubeconfig Secret by a name that no Secret, namespace or key can have"
        )
    return place


async def own(folder: str | None, region: str) -> bytes | None:
    """A kubeconfig that the operator set for this region, in a folder of ours; None when there is none.

    Raises KubeconfigMissing when there is one that cannot be read.
    """
    if not folder:
        return None
    path = Path(folder) / region

    def content() -> bytes | None:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            return file.read(LARGEST + 1)  # what is larger is refused by whoever parses it

    try:
        return await asyncio.to_thread(content)
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        raise KubeconfigMissing(
            f"The file {region} in PANE_REGION_KUBECONFIGS, which is set for this region, cannot be read ({why}): "
            "make it readable for the account that Pane runs as"
        ) from error


async def read(management: Client, place: SecretKey) -> bytes:
    """The kubeconfig at this place. Raises KubeconfigMissing when there is none, and what else a cluster may say."""
    try:
        secret = await management.get(f"/api/v1/namespaces/{place.namespace}/secrets/{place.name}")
    except NotFound as error:
        raise KubeconfigMissing(f"{place} holds its kubeconfig, but there is no such Secret") from error
    value = m.part(secret, "data", place.key)
    if not isinstance(value, str):
        raise KubeconfigMissing(f"Secret {place.namespace}/{place.name} has no key {place.key}")
    try:
        return base64.b64decode(value, validate=True)
    except ValueError as error:
        raise Unsupported(f"{place} is not base64") from error
