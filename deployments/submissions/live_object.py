"""Reading one object of the management cluster as it is now, as the person who asks may see it."""

import asyncio
from collections.abc import Sequence

from regions.clusters.session import ClusterSession
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


async def _read(session: ClusterSession, ref: Ref, api_version: str) -> Manifest | KubeError:
    async with session.clusters.turn(MANAGEMENT):
        try:
            client = await session.clusters.client(MANAGEMENT)
            path = await client.path_of(api_version, ref.kind, ref.name, ref.namespace)
            return await client.get(path, on_behalf=session.person)
        except KubeError as error:
            session.clusters.failed(MANAGEMENT, error)
            return error
