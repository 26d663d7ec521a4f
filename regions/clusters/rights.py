"""May this person do that? The one place that answers, before anything is connected to, shown or written for them.

With PANE_IMPERSONATE (cluster mode) management's own rules answer for the user `pane:<account>`, by a
SubjectAccessReview. Without it nobody has an account there, and Pane's administrators may (role mode).
Nothing is remembered: whose right was taken away is refused from the next question on.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.conf import settings

from regions.clusters.pool import Clusters
from regions.clusters.reading import reading
from regions.domain.refs import MANAGEMENT
from regions.domain.roles import ROLES, Right, right_to_change
from regions.domain.viewer import Viewer
from regions.kube.client import AccessVerdict, Client
from regions.kube.errors import KubeError, Refused
from regions.kube.persons import Person

PREFIX = "pane:"
"""Before the names of local accounts and groups, as management's bindings have them."""


@dataclass(frozen=True, slots=True)
class ResourceAttributes:
    """What somebody would do on management, as Kubernetes words it, but with the kind for its resource."""

    verb: str
    group: str
    kind: str
    namespace: str = ""
    name: str = ""
    region: str = ""  # where it is: roles of Pane may be bound to some
    right: Right | None = None  # of Pane's own that it takes instead of the one to change such objects


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether they may. `sentence` says why not, `by` by what; `known` is False when management did not say."""

    allowed: bool
    sentence: str = ""
    known: bool = True
    by: str = ""


def person_of(viewer: Viewer) -> Person | None:
    """Who the viewer is to the management cluster, with the groups of their account; None: nobody but Pane."""
    if not settings.PANE_IMPERSONATE:
        return None
    if viewer.named_by_provider:
        return Person(viewer.name, viewer.groups)
    return Person(f"{PREFIX}{viewer.name}", tuple(f"{PREFIX}{group}" for group in viewer.groups))


def with_rights(viewer: Viewer) -> Viewer:
    """The same, confined to what management lets them read, where it is management that says so."""
    person = person_of(viewer)
    if person is None or settings.PANE_RIGHTS != "cluster":
        return viewer
    answer = reading.of(person)
    return replace(viewer, rights=answer.rights, trouble=answer.trouble)


def may(viewer: Viewer, wanted: ResourceAttributes) -> Decision:
    """Whether this person may do that, for who has no session with the clusters open. Never raises."""

    async def ask() -> Decision:
        async with Clusters() as clusters:
            return await decide(clusters, viewer, wanted)

    return asyncio.run(ask())


def decide_all(asked: Sequence[tuple[Viewer, ResourceAttributes]]) -> list[Decision]:
    """The same of many questions, side by side on one connection, in their order. Never raises."""

    async def ask() -> list[Decision]:
        async with Clusters() as clusters:

            async def one(viewer: Viewer, wanted: ResourceAttributes) -> Decision:
                async with clusters.turn(MANAGEMENT):
                    return await decide(clusters, viewer, wanted)

            return await asyncio.gather(*(one(*question) for question in asked))

    return asyncio.run(ask())


async def decide(clusters: Clusters, viewer: Viewer, wanted: ResourceAttributes) -> Decision:
    """Whether this person may do that. Never raises for what management does not say: then they may not."""
    person = person_of(viewer)
    if sentence := outside(viewer, wanted):
        return Decision(False, sentence)
    if person is None:
        return by_role(viewer, wanted)
    try:
        verdict, what = await review(await clusters.client(MANAGEMENT), person, wanted)
    except KubeError as failure:
        return _not_said(person, failure)
    if verdict.allowed:
        return Decision(True, by=verdict.reason)
    why = f": {verdict.reason}" if verdict.reason else ""
    return Decision(False, f"{person.name} may not {wanted.verb} {what} on the management cluster{why}.")


def outside(viewer: Viewer, wanted: ResourceAttributes) -> str:
    """Why the token that they came by is not for this, in a sentence; empty when it is, or they came by another way."""
    if viewer.within.holds(wanted.region, wanted.namespace):
        return ""
    where = f" in {wanted.namespace}" if wanted.namespace else ""
    return f"This token is for {viewer.within.words} alone: it may not {wanted.verb} a {wanted.kind}{where}."


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


def by_role(viewer: Viewer, wanted: ResourceAttributes) -> Decision:
    """Whether Pane's own roles let them, where no cluster knows the person."""
    right = wanted.right or right_to_change(wanted.group, wanted.kind)
    if viewer.may_at(right, wanted.region, wanted.namespace):
        own = next((one for one in viewer.granted if one.gives(right)), None)
        return Decision(True, by=f"the role {own.role}, by {own.by}" if own else "they are staff of Pane")
    roles = " or ".join(role for role, rights in ROLES.items() if right in rights)
    return Decision(False, f"To {wanted.verb} a {wanted.kind} here takes the role {roles} of Pane. Ask for it.")


def _not_said(person: Person, failure: KubeError) -> Decision:
    if isinstance(failure, Refused) and failure.status is None:
        return Decision(False, failure.message)  # nobody may be acted for by this name
    hint = " Apply deploy/rbac-management.yaml again." if isinstance(failure, Refused) else ""
    return Decision(
        False, f"Management does not say whether {person.name} may do this: {failure.message}{hint}", known=False
    )
