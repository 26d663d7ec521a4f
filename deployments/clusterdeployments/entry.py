"""What was entered in a deployment's form: by its boxes, or in the box of YAML beside it, which becomes the form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from deployments.clusterdeployments.form import DeploymentForm
from deployments.clusterdeployments.yaml_box import take_over
from deployments.domain.drafts import DeploymentDraft


@dataclass(frozen=True, slots=True)
class FormEntry:
    """`yaml` is what stands in the box and could not be taken, `taken` that it was, and is only to be seen so far."""

    form: DeploymentForm
    shown: bool = False  # the form grew or shrank, or is as it was before: nothing is asked yet
    yaml: str | None = None
    taken: bool = False


def entered(
    data: Mapping[str, str],
    form: DeploymentForm,
    filled: Callable[[DeploymentDraft, bool], DeploymentForm],
    yaml: str,
    name: str = "",
) -> FormEntry:
    """`form` as its boxes say, `yaml` what that comes to; `filled(draft, judged)` is the form of what YAML says."""
    action = "more" if "drop" in data else data.get("action", "")
    taken = take_over(data, yaml, form.template.namespace, name)
    if taken is not None:
        if taken.draft is None:
            return FormEntry(replace(form, problems=taken.problems), yaml=taken.text)
        form = filled(taken.draft, action != "yaml").with_problems(taken.problems)
        if action == "yaml":
            return FormEntry(form, shown=True, taken=True)
    if action in ("more", "discard"):
        return FormEntry(replace(form, problems=()), shown=True)
    return FormEntry(form)
