"""`/deployments/<namespace>/<name>/delete/`: what would go with it, and its name typed before it does."""

from django.http import Http404, HttpResponse
from django.urls import reverse

from deployments import clusterdeployments
from deployments.domain.findings import Problem, error
from deployments.domain.gitops import held
from deployments.domain.manifests import deletion
from deployments.submissions.pages import FormPage, FormRequest, PageRequest, answer, done_before, form_view
from regions import inventory, journal
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import part
from regions.domain.refs import MANAGEMENT, Ref
from regions.permitted import resources

WHY = "The cluster goes with all that runs on it."


@form_view
def delete_deployment(request: FormRequest, namespace: str, name: str) -> HttpResponse:
    """What would go, and how the cluster would answer; it goes when it is confirmed with its name."""
    ref = Ref(MANAGEMENT, K0RDENT, "ClusterDeployment", namespace, name)
    try:
        found = clusterdeployments.get_deployment(namespace, name, viewer=request.viewer)
    except inventory.NotFound as missing:
        if before := done_before(request):
            return before
        raise Http404(str(missing)) from missing
    row = resources(request.viewer).filter(key=ref.key).first()
    if row is None:
        raise Http404(f"There is no deployment {namespace}/{name}")
    manifest = journal.manifest(row)
    typed = request.POST.get("name", "").strip()
    problems: tuple[Problem, ...] = ()
    if request.method == "POST" and typed != name:
        problems = (error("name", f"Type {name} to delete it."),)
    context = {
        "deployment": found,
        "typed": typed,
        "held": held(manifest),
        "cleans_up": part(manifest, "spec", "cleanupOnDeletion") is True,
        "danger": True,
    }
    page = FormPage(
        "submissions/delete.html",
        f"Delete {name}",
        ("name",),
        context,
        after=lambda _: reverse("deployments:detail", args=[namespace, name]),
        at_once=True,
    )
    return answer(request, page, PageRequest([deletion(manifest, row.uid, WHY)], problems))
