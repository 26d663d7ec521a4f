"""What a cluster says to a kubeconfig that somebody pasted: asked once, on request, and in words."""

from deployments.domain.drafts import Secret
from deployments.domain.findings import Problem, error, note, warning
from regions.clusters.probe import probe
from regions.clusters.rights import ResourceAttributes, decide
from regions.clusters.session import ClusterSession
from regions.domain.refs import in_words
from regions.models import Cluster

NEEDS_ADMIN = "It may not do everything there. k0rdent installs operators and their roles: it needs cluster-admin."


def probed(
    field: str,
    kubeconfig: Secret,
    session: ClusterSession,
    wanted: ResourceAttributes,
    *,
    region: bool = False,
    own: str = "",
) -> list[Problem]:
    """Is it there, which is it, does it let k0rdent in? `region`: it shall be one; `own`: it is this one already.

    Looked at only for who may do what they look for (`wanted`, on management): the same answer to everybody else,
    whatever they pasted.
    """
    right = session.run(decide(session.clusters, session.viewer, wanted))
    if not right.allowed:
        return [warning(field, f"Pane does not look at this cluster for you: {right.sentence}")]
    seen = probe(kubeconfig.reveal(), session.viewer.name)
    if seen.trouble:
        # k0rdent may reach what Pane does not: said, and not forbidden.
        return [warning(field, f"Pane cannot reach it: {seen.trouble}")]
    found = [note(field, f"It answers: Kubernetes {seen.version}.")]
    known = Cluster.objects.filter(uid=seen.uid).exclude(uid="").exclude(name=own).first()
    if known is not None:
        said = f"This is {in_words(known.name)} itself, perhaps by another address."
        found.append(error(field, said) if region else warning(field, said))
    if own and seen.uid:
        mine = Cluster.objects.filter(name=own).exclude(uid="").first()
        if mine is not None and mine.uid != seen.uid:
            found.append(error(field, f"This is another cluster than {own} is now: its deployments are not there."))
        elif mine is not None:
            found.append(note(field, f"It is the cluster that {own} is now."))
    if seen.admin is False:
        said = NEEDS_ADMIN if region else "It may not do everything there: what k0rdent puts on it may be refused."
        found.append(warning(field, said))
    return found
