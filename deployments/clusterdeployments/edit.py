"""`/deployments/<namespace>/<name>/edit/`: the form, filled from what stands, and the change that it sends."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from deployments.clusterdeployments.entry import FormEntry, entered
from deployments.clusterdeployments.form import DeploymentForm, data_of, deployment_form
from deployments.clusterdeployments.form_page import form_context, yaml_context
from deployments.clusterdeployments.opened import Opened, UnreadableDeployment, open_deployment, reopened
from deployments.domain.diffs import owned, unpatchable
from deployments.domain.drafts import DeploymentDraft
from deployments.domain.editing import draft_of, edited
from deployments.domain.findings import Problem, error, note
from deployments.domain.manifests import Planned
from deployments.domain.patches import change, opening, rebased
from deployments.domain.rendering import public
from deployments.submissions.outcomes import Looked
from deployments.submissions.pages import Asked, FormPage, FormRequest, PageRequest, answer, as_data, form_view
from regions.domain import manifest as m
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT
from regions.requests import ViewedRequest

WHY = "What k0rdent makes the cluster from."


@form_view
def edit_deployment(request: FormRequest, namespace: str, name: str) -> HttpResponse:
    """The form carries what it was opened with: so what somebody else changes meanwhile is seen, and kept."""
    try:
        opened = reopened(request.POST.get("opened", ""), namespace, name)
        opened = opened or open_deployment(request.clusters, namespace, name)
    except UnreadableDeployment as problem:
        return problem.page(request)
    edit = Edit(request, opened)
    entry = edit.entry()
    return answer(request, *edit.asked(entry), again=lambda moved: edit.over(moved, entry))


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit of one deployment, in one request."""

    request: ViewedRequest
    opened: Opened

    def entry(self) -> FormEntry:
        if self.request.method != "POST" or "name" not in self.request.POST:
            return FormEntry(self.filled(self.opened.draft, judged=False), shown=True)
        form = self.typed()
        yaml = public(self.whole(form)).files[0].yaml
        return entered(as_data(self.request.POST), form, self.filled, yaml, self.opened.name)

    def asked(self, entry: FormEntry) -> Asked:
        problems = (*entry.form.problems, *_template_gone(entry.form))
        if entry.shown or entry.yaml is not None:
            return self._page(entry), PageRequest(problems=problems, despite=self._despite, shown=entry.shown)
        if not entry.form.sound:
            return self._page(entry), PageRequest(problems=problems, despite=self._despite)
        problems = (*problems, *self._unsayable(entry.form))
        planned = change(self.opened.manifest, edited(self.opened.manifest, entry.form.draft), WHY)
        if planned is None:
            problems = (*problems, note("", "Nothing is changed yet, so there is nothing to send."))
        return self._page(entry), PageRequest([planned] if planned else [], problems, despite=self._despite)

    def over(self, moved: Looked | None, entry: FormEntry) -> Asked:
        """What was wanted, laid over what somebody else made of it meanwhile."""
        if moved is None:
            return self.asked(entry)
        wanted, live = edited(self.opened.manifest, entry.form.draft), moved.stands or {}
        draft = draft_of(rebased(self.opened.manifest, wanted, live))
        now = Edit(self.request, Opened(opening(live)))
        return now.asked(
            FormEntry(now.filled(replace(draft, may_uninstall=entry.form.draft.may_uninstall), judged=True))
        )

    def typed(self) -> DeploymentForm:
        data = as_data(self.request.POST) | {"name": self.opened.name}
        known, template = self.opened.known(self.request.viewer, data.get("template", ""))
        return deployment_form(data, template, known, opened=self.opened.manifest)

    def filled(self, draft: DeploymentDraft, judged: bool) -> DeploymentForm:
        known, template = self.opened.known(self.request.viewer, draft.template)
        data = data_of(draft, template) | ({"may_uninstall": "on"} if draft.may_uninstall else {})
        return deployment_form(data, template, known, opened=self.opened.manifest, judged=judged)

    def whole(self, form: DeploymentForm) -> list[Planned]:
        return [Planned(MANAGEMENT, whole(edited(self.opened.manifest, form.draft)), WHY)]

    @property
    def _despite(self) -> str:
        return self.opened.held.warning if self.opened.held else ""

    def _unsayable(self, form: DeploymentForm) -> list[Problem]:
        places = unpatchable(self.opened.manifest, edited(self.opened.manifest, form.draft))
        said = "cannot be set to null here: a change cannot say so. Write the deployment in a file, and apply it whole."
        return [error("config", f"{place} {said}") for place in places]

    def _page(self, entry: FormEntry) -> FormPage:
        def context(problems: tuple[Problem, ...]) -> Mapping[str, Any]:
            form = replace(entry.form, problems=problems)
            return form_context(form, self.whole(form), entry.yaml) | {
                "opened": self.opened,
                "opened_json": json.dumps(self.opened.manifest),
                "held": self.opened.held,
                "taken": entry.taken,
            }

        return FormPage("submissions/edit.html", "Save changes", context=context)


def _template_gone(form: DeploymentForm) -> list[Problem]:
    if form.template.valid or form.template.schema is not None:
        return []
    said = "The template is not there any more, or is not valid: its values are shown as YAML, and are not checked."
    return [note("template", said)]


def whole(wanted: Manifest) -> Manifest:
    """The object as it would be written in a file: what asks for removal, and what servers add, left out."""
    kept = owned({key: value for key, value in wanted.items() if key != "status"})
    metadata = dict(m.mapping(kept.get("metadata")))
    for part in ("labels", "annotations"):
        said = {key: value for key, value in m.mapping(metadata.pop(part, {})).items() if value is not None}
        if said:
            metadata[part] = said
    return {**kept, "metadata": metadata}


@never_cache
@sensitive_post_parameters()
@require_POST
def edit_yaml(request: ViewedRequest, namespace: str, name: str) -> HttpResponse:
    """`…/edit/yaml/`: the object of the form as it is typed now, for the card beside it."""
    opened = reopened(request.POST.get("opened", ""), namespace, name)
    if opened is None:
        return HttpResponse(status=400)
    edit = Edit(request, opened)
    return render(request, "submissions/yaml_box.html", yaml_context(edit.whole(edit.typed())))
