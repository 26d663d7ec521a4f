"""`/new/deployment/`: a template is chosen, then its form is filled, previewed and sent."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from deployments.clusterdeployments.entry import FormEntry, entered
from deployments.clusterdeployments.form import DeploymentForm, data_of, deployment_form
from deployments.clusterdeployments.form_page import form_context, yaml_context
from deployments.clusterdeployments.opened import UnreadableDeployment, open_deployment
from deployments.clusterdeployments.preflight import checked
from deployments.domain.checks import PreflightCheck
from deployments.domain.drafts import DeploymentDraft
from deployments.domain.findings import Problem, note
from deployments.domain.manifests import plan
from deployments.domain.rendering import public
from deployments.domain.snapshot import ClusterSnapshot, KnownTemplate
from deployments.submissions.pages import (
    Asked,
    FormPage,
    FormRequest,
    PageRequest,
    action_of,
    answer,
    as_data,
    form_view,
)
from deployments.submissions.snapshot import take_snapshot
from deployments.template_catalog.listing import list_templates
from deployments.template_catalog.template_picker import pick
from regions.requests import ViewedRequest


@form_view
def new_deployment(request: FormRequest) -> HttpResponse:
    """/new/deployment/: first a template (`?template=<ns>/<name>`), then the form that its schema makes.

    `?from=<ns>/<name>` fills it from a deployment that stands.
    """
    namespace, slash, name = request.GET.get("template", "").partition("/")
    if source := request.GET.get("from", ""):
        return _clone(request, *source.partition("/")[::2])
    if not slash:
        found = pick(list_templates(viewer=request.viewer), request.GET.get("namespace", ""))
        return render(request, "submissions/templates.html", {"picker": found})
    known, template = _template(request, namespace, name)
    if request.method != "POST":
        form = deployment_form(None, template, known, credential=request.GET.get("credential", ""))
        return answer(request, _page(FormEntry(form)), PageRequest())
    entry = _entry(request, deployment_form(as_data(request.POST), template, known))
    return answer(request, *_asked(request, entry), again=lambda _: _asked(request, entry, anew=True))


def _entry(request: ViewedRequest, form: DeploymentForm) -> FormEntry:
    def filled(draft: DeploymentDraft, judged: bool) -> DeploymentForm:
        """The form filled with a draft, by the template that the draft names where there is one."""
        known, template = form.snapshot, form.template
        if draft.template != template.name and (draft.namespace, draft.template) in known.templates:
            known, template = _template(request, draft.namespace, draft.template)
        return deployment_form(data_of(draft, template), template, known, judged=judged)

    yaml = public(plan(form.draft, form.snapshot)).files[0].yaml
    return entered(as_data(request.POST), form, filled, yaml)


def _asked(request: FormRequest, entry: FormEntry, anew: bool = False) -> Asked:
    form = entry.form
    if entry.shown or entry.yaml is not None or not form.sound:
        return _page(entry), PageRequest(problems=form.problems, shown=entry.shown)
    looked = () if action_of(request) == "send" and not anew else checked(request.clusters, form.draft, form.snapshot)
    return _page(entry, looked), PageRequest(plan(form.draft, form.snapshot), form.problems)


def _page(entry: FormEntry, checks: tuple[PreflightCheck, ...] = ()) -> FormPage:
    def context(problems: tuple[Problem, ...]) -> Mapping[str, Any]:
        form = replace(entry.form, problems=problems)
        more = {"checks": checks, "taken": entry.taken}
        return form_context(form, plan(form.draft, form.snapshot), entry.yaml) | more

    return FormPage("submissions/deployment.html", "Create deployment", context=context)


def _template(request: ViewedRequest, namespace: str, name: str) -> tuple[ClusterSnapshot, KnownTemplate]:
    known = take_snapshot(viewer=request.viewer, namespace=namespace, template=name)
    template = known.templates.get((namespace, name))
    if template is None:
        raise Http404(f"There is no template {name} in {namespace}")
    return known, template


def _clone(request: FormRequest, namespace: str, name: str) -> HttpResponse:
    """The form of a new deployment, filled from one that stands; what belongs to that one alone is left out."""
    try:
        draft = open_deployment(request.clusters, namespace, name).draft
    except UnreadableDeployment as problem:
        return problem.page(request)
    known, template = _template(request, namespace, draft.template)
    kept = {part: dict(values) for part, values in (draft.kept or {}).items() if part != "annotations"}
    left = kept.get("spec", {}).pop("ipamClaim", None)
    copy = replace(draft, name="", kept=kept)
    said: list[Problem] = [note("", f"Filled from {namespace}/{name}. Give it a name; everything else can be changed.")]
    if left:
        said.append(note("", "Its claim of addresses (ipamClaim) is left out: it belongs to the other cluster."))
    form = deployment_form(data_of(copy, template), template, known, judged=False)
    return answer(request, _page(FormEntry(form)), PageRequest(problems=tuple(said), shown=True))


@csrf_protect
@never_cache
@sensitive_post_parameters()
@require_POST
def deployment_yaml(request: ViewedRequest) -> HttpResponse:
    """/new/deployment/yaml/: the objects of the form as it is typed now, for the card beside it."""
    namespace, _, name = request.GET.get("template", "").partition("/")
    known, template = _template(request, namespace, name)
    form = deployment_form(as_data(request.POST), template, known)
    return render(request, "submissions/yaml_box.html", yaml_context(plan(form.draft, form.snapshot)))
