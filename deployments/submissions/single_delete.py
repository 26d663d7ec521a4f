"""Deleting one object of the management cluster, on behalf of the person who asks."""

import asyncio
from dataclasses import dataclass

from django.utils import timezone

from deployments.domain import denials
from deployments.domain.findings import Problem, Severity
from deployments.models import Step, Submission
from regions.clusters.pool import Clusters
from regions.clusters.rights import person_of
from regions.domain.refs import MANAGEMENT, Ref
from regions.domain.viewer import Viewer
from regions.kube.client import Answer
from regions.kube.errors import Invalid, KubeError, NotFound


@dataclass(frozen=True, slots=True)
class Doomed:
    """One object on management: which, of which version, and as what it was seen. Another of its name is left alone."""

    ref: Ref
    api_version: str
    uid: str


def try_deleting(doomed: Doomed, person: Viewer) -> tuple[Problem, ...]:
    """What the cluster would say to it (`dryRun=All`): why it refuses, what it warns of. Nothing is changed."""
    try:
        answer = asyncio.run(_delete(doomed, person, dry_run=True))
    except KubeError as failure:
        return _problems(doomed, failure)
    return tuple(denials.heed(answer.warnings))


def delete(doomed: Doomed, person: Viewer, key: str) -> tuple[Submission, tuple[Problem, ...]]:
    """Ask for its deletion, and record who did. What is gone already was deleted; the same key is done once."""
    now = timezone.now()
    row, made = Submission.objects.get_or_create(
        key=key,
        defaults={
            "kind": doomed.ref.kind,
            "namespace": doomed.ref.namespace,
            "name": doomed.ref.name,
            "person": person.name,
            "created_at": now,
            "updated_at": now,
        },
    )
    if not made and (row.state == Submission.State.DONE or row.person != person.name):
        return row, ()
    account = person_of(person)
    step, _ = Step.objects.update_or_create(
        submission=row,
        place=0,
        defaults={
            "verb": "delete",
            "cluster": MANAGEMENT,
            "api_version": doomed.api_version,
            "kind": doomed.ref.kind,
            "namespace": doomed.ref.namespace,
            "name": doomed.ref.name,
            "uid": doomed.uid,
            "account": account.name if account else "",
            "state": Step.State.SENDING,
            "at": now,
        },
    )
    problems: tuple[Problem, ...] = ()
    try:
        step.warnings = list(asyncio.run(_delete(doomed, person, dry_run=False)).warnings)
        step.state, row.state, step.answer = Step.State.REMOVED, Submission.State.DONE, ""
    except NotFound:
        step.state, row.state, step.answer = Step.State.REMOVED, Submission.State.DONE, "It was gone already."
    except KubeError as failure:
        problems = _problems(doomed, failure)
        step.state, row.state, step.answer = Step.State.REFUSED, Submission.State.REFUSED, failure.message
    step.save()
    row.updated_at = timezone.now()
    row.save()
    return row, problems


async def _delete(doomed: Doomed, person: Viewer, dry_run: bool) -> Answer:
    ref = doomed.ref
    async with Clusters() as clusters:
        client = await clusters.client(MANAGEMENT)
        path = await client.path_of(doomed.api_version, ref.kind, ref.name, ref.namespace)
        return await client.delete(path, dry_run=dry_run, on_behalf=person_of(person), uid=doomed.uid)


def _problems(doomed: Doomed, failure: KubeError) -> tuple[Problem, ...]:
    found = denials.explain(
        doomed.ref.kind,
        failure.message,
        status=failure.status,
        reason=failure.reason,
        causes=failure.fields if isinstance(failure, Invalid) else {},
        warnings=failure.warnings,
    )
    return tuple(sorted(found, key=lambda problem: list(Severity).index(problem.severity)))
