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
class Access:
    """What somebody would do on the management cluster: `ResourceAttributes` in Kubernetes, with the kind's name."""

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


def may(viewer: Viewer, access: Access) -> Decision:
    """Whether this person may do that. Never raises for what management does not say: then they may not."""
    return asyncio.run(_decide(viewer, access))


async def review(management: Client, person: Person, access: Access) -> tuple[AccessVerdict, str]:
    """What management says, and what it would be done to, in words. Raises KubeError when it does not say."""
    found = (await management.discover(300)).find(access.group, access.kind)
    resource = found.plural if found else access.kind.lower() + "s"
    verdict = await management.review(
        {
            "verb": access.verb,
            "group": access.group,
            "resource": resource,
            "namespace": access.namespace,
            "name": access.name,
        },
        person,
    )
    return verdict, resource + (f" in {access.namespace}" if access.namespace else "")


async def _decide(viewer: Viewer, access: Access) -> Decision:
    person = person_of(viewer)
    if person is None:
        return _by_role(viewer, access)
    async with Clusters() as clusters:
        try:
            verdict, what = await review(await clusters.client(MANAGEMENT), person, access)
        except KubeError as failure:
            return _not_said(person, failure)
    if verdict.allowed:
        return Decision(True)
    why = f": {verdict.reason}" if verdict.reason else ""
    return Decision(False, f"{person.name} may not {access.verb} {what} on the management cluster{why}.")


def _by_role(viewer: Viewer, access: Access) -> Decision:
    if viewer.administrator:
        return Decision(True)
    return Decision(False, f"Only administrators of Pane may {access.verb} a {access.kind} here. Ask one of them.")


def _not_said(person: Person, failure: KubeError) -> Decision:
    if isinstance(failure, Refused) and failure.status is None:
        return Decision(False, failure.message)  # nobody may be acted for by this name
    hint = " Apply deploy/rbac-management.yaml again." if isinstance(failure, Refused) else ""
    return Decision(
        False, f"Management does not say whether {person.name} may do this: {failure.message}{hint}", known=False
    )
