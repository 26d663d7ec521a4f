"""`/new/credential/`: a provider, its form, the preview beside it. What is secret comes with every post, and is kept
nowhere between them: not in the session, not in the page, not in the database."""

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deployments import submissions
from deployments.credentials.forms.fields import CredentialForm, credential_form
from deployments.credentials.forms.provider_picker import offers
from deployments.credentials.namespaces import as_shown, lacking, with_namespaces
from deployments.domain.findings import errors
from deployments.domain.manifests import plan
from deployments.domain.recipes import Recipe, recipe_for
from deployments.domain.rendering import public
from deployments.domain.snapshot import ClusterSnapshot
from deployments.models import Submission
from deployments.registration.probing import probed
from deployments.submissions.confirm_form import as_data
from deployments.submissions.keys import is_key
from deployments.submissions.snapshot import take_snapshot
from regions.requests import ViewedRequest


@require_safe
def choose(request: ViewedRequest) -> HttpResponse:
    """/new/credential/: which provider; `?chart=` leaves those whose credentials fit deployments of that chart."""
    known = take_snapshot(viewer=request.viewer)
    chart, region = request.GET.get("chart", ""), request.GET.get("region", "")
    return render(request, "credentials/choose.html", {"offers": offers(known, chart, region), "chart": chart})


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: ViewedRequest, provider: str) -> HttpResponse:
    """/new/credential/<provider>/: the form; its preview and its confirmation are posts of the same form."""
    recipe = _recipe(provider)
    known = take_snapshot(viewer=request.viewer)
    if request.method != "POST":
        form = credential_form(None, request.GET.dict(), recipe, known)
        return _draw(request, form, {"key": submissions.new_key()})
    key = request.POST.get("key", "")
    key = key if is_key(key) else submissions.new_key()
    missing = [name for name in request.POST.get("missing", "").split(" ") if name]
    form = _read(request, recipe, known)
    kubeconfig = form.draft.secrets.get("kubeconfig")
    if request.POST.get("action") == "probe" and kubeconfig:
        # Of the kubeconfig alone: the rest of the form may not be filled yet.
        said = form.of("kubeconfig")
        said = (*said, *probed("kubeconfig", kubeconfig)) if not errors(said) else said
        return _draw(request, replace(form, problems=said), {"key": key, "missing": missing})
    if form.sound and request.POST.get("action") == "send":
        return _send(request, _read(request, recipe, as_shown(known, form.draft, missing)), key, missing)
    return _preview(request, form, key, missing)


def _recipe(provider: str) -> Recipe:
    recipe = recipe_for(provider)
    if recipe is None:
        raise Http404(f"There is no recipe for credentials of {provider}")
    return recipe


def _read(request: ViewedRequest, recipe: Recipe, known: ClusterSnapshot) -> CredentialForm:
    return credential_form(as_data(request.POST), {}, recipe, known)


def _preview(
    request: ViewedRequest, form: CredentialForm, key: str, missing: list[str], changed: bool = False
) -> HttpResponse:
    if form.sound:
        # A namespace that an earlier try of this request has made is still among what it asks for.
        known = with_namespaces(form.snapshot, form.draft, request.viewer)
        missing = sorted({*missing, *lacking(known, form.draft)} & {form.draft.namespace, known.system_namespace})
        if missing:
            known = as_shown(known, form.draft, missing)
        form = _read(request, form.recipe, known)
    if not form.sound:
        return _draw(request, form, {"key": key, "missing": missing}, status=422)
    seen = submissions.preview(plan(form.draft, form.snapshot), request.viewer, key)
    context = {"key": key, "preview": seen, "changed": changed, "missing": missing}
    return _draw(request, form.with_problems(seen.problems), context)


def _send(request: ViewedRequest, form: CredentialForm, key: str, missing: list[str]) -> HttpResponse:
    digest = request.POST.get("digest", "")
    try:
        sent = submissions.submit(plan(form.draft, form.snapshot), digest, request.viewer, key)
    except submissions.NotAsPreviewed:
        # Something else than was shown; or this key's request is done already, and this is another one.
        done = Submission.objects.filter(key=key, state=Submission.State.DONE).exists()
        return _preview(request, form, submissions.new_key() if done else key, [] if done else missing, changed=True)
    except submissions.NotTheirs:
        return _preview(request, form, submissions.new_key(), [], changed=True)
    if sent.submission.state in (Submission.State.DONE, Submission.State.WRITING):
        return redirect("deployments:submission", key=key)
    seen = {"key": key, "sent": sent, "digest": digest, "missing": missing}
    return _draw(request, form.with_problems(sent.problems), seen, status=422)


def _draw(request: ViewedRequest, form: CredentialForm, more: dict[str, Any], status: int = 200) -> HttpResponse:
    context = {"form": form, "shown": public(form.sketch), **more}
    return render(request, "credentials/new.html", context, status=status)


@never_cache
@sensitive_post_parameters()
@require_POST
def sketch(request: ViewedRequest, provider: str) -> HttpResponse:
    """/new/credential/<provider>/yaml/: the objects of the form as it is typed now. Nothing secret need be posted."""
    form = _read(request, _recipe(provider), take_snapshot(viewer=request.viewer))
    return render(request, "submissions/yaml.html", {"shown": public(form.sketch)})
