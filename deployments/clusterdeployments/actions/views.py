"""`/deployments/<namespace>/<name>/<action>/`: a small form, its preview, its confirmation."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from deployments import submissions
from deployments.clusterdeployments.actions.action import Action, ActionRequest
from deployments.clusterdeployments.actions.applying import APPLY
from deployments.clusterdeployments.actions.cases import Case, case_of, reread
from deployments.clusterdeployments.actions.pausing import PAUSE
from deployments.clusterdeployments.actions.retrying import RETRY
from deployments.clusterdeployments.actions.scaling import SCALE
from deployments.clusterdeployments.actions.upgrading import UPGRADE
from deployments.clusterdeployments.opened import UnreadableDeployment
from deployments.domain.diffs import DiffLine
from deployments.domain.findings import Problem, by_field, error, errors, note
from deployments.domain.rendering import public
from deployments.submissions.confirm_form import as_data, confirm, key_of, went
from regions.requests import ViewedRequest

ACTIONS = {action.key: action for action in (SCALE, UPGRADE, APPLY, RETRY, PAUSE)}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: ViewedRequest, namespace: str, name: str, action: str) -> HttpResponse:
    """The form carries what it was opened with; what was changed meanwhile is shown before anything is sent."""
    doing = ACTIONS.get(action)
    if doing is None:
        raise Http404("There is no such action")
    try:
        case = reread(request.POST.get("opened", ""), namespace, name) or case_of(namespace, name, request.viewer)
        return _answer(request, doing, case)
    except UnreadableDeployment as problem:
        return problem.page(request)


def _answer(request: ViewedRequest, action: Action, case: Case) -> HttpResponse:
    data = as_data(request.POST) if request.method == "POST" else None
    asked = action.ask(case, data, request.viewer)
    key = key_of(request)
    if data is None or asked.why_not:
        return _draw(request, action, case, asked, key)
    if errors(asked.problems):
        return _draw(request, action, case, asked, key, status=422)
    if not asked.planned:
        said = note("", "Nothing is changed yet, so there is nothing to send.")
        return _draw(request, action, case, asked, key, said=(said,))
    if data.get("action") != "send":
        return _preview(request, action, case, asked, key)
    if action.whole and case.held and "despite" not in data:
        said = error("despite", f"Say that you mean it. {case.held.warning}")
        return _preview(request, action, case, asked, key, said=(said,))
    sent, key = confirm(request, asked.planned, key)
    if sent is None:
        return _preview(request, action, case, asked, key, changed=True)
    if went(sent):
        return redirect("deployments:submission", key=key)
    seen = submissions.preview(asked.planned, request.viewer, key)
    if seen.moved:
        return _preview(request, action, case, asked, key)
    return _draw(
        request, action, case, asked, key, status=422, said=sent.problems, sent=sent, digest=data.get("digest", "")
    )


def _preview(
    request: ViewedRequest,
    action: Action,
    case: Case,
    asked: ActionRequest,
    key: str,
    *,
    said: tuple[Problem, ...] = (),
    changed: bool = False,
) -> HttpResponse:
    seen = submissions.preview(asked.planned, request.viewer, key)
    moved: tuple[tuple[DiffLine, bool], ...] = ()
    if seen.moved:
        # Looked at again as it is now: what is asked stays, and is tried on that.
        moved = tuple((line, True) for line in seen.moved.differences)
        case = case_of(case.opened.namespace, case.opened.name, request.viewer)
        asked = action.ask(case, as_data(request.POST), request.viewer)
        if not asked.planned or errors(asked.problems):
            return _draw(request, action, case, asked, key, status=409, moved=moved)
        seen = submissions.preview(asked.planned, request.viewer, key)
    status = 409 if moved else 422 if said else 200
    return _draw(
        request,
        action,
        case,
        asked,
        key,
        status=status,
        said=(*said, *seen.problems),
        preview=seen,
        changed=changed,
        moved=moved,
        patch=public(asked.planned[:1]),
    )


def _draw(
    request: ViewedRequest,
    action: Action,
    case: Case,
    asked: ActionRequest,
    key: str,
    *,
    status: int = 200,
    said: tuple[Problem, ...] = (),
    **more: Any,
) -> HttpResponse:
    boxes = [one.name for one in asked.shows.get("counts", ())]
    problems = by_field((*asked.problems, *said), ["template", "force", "suspend", "services", "despite", *boxes])
    context = {
        "action": action,
        "case": case,
        "asked": asked,
        "opened": case.opened,
        "key": key,
        "problems": problems,
        "held": case.held if action.whole else None,
        "despite": "despite" in request.POST,
        **asked.shows,
        **more,
    }
    return render(request, "submissions/act.html", context, status=status)
