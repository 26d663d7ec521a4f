"""Whether the namespaces that a credential needs are there: they are not in the copy, so the clusters are asked."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace

from deployments.domain.drafts import CredentialDraft
from deployments.domain.snapshot import ClusterSnapshot
from regions.clusters.session import ClusterSession
from regions.domain.refs import MANAGEMENT
from regions.kube.client import Client
from regions.kube.errors import KubeError, NotFound
from regions.kube.persons import Person

DEADLINE = 5.0


def with_namespaces(session: ClusterSession, snapshot: ClusterSnapshot, draft: CredentialDraft) -> ClusterSnapshot:
    """The same snapshot, knowing of the namespaces that this draft needs. What cannot be asked stays unknown."""
    hosting = draft.region
    wanted = {cluster: {draft.namespace} for cluster in (MANAGEMENT, hosting)}
    wanted[hosting].add(snapshot.system_namespace)
    return replace(snapshot, namespaces=session.run(_ask(session, wanted)))


def lacking(snapshot: ClusterSnapshot, draft: CredentialDraft) -> tuple[str, ...]:
    """The namespaces that are known not to be where its clusters are run, and will be made there."""
    hosting = draft.region
    wanted = sorted({draft.namespace, snapshot.system_namespace})
    return tuple(name for name in wanted if hosting != MANAGEMENT and snapshot.has_namespace(hosting, name) is False)


def as_shown(snapshot: ClusterSnapshot, draft: CredentialDraft, missing: Iterable[str]) -> ClusterSnapshot:
    """The snapshot of a preview that found these namespaces to be missing: what is confirmed is what was shown."""
    hosting = draft.region
    there = {draft.namespace, snapshot.system_namespace} - set(missing)
    return snapshot if hosting == MANAGEMENT else replace(snapshot, namespaces={**snapshot.namespaces, hosting: there})


async def _ask(session: ClusterSession, wanted: dict[str, set[str]]) -> dict[str, set[str] | None]:
    found = await asyncio.gather(*(_there(session, cluster, names) for cluster, names in wanted.items()))
    return dict(zip(wanted, found, strict=True))


async def _there(session: ClusterSession, cluster: str, names: set[str]) -> set[str] | None:
    """Those of them that are there; None: the cluster does not say."""
    try:
        client = await session.clusters.client(cluster)
        person = session.person if cluster == MANAGEMENT else None
        return {name for name in names if await _stands(client, name, person)}
    except KubeError as failure:
        session.clusters.failed(cluster, failure)
        return None


async def _stands(client: Client, name: str, person: Person | None) -> bool:
    try:
        await client.get(await client.path_of("v1", "Namespace", name, ""), on_behalf=person, deadline=DEADLINE)
    except NotFound:
        return False
    return True
