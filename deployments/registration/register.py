"""`/new/region/`: register a cluster as a region. A pasted kubeconfig comes with every post, and is kept nowhere."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from deployments import submissions
from deployments.domain.findings import by_field
from deployments.domain.manifests import plan
from deployments.domain.rendering import public
from deployments.models import Submission
from deployments.registration.form import BOXES, SOURCES, RegionForm, probed, region_form
from deployments.submissions.confirm_form import as_data
from deployments.submissions.keys import is_key
from deployments.submissions.snapshot import take_snapshot
from regions.requests import ViewedRequest


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def new_region(request: ViewedRequest) -> HttpResponse:
    """/new/region/"""
    form = _form(request)
    if request.method != "POST":
        return _draw(request, form, {"key": submissions.new_key()})
    key = request.POST.get("key", "")
    key = key if is_key(key) else submissions.new_key()
    if not form.sound:
        return _draw(request, form, {"key": key}, status=422)
    if request.POST.get("action") == "send":
        return _send(request, form, key)
    return _preview(request, form, key)


def _form(request: ViewedRequest) -> RegionForm:
    known = take_snapshot(viewer=request.viewer, hosted=True)
    if request.method != "POST":
        return region_form(None, (), known)
    return region_form(as_data(request.POST), request.POST.getlist("providers"), known)


def _preview(request: ViewedRequest, form: RegionForm, key: str, changed: bool = False) -> HttpResponse:
    form = form.with_problems(probed(form))
    if not form.sound:
        return _draw(request, form, {"key": key}, status=422)
    seen = submissions.preview(plan(form.draft, form.snapshot), request.viewer, key)
    return _draw(request, form.with_problems(seen.problems), {"key": key, "preview": seen, "changed": changed})


def _send(request: ViewedRequest, form: RegionForm, key: str) -> HttpResponse:
    digest = request.POST.get("digest", "")
    try:
        sent = submissions.submit(plan(form.draft, form.snapshot), digest, request.viewer, key)
    except submissions.NotAsPreviewed:
        # Something else than was shown; or this key's request is done already, and this is another one.
        done = Submission.objects.filter(key=key, state=Submission.State.DONE).exists()
        return _preview(request, form, submissions.new_key() if done else key, changed=True)
    except submissions.NotTheirs:
        return _preview(request, form, submissions.new_key(), changed=True)
    if sent.submission.state in (Submission.State.DONE, Submission.State.WRITING):
        return redirect("deployments:submission", key=key)
    return _draw(request, form.with_problems(sent.problems), {"key": key, "sent": sent, "digest": digest}, status=422)


def _draw(request: ViewedRequest, form: RegionForm, more: dict[str, Any], status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "problems": by_field(form.problems, BOXES),
        "sources": SOURCES,
        "shown": public(form.sketch),
        **more,
    }
    return render(request, "submissions/region.html", context, status=status)


@never_cache
@sensitive_post_parameters()
@require_POST
def region_yaml(request: ViewedRequest) -> HttpResponse:
    """/new/region/yaml/: the objects of the form as it is typed now. Nothing secret need be posted."""
    return render(request, "submissions/yaml.html", {"shown": public(_form(request).sketch)})
