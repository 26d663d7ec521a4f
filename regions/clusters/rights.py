"""May this person do that? The one place that answers, before anything is connected to, shown or written for them.

With PANE_IMPERSONATE (cluster mode) management's own rules answer for the user `pane:<account>`, by a
SubjectAccessReview. Without it nobody has an account there, and Pane's administrators may (role mode).
Nothing is remembered: whose right was taken away is refused from the next question on.
"""

import asyncio
from dataclasses import dataclass

from django.conf import settings

from regions.clusters.pool import Clusters
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.kube.client import AccessVerdict, Client, Person
from regions.kube.errors import KubeError, Refused


@dataclass(frozen=True, slots=True)
class ResourceAttributes:
    """What somebody would do on management, as Kubernetes words it, but with the kind for its resource."""

    verb: str
    group: str
    kind: str
    namespace: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether they may. `sentence` says why not; `known` is False when management did not say."""

    allowed: bool
    sentence: str = ""
    known: bool = True


def person_of(viewer: Viewer) -> Person | None:
    """Who the viewer is to the management cluster; None: nobody but Pane."""
    return Person(f"pane:{viewer.name}") if settings.PANE_IMPERSONATE else None


def may(viewer: Viewer, wanted: ResourceAttributes) -> Decision:
    """Whether this person may do that, for who has no session with the clusters open. Never raises."""

    async def ask() -> Decision:
        async with Clusters() as clusters:
            return await decide(clusters, viewer, wanted)

    return asyncio.run(ask())


async def decide(clusters: Clusters, viewer: Viewer, wanted: ResourceAttributes) -> Decision:
    """Whether this person may do that. Never raises for what management does not say: then they may not."""
    person = person_of(viewer)
    if person is None:
        return _by_role(viewer, wanted)
    try:
        verdict, what = await review(await clusters.client(MANAGEMENT), person, wanted)
    except KubeError as failure:
        return _not_said(person, failure)
    if verdict.allowed:
        return Decision(True)
    why = f": {verdict.reason}" if verdict.reason else ""
    return Decision(False, f"{person.name} may not {wanted.verb} {what} on the management cluster{why}.")


async def review(management: Client, person: Person, wanted: ResourceAttributes) -> tuple[AccessVerdict, str]:
    """What management says, and what it would be done to, in words. Raises KubeError when it does not say."""
    found = (await management.discover(300)).find(wanted.group, wanted.kind)
    resource = found.plural if found else wanted.kind.lower() + "s"
    verdict = await management.review(
        {
            "verb": wanted.verb,
            "group": wanted.group,
            "resource": resource,
            "namespace": wanted.namespace,
            "name": wanted.name,
        },
        person,
    )
    return verdict, resource + (f" in {wanted.namespace}" if wanted.namespace else "")


def _by_role(viewer: Viewer, wanted: ResourceAttributes) -> Decision:
    if viewer.administrator:
        return Decision(True)
    return Decision(False, f"Only administrators of Pane may {wanted.verb} a {wanted.kind} here. Ask one of them.")


def _not_said(person: Person, failure: KubeError) -> Decision:
    if isinstance(failure, Refused) and failure.status is None:
        return Decision(False, failure.message)  # nobody may be acted for by this name
    hint = " Apply deploy/rbac-management.yaml again." if isinstance(failure, Refused) else ""
    return Decision(
        False, f"Management does not say whether {person.name} may do this: {failure.message}{hint}", known=False
    )
