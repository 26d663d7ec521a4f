"""The page of the deployment form, new or filled from what stands: everything that its templates need."""

import hashlib
from typing import Any

from deployments.clusterdeployments.form import ROLES, DeploymentForm
from deployments.domain.findings import by_field
from deployments.domain.manifests import Planned
from deployments.domain.rendering import public

_LABELS = {
    "name": "Name",
    "credential": "Credential",
    "labels": "Labels",
    "services": "Services",
    "template": "Template",
    "config": "Other values",
    "yaml": "YAML",
    "despite": "Change it here",
}
BOXES = (
    "name",
    "credential",
    "labels",
    "kof_role",
    "kof_tenant",
    "validate_only",
    "propagate_credentials",
    "cleanup_on_deletion",
    "services",
    "template",
    "yaml",
    "despite",
)


def form_context(form: DeploymentForm, shown: list[Planned], yaml: str | None = None) -> dict[str, Any]:
    """`shown`: the objects as the form would have them; `yaml`: what somebody typed instead, to be shown again."""
    names = [*BOXES, *(one.name for one in (*form.config.fields, form.config.rest))]
    names += [
        f"services/{row.place}/{name}"
        for row in form.services
        for name in ("name", "template", "namespace", "values", "depends_on")
    ]
    problems = by_field(form.problems, names)
    labels = {one.name: one.label for one in form.config.fields} | _LABELS
    marked = [
        (name, labels.get(name, name), found[0].sentence)
        for name, found in problems.items()
        if name and found[0].severity == "error"
    ]
    open_yaml = yaml is not None or "yaml" in problems
    return {
        "form": form,
        "problems": problems,
        "marked": marked,
        "roles": ROLES,
        "folded": _folded(form, problems),
        "open_yaml": open_yaml,
        **yaml_context(shown, yaml),
    }


def yaml_context(shown: list[Planned], yaml: str | None = None) -> dict[str, Any]:
    """The YAML beside a form, and the box in which it can be written instead."""
    said = public(shown)
    text = said.files[0].yaml
    return {"shown": said, "yaml_text": text if yaml is None else yaml, "yaml_was": fingerprint(text)}


def fingerprint(text: str) -> str:
    """Tells whether somebody wrote in the box: browsers send other line ends, and trim the last ones."""
    return hashlib.sha256(text.replace("\r\n", "\n").strip().encode()).hexdigest()[:16]


def _folded(form: DeploymentForm, problems: dict[str, Any]) -> set[str]:
    """Groups of the template's fields that stay closed: nothing is typed in them, and nothing is wrong."""
    return {
        group.key
        for group in form.config.groups
        if group.folded and not any(one.text.strip() or one.name in problems for one in group.fields)
    }
