"""`/regions/<name>/providers/`: what a region can run. What is used stays, and is said by whom."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.http import Http404, HttpResponse

from deployments.domain.drafts import ProviderDraft, RegionDraft
from deployments.domain.editing import edited_region, region_draft_of
from deployments.domain.findings import Problem, errors, note, warning
from deployments.domain.gitops import held
from deployments.domain.patches import change, opening
from deployments.domain.region_problems import check
from deployments.domain.snapshot import ClusterSnapshot, KnownRegion
from deployments.registration.dependents import RegionDependents, region_dependents
from deployments.submissions.live_object import read
from deployments.submissions.pages import FormPage, FormRequest, PageRequest, answer, form_view, not_given
from deployments.submissions.snapshot import take_snapshot
from regions.domain.manifest import Manifest
from regions.domain.words import listed
from regions.inventory import NotFound
from regions.kube.errors import KubeError
from regions.requests import ViewedRequest

WHY = "k0rdent installs what is new, and uninstalls what is gone, one after the other."


@dataclass(frozen=True, slots=True)
class ProviderOffer:
    """One provider. `users` would lose it; `known`: the installed Release has it."""

    name: str
    chosen: bool
    now: bool
    users: tuple[str, ...]
    known: bool


@dataclass(frozen=True, slots=True)
class Providers:
    found: RegionDependents
    opened: Manifest
    was: tuple[str, ...]  # when this form was first shown
    draft: RegionDraft
    offers: tuple[ProviderOffer, ...]
    problems: tuple[Problem, ...]

    @property
    def was_json(self) -> str:
        return json.dumps(self.was)


@form_view
def providers(request: FormRequest, name: str) -> HttpResponse:
    try:
        found = region_dependents(name, viewer=request.viewer)
        live = read(request.clusters, found.ref, found.api_version)
    except NotFound as missing:
        raise Http404(str(missing)) from missing
    except KubeError as refusal:
        return unreadable(request, name, refusal)
    known = take_snapshot(viewer=request.viewer)
    chosen = request.POST.getlist("providers") if request.method == "POST" else None
    was = _was(request.POST.get("was", ""))
    form = providers_form(found, live, known, chosen, was, "certificates_by_kof" in request.POST)
    planned = change(form.opened, edited_region(form.opened, form.draft, known), WHY)
    problems = form.problems
    if request.method == "POST" and planned is None and not errors(problems):
        problems = (*problems, note("", "Nothing is changed yet, so there is nothing to send."))
    page = FormPage(
        "registration/providers.html",
        "Change the region",
        ("providers",),
        {
            "form": form,
            "region": found,
            "held": held(live),
            "label": "Change the region",
        },
    )
    return answer(request, page, PageRequest([planned] if planned else [], problems))


def providers_form(
    found: RegionDependents,
    live: Manifest,
    known: ClusterSnapshot,
    chosen: Sequence[str] | None,
    was: tuple[str, ...] | None,
    by_kof: bool | None,
) -> Providers:
    """The form as posted; `chosen` None: as it is first shown. `by_kof` None: who brings certificates stays."""
    opened = opening(live)
    before = region_draft_of(opened)
    own = {one.name: one for one in before.providers}
    problems: list[Problem] = []
    draft = before
    if chosen is not None:
        first = tuple(own) if was is None else was
        added = [one for one in dict.fromkeys(chosen) if one not in first]
        taken = [one for one in first if one not in chosen]
        # What somebody else added or took meanwhile is theirs.
        names = [one for one in own if one not in taken] + [one for one in added if one not in own]
        if set(first) != set(own):
            others = sorted(set(first) ^ set(own))
            problems.append(warning("providers", f"Somebody changed {listed(others)} meanwhile: that stays as it is."))
        draft = replace(
            before,
            providers=tuple(own.get(one, ProviderDraft(one)) for one in names),
            certificates_by_kof=before.certificates_by_kof if by_kof is None else by_kof,
        )
        region = replace(known.regions.get(found.name) or KnownRegion(found.name), in_use=found.in_use)
        judged = replace(known, regions={**known.regions, found.name: region})
        problems += [
            replace(one, field="providers") if one.field.startswith("providers") else one
            for one in check(draft, judged, opened)
            if one.field.startswith("providers")
        ]
    ticked = {one.name for one in draft.providers}
    offers = tuple(
        ProviderOffer(one, one in ticked, one in own, found.in_use.get(one, ()), one in known.offered)
        for one in dict.fromkeys([*known.offered, *own])
    )
    return Providers(found, opened, tuple(own) if was is None else was, draft, offers, tuple(problems))


def _was(text: str) -> tuple[str, ...] | None:
    try:
        found = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None
    return tuple(str(one) for one in found) if isinstance(found, list) else None


def unreadable(request: ViewedRequest, name: str, refusal: KubeError) -> HttpResponse:
    """The cluster does not give the Region now, and says why."""
    return not_given(request, "registration/unreadable.html", refusal, {"name": name})
