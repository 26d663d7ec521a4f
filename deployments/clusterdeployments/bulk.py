"""`/deployments/bulk/`: several deployments labelled, upgraded or deleted, with one preview; a request for each."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from deployments import submissions
from deployments.clusterdeployments.actions.upgrading import chains
from deployments.domain.findings import Problem, by_field, error, errors
from deployments.domain.gitops import held
from deployments.domain.labels import read_labels
from deployments.domain.manifests import Planned
from deployments.domain.patches import opening, planned
from deployments.domain.upgrades import allowed
from deployments.models import Submission
from deployments.submissions.confirm_form import key_of
from deployments.submissions.keys import fingerprint, is_key, same_fingerprint
from deployments.submissions.snapshot import take_snapshot
from regions import live
from regions.domain import manifest as m
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT
from regions.domain.topics import kind
from regions.domain.words import counted, listed
from regions.inventory import Row
from regions.inventory.rows import manifests, row_of
from regions.inventory.visibility import look
from regions.models import Resource
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


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def bulk(request: ViewedRequest) -> HttpResponse:
    """`?chosen=<namespace>/<name>` once for each; the form posts them again."""
    said = request.POST if request.method == "POST" else request.GET
    wanted = list(dict.fromkeys(said.getlist("chosen")))
    way = said.get("way", "label")
    form = _form(request, wanted[:MOST], way if way in WAYS else "label", said)
    key = key_of(request)
    if request.method != "POST":
        return _draw(request, form, key)
    problems = _problems(form, len(wanted))
    if errors(problems):
        return _draw(request, form, key, problems, status=422)
    plans = [_planned(form, one) for one in form.meant]
    if request.POST.get("action") != "send":
        return _preview(request, form, key, plans)
    if form.way != "delete" and form.holders and "despite" not in request.POST:
        return _preview(request, form, key, plans, (error("despite", "Say that you mean it."),))
    if not same_fingerprint(fingerprint(plans, request.viewer, key), request.POST.get("digest", "")):
        return _preview(request, form, key, plans, changed=True)
    for one, plan in zip(form.meant, plans, strict=True):
        own = key_for(key, one.label)
        submissions.submit([plan], fingerprint([plan], request.viewer, own), request.viewer, own)
    query = urlencode([("key", key), ("way", form.way), *(("chosen", one.label) for one in form.meant)])
    return redirect(f"{reverse('deployments:bulk_done')}?{query}")


def key_for(key: str, label: str) -> str:
    """The name of the request for one of them: the same whenever this form is sent."""
    return hashlib.sha256(f"{key}\0{label}".encode()).hexdigest()[:32]


def _form(request: ViewedRequest, wanted: Sequence[str], way: str, said: Any) -> DeploymentBulk:
    rows = [row for row in _rows(wanted) if f"{row.namespace}/{row.name}" in wanted]
    bodies, sight = manifests(rows), look()
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


def _rows(wanted: Sequence[str]) -> list[Resource]:
    names = [one.rpartition("/")[2] for one in wanted]
    return list(
        Resource.objects.filter(cluster=MANAGEMENT, group=K0RDENT, kind="ClusterDeployment", name__in=names).order_by(
            "namespace", "name"
        )
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
    made = planned(opened, {}, None, "The cluster goes with all that runs on it.")
    return Planned(MANAGEMENT, made.manifest, made.why, verb="delete", uid=made.uid)


def _preview(
    request: ViewedRequest,
    form: DeploymentBulk,
    key: str,
    plans: list[Planned],
    said: tuple[Problem, ...] = (),
    changed: bool = False,
) -> HttpResponse:
    seen = submissions.preview(plans, request.viewer, key)
    return _draw(
        request, form, key, [*said, *seen.problems], status=422 if said else 200, preview=seen, changed=changed
    )


def _draw(
    request: ViewedRequest,
    form: DeploymentBulk,
    key: str,
    problems: Sequence[Problem] = (),
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    danger = form.way == "delete"
    how = counted(len(form.meant), "deployment")
    context = {
        "form": form,
        "ways": WAYS,
        "key": key,
        "problems": by_field(problems, BOXES),
        "danger": danger,
        "label": {"delete": f"Delete {how}", "upgrade": f"Upgrade {how}", "label": f"Label {how}"}[form.way],
        "unsound": bool(errors(problems)),
        "must": bool(form.holders) and not danger,
        "held": {"warning": f"{listed(form.holders)} may put it back."} if form.holders else None,
        "despite": "despite" in request.POST,
        **more,
    }
    return render(request, "deployments/bulk.html", context, status=status)


@require_safe
def bulk_done(request: ViewedRequest) -> HttpResponse:
    """`/deployments/bulk/done/?key=…&chosen=…`: what became of each, and how it stands now."""
    live.follow(request, kind("ClusterDeployment"), kind("Region"), kind("Management"))
    key, wanted = request.GET.get("key", ""), request.GET.getlist("chosen")[:MOST]
    keys = {key_for(key, label): label for label in wanted} if is_key(key) else {}
    sent = {one.key: one for one in Submission.objects.filter(key__in=keys).prefetch_related("steps")}
    sight = look()
    rows = {f"{row.namespace}/{row.name}": row_of(row, sight) for row in _rows(wanted)}
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
