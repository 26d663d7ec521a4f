"""Reading one object of the management cluster as it is now, as the person who asks may see it."""

import asyncio
from collections.abc import Sequence

from regions.clusters.pool import Clusters
from regions.clusters.rights import person_of
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT, Ref
from regions.domain.viewer import Viewer
from regions.kube.errors import KubeError, Refused


def status_of(failure: KubeError) -> int:
    """The status of a page or answer that needs what could not be read: 403 for missing rights, else 502."""
    return 403 if isinstance(failure, Refused) and failure.status != 401 else 502


def read(ref: Ref, api_version: str, person: Viewer) -> Manifest:
    """The whole object, not redacted: for a form of its own. Raises a KubeError with the server's sentence."""
    return asyncio.run(_read(ref, api_version, person))


def read_many(wanted: Sequence[tuple[Ref, str]], person: Viewer) -> list[Manifest | KubeError]:
    """Each object, or why it is not to be had."""
    return asyncio.run(_read_all(wanted, person)) if wanted else []


async def _read(ref: Ref, api_version: str, person: Viewer) -> Manifest:
    (found,) = await _read_all([(ref, api_version)], person)
    if isinstance(found, KubeError):
        raise found
    return found


async def _read_all(wanted: Sequence[tuple[Ref, str]], person: Viewer) -> list[Manifest | KubeError]:
    async with Clusters() as clusters:
        found: list[Manifest | KubeError] = []
        for ref, api_version in wanted:
            try:
                client = await clusters.client(MANAGEMENT)
                path = await client.path_of(api_version, ref.kind, ref.name, ref.namespace)
                found.append(await client.get(path, on_behalf=person_of(person)))
            except KubeError as error:
                clusters.failed(MANAGEMENT, error)
                found.append(error)
        return found
