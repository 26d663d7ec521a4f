"""Preview: every object of a plan, tried on its cluster without anything being changed (`dryRun=All`)."""

import asyncio
from collections.abc import Sequence

from deployments.domain import denials
from deployments.domain.findings import Problem, error
from deployments.domain.manifests import SUBMISSION, Planned, stamped, wire
from deployments.domain.rendering import public
from deployments.submissions import comparison, deleter, patcher, recording, unchecked
from deployments.submissions.keys import fingerprint
from deployments.submissions.outcomes import Looked, Outcome, Preview
from deployments.submissions.rights import account
from deployments.submissions.roles import refusal
from deployments.submissions.secret_mask import SecretMask, problems_from, waits_for
from regions.clusters.session import ClusterSession
from regions.domain import manifest as m
from regions.domain.manifest import Manifest
from regions.domain.refs import in_words, located
from regions.kube.client import Client
from regions.kube.errors import Conflict, KubeError, NotFound, Refused, Unreachable
from regions.kube.persons import Person

DEADLINE = 20.0


def preview(session: ClusterSession, planned: Sequence[Planned], key: str) -> Preview:
    """How every cluster would answer. Never raises for what a cluster says or does not say."""
    objects = session.run(_look(session, stamped(planned, key), key, refusal(session.viewer, planned)))
    texts = [one.yaml for one in public(planned).objects]
    shown = tuple(_with_yaml(one, text) for one, text in zip(objects, texts, strict=True))
    seen = Preview(shown, fingerprint(planned, session.viewer, key), unchecked.unchecked(shown))
    recording.previewed(session.viewer, planned, seen)
    return seen


def _with_yaml(one: Looked, text: str) -> Looked:
    return Looked(**{name: getattr(one, name) for name in Looked.__slots__ if name != "yaml"}, yaml=text)


async def _look(session: ClusterSession, planned: Sequence[Planned], key: str, refused: str) -> list[Looked]:
    previewer = _Previewer(session, planned, key, refused)
    return list(await asyncio.gather(*map(previewer.look, planned)))


class _Previewer:
    def __init__(self, session: ClusterSession, planned: Sequence[Planned], key: str, refused: str) -> None:
        self.clusters = session.clusters
        self.viewer = session.viewer
        self.planned = planned
        self.key = key
        self.refused = refused
        self.accounts: dict[str, asyncio.Future[Person | None]] = {}
        self.mask = SecretMask(planned)

    async def look(self, one: Planned) -> Looked:
        """One object. Objects are looked at side by side: none is changed, so none waits for another."""
        async with self.clusters.turn(one.cluster):
            return await self._look(one)

    async def _account(self, cluster: str) -> Person | None:
        """On whose behalf this cluster is asked, found out once for the whole plan."""
        if self.refused:
            raise Refused(self.refused)
        if cluster not in self.accounts:
            self.accounts[cluster] = asyncio.ensure_future(account(self.clusters, cluster, self.planned, self.viewer))
        return await self.accounts[cluster]

    async def _look(self, one: Planned) -> Looked:
        where = in_words(one.cluster)
        try:
            client = await self.clusters.client(one.cluster)
            who = await self._account(one.cluster)
        except KubeError as failure:
            return self._failed(one, failure, f"{where} could not be asked", "")
        name = who.name if who else ""
        if one.verb == "patch":
            return await self._changed(one, client, who)
        if one.verb == "delete":
            return await self._doomed(one, client, who)
        try:
            answer = await client.create(wire(one.manifest), dry_run=True, on_behalf=who, deadline=DEADLINE)
        except Conflict as failure:
            if failure.reason != "AlreadyExists":
                return self._failed(one, failure, f"{where} could not be asked", name)
            return await self._stands(one, client, who, failure)
        except KubeError as failure:
            self.clusters.failed(one.cluster, failure)
            return self._failed(one, failure, f"{where} could not be asked", name)
        return Looked(
            one,
            Outcome.CREATE,
            "would be made",
            account=name,
            warnings=tuple(map(self.mask, answer.warnings)),
            differences=comparison.differences(wire(one.manifest), answer.body),
        )

    async def _changed(self, one: Planned, client: Client, who: Person | None) -> Looked:
        name = who.name if who else ""
        try:
            stands, answer = await patcher.patch(client, one, who, self.key, dry_run=True)
        except patcher.MovedSincePreview as moved:
            said = "was changed by somebody since it was looked at"
            return Looked(
                one,
                Outcome.MOVED,
                said,
                account=name,
                problems=(moved.problem(one),),
                differences=moved.lines,
                stands=moved.stands,
            )
        except KubeError as failure:
            self.clusters.failed(one.cluster, failure)
            return self._failed(one, failure, f"{in_words(one.cluster)} could not be asked", name)
        if answer is None:
            return Looked(one, Outcome.SAME, "was changed by this request already", account=name, stands=stands)
        return Looked(
            one,
            Outcome.CHANGE,
            "would be changed",
            account=name,
            warnings=tuple(map(self.mask, answer.warnings)),
            differences=patcher.told(stands, answer.body),
            stands=stands,
            lost=comparison.differences(wire(one.manifest), answer.body),
        )

    async def _doomed(self, one: Planned, client: Client, who: Person | None) -> Looked:
        name = who.name if who else ""
        try:
            answer = await deleter.delete(client, one, who, dry_run=True)
        except NotFound:
            return Looked(one, Outcome.SAME, "is gone already", account=name)
        except Conflict as failure:
            said = self.mask(failure.message)
            return Looked(one, Outcome.REFUSED, "is another one by now", said, name, problems=(deleter.another(one),))
        except KubeError as failure:
            self.clusters.failed(one.cluster, failure)
            return self._failed(one, failure, f"{in_words(one.cluster)} could not be asked", name)
        warnings = tuple(map(self.mask, answer.warnings))
        heeded = tuple(denials.heed(warnings))
        return Looked(one, Outcome.DELETE, "would be deleted", account=name, warnings=warnings, problems=heeded)

    def _failed(self, one: Planned, failure: KubeError, unasked: str, name: str) -> Looked:
        detail = self.mask(failure.message)
        warnings = tuple(map(self.mask, failure.warnings))
        if isinstance(failure, NotFound) and (what := waits_for(failure, one, self.planned)):
            said = f"could not be tried before {what} is made"
            return Looked(one, Outcome.UNCHECKED, said, detail, name, warnings)
        if isinstance(failure, Unreachable) or (failure.status or 0) >= 500:
            return Looked(one, Outcome.UNCHECKED, f"{unasked}: {detail}", detail, name, warnings)
        problems = problems_from(failure, one, self.mask)
        return Looked(one, Outcome.REFUSED, "would be refused", detail, name, warnings, problems)

    async def _stands(self, one: Planned, client: Client, who: Person | None, failure: KubeError) -> Looked:
        name = who.name if who else ""
        if one.shared:
            return Looked(one, Outcome.SAME, "stands already, and is as good for this", account=name)
        stands = await read(client, one, who)
        if stands is not None and m.annotations(stands).get(SUBMISSION) == self.key:
            found = comparison.differences(wire(one.manifest), stands)
            outcome = Outcome.CHANGE if found else Outcome.SAME
            said = "was made by this request, and would be changed" if found else "was made by this request already"
            return Looked(one, outcome, said, account=name, differences=found)
        return Looked(
            one,
            Outcome.TAKEN,
            "stands already, and was not made by this request",
            self.mask(failure.message),
            name,
            problems=(taken(one),),
            differences=comparison.differences(wire(one.manifest), stands) if stands else (),
        )


def taken(one: Planned) -> Problem:
    """The problem of a name that something else has."""
    ref = one.ref
    where = located(ref.cluster)
    inside = f" in {ref.namespace}" if ref.namespace else ""
    field = "name" if ref.kind in ("ClusterDeployment", "Credential", "Region") else ""
    return error(field, f"There is a {ref.kind} {ref.name}{inside} {where} already. Choose another name.")


async def read(client: Client, one: Planned, who: Person | None) -> Manifest | None:
    """The object that stands, as this person may see it; None when it is not there or may not be seen."""
    ref = one.ref
    try:
        path = await client.path_of(m.text(one.manifest.get("apiVersion")), ref.kind, ref.name, ref.namespace)
        return await client.get(path, on_behalf=who)
    except KubeError:
        return None
