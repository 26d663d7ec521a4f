"""`/deployments/compare/?of=<ns>/<name>&of=…`: deployments side by side; with `@<time>` one of them as it was then."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from deployments.clusterdeployments.detail import get_deployment
from deployments.clusterdeployments.values import DeploymentDetail
from deployments.domain.compared import LONGEST, Facts, compared, flat
from regions import live
from regions.domain.bounds import cut
from regions.domain.feed_filters import TIME, moment
from regions.domain.refs import located
from regions.domain.topics import LINKS, deployment
from regions.domain.viewer import Viewer
from regions.inventory import NotFound
from regions.inventory.as_of.reconstruction import kept
from regions.requests import ViewedRequest

MOST = 6


@dataclass(frozen=True, slots=True)
class ComparedDeployment:
    """One of those compared; `problem` says why it cannot be."""

    asked: str
    namespace: str
    name: str
    at: datetime | None = None
    detail: DeploymentDetail | None = None
    problem: str = ""


@require_safe
def compare(request: ViewedRequest) -> HttpResponse:
    """At most six. Values that are the same everywhere are only shown with `all=1`."""
    asked = list(dict.fromkeys([*request.GET.getlist("of"), *request.GET.getlist("chosen")]))
    wanted = [one.strip()[:600] for one in asked if one.strip()]
    now = timezone.now()
    if not any("@" in one for one in wanted):  # the past does not move, and “2h ago” must not
        for one in wanted[:MOST]:
            live.follow(request, deployment(*one.partition("/")[::2]), *LINKS)
    columns = [_column(one, request.viewer, now) for one in wanted[:MOST]]
    found = [one for one in columns if one.detail]
    context = {
        "columns": columns,
        "found": found,
        "sections": compared([_facts(one.detail) for one in found if one.detail]) if len(found) > 1 else (),
        "all": request.GET.get("all") == "1",
        "too_many": max(0, len(wanted) - MOST),
    }
    return render(request, "deployments/compare.html", context)


def _column(asked: str, viewer: Viewer, now: datetime) -> ComparedDeployment:
    path, sign, time = asked.partition("@")
    namespace, _, name = path.partition("/")
    at = moment(time, now) if sign else None
    refusal = (TIME if at is None else kept().refusal(at, now)) if sign else ""
    if refusal:
        return ComparedDeployment(asked, namespace, name, problem=refusal)
    try:
        return ComparedDeployment(asked, namespace, name, at, get_deployment(namespace, name, viewer=viewer, at=at))
    except NotFound as error:
        return ComparedDeployment(asked, namespace, name, at, problem=f"{error}.")


def _facts(found: DeploymentDetail) -> Facts:
    row = found.row
    state = {
        "Health": row.health.value,
        "What it says": cut(row.message, LONGEST),
        "Region": located(row.region),
        "Template": row.template,
        "Credential": row.credential,
        "Kubernetes": found.kubernetes_version,
        "Validated only": "yes" if found.dry_run else "no",
        **_machines(found),
    }
    services = {f"{one.namespace}/{one.name}": f"{one.template} · {one.state}" for one in found.services}
    conditions = {one.type: f"{one.status} · {one.reason}" if one.reason else one.status for one in found.conditions}
    return {
        "State": {key: value for key, value in state.items() if value},
        "Values (spec.config)": flat(found.spec.get("config")),
        "Rest of the spec": flat({key: one for key, one in found.spec.items() if key not in _SAID}),
        "Services": services,
        "Conditions": conditions,
        "Labels": dict(found.labels),
    }


_SAID = ("config", "template", "credential", "dryRun")


def _machines(found: DeploymentDetail) -> dict[str, str]:
    return {
        f"Machines of {group.title}": f"{group.ready if group.ready is not None else '?'} of {group.desired} ready"
        for group in found.machines
        if group.desired is not None
    }
