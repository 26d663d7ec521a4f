"""What a preview cannot know, said by name: nobody should take a clean preview for a running cluster."""

from collections.abc import Sequence

from deployments.submissions.outcomes import Looked, Outcome

_BY_KIND = {
    "ClusterDeployment": (
        "Whether the chart takes these values: k0rdent looks when it renders them, after the deployment was accepted. "
        "Pane has compared them with the template's schema.",
        "Quota, permissions and images at the cloud: nobody asks there before machines are made.",
    ),
    "Credential": ("Whether the cloud accepts this credential: that shows with the first cluster.",),
    "Region": ("Whether k0rdent can install its components in the region: that shows component by component.",),
}


def unchecked(objects: Sequence[Looked]) -> tuple[str, ...]:
    """One sentence for each thing that this preview could not check."""
    found = [f"{one.ref.kind} {one.ref.name} {one.sentence}." for one in objects if one.outcome is Outcome.UNCHECKED]
    for kind, sentences in _BY_KIND.items():
        # What is deleted is not looked at any more; labels and annotations change nothing that could be refused later.
        if any(one.ref.kind == kind and "spec" in one.planned.manifest for one in objects):
            found += sentences
    if any(
        one.ref.kind == "Secret" and one.planned.verb == "patch" and one.outcome is Outcome.CHANGE for one in objects
    ):
        found.append("Whether the new secret is accepted where it is used: that shows the next time it is.")
    return tuple(dict.fromkeys(found))
