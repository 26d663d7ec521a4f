"""Pages on which something is asked for: a form, its preview beside it, and what became of it."""

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deployments import catalog, submit
from deployments.domain.manifests import Planned, plan
from deployments.domain.public import public
from deployments.forms import ROLES, DeploymentForm, as_data, by_field, deployment_form
from deployments.knowledge import world
from deployments.models import Step, Submission
from deployments.shelf import shelf
from deployments.submit.naming import is_key
from deployments.submit.writing import OPEN
from regions import live
from regions.domain.refs import MANAGEMENT
from regions.domain.topics import deployment, kind, object_
from regions.fleet.rows import row_of
from regions.fleet.sight import look
from regions.models import Resource
from regions.requests import ViewedRequest

_LABELS = {"name": "Name", "credential": "Credential", "labels": "Labels", "services": "Services",
           "template": "Template", "config": "Other values"}  # fmt: skip
BOXES = ("name", "credential", "labels", "kof_role", "kof_tenant", "validate_only", "propagate_credentials",
           "cleanup_on_deletion", "services", "template")  # fmt: skip


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def new_deployment(request: ViewedRequest) -> HttpResponse:
    """/new/deployment/: first a template (`?template=<ns>/<name>`), then the form that its schema makes."""
    namespace, slash, name = request.GET.get("template", "").partition("/")
    if not slash:
        found = shelf(catalog.list_templates(viewer=request.viewer), request.GET.get("namespace", ""))
        return render(request, "asking/templates.html", {"shelf": found})
    form = _deployment_form(request, namespace, name)
    if request.method != "POST":
        return _draw(request, form, {"key": submit.new_key()})
    key = request.POST.get("key", "")
    key = key if is_key(key) else submit.new_key()
    if request.POST.get("action") == "more":
        return _draw(request, replace(form, problems=()), {"key": key})
    if not form.sound:
        return _draw(request, form, {"key": key}, status=422)
    planned = plan(form.draft, form.world)
    if request.POST.get("action") == "send":
        return _send(request, form, planned, key)
    return _preview(request, form, planned, key)


def _deployment_form(request: ViewedRequest, namespace: str, name: str) -> DeploymentForm:
    known = world(viewer=request.viewer, namespace=namespace, template=name)
    template = known.templates.get((namespace, name))
    if template is None:
        raise Http404(f"There is no template {name} in {namespace}")
    if request.method == "POST":
        return deployment_form(as_data(request.POST), template, known)
    return deployment_form(None, template, known, credential=request.GET.get("credential", ""))


def _preview(
    request: ViewedRequest, form: DeploymentForm, planned: list[Planned], key: str, changed: bool = False
) -> HttpResponse:
    seen = submit.preview(planned, request.viewer, key)
    return _draw(request, form.with_problems(seen.problems), {"key": key, "preview": seen, "changed": changed})


def _send(request: ViewedRequest, form: DeploymentForm, planned: list[Planned], key: str) -> HttpResponse:
    try:
        sent = submit.submit(planned, request.POST.get("digest", ""), request.viewer, key)
    except submit.NotAsPreviewed:
        # Something else than was shown; or this key's request is done already, and this is another one.
        done = Submission.objects.filter(key=key, state=Submission.State.DONE).exists()
        return _preview(request, form, planned, submit.new_key() if done else key, changed=True)
    except submit.NotTheirs:
        return _preview(request, form, planned, submit.new_key(), changed=True)
    if sent.submission.state in (Submission.State.DONE, Submission.State.WRITING):
        return redirect("deployments:submission", key=key)
    seen = {"key": key, "sent": sent, "digest": request.POST.get("digest", "")}
    return _draw(request, form.with_problems(sent.problems), seen, status=422)


def _draw(request: HttpRequest, form: DeploymentForm, more: dict[str, Any], status: int = 200) -> HttpResponse:
    names = [*BOXES, *(one.name for one in (*form.config.fields, form.config.rest))]
    names += [f"services/{row.place}/{name}" for row in form.services
              for name in ("name", "template", "namespace", "values", "depends_on")]  # fmt: skip
    problems = by_field(form.problems, names)
    labels = {one.name: one.label for one in form.config.fields} | _LABELS
    marked = [(name, labels.get(name, name), found[0].sentence) for name, found in problems.items()
              if name and found[0].severity == "error"]  # fmt: skip
    context = {
        "form": form, "problems": problems, "marked": marked, "roles": ROLES,
        "shown": public(plan(form.draft, form.world)), "folded": _folded(form, problems), **more,
    }  # fmt: skip
    return render(request, "asking/deployment.html", context, status=status)


def _folded(form: DeploymentForm, problems: dict[str, Any]) -> set[str]:
    """Groups of the template's fields that stay closed: nothing is typed in them, and nothing is wrong."""
    return {
        group.key for group in form.config.groups
        if group.folded and not any(one.text.strip() or one.name in problems for one in group.fields)
    }  # fmt: skip


@csrf_protect
@never_cache
@sensitive_post_parameters()
@require_POST
def deployment_yaml(request: ViewedRequest) -> HttpResponse:
    """/new/deployment/yaml/: the objects of the form as it is typed now, for the card beside it."""
    namespace, _, name = request.GET.get("template", "").partition("/")
    form = _deployment_form(request, namespace, name)
    return render(request, "asking/yaml.html", {"shown": public(plan(form.draft, form.world))})


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
        row = Resource.objects.filter(cluster=MANAGEMENT, kind=found.kind, namespace=found.namespace,
                                      name=found.name).first()  # fmt: skip
    elif main is not None and main.state == Step.State.STANDS:
        row = Resource.objects.filter(
            cluster=main.cluster, kind=found.kind, namespace=found.namespace, name=found.name, uid=main.uid
        ).first()
    context = {
        "submission": found, "steps": steps, "row": row_of(row, look()) if row else None,
        "removable": found.state not in ("done", "writing") and any(step.state in OPEN for step in steps),
        "mine": found.person == request.viewer.name, "deletion": main is not None and main.verb == "delete",
    }  # fmt: skip
    return render(request, "asking/submission.html", context)


@require_POST
def remove(request: ViewedRequest, key: str) -> HttpResponse:
    """/submissions/<key>/remove/: take away what a request made that did not succeed."""
    found = Submission.objects.filter(key=key, person=request.viewer.name).first()
    if found is None:
        raise Http404("There is no such request of yours")
    submit.remove(found, request.viewer)
    return redirect("deployments:submission", key=key)
