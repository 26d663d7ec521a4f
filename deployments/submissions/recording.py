"""What goes to clusters, in the audit trail: as it is shown to people, so without the values of secrets."""

from collections.abc import Sequence
from typing import Any

from deployments.domain.manifests import Planned, main_of
from deployments.domain.rendering import public
from deployments.submissions.outcomes import Preview
from regions.audit import trail
from regions.domain.viewer import Viewer

LONGEST = 4_000
"""Letters of one object."""


def previewed(viewer: Viewer, planned: Sequence[Planned], seen: Preview) -> None:
    """Clusters were asked how they would answer."""
    if planned:
        ref, verb = main_of(planned)
        outcomes = {one.planned.ref.key: str(one.outcome) for one in seen.objects}
        trail.happened(f"preview {verb}", "done", ref, actor=viewer.name, objects=outcomes)


def asked(viewer: Viewer, planned: Sequence[Planned], key: str) -> trail.Act:
    """Objects are about to be written: recorded before the first is."""
    ref, verb = main_of(planned)
    return trail.begin(verb, ref, actor=viewer.name, submission=key, objects=_objects(planned))


def _objects(planned: Sequence[Planned]) -> list[dict[str, Any]]:
    texts = (one.yaml for one in public(planned).objects)
    return [
        {"verb": one.verb, "object": one.ref.key, "manifest": text[:LONGEST]}
        for one, text in zip(planned, texts, strict=True)
    ]
