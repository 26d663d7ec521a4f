"""`/credentials/bulk/`: several credentials labelled or deleted at once, with one preview of all of it."""

from dataclasses import dataclass

from django.http import HttpResponse

from deployments.credentials.items import items
from deployments.credentials.survey import survey
from deployments.credentials.values import CredentialItem
from deployments.domain.findings import Problem, error, errors
from deployments.domain.labels import read_labels
from deployments.domain.manifests import API, Planned, deletion
from deployments.submissions.pages import FormPage, FormRequest, PageRequest, answer, form_view
from regions.domain.refs import MANAGEMENT
from regions.domain.words import counted, listed
from regions.models import Resource

MOST = 50
WAYS = {"label": "Set labels", "delete": "Delete"}
BOXES = ("labels", "typed")


@dataclass(frozen=True, slots=True)
class CredentialBulk:
    """What is chosen, what shall be done with it, and what was typed for that."""

    items: tuple[CredentialItem, ...]
    way: str
    labels: str
    typed: str
    gone: tuple[str, ...]  # chosen, and not there any more

    @property
    def used(self) -> tuple[CredentialItem, ...]:
        """Those that deployments use: they stay."""
        return tuple(one for one in self.items if one.used)


@form_view
def bulk(request: FormRequest) -> HttpResponse:
    """`?chosen=<namespace>/<name>` once for each; the form posts them again."""
    said = request.POST if request.method == "POST" else request.GET
    wanted = list(dict.fromkeys(said.getlist("chosen")))
    known = survey(request.viewer)
    rows = [row for row in known.shown if f"{row.namespace}/{row.name}" in wanted][:MOST]
    found = tuple(item for item, _ in items(known, rows))
    there = {f"{row.namespace}/{row.name}" for row in rows}
    way = said.get("way", "label")
    form = CredentialBulk(
        found,
        way if way in WAYS else "label",
        said.get("labels", ""),
        said.get("typed", "").strip(),
        tuple(one for one in wanted if one not in there)[:MOST],
    )
    asked = _asked(form, rows, len(wanted)) if request.method == "POST" else PageRequest()
    context = {"form": form, "ways": WAYS, "danger": form.way == "delete"}
    label = f"Delete {counted(len(rows), 'credential')}" if form.way == "delete" else "Set labels"
    return answer(request, FormPage("credentials/bulk.html", label, BOXES, context), asked)


def _asked(form: CredentialBulk, rows: list[Resource], wanted: int) -> PageRequest:
    problems: list[Problem] = []
    if not rows:
        problems.append(error("", "None of them is there any more. Choose some in the list."))
    if wanted > MOST:
        problems.append(error("", f"At most {MOST} go at once; {wanted} are chosen."))
    if form.way == "delete":
        problems += _undeletable(form)
        return PageRequest([_deleted(row) for row in rows], tuple(problems))
    labels, bad = read_labels(form.labels)
    problems += bad
    return PageRequest([] if errors(problems) else [_labelled(row, labels) for row in rows], tuple(problems))


def _undeletable(form: CredentialBulk) -> list[Problem]:
    problems: list[Problem] = []
    if form.used:
        said = listed(f"{one.row.target.label} by {counted(one.used, 'deployment')}" for one in form.used)
        problems.append(error("", f"In use: {said}. Leave those out."))
    if form.typed != str(len(form.items)):
        problems.append(error("typed", f"Type {len(form.items)} to delete as many."))
    return problems


def _deleted(row: Resource) -> Planned:
    manifest = {"apiVersion": API, "kind": "Credential", "metadata": {"name": row.name, "namespace": row.namespace}}
    return deletion(manifest, row.uid, "What it names stays: identity, Secret, ConfigMap.")


def _labelled(row: Resource, labels: dict[str, str | None]) -> Planned:
    metadata = {"name": row.name, "namespace": row.namespace, "labels": labels}
    manifest = {"apiVersion": API, "kind": "Credential", "metadata": metadata}
    return Planned(MANAGEMENT, manifest, "Only its labels.", verb="patch", uid=row.uid)
