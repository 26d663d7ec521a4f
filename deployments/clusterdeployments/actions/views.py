"""`/deployments/<namespace>/<name>/<action>/`: a small form, its preview, its confirmation."""

from django.http import Http404, HttpResponse

from deployments.clusterdeployments.actions.applying import APPLY
from deployments.clusterdeployments.actions.base import Action
from deployments.clusterdeployments.actions.cases import Case, case_of, reread
from deployments.clusterdeployments.actions.pausing import PAUSE
from deployments.clusterdeployments.actions.retrying import RETRY
from deployments.clusterdeployments.actions.scaling import SCALE
from deployments.clusterdeployments.actions.upgrading import UPGRADE
from deployments.clusterdeployments.opened import UnreadableDeployment
from deployments.domain.findings import errors, note
from deployments.submissions.outcomes import Looked
from deployments.submissions.pages import Asked, FormPage, FormRequest, PageRequest, answer, as_data, form_view

ACTIONS = {action.key: action for action in (SCALE, UPGRADE, APPLY, RETRY, PAUSE)}


@form_view
def act(request: FormRequest, namespace: str, name: str, action: str) -> HttpResponse:
    """The form carries what it was opened with; what was changed meanwhile is shown before anything is sent."""
    doing = ACTIONS.get(action)
    if doing is None:
        raise Http404("There is no such action")

    try:
        carried = reread(request.viewer, request.POST.get("opened", ""), namespace, name)
        case = carried or case_of(request.clusters, namespace, name)

        def again(moved: Looked | None) -> Asked:
            return _asked(request, doing, case_of(request.clusters, namespace, name) if moved else case)

        return answer(request, *_asked(request, doing, case), again=again)
    except UnreadableDeployment as problem:
        return problem.page(request)


def _asked(request: FormRequest, action: Action, case: Case) -> Asked:
    data = as_data(request.POST) if request.method == "POST" else None
    asked = action.ask(case, data)
    held = case.held if action.whole else None
    problems = asked.problems
    if data is not None and not asked.planned and not errors(problems):
        problems = (*problems, note("", "Nothing is changed yet, so there is nothing to send."))
    counts = [one.name for one in asked.shows.get("counts", ())]
    page = FormPage(
        "submissions/act.html",
        action.button,
        ["template", "force", "suspend", "services", "despite", *counts],
        {"action": action, "case": case, "asked": asked, "opened": case.opened, "held": held, **asked.shows},
    )
    despite = held.warning if held else ""
    return page, PageRequest(asked.planned, problems, despite=despite, shown=bool(asked.why_not))
