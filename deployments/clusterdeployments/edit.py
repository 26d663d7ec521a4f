"""`/deployments/<namespace>/<name>/edit/`: the form, filled from what stands, and the change that it sends."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from deployments import submissions
from deployments.clusterdeployments.form import DeploymentForm, data_of, deployment_form
from deployments.clusterdeployments.form_page import form_context, yaml_context
from deployments.clusterdeployments.opened import Opened, UnreadableDeployment, open_deployment, reopened
from deployments.clusterdeployments.yaml_box import take_over
from deployments.domain.diffs import DiffLine, owned, unpatchable
from deployments.domain.editing import draft_of, edited
from deployments.domain.findings import Problem, error, note
from deployments.domain.manifests import Planned
from deployments.domain.patches import change, opening, rebased, touches
from deployments.domain.rendering import public
from deployments.submissions import Preview
from deployments.submissions.confirm_form import as_data, confirm, key_of, went
from regions.domain import manifest as m
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT
from regions.requests import ViewedRequest

WHY = "What k0rdent makes the cluster from."


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def edit_deployment(request: ViewedRequest, namespace: str, name: str) -> HttpResponse:
    """The form carries what it was opened with: so what somebody else changes meanwhile is seen, and kept."""
    try:
        opened = reopened(request.POST.get("opened", ""), namespace, name)
        opened = opened or open_deployment(namespace, name, request.viewer)
    except UnreadableDeployment as problem:
        return problem.page(request)
    return Edit(request, opened).answer()


@dataclass
class Edit:
    """One edit of one deployment, in one request."""

    request: ViewedRequest
    opened: Opened
    key: str = ""
    said: tuple[Problem, ...] = ()
    moved: tuple[tuple[DiffLine, bool], ...] = ()  # what somebody else changed, and whether this form changes it too
    more: dict[str, Any] = field(default_factory=dict)

    def answer(self) -> HttpResponse:
        self.key = key_of(self.request)
        if self.request.method != "POST" or "name" not in self.request.POST:
            return self._draw(self._filled(self.opened.draft, judged=False))
        form = self._typed()
        action = "more" if "drop" in self.request.POST else self.request.POST.get("action", "")
        taken = take_over(as_data(self.request.POST), self._yaml(form), self.opened.namespace, self.opened.name)
        if taken is not None:
            if taken.draft is None:
                return self._draw(replace(form, problems=taken.problems), 422, yaml=taken.text)
            form = self._filled(taken.draft, judged=action != "yaml").with_problems(taken.problems)
            if action == "yaml":
                return self._draw(form, taken=True)
        if action in ("more", "discard"):
            return self._draw(replace(form, problems=()))
        return self._asked(form, action)

    def _asked(self, form: DeploymentForm, action: str) -> HttpResponse:
        form = form.with_problems(self._unsayable(form))
        if not form.sound:
            return self._draw(form, 422)
        planned = self._planned(form)
        if planned is None:
            return self._draw(form.with_problems([note("", "Nothing is changed yet, so there is nothing to send.")]))
        if action != "send":
            return self._preview(form, planned)
        if self.opened.held and "despite" not in self.request.POST:
            return self._preview(form, planned, unsaid=True)
        sent, self.key = confirm(self.request, [planned], self.key)
        if sent is None:
            return self._preview(form, planned, changed=True)
        if went(sent):
            return redirect("deployments:submission", key=self.key)
        seen = submissions.preview([planned], self.request.viewer, self.key)
        if seen.moved:
            return self._rebased(form, seen)
        digest = self.request.POST.get("digest", "")
        return self._draw(form.with_problems(sent.problems), 422, sent=sent, digest=digest)

    def _preview(
        self, form: DeploymentForm, planned: Planned, *, changed: bool = False, unsaid: bool = False
    ) -> HttpResponse:
        seen = submissions.preview([planned], self.request.viewer, self.key)
        if seen.moved and seen.moved.differences:
            return self._rebased(form, seen)
        form = form.with_problems(seen.problems)
        if unsaid:
            held = self.opened.held
            form = form.with_problems([error("despite", f"Say that you mean it. {held.warning if held else ''}")])
        return self._draw(form, 422 if unsaid else 200, preview=seen, changed=changed)

    def _rebased(self, form: DeploymentForm, seen: Preview) -> HttpResponse:
        """What was wanted, laid over what it has become, and shown again."""
        assert seen.moved is not None
        live, lines = seen.moved.stands or {}, seen.moved.differences
        wanted = edited(self.opened.manifest, form.draft)
        mine = change(self.opened.manifest, wanted, WHY)
        draft = draft_of(rebased(self.opened.manifest, wanted, live))
        ours = mine.manifest if mine else {}
        self.moved = tuple((line, touches(ours, line.path)) for line in lines)
        self.opened = Opened(opening(live))
        again = self._filled(replace(draft, may_uninstall=form.draft.may_uninstall), judged=True)
        planned = self._planned(again)
        if planned is None or not again.sound:
            return self._draw(again, 409)
        fresh = submissions.preview([planned], self.request.viewer, self.key)
        return self._draw(again.with_problems(fresh.problems), 409, preview=fresh)

    def _typed(self) -> DeploymentForm:
        data = as_data(self.request.POST) | {"name": self.opened.name}
        known, template = self.opened.known(self.request.viewer, data.get("template", ""))
        return deployment_form(data, template, known, opened=self.opened.manifest)

    def _filled(self, draft: Any, judged: bool) -> DeploymentForm:
        known, template = self.opened.known(self.request.viewer, draft.template)
        data = data_of(draft, template) | ({"may_uninstall": "on"} if draft.may_uninstall else {})
        return deployment_form(data, template, known, opened=self.opened.manifest, judged=judged)

    def _planned(self, form: DeploymentForm) -> Planned | None:
        return change(self.opened.manifest, edited(self.opened.manifest, form.draft), WHY)

    def _unsayable(self, form: DeploymentForm) -> list[Problem]:
        places = unpatchable(self.opened.manifest, edited(self.opened.manifest, form.draft))
        return [
            error(
                "config",
                f"{place} cannot be set to null here: a change cannot say so. Write the deployment "
                "in a file, and apply it whole.",
            )
            for place in places
        ]

    def _whole(self, form: DeploymentForm) -> list[Planned]:
        return [Planned(MANAGEMENT, whole(edited(self.opened.manifest, form.draft)), WHY)]

    def _yaml(self, form: DeploymentForm) -> str:
        return public(self._whole(form)).files[0].yaml

    def _draw(self, form: DeploymentForm, status: int = 200, *, yaml: str | None = None, **more: Any) -> HttpResponse:
        if not form.template.valid and form.template.schema is None:
            form = form.with_problems(
                [
                    note(
                        "template",
                        "The template is not there any more, or is not valid: its "
                        "values are shown as YAML, and are not checked.",
                    )
                ]
            )
        preview = more.get("preview")
        context = (
            form_context(form, self._whole(form), yaml)
            | {
                "opened": self.opened,
                "opened_json": json.dumps(self.opened.manifest),
                "held": self.opened.held,
                "key": self.key,
                "moved": self.moved,
                "patch": public([preview.objects[0].planned]) if preview else None,
                "despite": "despite" in self.request.POST,
            }
            | more
        )
        return render(self.request, "submissions/edit.html", context, status=status)


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
    return render(request, "submissions/yaml_box.html", yaml_context(edit._whole(edit._typed())))
