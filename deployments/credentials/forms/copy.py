"""`/credentials/<namespace>/<name>/copy/`: the same credential for another region, where a region cannot be changed.

Where the originals stay on the management cluster nothing secret is needed: k0rdent copies them there as well. Else
the form of a new credential asks for the secret again.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from deployments.credentials.dependents import CredentialDependents, credential_dependents
from deployments.credentials.forms.contents import config_map, content, namespaces
from deployments.credentials.forms.fields import CredentialForm, RegionChoice
from deployments.credentials.forms.recipe_of import recipes_of
from deployments.credentials.namespaces import lacking, with_namespaces
from deployments.domain.credentials.credential_problems import check
from deployments.domain.credentials.needs import Need
from deployments.domain.drafts import CredentialDraft
from deployments.domain.findings import Problem, error, warning
from deployments.domain.manifests import API, Planned
from deployments.domain.recipes.base import COMPONENT
from deployments.domain.snapshot import ClusterSnapshot
from deployments.submissions.pages import FormPage, FormRequest, PageRequest, answer, form_view
from deployments.submissions.snapshot import take_snapshot
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT
from regions.inventory import NotFound

BOXES = ("name", "region", "description")


@dataclass(frozen=True, slots=True)
class Copying:
    """A credential to be made like another one, for another region."""

    found: CredentialDependents
    draft: CredentialDraft
    places: tuple[RegionChoice, ...]
    chosen: str  # where it shall be for; empty: nobody has said yet
    again: str  # why the secret has to be given once more; empty: it need not
    problems: tuple[Problem, ...]


@form_view
def copy(request: FormRequest, namespace: str, name: str) -> HttpResponse:
    try:
        found = credential_dependents(namespace, name, viewer=request.viewer)
    except NotFound as missing:
        raise Http404(str(missing)) from missing
    known = take_snapshot(viewer=request.viewer)
    form = copying(found, request, known)
    asked = PageRequest(problems=form.problems)
    if request.method == "POST" and not [one for one in form.problems if one.severity == "error"]:
        if form.again:
            return redirect(_asked_again(form))
        asked = _asked(form, known, request)
    page = FormPage("credentials/copy.html", "Make the copy", BOXES, {"form": form, "credential": found})
    return answer(request, page, asked)


def copying(found: CredentialDependents, request: FormRequest, known: ClusterSnapshot) -> Copying:
    """The form as posted, or as it is first shown."""
    said: Any = request.POST if request.method == "POST" else request.GET
    region = said.get("region", "").strip()
    default = f"{found.resource.name}-{region}" if region not in ("", MANAGEMENT) else ""
    recipe = next(iter(recipes_of(found)), None)
    draft = CredentialDraft(
        recipe.key if recipe else "",
        found.resource.namespace,
        said.get("name", default).strip(),
        region or MANAGEMENT,
        said.get("description", found.item.description).strip(),
    )
    problems: list[Problem] = []
    if request.method == "POST":
        if not region:
            problems.append(error("region", "Choose where the copy is for."))
        elif draft.region == found.region:
            problems.append(error("region", "That is where this credential is for already."))
        if recipe:
            problems += [one for one in check(draft, known) if one.field in ("name", "region", "namespace")]
        if (draft.namespace, draft.name) in known.credentials:
            problems.append(error("name", f"There is a credential {draft.name} in {draft.namespace} already."))
    places: tuple[RegionChoice, ...] = ()
    if recipe:
        own = found.region
        offered = CredentialForm(recipe, known, draft, (), posted=False).places
        places = tuple(one for one in offered if one.value != own)
    return Copying(found, draft, places, region, must_give_again(found), tuple(dict.fromkeys(problems)))


def must_give_again(found: CredentialDependents) -> str:
    """Why the identity cannot simply be named by a second credential; empty when it can."""
    identity, system = found.item.identity, found.known.system
    if not found.known.copies:
        return f"k0rdent {found.known.release} copies nothing to regions, so the secret has to be given for this one."
    if not identity.cluster_scoped and not found.regional and found.resource.namespace != system:
        return f"k0rdent copies originals from {system} only, and this one lies in {found.resource.namespace}."
    gone = [
        one
        for one in found.needed
        if not one.need.copy
        and one.need.role in ("identity", "secret", "source")
        and one.state not in ("present", "same", "unknown", "forbidden")
    ]
    if gone:
        return f"Its original {gone[0].need.kind} {gone[0].need.name} is {gone[0].word}."
    return ""


def _asked_again(form: Copying) -> str:
    draft = form.draft
    said = {"namespace": draft.namespace, "name": draft.name, "region": draft.region, "description": draft.description}
    return f"{reverse('credentials:new', args=[draft.recipe])}?{urlencode(said)}"


def _asked(form: Copying, known: ClusterSnapshot, request: FormRequest) -> PageRequest:
    data = content(request.clusters, form.found)
    if data is None:
        said = "What new clusters get of it cannot be read where it is. Make the copy as a new credential."
        return PageRequest(problems=(*form.problems, error("", said)))
    known = with_namespaces(request.clusters, known, form.draft)
    problems = form.problems
    identity = form.found.item.identity
    if identity.kind == "AWSClusterRoleIdentity" and any(
        one.need.kind == "AWSClusterStaticIdentity" for one in form.found.needed
    ):
        problems = (*problems, warning("region", "Its role is assumed from a static identity, which is not copied."))
    return PageRequest(_planned(form, data, lacking(known, form.draft)), problems)


def _planned(form: Copying, data: Any, missing: tuple[str, ...]) -> list[Planned]:
    found, draft = form.found, form.draft
    identity, hosting = found.item.identity, form.draft.region
    reference: Manifest = {"apiVersion": identity.api_version, "kind": identity.kind, "name": identity.name}
    if identity.namespace:
        reference["namespace"] = identity.namespace if identity.cluster_scoped else draft.namespace
    inside = reference.get("namespace") or draft.namespace
    need = Need(hosting, "ConfigMap", inside, f"{identity.name}-resource-template", "template")
    there = any(need.place in found.others or one.need.place == need.place for one in found.needed)
    spec: Manifest = {"identityRef": reference}
    if draft.regional:
        spec["region"] = draft.region
    if draft.description:
        spec["description"] = draft.description
    metadata = {"name": draft.name, "namespace": draft.namespace, "labels": dict(COMPONENT)}
    credential = {"apiVersion": API, "kind": "Credential", "metadata": metadata, "spec": spec}
    return [
        *namespaces(hosting, [name for name in missing if name == inside]),
        config_map(need, data, shared=there),
        Planned(MANAGEMENT, credential, f"What deployments name. It signs in with the same {identity.kind}."),
    ]
