"""Reading one object of the management cluster as it is now, as the person who asks may see it."""

import asyncio
from collections.abc import Sequence
from typing import Any

from deployments.domain import safe_yaml
from regions.clusters.session import ClusterSession
from regions.domain import manifest as m
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT, Ref
from regions.kube.errors import KubeError, Refused


def status_of(failure: KubeError) -> int:
    """The status of a page or answer that needs what could not be read: 403 for missing rights, else 502."""
    return 403 if isinstance(failure, Refused) and failure.status != 401 else 502


def read(session: ClusterSession, ref: Ref, api_version: str) -> Manifest:
    """The whole object, not redacted: for a form of its own. Raises a KubeError with the server's sentence."""
    (found,) = read_many(session, [(ref, api_version)])
    if isinstance(found, KubeError):
        raise found
    return found


def read_many(session: ClusterSession, wanted: Sequence[tuple[Ref, str]]) -> list[Manifest | KubeError]:
    """Each object, or why it is not to be had."""

    async def every() -> list[Manifest | KubeError]:
        return list(await asyncio.gather(*(_read(session, ref, api_version) for ref, api_version in wanted)))

    return session.run(every()) if wanted else []


def carried(text: str, kind: str) -> Manifest | None:
    """What a form carried of the object of k0rdent that it edits; None when that is not what it should be."""
    try:
        found: Any = safe_yaml.load_json(text) if text else None
    except safe_yaml.NotPlain:
        return None
    sound = isinstance(found, dict) and m.kind(found) == kind and m.group(found) == K0RDENT
    parts = ("metadata", "spec")
    return found if sound and all(isinstance(found.get(part), dict) for part in parts) else None


async def _read(session: ClusterSession, ref: Ref, api_version: str) -> Manifest | KubeError:
    async with session.clusters.turn(MANAGEMENT):
        try:
            client = await session.clusters.client(MANAGEMENT)
            path = await client.path_of(api_version, ref.kind, ref.name, ref.namespace)
            return await client.get(path, on_behalf=session.person)
        except KubeError as error:
            session.clusters.failed(MANAGEMENT, error)
            return error
