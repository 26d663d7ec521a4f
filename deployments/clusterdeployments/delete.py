"""`/deployments/<namespace>/<name>/delete/`: what would go with it, and its name typed before it does."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from deployments import clusterdeployments, submissions
from deployments.domain.findings import Problem, error
from deployments.domain.gitops import held
from deployments.submissions.keys import is_key
from deployments.submissions.single_delete import Doomed, delete, try_deleting
from regions import inventory, journal
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import part
from regions.domain.refs import MANAGEMENT, Ref
from regions.models import Resource
from regions.requests import ViewedRequest


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def delete_deployment(request: ViewedRequest, namespace: str, name: str) -> HttpResponse:
    """Show what would go; a POST with the name typed asks the cluster for it."""
    try:
        found = clusterdeployments.get_deployment(namespace, name, viewer=request.viewer)
    except inventory.NotFound as missing:
        raise Http404(str(missing)) from missing
    ref = Ref(MANAGEMENT, K0RDENT, "ClusterDeployment", namespace, name)
    row = Resource.objects.filter(key=ref.key).first()
    if row is None:
        raise Http404(f"There is no deployment {namespace}/{name}")
    doomed = Doomed(ref, f"{K0RDENT}/{row.version}", row.uid)
    manifest = journal.manifest(row)
    said: tuple[Problem, ...] = ()
    key = request.POST.get("key", "")
    key = key if is_key(key) else submissions.new_key()
    if request.method == "POST":
        if request.POST.get("name", "").strip() != name:
            said = (error("name", f"Type {name} to delete it."),)
        else:
            _, said = delete(doomed, request.viewer, key)
            if not said:
                return redirect("deployments:detail", namespace, name)
    context = {
        "deployment": found,
        "key": key,
        "typed": request.POST.get("name", ""),
        "held": held(manifest),
        "cleans_up": part(manifest, "spec", "cleanupOnDeletion") is True,
        "typo": [one for one in said if one.field == "name"],
        "found": [one for one in said if one.field != "name"] or ([] if said else try_deleting(doomed, request.viewer)),
    }
    return render(request, "submissions/delete.html", context, status=422 if said else 200)
