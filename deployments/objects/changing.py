"""`/new/object/<kind>/`, `/edit/object/<kind>/…`, `/delete/object/<kind>/…`: objects of k0rdent, written as YAML.

One editor for all kinds, with the cluster's own schema; what may stand in it the cluster says when it is asked to try.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from deployments.domain.findings import Problem, error, note
from deployments.domain.gitops import held
from deployments.domain.manifests import Planned, deletion
from deployments.domain.object_facts import ObjectKind
from deployments.domain.object_starters import FIXED, WRITTEN, like, starter
from deployments.domain.object_yaml import as_text, take_object
from deployments.domain.pasted import FIELD, NotTaken
from deployments.domain.patches import change, opening, rebased
from deployments.domain.yaml_marks import marks
from deployments.objects.listing import get_object, object_kind
from deployments.submissions import ClusterSession
from deployments.submissions.kind_schema import VERSION, kind_schema
from deployments.submissions.live_object import carried, read
from deployments.submissions.outcomes import Looked
from deployments.submissions.pages import (
    Asked,
    FormPage,
    FormRequest,
    PageRequest,
    answer,
    done_before,
    form_view,
    not_given,
)
from regions import journal
from regions.domain import manifest as m
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT, Ref
from regions.inventory import NotFound, Target
from regions.kube.errors import KubeError
from regions.kube.errors import NotFound as GoneFromCluster
from regions.permitted import resources
from regions.requests import ViewedRequest


@form_view
def new_object(request: FormRequest, kind: str) -> HttpResponse:
    of = _written(kind)
    text = request.POST.get("yaml") or _begun(request, kind)
    page = _page(of, text, None, f"Create {kind}")
    if request.method != "POST":
        return answer(request, page, PageRequest())
    planned, problems = _wanted(text, kind)
    return answer(request, page, PageRequest([planned] if planned else [], problems))


def _begun(request: FormRequest, kind: str) -> str:
    """What the box begins with: `?like=<namespace>/<name>` says like which object, as it is now."""
    namespace, _, name = request.GET.get("like", "").rpartition("/")
    if not name:
        return starter(kind, settings.PANE_SYSTEM_NAMESPACE)
    try:
        return like(_opened(request, Ref(MANAGEMENT, K0RDENT, kind, namespace, name)))
    except KubeError:
        return starter(kind, settings.PANE_SYSTEM_NAMESPACE)


@form_view
def edit_object(request: FormRequest, kind: str, name: str, namespace: str = "") -> HttpResponse:
    """The form carries what it was opened with: so what somebody else changes meanwhile is seen, and kept."""
    of = _written(kind)
    try:
        opened = _reopened(request.POST.get("opened", ""), kind, namespace, name)
        opened = opened or _opened(request, Ref(MANAGEMENT, K0RDENT, kind, namespace, name))
    except KubeError as failure:
        return not_given(request, "objects/unreadable.html", failure, {"of": of, "name": name})
    text = request.POST.get("yaml", as_text(opened))
    return answer(request, *_edit(of, opened, text, request), again=lambda moved: _over(of, opened, text, moved))


def _edit(of: ObjectKind, opened: Manifest, text: str, request: FormRequest) -> Asked:
    page = _page(of, text, opened, "Save changes")
    keeper = held(opened)
    despite = keeper.warning if keeper else ""
    if request.method != "POST":
        return page, PageRequest(problems=tuple(_fixed(of)), despite=despite, shown=True)
    planned, problems = _wanted(text, of.kind, opened)
    return page, PageRequest([planned] if planned else [], problems, despite=despite)


def _fixed(of: ObjectKind) -> list[Problem]:
    if of.kind not in FIXED:
        return []
    return [note("", f"k0rdent lets nobody change the spec of a {of.kind}: make a new one, and name that instead.")]


def _over(of: ObjectKind, opened: Manifest, text: str, moved: Looked | None) -> Asked:
    """What was wanted, laid over what somebody else made of it meanwhile."""
    if moved is not None:
        taken, _ = take_object(text, of.kind, opened)
        live = moved.stands or {}
        text = as_text(rebased(opened, {**opened, **taken, "metadata": _metadata(opened, taken)}, live))
        opened = opening(live)
    planned, problems = _wanted(text, of.kind, opened)
    return _page(of, text, opened, "Save changes"), PageRequest([planned] if planned else [], problems)


def _wanted(text: str, kind: str, opened: Manifest | None = None) -> tuple[Planned | None, tuple[Problem, ...]]:
    """What this text asks for, and what is to be said of it."""
    try:
        taken, found = take_object(text, kind, opened)
    except NotTaken as problem:
        return None, (error(FIELD, str(problem)),)
    if opened is None:
        return Planned(MANAGEMENT, taken, "What k0rdent acts on."), tuple(found)
    planned = change(opened, {**opened, **taken, "metadata": _metadata(opened, taken)}, "What k0rdent acts on.")
    if planned is None:
        found.append(note("", "Nothing is changed yet, so there is nothing to send."))
    return planned, tuple(found)


def _metadata(opened: Manifest, taken: Manifest) -> Manifest:
    """What people write of it; which object it is stays."""
    kept = {key: value for key, value in opened["metadata"].items() if key not in ("labels", "annotations")}
    written = {key: taken["metadata"][key] for key in ("labels", "annotations") if key in taken["metadata"]}
    return {**kept, **written}


@form_view
def delete_object(request: FormRequest, kind: str, name: str, namespace: str = "") -> HttpResponse:
    """It goes when it is confirmed with its name."""
    of = _written(kind)
    try:
        found = get_object(kind, namespace, name, viewer=request.viewer)
    except NotFound as missing:
        if before := done_before(request):
            return before
        raise Http404(str(missing)) from missing
    row = resources(request.viewer).filter(key=Ref(MANAGEMENT, K0RDENT, kind, namespace, name).key).first()
    if row is None:
        raise Http404(f"There is no {kind} {name}")
    manifest = journal.manifest(row)
    typed = request.POST.get("name", "").strip()
    wrong = (error("name", f"Type {name} to delete it."),) if request.method == "POST" and typed != name else ()
    context = {"of": of, "found": found, "row": found.row, "typed": typed, "held": held(manifest), "danger": True}
    page = FormPage(
        "objects/delete.html",
        f"Delete {name}",
        ("name",),
        context,
        after=lambda _: reverse("deployments:objects", args=[kind]),
        at_once=True,
    )
    why = "k0rdent takes back what it made of it."
    return answer(request, page, PageRequest([deletion(manifest, row.uid, why)], wrong))


@never_cache
@require_GET
def object_schema(request: ViewedRequest, kind: str) -> HttpResponse:
    """`/new/object/<kind>/schema/`: `{"schema": …, "said": …}`; `said`: why the cluster gives none."""
    _written(kind)
    with ClusterSession(request.viewer) as session:
        try:
            found, said = session.run(kind_schema(session, kind)), ""
        except KubeError as failure:
            found, said = None, failure.message
    schema: dict[str, Any] = found or {"properties": {}}
    for key, value in (("apiVersion", f"{K0RDENT}/{VERSION}"), ("kind", kind)):
        schema["properties"][key] = {**schema["properties"].get(key, {}), "type": "string", "enum": [value]}
    return JsonResponse({"schema": schema, "said": said})


@never_cache
@sensitive_post_parameters()
@require_POST
def check_object(request: ViewedRequest, kind: str) -> HttpResponse:
    """`/new/object/<kind>/check/`: what is wrong with the YAML that is posted, by line."""
    _written(kind)
    text = request.POST.get("yaml", "")
    _, problems = _wanted(text, kind, carried(request.POST.get("opened", ""), kind))
    return JsonResponse({"problems": [asdict(one) for one in marks(text, problems)]})


def _page(of: ObjectKind, text: str, opened: Manifest | None, label: str) -> FormPage:
    name, listed = m.name(opened) if opened else "", reverse("deployments:objects", args=[of.kind])
    context: Mapping[str, Any] = {
        "of": of,
        "text": text,
        "opened": opened,
        "opened_json": json.dumps(opened) if opened else "",
        "name": name,
        "address": Target(of.kind, m.namespace(opened), name).url if opened else listed,
        "held": held(opened) if opened else None,
    }
    return FormPage("objects/write.html", label, (FIELD,), context)


def _written(kind: str) -> ObjectKind:
    """A kind that people make. Raises Http404."""
    try:
        of = object_kind(kind)
    except NotFound as missing:
        raise Http404(str(missing)) from missing
    if kind not in WRITTEN:
        raise Http404(f"A {kind} is made by k0rdent itself")
    return of


def _opened(request: FormRequest, ref: Ref) -> Manifest:
    """The object as it is now: the copy is redacted, and may be behind. Raises Http404, or what a cluster may say."""
    row = resources(request.viewer).filter(key=ref.key).first()
    if row is None:
        raise Http404(f"There is no {ref.kind} {ref.name}")
    try:
        return opening(read(request.clusters, ref, f"{K0RDENT}/{row.version}"))
    except GoneFromCluster as gone:
        raise Http404(f"There is no {ref.kind} {ref.name} any more") from gone


def _reopened(text: str, kind: str, namespace: str, name: str) -> Manifest | None:
    found = carried(text, kind)
    return found if found and (m.namespace(found), m.name(found)) == (namespace, name) else None
