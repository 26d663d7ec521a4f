"""Reading one object of the management cluster as it is now, as the person who asks may see it."""

import asyncio

from deployments.submit.rights import person_of
from regions.clusters import Clusters
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT, Ref
from regions.domain.viewer import Viewer


def read(ref: Ref, api_version: str, person: Viewer) -> Manifest:
    """The whole object, not redacted: for a form of its own. Raises a KubeError with the server's sentence."""
    return asyncio.run(_read(ref, api_version, person))


async def _read(ref: Ref, api_version: str, person: Viewer) -> Manifest:
    async with Clusters() as clusters:
        client = await clusters.client(MANAGEMENT)
        path = await client.path_of(api_version, ref.kind, ref.name, ref.namespace)
        return await client.get(path, on_behalf=person_of(person))
