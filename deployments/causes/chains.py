"""The chain from an object to what is to blame, as pages and the API are told it."""

from deployments.causes.evidence import gather
from deployments.causes.values import CauseChain, ChainLink, Other, place
from regions.domain.causes import Evidence, Step, explain
from regions.domain.health import Health
from regions.domain.kinds import K0RDENT
from regions.domain.refs import MANAGEMENT, Ref
from regions.domain.viewer import Viewer
from regions.inventory import NotFound, Target
from regions.inventory.visibility import Visibility, look
from regions.models import Resource

KINDS = (
    "ClusterDeployment",
    "Region",
    "Management",
    "Credential",
    "ServiceSet",
    "MultiClusterService",
    "ClusterTemplate",
    "ServiceTemplate",
    "HelmRelease",
)
"""What may be asked about."""


def causes(kind: str, namespace: str, name: str, *, viewer: Viewer) -> CauseChain:
    """Why this object is not as it should be. Raises NotFound. `~management` is the Region of management."""
    if kind == "Region" and name == MANAGEMENT:
        kind, name = "Management", "kcm"
    sight = look(viewer)
    row = Resource.objects.filter(kind=kind, cluster=MANAGEMENT, namespace=namespace, name=name).first()
    if row is None or kind not in KINDS or not sight.shows(row):
        raise NotFound(f"There is no {kind} {namespace}/{name}" if namespace else f"There is no {kind} {name}")
    return chain_of(gather(row, sight), row, sight)


def chain_of(evidence: Evidence, row: Resource, sight: Visibility) -> CauseChain:
    """The same, of evidence that was gathered."""
    verdict = explain(evidence)
    heard = sight.sees(row.cluster, evidence.region)
    as_of = None if heard else sight.unseen_since(row.cluster, evidence.region)
    links = tuple(_link(step, evidence, sight) for step in verdict.steps)
    others = tuple(Other(one.key, one.sentence, one.advice, _target(one.at, evidence)) for one in verdict.others)
    return CauseChain(
        subject=_target(evidence.subject.ref, evidence),
        links=links,
        culprit=links[-1] if verdict.culprit else None,
        key=verdict.key,
        sentence=verdict.sentence,
        said=verdict.said,
        advice=verdict.advice,
        as_of=as_of,
        heard=heard,
        others=others,
    )


def _link(step: Step, evidence: Evidence, sight: Visibility) -> ChainLink:
    health, last = step.health, None
    cluster = step.ref.cluster
    unseen = not sight.sees(cluster, evidence.region if step.ref == evidence.subject.ref else cluster)
    if unseen and step.ref.kind != "Region" and health is not Health.UNKNOWN:
        health, last = Health.UNKNOWN, step.health
    where = place(cluster, step.ref.namespace)
    return ChainLink(_target(step.ref, evidence), health, step.message, step.since, where, last, step.missing)


def _target(ref: Ref, evidence: Evidence) -> Target:
    """Where it is shown: what serves a deployment, with the deployment."""
    own = evidence.subject
    key = f"{own.ref.namespace}/{own.ref.name}" if own.kind == "ClusterDeployment" else ""
    if ref.kind == "Management":
        return Target("Region", "", MANAGEMENT, MANAGEMENT, MANAGEMENT)
    serves = key if ref.group != K0RDENT or ref.kind == "ServiceSet" else ""
    return Target(ref.kind, ref.namespace, ref.name, ref.cluster, evidence.region, serves)
