"""`/credentials/<namespace>/<name>/delete/`: who would lose it, what it leaves behind, and its name typed first."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse

from deployments.credentials.dependents import CredentialDependents, api_version, credential_dependents, pointed
from deployments.domain.credentials.needs import MANAGED, Need
from deployments.domain.findings import Problem, error, note, warning
from deployments.domain.gitops import held
from deployments.domain.manifests import API, Planned, deletion
from deployments.submissions.pages import FormPage, FormRequest, PageRequest, answer, done_before, form_view
from regions.domain.words import counted, listed
from regions.inventory import NotFound


@dataclass(frozen=True, slots=True)
class Leftover:
    """An object that stays when a credential goes. `why_not`: it must stay, others need it."""

    need: Need
    uid: str
    version: str
    why_not: str
    chosen: bool = False

    @property
    def key(self) -> str:
        return "|".join(self.need.place)


@form_view
def delete(request: FormRequest, namespace: str, name: str) -> HttpResponse:
    try:
        found = credential_dependents(namespace, name, viewer=request.viewer)
    except NotFound as missing:
        if before := done_before(request):
            return before
        raise Http404(str(missing)) from missing
    left = leftovers(found, request.POST.getlist("also"))
    problems = [*forbidden(found), *consequences(found)]
    typed = request.POST.get("name", "").strip()
    if request.method == "POST" and typed != name:
        problems.append(error("name", f"Type {name} to delete it."))
    context = {"credential": found, "leftovers": left, "typed": typed, "held": held(found.body), "danger": True}
    page = FormPage("credentials/delete.html", f"Delete {name}", ("name", "also"), context)
    return answer(request, page, PageRequest(plan(found, left), tuple(problems)))


def leftovers(found: CredentialDependents, chosen: list[str]) -> tuple[Leftover, ...]:
    """What k0rdent leaves where it is: originals, in 1.4 also what lies in the region, and the ConfigMap."""
    result = []
    for one in found.needed:
        row = found.held(one.need)
        if row is None or row.deleting_at or (one.need.copy and one.state != "unmanaged") or one.need.role == "source":
            continue
        others = found.others.get(one.need.place, ())
        why_not = f"Also needed by {listed(others)}." if others else ""
        if one.need.copy:
            why_not = why_not or "Made by hand: delete it in the region itself if nothing else uses it."
        left = Leftover(one.need, row.uid, api_version(one.need, row), why_not)
        result.append(Leftover(one.need, row.uid, left.version, why_not, not why_not and left.key in chosen))
    return tuple(result)


def forbidden(found: CredentialDependents) -> list[Problem]:
    """Why it must not go now. k0rdent itself would let it go while it is used."""
    impact = found.impact
    if not impact.total:
        return []
    users = counted(impact.total, "deployment")
    said = f"It is used by {users}: {listed(impact.names)}. Delete them first, or give them another credential."
    if impact.coming:
        said += f" {listed(impact.coming)} {'is' if len(impact.coming) == 1 else 'are'} being deleted, and cannot be "
        said += "taken down without it."
    return [error("", said)]


def consequences(found: CredentialDependents) -> list[Problem]:
    """What is worth knowing before."""
    result = []
    region, sight = found.region, found.known.sight
    if region in found.known.regions and not sight.sees(region, region):
        result.append(
            warning(
                "",
                f"We do not hear {region}. k0rdent takes its copies back from there first, so the "
                "deletion waits until the region answers.",
            )
        )
    elif found.regional:
        result.append(note("", f"There is no region {region}: k0rdent takes nothing back from there."))
    if found.resource.labels.get(MANAGED) == "true":
        result.append(
            warning("", "k0rdent made it by AccessManagement, and will make it again. Take its rule away there.")
        )
    return result


def plan(found: CredentialDependents, left: tuple[Leftover, ...]) -> list[Planned]:
    """The Credential first: while it stands, k0rdent may need what it names."""
    copies = " k0rdent takes its copies in the region back." if found.regional and found.known.copies else ""
    own = deletion(found.body | {"apiVersion": API}, found.resource.uid, f"What deployments name.{copies}")
    why = "Nothing else needs it, as far as Pane knows."
    also = [deletion(pointed(one.need, one.version), one.uid, why, one.need.cluster) for one in left if one.chosen]
    return [own, *also]
