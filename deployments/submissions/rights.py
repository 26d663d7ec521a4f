"""As whom a cluster is asked to write.

On management the API server's own rules answer for the person who asks, unless that is switched off. In a region people
have no accounts: management is asked whether they may make what is made there for, then Pane writes with its own. A
Secret of another namespace than that is changed there only for those who may change such ones on management: a
Credential says itself where its Secret lies, and whoever writes it may name any.
"""

from collections.abc import Sequence

from deployments.domain.manifests import Planned, main_of, secret_kind
from regions.clusters.pool import Clusters
from regions.clusters.rights import ResourceAttributes, person_of, review
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.kube.errors import Refused
from regions.kube.persons import Person


async def account(clusters: Clusters, cluster: str, planned: Sequence[Planned], viewer: Viewer) -> Person | None:
    """On whose behalf to write to this cluster; None: with Pane's own account. Raises Refused when they may not."""
    person = person_of(viewer)
    if cluster == MANAGEMENT or person is None:
        return person
    ref, verb = main_of(planned)
    if ref.cluster != MANAGEMENT:
        raise Refused(f"Nothing says for what {cluster} would be written to")
    management = await clusters.client(MANAGEMENT)
    verdict, what = await review(
        management, person, ResourceAttributes(verb, ref.group, ref.kind, ref.namespace, ref.name)
    )
    if not verdict.allowed:
        why = f": {verdict.reason}" if verdict.reason else ""
        raise Refused(
            f"Pane writes to {cluster} only for those who may {verb} {what} on the management cluster, and "
            f"{person.name} may not{why}"
        )
    beyond = {
        (one.verb, one.ref.namespace)
        for one in planned
        if one.cluster == cluster
        and one.verb != "create"
        and secret_kind(one.manifest)
        and one.ref.namespace != ref.namespace
    }
    for verb, namespace in sorted(beyond):
        verdict, _ = await review(management, person, ResourceAttributes(verb, "", "Secret", namespace))
        if not verdict.allowed:
            raise Refused(
                f"Pane would {verb} Secrets of {namespace} in {cluster} only for those who may {verb} Secrets in "
                f"{namespace} on the management cluster, and {person.name} may not"
            )
    return None
