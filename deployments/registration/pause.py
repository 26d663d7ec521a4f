"""`/regions/<name>/pause/`: k0rdent leaves the deployments of a region alone, and takes them up again."""

from django.http import Http404, HttpResponse

from deployments.domain.findings import Problem, error, warning
from deployments.domain.gitops import held
from deployments.domain.manifests import Planned
from deployments.registration.dependents import RegionDependents, region_dependents
from deployments.submissions.pages import FormPage, FormRequest, PageRequest, answer, form_view
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT
from regions.inventory import NotFound

PAUSE = f"{K0RDENT}/region-pause"


@form_view
def pause(request: FormRequest, name: str) -> HttpResponse:
    """The form says which of both is meant, so that a page of before does not turn into the opposite."""
    try:
        found = region_dependents(name, viewer=request.viewer)
    except NotFound as missing:
        raise Http404(str(missing)) from missing
    wanted = {"pause": True, "resume": False}.get(request.POST.get("way", ""), not found.card.paused)
    page = FormPage(
        "registration/pause.html",
        f"{'Pause' if wanted else 'Resume'} {name}",
        (),
        {
            "region": found,
            "pausing": wanted,
            "held": held(found.body),
        },
    )
    return answer(request, page, PageRequest([planned(found, wanted)], tuple(problems(found, wanted))))


def problems(found: RegionDependents, wanted: bool) -> list[Problem]:
    """What speaks against pausing it (`wanted`), or against resuming."""
    if wanted is found.card.paused:
        return [error("", f"{found.name} {'is paused' if wanted else 'is not paused'} already.")]
    busy = [row for row in found.deployments if row.health == "Progressing"] if wanted else []
    if not busy:
        return []
    said = f"{len(busy)} of its deployments {'is' if len(busy) == 1 else 'are'} being changed now: k0rdent stops "
    return [warning("", f"{said}there, Flux and Cluster API go on with what they have.")]


def planned(found: RegionDependents, wanted: bool) -> Planned:
    """The annotation, set or taken away."""
    annotations: Manifest = {PAUSE: "true" if wanted else None}
    manifest: Manifest = {
        "apiVersion": found.api_version,
        "kind": "Region",
        "metadata": {"name": found.name, "annotations": annotations},
    }
    why = "k0rdent leaves its deployments alone." if wanted else "k0rdent takes up its deployments again, all at once."
    return Planned(MANAGEMENT, manifest, why, verb="patch", uid=found.resource.uid)
