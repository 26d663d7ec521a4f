"""Looks at the place where a deployment is to run: by the copy, and for the namespace by asking it."""

from collections.abc import Iterable

from deployments.credentials import get_credential
from deployments.credentials.namespaces import with_namespaces
from deployments.domain.checks import Destination, PreflightCheck, checks
from deployments.domain.credentials.liveness import Proof
from deployments.domain.drafts import CredentialDraft, DeploymentDraft
from deployments.domain.snapshot import ClusterSnapshot
from deployments.submissions import ClusterSession
from regions import inventory
from regions.domain.metrics.measures import Reading
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.inventory.visibility import look
from regions.metrics.reads.measures import region_measures
from regions.models import Resource

_LEFT = ("Cluster", "HelmRelease")


def checked(session: ClusterSession, draft: DeploymentDraft, snapshot: ClusterSnapshot) -> tuple[PreflightCheck, ...]:
    """Everything that can be looked at before; empty when it is not said yet where it shall run."""
    credential = snapshot.credentials.get((draft.namespace, draft.credential))
    if credential is None or (draft.namespace, draft.template) not in snapshot.templates:
        return ()
    hosting = credential.region
    sight = look(session.viewer)
    heard = sight.sees(hosting, hosting)
    if heard:
        snapshot = with_namespaces(session, snapshot, CredentialDraft("", draft.namespace, "", credential.region))
    link = sight.link(hosting)
    since = f" since {link.since:%Y-%m-%d %H:%M} UTC" if link.since else ""
    proven, said = _proof(draft, session.viewer)
    clusters = {"Cluster": hosting, "HelmRelease": MANAGEMENT}
    left = (
        {
            kind: Resource.objects.filter(
                cluster=clusters[kind], kind=kind, namespace=draft.namespace, name=draft.name
            ).exists()
            for kind in _LEFT
        }
        if heard
        else None
    )
    destination = Destination(heard, since, proven, said, left, _load(hosting, session.viewer))
    return checks(draft, snapshot, destination)


def _proof(draft: DeploymentDraft, viewer: Viewer) -> tuple[bool | None, str]:
    try:
        found = get_credential(draft.namespace, draft.credential, viewer=viewer).item.liveness
    except inventory.NotFound:
        return None, ""
    at = f" at {found.at:%Y-%m-%d %H:%M} UTC" if found.at else ""
    if found.proof is Proof.PROVEN:
        return True, f"{found.deployment} has shown that the cloud accepts {draft.credential}{at}."
    if found.proof is Proof.REJECTED:
        return False, f"The cloud rejected {draft.credential} for {found.deployment}{at}: {found.message}"
    return None, ""


def _load(hosting: str, viewer: Viewer) -> str:
    measured = region_measures(hosting, viewer=viewer)
    said = list(_ratios(measured.figures.items()))
    if not said:
        return ""
    heard = f"{measured.clusters_heard} of {measured.clusters_of} heard"
    return f"The clusters that run there use {' and '.join(said)} ({heard})."


def _ratios(figures: Iterable[tuple[str, object]]) -> Iterable[str]:
    names = {"cpu_used_ratio": "of their CPU", "mem_used_ratio": "of their memory"}
    for key, figure in figures:
        if key in names and isinstance(figure, Reading):
            yield f"{figure.value:.0%} {names[key]}"
