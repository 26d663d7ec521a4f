"""Writing one object, whatever was tried before: the second time comes to the same as the first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from deployments.domain.findings import Problem
from deployments.domain.manifests import SUBMISSION, Planned, wire
from deployments.models import Step
from deployments.submissions import comparison, deleter, patcher
from deployments.submissions.previewer import taken
from deployments.submissions.rights import account
from deployments.submissions.roles import refusal
from deployments.submissions.secret_mask import SecretMask, problems_from
from regions.clusters.rights import person_of
from regions.clusters.session import ClusterSession
from regions.domain import manifest as m
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT
from regions.kube.client import Answer, Client
from regions.kube.errors import Conflict, KubeError, NotFound, Refused, Unreachable
from regions.kube.persons import Person


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one object; `state` is a Step.State."""

    state: str
    answer: str = ""
    warnings: tuple[str, ...] = ()
    account: str = ""
    uid: str = ""
    problems: tuple[Problem, ...] = ()


class Writer:
    """Writes and removes objects of one request, for one person."""

    def __init__(self, session: ClusterSession, planned: Sequence[Planned], key: str) -> None:
        self.clusters = session.clusters
        self.viewer = session.viewer
        self.planned = planned
        self.key = key
        self.mask = SecretMask(planned)
        self.refused = refusal(session.viewer, planned)

    async def write(self, one: Planned) -> Written:
        """Make it. Raises nothing that a cluster may say."""
        try:
            client = await self.clusters.client(one.cluster)
            if self.refused:
                raise Refused(self.refused)
            who = await account(self.clusters, one.cluster, self.planned, self.viewer)
            path = await client.path_of(
                m.text(one.manifest.get("apiVersion")), one.ref.kind, one.ref.name, one.ref.namespace
            )
        except KubeError as failure:
            return self._refused(one, failure, "")  # nothing was sent
        name = who.name if who else ""
        if one.verb == "patch":
            return await self._change(one, client, who)
        if one.verb == "delete":
            return await self._delete(one, client, who)
        try:
            return self._made(one, await client.create(wire(one.manifest), on_behalf=who), name)
        except Conflict as failure:
            if failure.reason != "AlreadyExists":
                return self._refused(one, failure, name)
            if one.shared:
                return Written(Step.State.SHARED, "It was there already.", account=name)
            return await self._again(one, client, path, who, failure)
        except KubeError as failure:
            if isinstance(failure, Unreachable) or (failure.status or 0) >= 500:
                return await self._doubtful(one, client, path, who, failure)
            return self._refused(one, failure, name)

    async def _change(self, one: Planned, client: Client, who: Person | None) -> Written:
        """Change what stands, while it is as it was seen."""
        name = who.name if who else ""
        try:
            stands, answer = await patcher.patch(client, one, who, self.key)
        except patcher.MovedSincePreview as moved:
            problem = moved.problem(one)
            return Written(Step.State.REFUSED, problem.sentence, account=name, problems=(problem,))
        except KubeError as failure:
            if isinstance(failure, Unreachable) or (failure.status or 0) >= 500:
                return await self._perhaps(one, client, who, failure)
            return self._refused(one, failure, name)
        if answer is None:
            return Written(Step.State.STANDS, "It was changed by this request before.", account=name, uid=_uid(stands))
        return self._made(one, answer, name)

    async def _perhaps(self, one: Planned, client: Client, who: Person | None, failure: KubeError) -> Written:
        """A change was sent, and no proper answer came: look whether it stands so."""
        refused = self._refused(one, failure, who.name if who else "")
        try:
            stands = await patcher.read(client, one, who, deadline=5.0)
        except KubeError:
            return replace(refused, state=Step.State.UNKNOWN)
        if patcher.done(one, stands, self.key):
            return self._made(one, Answer(stands, failure.warnings), refused.account)
        return replace(refused, state=Step.State.UNKNOWN) if isinstance(failure, Unreachable) else refused

    async def _delete(self, one: Planned, client: Client, who: Person | None) -> Written:
        name = who.name if who else ""
        try:
            answer = await deleter.delete(client, one, who)
        except NotFound:
            return Written(Step.State.REMOVED, "It was gone already.", account=name, uid=one.uid)
        except Conflict as failure:
            return replace(self._refused(one, failure, name), problems=(deleter.another(one),))
        except KubeError as failure:
            doubtful = isinstance(failure, Unreachable) or (failure.status or 0) >= 500
            refused = self._refused(one, failure, name)
            return replace(refused, state=Step.State.UNKNOWN) if doubtful else refused
        warnings = tuple(map(self.mask, answer.warnings))
        return Written(Step.State.REMOVED, "", warnings, name, one.uid)

    async def _again(self, one: Planned, client: Client, path: str, who: Person | None, failure: Conflict) -> Written:
        """Something of this name stands: it is ours when it says so, and then made as it should be."""
        name = who.name if who else ""
        try:
            stands = await client.get(path, on_behalf=who)
            if m.annotations(stands).get(SUBMISSION) != self.key:
                return replace(self._refused(one, failure, name), problems=(taken(one),))
            if m.part(stands, "metadata", "deletionTimestamp"):
                said = "It is being deleted. Try again when it is gone."
                return Written(Step.State.UNKNOWN, said, account=name, uid=_uid(stands))
            wanted = wire(one.manifest)
            if not comparison.differences(wanted, stands):
                return Written(Step.State.STANDS, "It was made by this request before.", account=name, uid=_uid(stands))
            version = m.text(m.part(stands, "metadata", "resourceVersion"))
            answer = await client.patch(path, comparison.patch(wanted), on_behalf=who, resource_version=version)
            return self._made(one, answer, name)
        except KubeError as other:
            return replace(self._refused(one, other, name), state=Step.State.UNKNOWN)

    async def _doubtful(
        self, one: Planned, client: Client, path: str, who: Person | None, failure: KubeError
    ) -> Written:
        """It was sent, and no proper answer came: look whether it stands."""
        refused = self._refused(one, failure, who.name if who else "")
        try:
            stands = await client.get(path, on_behalf=who, deadline=5.0)
        except NotFound:
            # A request that nobody answered may still be on its way; a server that answered has ended it.
            return refused if not isinstance(failure, Unreachable) else replace(refused, state=Step.State.UNKNOWN)
        except KubeError:
            return replace(refused, state=Step.State.UNKNOWN)
        if m.annotations(stands).get(SUBMISSION) != self.key:
            return refused
        return self._made(one, Answer(stands, failure.warnings), refused.account)

    def _made(self, one: Planned, answer: Answer, name: str) -> Written:
        lost = comparison.differences(wire(one.manifest), answer.body)
        said = ""
        if lost:
            said = "The cluster keeps it otherwise than it was asked: " + "; ".join(
                f"{each.path} is {each.before or 'not there'}" for each in lost[:10]
            )
        warnings = tuple(map(self.mask, answer.warnings))
        if one.shared:
            # Others may use it from now on (a namespace!), so it is not this request's to take away again.
            made = "It was made, and belongs to nobody: it stays when this request is taken back."
            return Written(Step.State.SHARED, self.mask(f"{made} {said}".strip()), warnings, name)
        return Written(Step.State.STANDS, self.mask(said), warnings, name, _uid(answer.body))

    def _refused(self, one: Planned, failure: KubeError, name: str) -> Written:
        warnings = tuple(map(self.mask, failure.warnings))
        problems = problems_from(failure, one, self.mask)
        return Written(Step.State.REFUSED, self.mask(failure.message), warnings, name, problems=problems)

    async def remove(self, step: Step) -> Written:
        """Take away what this request made there, and nothing else. Raises nothing that a cluster may say."""
        person = person_of(self.viewer) if step.cluster == MANAGEMENT else None
        name = person.name if person else ""
        uid = step.uid
        try:
            client = await self.clusters.client(step.cluster)
            path = await client.path_of(step.api_version, step.kind, step.name, step.namespace)
            if not uid:
                stands = await client.get(path, on_behalf=person)
                if m.annotations(stands).get(SUBMISSION) != self.key:
                    return Written(Step.State.REMOVED, "What stands there is not of this request.", account=name)
                uid = _uid(stands)
            await client.delete(path, on_behalf=person, uid=uid)
        except NotFound:
            return Written(Step.State.REMOVED, "It was not there.", account=name)
        except Conflict:
            return Written(Step.State.REMOVED, "Another object has taken its place; that one was left.", account=name)
        except KubeError as failure:
            return Written(Step.State.UNKNOWN, f"It could not be removed: {failure.message}", account=name, uid=uid)
        return Written(Step.State.REMOVED, "Removed.", account=name)


def _uid(manifest: Manifest) -> str:
    return m.text(m.part(manifest, "metadata", "uid"))
