"""`/regions/<name>/delete/`: a region is given up. What is uninstalled, what stays behind, what nobody manages then."""

from django.http import Http404, HttpResponse

from deployments.domain.findings import Problem, error, warning
from deployments.domain.gitops import held
from deployments.domain.manifests import Planned, deletion
from deployments.registration.dependents import RegionDependents, region_dependents
from deployments.submissions.pages import FormPage, FormRequest, PageRequest, answer, done_before, form_view
from regions.domain import manifest as m
from regions.domain.words import counted, listed
from regions.inventory import NotFound


@form_view
def deregister(request: FormRequest, name: str) -> HttpResponse:
    try:
        found = region_dependents(name, viewer=request.viewer)
    except NotFound as missing:
        if before := done_before(request):
            return before
        raise Http404(str(missing)) from missing
    typed = request.POST.get("name", "").strip()
    wrong = problems(found)
    if request.method == "POST" and typed != name:
        wrong.append(error("name", f"Type {name} to give it up."))
    page = FormPage(
        "registration/delete.html",
        f"Deregister {name}",
        ("name",),
        {
            "region": found,
            "typed": typed,
            "held": held(found.body),
            "danger": True,
            "secret": kubeconfig_secret(found),
        },
    )
    return answer(request, page, PageRequest(planned(found), tuple(wrong)))


def problems(found: RegionDependents) -> list[Problem]:
    """What keeps a region from being given up, and what holds that up."""
    wrong: list[Problem] = []
    if found.deployments:
        lives = "lives" if len(found.deployments) == 1 else "live"
        said = f"{counted(len(found.deployments), 'deployment')} {lives} there: {listed(found.users)}."
        wrong.append(error("", f"{said} Delete them first."))
    if not found.heard:
        said = f"We do not hear {found.name}. k0rdent uninstalls its components there first, so the Region stays until "
        wrong.append(warning("", f"{said}it answers, or somebody takes its finalizer away."))
    if found.resource.deleting_at:
        wrong.append(error("", "It is being given up already."))
    return wrong


def kubeconfig_secret(found: RegionDependents) -> str:
    """The Secret with its kubeconfig, namespace/name; empty when k0rdent made it. It stays, and has to for now:
    without it k0rdent could uninstall nothing."""
    name = m.text(m.part(found.body, "spec", "kubeConfig", "name"))
    return f"{found.system}/{name}" if name else ""


def planned(found: RegionDependents) -> list[Planned]:
    """Its deletion."""
    why = "k0rdent uninstalls its components there, one after the other, and forgets it then."
    return [deletion(found.body | {"apiVersion": found.api_version}, found.resource.uid, why)]
