"""Pages on which something is asked for: a form, its preview beside it, and what became of it."""

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deployments import submissions
from deployments.clusterdeployments.form import DeploymentForm, data_of, deployment_form
from deployments.clusterdeployments.form_page import form_context, yaml_context
from deployments.clusterdeployments.opened import UnreadableDeployment, open_deployment
from deployments.clusterdeployments.preflight import checked
from deployments.clusterdeployments.yaml_box import take_over
from deployments.domain.drafts import DeploymentDraft
from deployments.domain.findings import Problem, note
from deployments.domain.manifests import Planned, plan
from deployments.domain.rendering import public
from deployments.domain.snapshot import ClusterSnapshot, KnownTemplate
from deployments.models import Step, Submission
from deployments.submissions.confirm_form import as_data, confirm, key_of, went
from deployments.submissions.confirmation import OPEN
from deployments.submissions.snapshot import take_snapshot
from deployments.template_catalog.listing import list_templates
from deployments.template_catalog.template_picker import pick
from regions import live
from regions.domain.refs import MANAGEMENT
from regions.domain.topics import deployment, kind, object_
from regions.inventory.rows import row_of
from regions.inventory.visibility import look
from regions.models import Resource
from regions.requests import ViewedRequest


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def new_deployment(request: ViewedRequest) -> HttpResponse:
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
        return _draw(request, form, {"key": submissions.new_key()})
    return _posted(request, deployment_form(as_data(request.POST), template, known), key_of(request))


def _posted(request: ViewedRequest, form: DeploymentForm, key: str) -> HttpResponse:
    action = "more" if "drop" in request.POST else request.POST.get("action", "")
    taken = take_over(as_data(request.POST), _yaml(form), form.template.namespace)
    if taken is not None:
        if taken.draft is None:
            unjudged = replace(form, problems=taken.problems)
            return _draw(request, unjudged, {"key": key}, status=422, yaml=taken.text)
        form = _filled(request, taken.draft, form, judged=action != "yaml").with_problems(taken.problems)
        if action == "yaml":
            return _draw(request, form, {"key": key, "taken": True})
    if action in ("more", "discard"):
        return _draw(request, replace(form, problems=()), {"key": key})
    if not form.sound:
        return _draw(request, form, {"key": key}, status=422)
    planned = plan(form.draft, form.snapshot)
    if action == "send":
        return _send(request, form, planned, key)
    return _preview(request, form, planned, key)


def _yaml(form: DeploymentForm) -> str:
    return public(plan(form.draft, form.snapshot)).files[0].yaml


def _template(request: ViewedRequest, namespace: str, name: str) -> tuple[ClusterSnapshot, KnownTemplate]:
    known = take_snapshot(viewer=request.viewer, namespace=namespace, template=name)
    template = known.templates.get((namespace, name))
    if template is None:
        raise Http404(f"There is no template {name} in {namespace}")
    return known, template


def _filled(request: ViewedRequest, draft: DeploymentDraft, form: DeploymentForm, judged: bool) -> DeploymentForm:
    """The form filled with a draft, by the template that the draft names where there is one."""
    known, template = form.snapshot, form.template
    if draft.template != template.name and (draft.namespace, draft.template) in known.templates:
        known, template = _template(request, draft.namespace, draft.template)
    return deployment_form(data_of(draft, template), template, known, judged=judged)


def _clone(request: ViewedRequest, namespace: str, name: str) -> HttpResponse:
    """The form of a new deployment, filled from one that stands; what belongs to that one alone is left out."""
    try:
        draft = open_deployment(namespace, name, request.viewer).draft
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
    return _draw(request, form.with_problems(said), {"key": submissions.new_key()})


def _preview(
    request: ViewedRequest, form: DeploymentForm, planned: list[Planned], key: str, changed: bool = False
) -> HttpResponse:
    seen = submissions.preview(planned, request.viewer, key)
    looked = checked(form.draft, form.snapshot, request.viewer)
    shown = {"key": key, "preview": seen, "changed": changed, "checks": looked}
    return _draw(request, form.with_problems(seen.problems), shown)


def _send(request: ViewedRequest, form: DeploymentForm, planned: list[Planned], key: str) -> HttpResponse:
    sent, key = confirm(request, planned, key)
    if sent is None:
        return _preview(request, form, planned, key, changed=True)
    if went(sent):
        return redirect("deployments:submission", key=key)
    seen = {"key": key, "sent": sent, "digest": request.POST.get("digest", "")}
    return _draw(request, form.with_problems(sent.problems), seen, status=422)


def _draw(
    request: HttpRequest, form: DeploymentForm, more: dict[str, Any], status: int = 200, yaml: str | None = None
) -> HttpResponse:
    context = form_context(form, plan(form.draft, form.snapshot), yaml)
    return render(request, "submissions/deployment.html", context | more, status=status)


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


@require_safe
def submission(request: ViewedRequest, key: str) -> HttpResponse:
    """/submissions/<key>/: what was asked, what the clusters answered, and what became of it since."""
    live.follow(request, kind("Region"), kind("Management"))
    found = Submission.objects.filter(key=key).prefetch_related("steps").first()
    if found is None:
        raise Http404("There is no such request")
    live.follow(request, object_(found.kind, found.namespace, found.name))
    if found.kind == "ClusterDeployment":
        live.follow(request, deployment(found.namespace, found.name))
    steps = list(found.steps.all())
    main = next((step for step in steps if (step.kind, step.name) == (found.kind, found.name)), None)
    row = None
    if main is None and found.state == Submission.State.DONE:  # it was served, not written
        row = Resource.objects.filter(
            cluster=MANAGEMENT, kind=found.kind, namespace=found.namespace, name=found.name
        ).first()
    elif main is not None and main.state == Step.State.STANDS:
        row = Resource.objects.filter(
            cluster=main.cluster, kind=found.kind, namespace=found.namespace, name=found.name, uid=main.uid
        ).first()
    context = {
        "submission": found,
        "steps": steps,
        "row": row_of(row, look()) if row else None,
        "removable": found.state not in ("done", "writing")
        and any(step.state in OPEN and step.verb == "create" for step in steps),
        "mine": found.person == request.viewer.name,
        "deletion": main is not None and main.verb == "delete",
        "changes": all(step.verb == "patch" for step in steps),
    }
    return render(request, "submissions/submission.html", context)


@require_POST
def remove(request: ViewedRequest, key: str) -> HttpResponse:
    """/submissions/<key>/remove/: take away what a request made that did not succeed."""
    found = Submission.objects.filter(key=key, person=request.viewer.name).first()
    if found is None:
        raise Http404("There is no such request of yours")
    submissions.remove(found, request.viewer)
    return redirect("deployments:submission", key=key)
