"""What goes to clusters, in the audit trail: as it is shown to people, so without the values of secrets."""

from collections.abc import Iterable, Sequence
from typing import Any

from deployments.domain.manifests import Planned, main_of
from deployments.domain.rendering import public
from deployments.models import Step, Submission
from deployments.submissions.outcomes import Preview
from regions.audit import trail
from regions.domain import manifest as m
from regions.domain.refs import MANAGEMENT, Ref
from regions.domain.viewer import Viewer

LONGEST = 4_000
"""Letters of one object."""


def previewed(viewer: Viewer, planned: Sequence[Planned], seen: Preview) -> None:
    """Clusters were asked how they would answer."""
    if planned:
        ref, verb = main_of(planned)
        outcomes = {one.planned.ref.key: str(one.outcome) for one in seen.objects}
        trail.happened(f"preview {verb}", "done", ref, actor=viewer.name, objects=outcomes)


def asked(viewer: Viewer, planned: Sequence[Planned], key: str, leftovers: Sequence[Step] = ()) -> trail.Act:
    """Objects are about to be written, and those that an earlier try left and nobody wants now to be removed: recorded
    before the first is."""
    ref, verb = main_of(planned)
    objects = [*_objects(planned), *map(_removal, leftovers)]
    return trail.begin(verb, ref, actor=viewer.name, submission=key, objects=objects)


def taken_back(viewer: Viewer, submission: Submission, steps: Sequence[Step]) -> trail.Act:
    """What a request made is about to be removed again: recorded before the first is."""
    ref = Ref(MANAGEMENT, "", submission.kind, submission.namespace, submission.name)  # no row has the group
    return trail.begin(
        "remove", ref, actor=viewer.name, submission=submission.key, objects=[_removal(one) for one in steps]
    )


def ended(act: trail.Act, submission: Submission, steps: Iterable[Step]) -> None:
    """What came of it, step by step."""
    act.ended(submission.state, steps=[f"{step} {step.answer}".strip()[:500] for step in steps])


def _objects(planned: Sequence[Planned]) -> list[dict[str, Any]]:
    texts = (one.yaml for one in public(planned).objects)
    return [
        {"verb": one.verb, "object": one.ref.key, "manifest": text[:LONGEST]}
        for one, text in zip(planned, texts, strict=True)
    ]


def _removal(step: Step) -> dict[str, Any]:
    return {"verb": "delete", "object": _ref(step).key, "uid": step.uid}


def _ref(step: Step) -> Ref:
    return Ref(step.cluster, m.group_of(step.api_version), step.kind, step.namespace, step.name)
