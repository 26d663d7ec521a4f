"""`/deployments/bulk/`: several deployments labelled, upgraded or deleted, with one preview; a request for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from deployments.clusterdeployments.actions.upgrading import chains
from deployments.clusterdeployments.delete import WHY
from deployments.domain.findings import Problem, error, errors
from deployments.domain.gitops import held
from deployments.domain.labels import read_labels
from deployments.domain.manifests import Planned, deletion
from deployments.domain.patches import opening, planned
from deployments.domain.upgrades import allowed
from deployments.models import Submission
from deployments.submissions.keys import is_key, key_within
from deployments.submissions.pages import FormPage, FormRequest, PageRequest, answer, form_view
from deployments.submissions.snapshot import take_snapshot
from regions import live
from regions.domain import manifest as m
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT
from regions.domain.topics import kind
from regions.domain.viewer import Viewer
from regions.domain.words import counted, listed
from regions.inventory import Row
from regions.inventory.rows import manifests, row_of
from regions.inventory.visibility import look
from regions.models import Resource
from regions.permitted import resources
from regions.requests import ViewedRequest

MOST = 50
WAYS = {"label": "Set labels", "upgrade": "Upgrade", "delete": "Delete"}
BOXES = ("labels", "typed", "template", "despite")


@dataclass(frozen=True, slots=True)
class Chosen:
    """One deployment that was chosen. `after` are the templates that it may become."""

    row: Row
    manifest: Manifest
    after: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return self.row.target.label

    @property
    def held(self) -> str:
        found = held(self.manifest)
        return found.owner.tool if found else ""


@dataclass(frozen=True, slots=True)
class DeploymentBulk:
    """What is chosen, what shall be done with it, and what was typed for that."""

    items: tuple[Chosen, ...]
    gone: tuple[str, ...]
    way: str
    labels: str
    template: str
    typed: str

    @property
    def templates(self) -> list[tuple[str, int]]:
        """What some of them may become, and how many of them."""
        names = sorted({name for one in self.items for name in one.after})
        return [(name, sum(name in one.after for one in self.items)) for name in names]

    @property
    def meant(self) -> tuple[Chosen, ...]:
        """Those that it is done to: of an upgrade, those that may take this way."""
        return tuple(one for one in self.items if self.way != "upgrade" or self.template in one.after)

    @property
    def left(self) -> tuple[Chosen, ...]:
        return tuple(one for one in self.items if one not in self.meant)

    @property
    def holders(self) -> list[str]:
        return sorted({one.held for one in self.meant if one.held})


@form_view
def bulk(request: FormRequest) -> HttpResponse:
    """`?chosen=<namespace>/<name>` once for each; the form posts them again."""
    said = request.POST if request.method == "POST" else request.GET
    wanted = list(dict.fromkeys(said.getlist("chosen")))
    way = said.get("way", "label")
    form = _form(request, wanted[:MOST], way if way in WAYS else "label", said)
    asked = _asked(form, len(wanted)) if request.method == "POST" else PageRequest()
    return answer(request, _page(form), asked)


def _asked(form: DeploymentBulk, wanted: int) -> PageRequest:
    problems = tuple(_problems(form, wanted))
    planned = [] if errors(problems) else [_planned(form, one) for one in form.meant]
    despite = f"{listed(form.holders)} may put it back." if form.holders and form.way != "delete" else ""
    return PageRequest(planned, problems, despite=despite, separate=True)


def _page(form: DeploymentBulk) -> FormPage:
    how = counted(len(form.meant), "deployment")
    label = {"delete": f"Delete {how}", "upgrade": f"Upgrade {how}", "label": f"Label {how}"}[form.way]
    context = {"form": form, "ways": WAYS, "danger": form.way == "delete"}

    def after(key: str) -> str:
        query = urlencode([("key", key), ("way", form.way), *(("chosen", one.label) for one in form.meant)])
        return f"{reverse('deployments:bulk_done')}?{query}"

    return FormPage("deployments/bulk.html", label, BOXES, context, after)


def _form(request: ViewedRequest, wanted: Sequence[str], way: str, said: Any) -> DeploymentBulk:
    rows = [row for row in _rows(request.viewer, wanted) if f"{row.namespace}/{row.name}" in wanted]
    bodies, sight = manifests(rows), look(request.viewer)
    known = take_snapshot(viewer=request.viewer) if way == "upgrade" else None
    found = []
    for row in rows:
        body = bodies.get(row.pk, {})
        ways = allowed(body, chains(row.namespace), known.templates) if known else []
        after = tuple(one.template for one in ways if not one.why_not)
        found.append(Chosen(row_of(row, sight), body, after))
    there = {one.label for one in found}
    return DeploymentBulk(
        tuple(found),
        tuple(one for one in wanted if one not in there),
        way,
        said.get("labels", ""),
        said.get("template", ""),
        said.get("typed", "").strip(),
    )


def _rows(viewer: Viewer, wanted: Sequence[str]) -> list[Resource]:
    names = [one.rpartition("/")[2] for one in wanted]
    return list(
        resources(viewer)
        .filter(cluster=MANAGEMENT, group=K0RDENT, kind="ClusterDeployment", name__in=names)
        .order_by("namespace", "name")
    )


def _problems(form: DeploymentBulk, wanted: int) -> list[Problem]:
    found: list[Problem] = []
    if not form.items:
        found.append(error("", "None of them is there any more. Choose some in the list."))
    if wanted > MOST:
        found.append(error("", f"At most {MOST} go at once; {wanted} are chosen."))
    if form.way == "label":
        found += read_labels(form.labels)[1]
    elif form.way == "upgrade" and form.items and not form.meant:
        found.append(
            error(
                "template",
                "Choose what they shall become."
                if form.templates
                else "No template chain offers a way for any of them.",
            )
        )
    elif form.way == "delete" and form.typed != str(len(form.items)):
        found.append(error("typed", f"Type {len(form.items)} to delete as many."))
    return found


def _planned(form: DeploymentBulk, one: Chosen) -> Planned:
    opened = opening(one.manifest)
    if form.way == "label":
        return planned(opened, {"metadata": {"labels": read_labels(form.labels)[0]}}, None, "Only its labels.")
    if form.way == "upgrade":
        before = m.text(m.part(one.manifest, "spec", "template"))
        patch, seen = {"spec": {"template": form.template}}, {"spec": {"template": before}}
        return planned(opened, patch, seen, f"From {before}; its config stays.")
    return deletion(opened, m.text(m.part(opened, "metadata", "uid")), WHY)


@require_safe
def bulk_done(request: ViewedRequest) -> HttpResponse:
    """`/deployments/bulk/done/?key=…&chosen=…`: what became of each, and how it stands now."""
    live.follow(request, kind("ClusterDeployment"), kind("Region"), kind("Management"))
    key, wanted = request.GET.get("key", ""), request.GET.getlist("chosen")[:MOST]
    keys = {key_within(key, label): label for label in wanted} if is_key(key) else {}
    sent = {one.key: one for one in Submission.objects.filter(key__in=keys).prefetch_related("steps")}
    sight = look(request.viewer)
    rows = {f"{row.namespace}/{row.name}": row_of(row, sight) for row in _rows(request.viewer, wanted)}
    results = [
        {
            "label": label,
            "sent": sent.get(own),
            "row": rows.get(label),
            "step": _step(sent.get(own)),
            "id": f"done-{own[:12]}",
        }
        for own, label in keys.items()
    ]
    done = sum(1 for one in sent.values() if one.state == Submission.State.DONE)
    context = {"results": results, "done": done, "way": WAYS.get(request.GET.get("way", ""), "")}
    return render(request, "deployments/bulk_done.html", context)


def _step(sent: Submission | None) -> Any:
    return next(iter(sent.steps.all()), None) if sent else None
