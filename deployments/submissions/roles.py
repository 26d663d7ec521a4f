"""Whether somebody may write before a cluster is asked: by Pane's own roles where no cluster knows them (without
PANE_IMPERSONATE), and in any case by what the token that they came by is for."""

from collections.abc import Sequence

from deployments.domain.manifests import Planned, main_of, secret_kind
from regions.clusters.rights import ResourceAttributes, by_role, outside, person_of
from regions.domain import manifest as m
from regions.domain.kinds import K0RDENT
from regions.domain.refs import MANAGEMENT, Ref
from regions.domain.roles import Right
from regions.domain.viewer import Viewer
from regions.models import Resource


def refusal(viewer: Viewer, planned: Sequence[Planned]) -> str:
    """Why their token or roles do not allow this plan, in a sentence; empty when they do, or a cluster is asked."""
    by_cluster = person_of(viewer) is not None
    if not planned or (by_cluster and not viewer.by_bounded_token):
        return ""
    ref, verb = main_of(planned)
    region = _region(ref, planned)
    if viewer.by_bounded_token:
        attributes = (
            ResourceAttributes(one.verb, one.ref.group, one.ref.kind, one.ref.namespace, one.ref.name, region)
            for one in planned
        )
        if sentence := next(filter(None, (outside(viewer, one) for one in attributes)), ""):
            return sentence
    if by_cluster:
        return ""
    wanted = [ResourceAttributes(verb, ref.group, ref.kind, ref.namespace, ref.name, region)]
    wanted += [
        ResourceAttributes(one.verb, "", "Secret", one.ref.namespace, one.ref.name, region, Right.CREDENTIALS)
        for one in planned
        if one.verb != "create" and secret_kind(one.manifest) and one.ref.namespace != ref.namespace and ref.namespace
    ]
    return next((said.sentence for said in (by_role(viewer, one) for one in wanted) if not said.allowed), "")


def _region(ref: Ref, planned: Sequence[Planned]) -> str:
    """Where it is, or will be: a new deployment is where its credential is, which alone names a region."""
    if ref.kind == "Region":
        return ref.name
    known = Resource.objects.filter(key=ref.key).values_list("region", flat=True).first()
    if known is not None:
        return known or MANAGEMENT
    spec = next((m.mapping(one.manifest.get("spec")) for one in planned if one.ref == ref), {})
    if ref.kind == "ClusterDeployment":
        credential = Ref(MANAGEMENT, K0RDENT, "Credential", ref.namespace, m.text(spec.get("credential")))
        return Resource.objects.filter(key=credential.key).values_list("region", flat=True).first() or MANAGEMENT
    return (m.text(spec.get("region")) if ref.kind == "Credential" else "") or MANAGEMENT
