"""`/upgrade/k0rdent/<release>/`: going to another Release of k0rdent, component by component, as one change."""

from django.http import Http404, HttpResponse

from deployments.domain.findings import Problem, error, note, warning
from deployments.domain.gitops import held
from deployments.domain.patches import change, opening
from deployments.objects.listing import get_object
from deployments.objects.values import ObjectDetail
from deployments.submissions.live_object import read
from deployments.submissions.pages import FormPage, FormRequest, PageRequest, answer, form_view, not_given
from regions.domain import manifest as m
from regions.domain.health import Health
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT, Ref, located
from regions.inventory import NotFound
from regions.kube.errors import KubeError
from regions.permitted import resources

WHY = "k0rdent goes to what this Release is made of, one component after the other."
MEANT = "Controllers of the management cluster and of every region are replaced; there is no way back but a backup."


@form_view
def upgrade_k0rdent(request: FormRequest, name: str) -> HttpResponse:
    try:
        found = get_object("Release", "", name, viewer=request.viewer)
    except NotFound as missing:
        raise Http404(str(missing)) from missing
    row = resources(request.viewer).filter(cluster=MANAGEMENT, group=K0RDENT, kind="Management").first()
    if row is None:
        raise Http404(f"There is no Management {located(MANAGEMENT)} that you may see")
    try:
        live = read(request.clusters, Ref(MANAGEMENT, K0RDENT, "Management", "", row.name), f"{K0RDENT}/{row.version}")
    except KubeError as failure:
        return not_given(request, "objects/unreadable.html", failure, {"of": found.of, "name": row.name})
    opened = opening(live)
    planned = change(opened, {**opened, "spec": {**m.mapping(opened.get("spec")), "release": name}}, WHY)
    context = {"found": found, "row": found.row, "held": held(live), "mean": "Replace them."}
    page = FormPage("objects/upgrade.html", f"Go to {name}", (), context, at_once=True)
    problems = tuple(judged(found, live))
    return answer(request, page, PageRequest([planned] if planned else [], problems, despite=MEANT))


def judged(found: ObjectDetail, management: Manifest) -> list[Problem]:
    """What speaks against going to this Release now."""
    if m.text(m.part(management, "spec", "release")) == found.row.target.name:
        return [note("", "This is the Release that Management names already, so there is nothing to send.")]
    problems: list[Problem] = []
    if _version(found.row.target.name) < _version(m.text(m.part(management, "spec", "release"))):
        problems.append(warning("", "This Release is older: k0rdent is made to go forward, and may not come up again."))
    if found.row.health != Health.READY:
        said = f": {found.row.message}" if found.row.message else ""
        problems.append(error("", f"k0rdent takes no Release that is not ready, and this one is not{said}"))
    if not any(one.get("type") == "Ready" and one.get("status") == "True" for one in _conditions(management)):
        problems.append(warning("", "Management is not Ready now: what troubles it troubles the upgrade too."))
    if not resources(None).filter(cluster=MANAGEMENT, group=K0RDENT, kind="ManagementBackup").exists():
        problems.append(warning("", "There is no ManagementBackup, so nothing would bring back what is there now."))
    return problems


def _version(release: str) -> list[int]:
    """Of a Release's name as k0rdent makes it of its version: kcm-1-11-4."""
    return [int(part) for part in release.split("-") if part.isdigit()]


def _conditions(manifest: Manifest) -> list[Manifest]:
    return m.items(m.part(manifest, "status", "conditions"))
