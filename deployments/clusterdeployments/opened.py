"""A deployment opened for a form: read from the cluster as it is now, as the person who asks may see it.

The copy will not do here: it is redacted, and may be behind.
"""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from deployments.domain.drafts import DeploymentDraft
from deployments.domain.editing import draft_of
from deployments.domain.gitops import Held, held
from deployments.domain.patches import opening
from deployments.domain.snapshot import ClusterSnapshot, KnownTemplate
from deployments.submissions import ClusterSession
from deployments.submissions.live_object import carried, read, status_of
from deployments.submissions.snapshot import take_snapshot
from regions.domain import manifest as m
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT, Ref
from regions.domain.viewer import Viewer
from regions.kube.errors import KubeError, NotFound
from regions.permitted import resources


class UnreadableDeployment(Exception):
    """The cluster does not give it now, and says why."""

    def __init__(self, namespace: str, name: str, failure: KubeError) -> None:
        super().__init__(failure.message)
        self.status = status_of(failure)
        self.where = {"namespace": namespace, "name": name, "why": failure.message, "forbidden": self.status == 403}

    def page(self, request: HttpRequest) -> HttpResponse:
        return render(request, "submissions/unreadable.html", self.where, status=self.status)


@dataclass(frozen=True, slots=True)
class Opened:
    """A ClusterDeployment as it was opened. `manifest` is what a form carries of it (`changing.opening`)."""

    manifest: Manifest
    generation: int | None = None  # of the object as it was read; None: carried by a form

    @property
    def namespace(self) -> str:
        return m.namespace(self.manifest)

    @property
    def name(self) -> str:
        return m.name(self.manifest)

    @property
    def draft(self) -> DeploymentDraft:
        return draft_of(self.manifest)

    @property
    def held(self) -> Held | None:
        return held(self.manifest)

    def known(self, viewer: Viewer, template: str = "") -> tuple[ClusterSnapshot, KnownTemplate]:
        """What the rules may know, and its template: one without values where the cluster has none of its name."""
        name = template or self.draft.template
        found = take_snapshot(viewer=viewer, namespace=self.namespace, template=name)
        template_ = found.templates.get((self.namespace, name))
        return found, template_ or KnownTemplate(self.namespace, name, valid=False)


def open_deployment(session: ClusterSession, namespace: str, name: str) -> Opened:
    """The deployment as it is now. Raises Http404 when there is none, Unreadable when the cluster does not say."""
    ref = Ref(MANAGEMENT, K0RDENT, "ClusterDeployment", namespace, name)
    row = resources(session.viewer).filter(key=ref.key).first()
    if row is None:
        raise Http404(f"There is no deployment {namespace}/{name}")
    try:
        live = read(session, ref, f"{K0RDENT}/{row.version}")
    except NotFound as error:
        raise Http404(f"There is no deployment {namespace}/{name} any more") from error
    except KubeError as error:
        raise UnreadableDeployment(namespace, name, error) from error
    return Opened(opening(live), m.number(m.part(live, "metadata", "generation")))


def reopened(text: str, namespace: str, name: str) -> Opened | None:
    """What a form carried of what it edits; None when that is not what it should be."""
    found = carried(text, "ClusterDeployment")
    return Opened(found) if found and (m.namespace(found), m.name(found)) == (namespace, name) else None
