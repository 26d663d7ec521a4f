"""Confirm: the objects of a plan written in order, each answer kept, so that a second try goes on where one ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from deployments.domain.findings import Problem
from deployments.domain.manifests import Planned, main_of, stamped
from deployments.models import Step, Submission
from deployments.submissions import recording
from deployments.submissions.keys import fingerprint, same_fingerprint
from deployments.submissions.outcomes import NotAsPreviewed, NotTheirs
from deployments.submissions.writer import Writer, Written
from regions.clusters.session import ClusterSession
from regions.domain import manifest as m
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer

PATIENCE = timedelta(seconds=90)
"""After so long without a word, whoever was writing is taken to have been interrupted."""

STANDING = (Step.State.STANDS, Step.State.SHARED)
OPEN = (Step.State.STANDS, Step.State.UNKNOWN, Step.State.SENDING)  # may stand, and would be ours


@dataclass(frozen=True, slots=True)
class Sent:
    """What a request came to: its Submission, and refusals on the fields of the form."""

    submission: Submission
    problems: tuple[Problem, ...] = ()


def submit(session: ClusterSession, planned: Sequence[Planned], digest: str, key: str) -> Sent:
    """Write what was previewed, in order, up to the first refusal. What a cluster says never raises.

    Raises NotAsPreviewed when this is not what the digest was of, or the key's request is done and was another one;
    NotTheirs when the key is somebody else's.
    """
    mine = fingerprint(planned, session.viewer, key)
    if not same_fingerprint(mine, digest):
        raise NotAsPreviewed
    planned = stamped(planned, key)
    submission, ours = _claim(planned, mine, session.viewer, key)
    if not ours:
        return Sent(submission)
    act = recording.asked(session.viewer, planned, key, list(submission.steps.all()[len(planned) :]))
    problems = _write(session, Writer(session, planned, key), submission, planned)
    recording.ended(act, submission, submission.steps.all())
    return Sent(submission, problems)


def _claim(planned: Sequence[Planned], digest: str, person: Viewer, key: str) -> tuple[Submission, bool]:
    """The Submission of this key, and whether it is ours to write now."""
    now = timezone.now()
    main, _ = main_of(planned)
    region = next((one.cluster for one in planned if one.cluster != MANAGEMENT), "")
    with transaction.atomic():
        said = {
            "kind": main.kind,
            "namespace": main.namespace,
            "name": main.name,
            "region": region,
            "digest": digest,
            "state": Submission.State.WRITING,
            "updated_at": now,
        }
        found, made = Submission.objects.select_for_update().get_or_create(
            key=key, defaults={**said, "person": person.name, "owner": person.account, "created_at": now}
        )
        if not made:
            if not found.is_of(person):
                raise NotTheirs
            if found.state == Submission.State.DONE and not same_fingerprint(found.digest, digest):
                raise NotAsPreviewed
            at_work = found.state == Submission.State.WRITING and now - found.updated_at < PATIENCE
            if at_work or found.state == Submission.State.DONE:
                return found, False
            for name, value in said.items():
                setattr(found, name, value)
            found.save()
        _steps(found, planned)
    return found, True


def _steps(submission: Submission, planned: Sequence[Planned]) -> None:
    """A row for every object; those of an earlier try keep what became of them."""
    known = {_name(step): step for step in submission.steps.all()}
    # Places are unique: make room before anything is put where another one was.
    for step in known.values():
        step.place += 1000
        step.save(update_fields=["place"])
    for place, one in enumerate(planned):
        ref = one.ref
        name = (ref.cluster, ref.group, ref.kind, ref.namespace, ref.name)
        earlier = known.pop(name, None)
        step = earlier or Step(
            submission=submission, cluster=ref.cluster, kind=ref.kind, namespace=ref.namespace, name=ref.name
        )
        step.place, step.why, step.api_version = place, one.why, m.text(one.manifest.get("apiVersion"))
        step.verb = one.verb
        step.save()
    for place, step in enumerate(known.values(), len(planned)):
        if step.state in OPEN and step.verb == "create":  # no longer wanted, but it may stand: it is taken away first
            step.place = place
            step.save(update_fields=["place"])
        else:
            step.delete()


def _name(step: Step) -> tuple[str, str, str, str, str]:
    return step.cluster, m.group_of(step.api_version), step.kind, step.namespace, step.name


def _write(
    session: ClusterSession, writer: Writer, submission: Submission, planned: Sequence[Planned]
) -> tuple[Problem, ...]:
    steps = list(submission.steps.all())
    for step in steps[len(planned) :]:
        keep(step, session.run(writer.remove(step)))
    problems: tuple[Problem, ...] = ()
    for one, step in zip(planned, steps, strict=False):
        step.state, step.at = Step.State.SENDING, timezone.now()
        step.save(update_fields=["state", "at"])
        submission.updated_at = step.at
        submission.save(update_fields=["updated_at"])
        written = session.run(writer.write(one))
        keep(step, written)
        if written.state not in STANDING and not (one.verb == "delete" and written.state == Step.State.REMOVED):
            problems = written.problems
            for later in steps[steps.index(step) + 1 : len(planned)]:
                if later.state in (Step.State.REFUSED, Step.State.REMOVED):
                    later.state, later.answer, later.warnings = Step.State.WAITING, "", []
                    later.save()
            break
    settle(submission)
    return problems


def keep(step: Step, written: Written) -> None:
    """Write down what became of an object."""
    step.state, step.answer, step.warnings = written.state, written.answer, list(written.warnings)
    step.account, step.at = written.account, timezone.now()
    step.uid = written.uid or step.uid
    step.save()


def settle(submission: Submission) -> None:
    """Say how the Submission stands by what became of its objects."""
    # What was to be deleted and is gone is as it should be.
    states = {
        Step.State.STANDS if (verb, state) == ("delete", Step.State.REMOVED) else state
        for verb, state in submission.steps.values_list("verb", "state")
    }
    if states <= {*STANDING, Step.State.REMOVED} and states & {*STANDING}:
        submission.state = Submission.State.DONE
    elif states & {*OPEN}:
        submission.state = Submission.State.PARTIAL
    elif Step.State.REMOVED in states:
        submission.state = Submission.State.REMOVED
    else:
        submission.state = Submission.State.REFUSED
    submission.updated_at = timezone.now()
    submission.save(update_fields=["state", "updated_at"])
