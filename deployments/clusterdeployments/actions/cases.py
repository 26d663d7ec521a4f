"""A deployment as an action finds it: itself, its HelmRelease and its ServiceSets, read as the person may see them."""

import json
from dataclasses import dataclass
from typing import Any

from deployments.clusterdeployments.opened import Opened, UnreadableDeployment, open_deployment, reopened
from deployments.domain import safe_yaml
from deployments.domain.gitops import Held, held
from deployments.domain.manifests import Planned
from deployments.domain.patches import planned
from deployments.domain.snapshot import ClusterSnapshot, KnownTemplate
from deployments.submissions import ClusterSession
from deployments.submissions.live_object import read_many
from regions.domain import manifest as m
from regions.domain.kinds import FLUX, K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT, Ref
from regions.domain.viewer import Viewer
from regions.kube.errors import KubeError, NotFound
from regions.models import Resource

SERVICES_PAUSED = f"{K0RDENT}/service-set-paused"
_NOTES = (SERVICES_PAUSED, "reconcile.fluxcd.io/requestedAt", "reconcile.fluxcd.io/forceAt")


@dataclass(frozen=True, slots=True)
class Case:
    """`parts` are the HelmRelease and the ServiceSets, cut down to what an action may change."""

    viewer: Viewer
    opened: Opened
    parts: tuple[Manifest, ...] = ()

    def known(self, template: str = "") -> tuple[ClusterSnapshot, KnownTemplate]:
        """What the rules may know of it, and its template or another one."""
        return self.opened.known(self.viewer, template)

    @property
    def ref(self) -> Ref:
        return Ref(MANAGEMENT, K0RDENT, "ClusterDeployment", self.opened.namespace, self.opened.name)

    @property
    def release(self) -> Manifest | None:
        return next((one for one in self.parts if m.kind(one) == "HelmRelease"), None)

    @property
    def service_sets(self) -> tuple[Manifest, ...]:
        return tuple(one for one in self.parts if m.kind(one) == "ServiceSet")

    @property
    def held(self) -> Held | None:
        return held(self.opened.manifest)

    @property
    def text(self) -> str:
        """What the form carries of it, so that what is sent is what was looked at."""
        return json.dumps([self.opened.manifest, *self.parts])

    def own(self, patch: Manifest, unchanged: Manifest, why: str) -> Planned:
        """A change of the deployment itself, while `unchanged` stands."""
        return planned(self.opened.manifest, patch, unchanged, why)

    def part(self, one: Manifest, patch: Manifest, unchanged: Manifest, why: str) -> Planned:
        """A change of a part of it, asked for on its behalf."""
        made = planned(one, patch, unchanged, why)
        return Planned(made.cluster, made.manifest, why, verb="patch", uid=made.uid, seen=made.seen, serves=self.ref)


def case_of(session: ClusterSession, namespace: str, name: str) -> Case:
    """As it is now. Raises Http404 and Unreadable."""
    opened = open_deployment(session, namespace, name)
    rows = Resource.objects.filter(
        cluster=MANAGEMENT,
        deployment=f"{namespace}/{name}",
        kind__in=("HelmRelease", "ServiceSet"),
        group__in=(FLUX, K0RDENT),
    ).order_by("kind", "name")
    wanted = [
        (Ref(MANAGEMENT, row.group, row.kind, row.namespace, row.name), f"{row.group}/{row.version}") for row in rows
    ]
    parts = []
    for found in read_many(session, wanted):
        if isinstance(found, NotFound):
            continue
        if isinstance(found, KubeError):
            raise UnreadableDeployment(namespace, name, found)
        parts.append(_cut(found))
    return Case(session.viewer, opened, tuple(parts))


def _cut(live: Manifest) -> Manifest:
    metadata = {key: m.text(m.part(live, "metadata", key)) for key in ("name", "namespace", "uid")}
    notes = {key: value for key, value in m.annotations(live).items() if key in _NOTES}
    cut: Manifest = {"apiVersion": m.text(live.get("apiVersion")), "kind": m.kind(live)}
    cut["metadata"] = {**metadata, "annotations": notes}
    if m.kind(live) == "HelmRelease":
        cut["spec"] = {"suspend": m.part(live, "spec", "suspend") is True}
    return cut


def reread(viewer: Viewer, text: str, namespace: str, name: str) -> Case | None:
    """What a form carried; None when that is not what it should be."""
    try:
        found: Any = safe_yaml.load_json(text) if text else None
    except safe_yaml.NotPlain:
        return None
    if not isinstance(found, list) or not found or not all(isinstance(one, dict) for one in found):
        return None
    opened = reopened(json.dumps(found[0]), namespace, name)
    parts = [one for one in found[1:] if m.kind(one) in ("HelmRelease", "ServiceSet") and m.namespace(one) == namespace]
    return Case(viewer, opened, tuple(parts)) if opened else None
