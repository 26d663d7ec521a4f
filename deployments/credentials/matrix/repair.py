"""`/credentials/repair/`: one object of the matrix put right, where that can be done from here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.http import Http404, HttpResponse

from deployments.credentials.dependents import CredentialDependents, api_version, credential_dependents, pointed
from deployments.credentials.forms.contents import config_map, content, namespaces
from deployments.credentials.matrix.compare import compare
from deployments.credentials.namespaces import lacking, with_namespaces
from deployments.domain.credentials.needs import MANAGED, Needed
from deployments.domain.drafts import CredentialDraft
from deployments.domain.findings import Problem, error, warning
from deployments.domain.manifests import API, Planned, deletion
from deployments.domain.recipes.base import COMPONENT
from deployments.submissions import ClusterSession
from deployments.submissions.pages import FormPage, FormRequest, PageRequest, answer, form_view
from deployments.submissions.snapshot import take_snapshot
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT
from regions.inventory import NotFound

LABELS = "labels"  # instead of a place: what k0rdent's backups go by


@dataclass(frozen=True, slots=True)
class Repair:
    """What is wrong with one object, and what puts it right."""

    found: CredentialDependents
    place: str
    needed: Needed | None  # None: the labels of all
    sentence: str  # what is wrong, and what the repair does
    ways: tuple[tuple[str, str], ...]  # of several, which is chosen by whom
    way: str
    asked: PageRequest


@form_view
def repair(request: FormRequest) -> HttpResponse:
    """Asked from a cell of the matrix: `credential` and `place` say which."""
    said = request.POST if request.method == "POST" else request.GET
    namespace, _, name = said.get("credential", "").partition("/")
    try:
        found = credential_dependents(namespace, name, viewer=request.viewer)
    except NotFound as missing:
        raise Http404(str(missing)) from missing
    form = _repair(request.clusters, found, said.get("place", ""), said.get("way", ""))
    page = FormPage("credentials/repair.html", "Repair", (), {"form": form, "credential": found})
    return answer(request, page, form.asked)


def _repair(session: ClusterSession, found: CredentialDependents, place: str, way: str) -> Repair:
    if place == LABELS:
        return _labels(found)
    # As the clusters are now: the page that was clicked on may be of before.
    live = compare(session, [found.needed])[0]
    one = next((one for one in live if one.key == place), None)
    if one is None:
        raise Http404("This credential needs no such object")
    if one.need.role == "template" and one.state == "missing":
        return _template(session, found, one)
    if one.need.copy and one.state == "unmanaged":
        return _unmanaged(found, one, way)
    if one.need.copy and one.state == "differs":
        said = (
            "k0rdent writes it anew within 15 minutes by itself. If that does not come to pass, delete it: k0rdent "
            "makes it again from the original."
        )
        return _one_way(found, one, said, _deleted(found, one))
    if one.whole_copies and one.state in ("present", "same"):
        return _carried(found, one, live)
    if one.good or one.state == "same":
        said = "There is nothing to repair: it is as it should be by now."
        return Repair(found, place, one, said, (), "", PageRequest(problems=(error("", said),)))
    said = _cannot(one)
    return Repair(found, place, one, said, (), "", PageRequest(problems=(error("", said),)))


def _cannot(one: Needed) -> str:
    if one.state == "missing" and one.need.original:
        return "The original is gone, and only who has the secret can make it again: rotate the credential."
    if one.state == "missing" and one.need.copy:
        return "k0rdent makes this copy itself, within 15 minutes, when it reaches the region."
    if one.state == "absent":
        return "Its kind is not installed there: enable the provider in the region."
    return f"It is {one.word}: that cannot be repaired from here. {one.note}".strip()


def _template(session: ClusterSession, found: CredentialDependents, one: Needed) -> Repair:
    said = "Without it nothing of the credential reaches new clusters. k0rdent never makes it."
    data = content(session, found)
    if data is None:
        why = "What it has to hold depends on an answer (the datacenter). Copy it from another region, or make it anew."
        return Repair(found, one.key, one, said, (), "", PageRequest(problems=(error("", why),)))
    draft = CredentialDraft("", one.need.namespace, found.resource.name, found.region)
    missing = lacking(with_namespaces(session, take_snapshot(viewer=session.viewer), draft), draft)
    inside = namespaces(one.need.cluster, [name for name in missing if name == one.need.namespace], found.ref)
    return Repair(found, one.key, one, said, (), "", PageRequest([*inside, config_map(one.need, data, found.ref)]))


def _unmanaged(found: CredentialDependents, one: Needed, way: str) -> Repair:
    original = next((each for each in found.needed if each.need.original and each.need.kind == one.need.kind), None)
    ways = (
        ("label", "Hand it over to k0rdent, which then keeps it in step with the original"),
        ("delete", "Delete it, and let k0rdent make it again within 15 minutes"),
    )
    way = way if way in dict(ways) else "label"
    said = f"It was made by hand, so k0rdent leaves it as it is, outdated or not. {one.note}".strip()
    problems: list[Problem] = []
    if original is None or original.state == "missing":
        problems.append(
            error(
                "",
                "There is no original on the management cluster that it could follow. Rotate the "
                "credential first: that makes one.",
            )
        )
    if way == "label":
        planned = _labelled(found, one)
    else:
        planned = _deleted(found, one)
        problems.append(warning("", "Until it is back, clusters of this region cannot be changed."))
    return Repair(found, one.key, one, said, ways, way, PageRequest([planned], tuple(problems)))


def _carried(found: CredentialDependents, one: Needed, live: Iterable[Needed]) -> Repair:
    """A Secret with its own values in an annotation: of a copy k0rdent changes none, so it is made again."""
    if not one.need.copy:
        said = "It carries its own values in an annotation, in clear text. Its data stays as it is."
        planned = _patched(found, one, {}, "Its values stand in its data alone from now on.")
        planned.manifest["metadata"]["annotations"] = dict.fromkeys(one.whole_copies)
        return Repair(found, one.key, one, said, (), "", PageRequest([planned]))
    said = "It carries its own values in an annotation, in clear text, as the original did when k0rdent copied it."
    if any(each.whole_copies for each in live if each.need.original and each.need.kind == one.need.kind):
        why = "The original carries it still, and k0rdent would copy it again: take it out there first."
        return Repair(found, one.key, one, said, (), "", PageRequest(problems=(error("", why),)))
    return _one_way(found, one, said, _deleted(found, one))


def _one_way(found: CredentialDependents, one: Needed, said: str, planned: Planned) -> Repair:
    warned = warning("", "Until it is back, clusters of this region cannot be changed.")
    return Repair(found, one.key, one, said, (), "", PageRequest([planned], (warned,)))


def _labelled(found: CredentialDependents, one: Needed) -> Planned:
    credential = f"{K0RDENT}/credential.{found.resource.namespace}.{found.resource.name}"
    why = "k0rdent writes it anew from the original from now on."
    return _patched(found, one, {MANAGED: "true", credential: "true", **COMPONENT}, why)


def _deleted(found: CredentialDependents, one: Needed) -> Planned:
    row = found.held(one.need)
    manifest = pointed(one.need, api_version(one.need, row))
    why = "k0rdent makes it again from the original."
    return deletion(manifest, row.uid if row else "", why, one.need.cluster, found.ref)


def _patched(found: CredentialDependents, one: Needed, labels: Mapping[str, str], why: str) -> Planned:
    row = found.held(one.need)
    manifest = pointed(one.need, api_version(one.need, row))
    if labels:
        manifest["metadata"]["labels"] = dict(labels)
    return Planned(one.need.cluster, manifest, why, verb="patch", uid=row.uid if row else "", serves=found.ref)


def unlabelled(found: CredentialDependents) -> tuple[Needed, ...]:
    """What k0rdent's backups would leave out of what this credential needs; not copies, which are made again."""
    ((key, value),) = COMPONENT.items()
    held = ((one, found.held(one.need)) for one in found.needed if not one.need.copy)
    return tuple(one for one, row in held if row and not row.deleting_at and row.labels.get(key) != value)


def _labels(found: CredentialDependents) -> Repair:
    why = "k0rdent's backups go by this label."
    planned = [_patched(found, one, COMPONENT, why) for one in unlabelled(found)]
    ((key, value),) = COMPONENT.items()
    resource = found.resource
    if resource.labels.get(key) != value:
        metadata: Manifest = {"name": resource.name, "namespace": resource.namespace, "labels": dict(COMPONENT)}
        own = {"apiVersion": API, "kind": "Credential", "metadata": metadata}
        planned.append(Planned(MANAGEMENT, own, why, verb="patch", uid=resource.uid))
    said = f"Without the label {key}={value} k0rdent's backups leave it out."
    problems = () if planned else (error("", "There is nothing to repair: every label is there by now."),)
    return Repair(found, LABELS, None, said, (), "", PageRequest(planned, problems))
