"""`/new/region/`: register a cluster as a region. A pasted kubeconfig comes with every post, and is kept nowhere."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from deployments.domain.findings import Problem
from deployments.domain.manifests import plan
from deployments.domain.rendering import public
from deployments.registration.form import BOXES, SOURCES, RegionForm, probed, region_form
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
from regions.requests import ViewedRequest


@form_view
def new_region(request: FormRequest) -> HttpResponse:
    """/new/region/"""
    form = _form(request)
    if request.method != "POST":
        return answer(request, _page(form), PageRequest())
    return answer(request, *_asked(request, form, action_of(request)), again=lambda _: _asked(request, form, "preview"))


def _form(request: ViewedRequest) -> RegionForm:
    known = take_snapshot(viewer=request.viewer, hosted=True)
    if request.method != "POST":
        return region_form(None, (), known)
    return region_form(as_data(request.POST), request.POST.getlist("providers"), known)


def _asked(request: FormRequest, form: RegionForm, action: str) -> Asked:
    if form.sound and action != "send":
        form = form.with_problems(probed(form.draft, request.clusters))
    planned = plan(form.draft, form.snapshot) if form.sound else []
    return _page(form), PageRequest(planned, form.problems)


def _page(form: RegionForm) -> FormPage:
    def context(problems: tuple[Problem, ...]) -> Mapping[str, Any]:
        return {"form": replace(form, problems=problems), "sources": SOURCES, "shown": public(form.sketch)}

    return FormPage("submissions/region.html", "Register region", BOXES, context)


@never_cache
@sensitive_post_parameters()
@require_POST
def region_yaml(request: ViewedRequest) -> HttpResponse:
    """/new/region/yaml/: the objects of the form as it is typed now. Nothing secret need be posted."""
    return render(request, "submissions/yaml.html", {"shown": public(_form(request).sketch)})
