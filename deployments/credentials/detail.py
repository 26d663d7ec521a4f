"""Everything about one credential, from every cluster that has a part of it."""

from deployments.credentials.items import items
from deployments.credentials.survey import survey
from deployments.credentials.values import CredentialDetail
from deployments.domain.credentials.needs import Needed
from deployments.domain.gitops_managers import owner_of
from regions.domain import topics
from regions.domain.kinds import K0RDENT
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.inventory import NotFound, lines_about
from regions.inventory.rows import as_yaml, conditions, rows_of, worst_first

MOST = 100
SOME = 30


def get_credential(namespace: str, name: str, *, viewer: Viewer) -> CredentialDetail:
    """One Credential with the objects it needs and the deployments that use it. Raises NotFound."""
    known = survey(viewer)
    row = next((one for one in known.shown if (one.namespace, one.name) == (namespace, name)), None)
    if row is None:
        raise NotFound(f"There is no credential {namespace}/{name}")
    item, needed = items(known, [row])[0]
    body = known.bodies.get(row.pk, {})
    users = known.sight.resources.filter(kind="ClusterDeployment", group=K0RDENT, credential=f"{namespace}/{name}")
    return CredentialDetail(
        item=item,
        link=known.sight.link(row.region or MANAGEMENT),
        conditions=conditions(body),
        needed=_by_cluster(needed),
        used_by=rows_of(worst_first(users, known.sight)[:MOST], known.sight),
        copies=known.copies,
        release=known.release,
        changes=lines_about(topics.object_("Credential", namespace, name), viewer=viewer, limit=SOME),
        labels=row.labels,
        owner=owner_of(body),
        yaml=as_yaml(body),
    )


def _by_cluster(needed: tuple[Needed, ...]) -> tuple[tuple[str, tuple[Needed, ...]], ...]:
    clusters = sorted({one.need.cluster for one in needed}, key=lambda name: (name != MANAGEMENT, name))
    return tuple((name, tuple(one for one in needed if one.need.cluster == name)) for name in clusters)
