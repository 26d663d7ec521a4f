"""The YAML box beside the deployment form: what is written there becomes the form, and nothing is lost silently."""

from collections.abc import Mapping
from dataclasses import dataclass

from deployments.clusterdeployments.form_page import fingerprint
from deployments.domain.drafts import DeploymentDraft
from deployments.domain.findings import Problem, error
from deployments.domain.pasted import FIELD, NotTaken, take


@dataclass(frozen=True, slots=True)
class Taken:
    """What the box came to: a draft to fill the form with, or problems beside the text that is shown again."""

    draft: DeploymentDraft | None
    problems: tuple[Problem, ...]
    text: str


def take_over(data: Mapping[str, str], current: str, namespace: str, name: str = "") -> Taken | None:
    """None: nobody wrote in the box, or it is to be left. `current` is the YAML of the form as it is posted."""
    text, action = data.get("yaml", ""), data.get("action", "")
    wrote = bool(text.strip()) and fingerprint(text) != data.get("yaml_was", "")
    if action == "discard" or not (wrote or action == "yaml"):
        return None
    if action != "yaml" and fingerprint(current) not in (data.get("yaml_was"), fingerprint(text)):
        sentence = (
            "Both the form and this YAML were changed. Take over from the YAML, which replaces what the form "
            "says, or put the YAML back."
        )
        return Taken(None, (error(FIELD, sentence),), text)
    try:
        draft, found = take(text, namespace, name)
    except NotTaken as problem:
        return Taken(None, (error(FIELD, str(problem)),), text)
    return Taken(draft, tuple(found), text)
