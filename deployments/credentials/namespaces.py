"""Whether the namespaces that a credential needs are there: they are not in the copy, so the clusters are asked."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace

from deployments.domain.drafts import CredentialDraft
from deployments.domain.snapshot import ClusterSnapshot, cluster_of
from regions.clusters.pool import Clusters
from regions.clusters.rights import person_of
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.kube.client import Client, Person
from regions.kube.errors import KubeError, NotFound

DEADLINE = 5.0


def with_namespaces(snapshot: ClusterSnapshot, draft: CredentialDraft, viewer: Viewer) -> ClusterSnapshot:
    """The same snapshot, knowing of the namespaces that this draft needs. What cannot be asked stays unknown."""
    hosting = cluster_of(draft.region)
    wanted = {cluster: {draft.namespace} for cluster in (MANAGEMENT, hosting)}
    wanted[hosting].add(snapshot.system_namespace)
    return replace(snapshot, namespaces=asyncio.run(_ask(wanted, viewer)))


def lacking(snapshot: ClusterSnapshot, draft: CredentialDraft) -> tuple[str, ...]:
    """The namespaces that are known not to be where its clusters are run, and will be made there."""
    hosting = cluster_of(draft.region)
    wanted = sorted({draft.namespace, snapshot.system_namespace})
    return tuple(name for name in wanted if hosting != MANAGEMENT and snapshot.has_namespace(hosting, name) is False)


def as_shown(snapshot: ClusterSnapshot, draft: CredentialDraft, missing: Iterable[str]) -> ClusterSnapshot:
    """The snapshot of a preview that found these namespaces to be missing: what is confirmed is what was shown."""
    hosting = cluster_of(draft.region)
    there = {draft.namespace, snapshot.system_namespace} - set(missing)
    return snapshot if hosting == MANAGEMENT else replace(snapshot, namespaces={**snapshot.namespaces, hosting: there})


async def _ask(wanted: dict[str, set[str]], viewer: Viewer) -> dict[str, set[str] | None]:
    async with Clusters() as clusters:
        found: dict[str, set[str] | None] = {}
        for cluster, names in wanted.items():
            try:
                client = await clusters.client(cluster)
                person = person_of(viewer) if cluster == MANAGEMENT else None
                found[cluster] = {name for name in names if await _stands(client, name, person)}
            except KubeError:
                found[cluster] = None
        return found


async def _stands(client: Client, name: str, person: Person | None) -> bool:
    try:
        await client.get(await client.path_of("v1", "Namespace", name, ""), on_behalf=person, deadline=DEADLINE)
    except NotFound:
        return False
    return True
