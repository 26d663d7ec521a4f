"""`/new/credential/`: a provider, its form, the preview beside it. What is secret comes with every post, and is kept
nowhere between them: not in the session, not in the page, not in the database."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from deployments.credentials.forms.fields import CredentialForm, credential_form
from deployments.credentials.forms.provider_picker import offers
from deployments.credentials.namespaces import as_shown, lacking, with_namespaces
from deployments.domain.findings import Problem, errors
from deployments.domain.manifests import plan
from deployments.domain.recipes import Recipe, recipe_for
from deployments.domain.rendering import public
from deployments.domain.snapshot import ClusterSnapshot
from deployments.registration.probing import probed
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
from regions.clusters.rights import ResourceAttributes
from regions.domain.kinds import K0RDENT
from regions.requests import ViewedRequest


@require_safe
def choose(request: ViewedRequest) -> HttpResponse:
    """/new/credential/: which provider; `?chart=` leaves those whose credentials fit deployments of that chart."""
    known = take_snapshot(viewer=request.viewer)
    chart, region = request.GET.get("chart", ""), request.GET.get("region", "")
    return render(request, "credentials/choose.html", {"offers": offers(known, chart, region), "chart": chart})


@form_view
def new(request: FormRequest, provider: str) -> HttpResponse:
    """/new/credential/<provider>/: the form; its preview and its confirmation are posts of the same form."""
    recipe = _recipe(provider)
    snapshot = take_snapshot(viewer=request.viewer)
    if request.method != "POST":
        return answer(request, _page(credential_form(None, request.GET.dict(), recipe, snapshot)), PageRequest())
    form = _read(request, recipe, snapshot)
    missing = tuple(name for name in request.POST.get("missing", "").split(" ") if name)
    return answer(request, *_asked(request, form, missing), again=lambda _: _asked(request, form, missing, anew=True))


def _recipe(provider: str) -> Recipe:
    recipe = recipe_for(provider)
    if recipe is None:
        raise Http404(f"There is no recipe for credentials of {provider}")
    return recipe


def _read(request: ViewedRequest, recipe: Recipe, snapshot: ClusterSnapshot) -> CredentialForm:
    return credential_form(as_data(request.POST), {}, recipe, snapshot)


def _asked(request: FormRequest, form: CredentialForm, missing: tuple[str, ...], anew: bool = False) -> Asked:
    """`missing`: the namespaces that the preview said would be made; what is confirmed is what was shown."""
    action = action_of(request)
    kubeconfig = form.draft.secrets.get("kubeconfig")
    if action == "probe" and kubeconfig:
        # Of the kubeconfig alone: the rest of the form may not be filled yet.
        said = form.of("kubeconfig")
        wanted = ResourceAttributes("create", K0RDENT, "Credential", form.draft.namespace)
        said = said if errors(said) else (*said, *probed("kubeconfig", kubeconfig, request.clusters, wanted))
        return _page(form, missing), PageRequest(problems=said, shown=True)
    if form.sound:
        snapshot = form.snapshot
        looking = action != "send" or anew
        if looking:
            # A namespace that an earlier try of this request has made is still among what it asks for.
            snapshot = with_namespaces(request.clusters, snapshot, form.draft)
            needed = {form.draft.namespace, snapshot.system_namespace}
            missing = tuple(sorted({*missing, *lacking(snapshot, form.draft)} & needed))
        if missing or not looking:
            snapshot = as_shown(snapshot, form.draft, missing)
        form = _read(request, form.recipe, snapshot)
    planned = plan(form.draft, form.snapshot) if form.sound else []
    return _page(form, missing), PageRequest(planned, form.problems)


def _page(form: CredentialForm, missing: tuple[str, ...] = ()) -> FormPage:
    def context(problems: tuple[Problem, ...]) -> Mapping[str, Any]:
        return {"form": replace(form, problems=problems), "shown": public(form.sketch), "missing": missing}

    return FormPage("credentials/new.html", "Create credential", context=context)


@never_cache
@sensitive_post_parameters()
@require_POST
def sketch(request: ViewedRequest, provider: str) -> HttpResponse:
    """/new/credential/<provider>/yaml/: the objects of the form as it is typed now. Nothing secret need be posted."""
    form = _read(request, _recipe(provider), take_snapshot(viewer=request.viewer))
    return render(request, "submissions/yaml.html", {"shown": public(form.sketch)})
