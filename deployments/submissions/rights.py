"""As whom a cluster is asked to write.

On management the API server's own rules answer for the person who asks, unless that is switched off. In a region people
have no accounts: management is asked whether they may make what is made there for, then Pane writes with its own. A
Secret of another namespace than that is changed there only for those who may change such ones on management: a
Credential says itself where its Secret lies, and whoever writes it may name any.
"""

from collections.abc import Sequence

from django.conf import settings

from deployments.domain.manifests import Planned, main_of, secret_kind
from regions.clusters.pool import Clusters
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.kube.client import Person
from regions.kube.errors import Refused


def person_of(viewer: Viewer) -> Person | None:
    """Who the viewer is to the management cluster; None: nobody but Pane."""
    return Person(f"pane:{viewer.name}") if settings.PANE_IMPERSONATE else None


async def account(clusters: Clusters, cluster: str, planned: Sequence[Planned], viewer: Viewer) -> Person | None:
    """On whose behalf to write to this cluster; None: with Pane's own account. Raises Refused when they may not."""
    person = person_of(viewer)
    if cluster == MANAGEMENT or person is None:
        return person
    ref, verb = main_of(planned)
    if ref.cluster != MANAGEMENT:
        raise Refused(f"Nothing says for what {cluster} would be written to")
    management = await clusters.client(MANAGEMENT)
    found = (await management.discover(300)).find(ref.group, ref.kind)
    attributes = {
        "verb": verb,
        "group": ref.group,
        "resource": found.plural if found else ref.kind.lower() + "s",
        "namespace": ref.namespace,
        "name": ref.name,
    }
    verdict = await management.review(attributes, person)
    if not verdict.allowed:
        why = f": {verdict.reason}" if verdict.reason else ""
        where = f" in {ref.namespace}" if ref.namespace else ""
        raise Refused(
            f"Pane writes to {cluster} only for those who may {verb} {attributes['resource']}{where} on the management "
            f"cluster, and {person.name} may not{why}"
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
        wanted = {"verb": verb, "group": "", "resource": "secrets", "namespace": namespace}
        if not (await management.review(wanted, person)).allowed:
            raise Refused(
                f"Pane would {verb} Secrets of {namespace} in {cluster} only for those who may {verb} Secrets in "
                f"{namespace} on the management cluster, and {person.name} may not"
            )
    return None
