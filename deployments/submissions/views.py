"""What was asked of clusters: the page of one request, and taking away what it made before it failed."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from deployments import submissions
from deployments.models import Step, Submission
from deployments.submissions.confirmation import OPEN
from regions import live
from regions.domain.kinds import K0RDENT
from regions.domain.refs import MANAGEMENT
from regions.domain.topics import LINKS, deployment, object_
from regions.domain.viewer import Viewer
from regions.inventory.rows import row_of
from regions.inventory.visibility import look
from regions.models import Resource
from regions.permitted import permits_object, resources
from regions.requests import ViewedRequest


@require_safe
def submission(request: ViewedRequest, key: str) -> HttpResponse:
    """/submissions/<key>/: what was asked, what the clusters answered, and what became of it since."""
    live.follow(request, *LINKS)
    found = Submission.objects.filter(key=key).prefetch_related("steps").first()
    if found is None or not _shown(request.viewer, found):
        raise Http404("There is no such request")
    live.follow(request, object_(found.kind, found.namespace, found.name))
    if found.kind == "ClusterDeployment":
        live.follow(request, deployment(found.namespace, found.name))
    steps = list(found.steps.all())
    main = next((step for step in steps if (step.kind, step.name) == (found.kind, found.name)), None)
    row = _row(request.viewer, found, main)
    context = {
        "submission": found,
        "steps": steps,
        "row": row_of(row, look(request.viewer)) if row else None,
        "removable": found.state not in ("done", "writing")
        and any(step.state in OPEN and step.verb == "create" for step in steps),
        "mine": found.is_of(request.viewer),
        "deletion": main is not None and main.verb == "delete",
        "changes": all(step.verb == "patch" for step in steps),
    }
    return render(request, "submissions/submission.html", context)


def _shown(viewer: Viewer, found: Submission) -> bool:
    """To who asked for it, and to whoever may see what it is about."""
    about = Resource(
        cluster=MANAGEMENT,
        group=K0RDENT,
        kind=found.kind,
        namespace=found.namespace,
        name=found.name,
        region=found.region or MANAGEMENT,
    )
    return found.is_of(viewer) or permits_object(viewer, about)


def _row(viewer: Viewer, found: Submission, main: Step | None) -> Resource | None:
    """The object that the request is about, as the copy has it now."""
    rows = resources(viewer).filter(kind=found.kind, namespace=found.namespace, name=found.name)
    if main is None:  # it was served, not written
        return rows.filter(cluster=MANAGEMENT).first() if found.state == Submission.State.DONE else None
    return rows.filter(cluster=main.cluster, uid=main.uid).first() if main.state == Step.State.STANDS else None


@require_POST
def remove(request: ViewedRequest, key: str) -> HttpResponse:
    """/submissions/<key>/remove/: take away what a request made that did not succeed."""
    found = Submission.of(request.viewer).filter(key=key).first()
    if found is None:
        raise Http404("There is no such request of yours")
    with submissions.ClusterSession(request.viewer) as session:
        submissions.remove(session, found)
    return redirect("deployments:submission", key=key)
