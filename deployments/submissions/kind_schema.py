"""What may stand in an object of k0rdent, as the management cluster itself says."""

from typing import Any

from deployments.submissions import ClusterSession
from regions.domain.kinds import K0RDENT
from regions.domain.refs import MANAGEMENT
from regions.kube import schemas

VERSION = "v1beta1"


async def kind_schema(session: ClusterSession, kind: str) -> dict[str, Any] | None:
    """Its schema, as small as an editor needs it; None where the cluster has none. Raises a KubeError.

    Asked with Pane's own account: whoever may sign in to a cluster may read its schemas, and all read the same.
    """
    async with session.clusters.turn(MANAGEMENT):
        client = await session.clusters.client(MANAGEMENT)
        document = await client.get(f"/openapi/v3/apis/{K0RDENT}/{VERSION}")
    return schemas.of_kind(document, K0RDENT, VERSION, kind)
