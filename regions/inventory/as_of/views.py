"""Pages of the past: `?at=<time>` on lists and objects. Never live, and never to be taken for now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from regions.domain.feed_filters import TIME, moment
from regions.domain.kinds import KINDS
from regions.domain.refs import MANAGEMENT
from regions.inventory import NotFound
from regions.inventory.as_of.reconstruction import FleetAsOf, kept
from regions.inventory.as_of.shown import HEALTHS, list_then, object_then
from regions.requests import ViewedRequest

TITLES = {
    "ClusterDeployment": "Deployments",
    "ClusterTemplate": "Templates",
    "MultiClusterService": "Services",
    "ManagementBackup": "Backups",
}
KINDS_KEPT = sorted({kind.name for kind in KINDS} - {"Event"})

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class AsOfRequest:
    """The moment that an address asks for. Without one, `problem` says why."""

    at: datetime | None
    text: str
    problem: str
    since: datetime | None  # from when on the past is kept

    @property
    def query(self) -> str:
        return (
            self.at.strftime("%Y-%m-%dT%H:%M:%SZ")
            if self.at and not self.at.microsecond
            else (self.at.isoformat().replace("+00:00", "Z") if self.at else "")
        )

    @property
    def blind(self) -> list[Any]:
        """Times of blindness that hold this moment."""
        return FleetAsOf(self.at).blindness() if self.at else []


def asked(request: HttpRequest) -> AsOfRequest | None:
    """What `?at=` of this address means; None without it."""
    text = request.GET.get("at", "").strip()[:64]
    if not text:
        return None
    now, since = timezone.now(), kept().since
    at = moment(text, now)
    problem = TIME if at is None else kept().refusal(at, now)
    return AsOfRequest(None if problem else at, text, problem, since)


def or_then(*kinds: str) -> Callable[[View], View]:
    """For a view of a list: with `?at=` it shows the same objects as they were."""

    def decorate(view: View) -> View:
        @wraps(view)
        def shown(request: ViewedRequest, *args: Any, **more: Any) -> HttpResponse:
            then = asked(request) if request.method in ("GET", "HEAD") else None
            return list_as_of(request, then, kinds) if then else view(request, *args, **more)

        return shown

    return decorate


@require_safe
def past(request: ViewedRequest) -> HttpResponse:
    """/past/?at=…&kind=…: any list as it was."""
    kind = request.GET.get("kind", "") or "ClusterDeployment"
    return list_as_of(request, asked(request) or AsOfRequest(None, "", "", kept().since), (kind[:63],), choose=True)


@require_safe
def past_object(request: ViewedRequest) -> HttpResponse:
    """/past/object/?at=…&kind=…&namespace=…&name=…&cluster=…: any object as it was."""
    get = request.GET.get
    return object_as_of(
        request,
        get("kind", "")[:63],
        get("namespace", "")[:253],
        get("name", "")[:253],
        get("cluster", "")[:253] or MANAGEMENT,
    )


def region_then(view: View) -> View:
    """For the page of a region."""

    @wraps(view)
    def shown(request: ViewedRequest, name: str) -> HttpResponse:
        if not request.GET.get("at", "").strip():
            return view(request, name)
        kind, own = ("Management", "kcm") if name == MANAGEMENT else ("Region", name)
        return object_as_of(request, kind, "", own, MANAGEMENT, region=name)

    return shown


def list_as_of(request: ViewedRequest, then: AsOfRequest, kinds: tuple[str, ...], choose: bool = False) -> HttpResponse:
    chosen = {name: request.GET.get(name, "").strip() for name in ("search", "region", "health")}
    found = None
    if then.at:
        found = list_then(
            then.at,
            kinds,
            viewer=request.viewer,
            text=chosen["search"],
            region=chosen["region"],
            health=chosen["health"],
        )
    return render(
        request,
        "past/list.html",
        {
            "then": then,
            "found": found,
            "kinds": kinds,
            "chosen": chosen,
            "all_kinds": KINDS_KEPT if choose else (),
            "healths": HEALTHS,
            "title": TITLES.get(kinds[0], f"{kinds[0]}s"),
        },
    )


def object_as_of(
    request: ViewedRequest, kind: str, namespace: str, name: str, cluster: str, region: str = ""
) -> HttpResponse:
    then = asked(request) or AsOfRequest(None, "", "", kept().since)
    found, deployments = None, None
    if then.at:
        try:
            found = object_then(then.at, kind, namespace, name, cluster, viewer=request.viewer)
        except NotFound as error:
            raise Http404(str(error)) from error
        if region:
            deployments = list_then(then.at, ["ClusterDeployment"], viewer=request.viewer, region=region)
    return render(
        request,
        "past/object.html",
        {
            "then": then,
            "found": found,
            "kind": kind,
            "name": region or name,
            "deployments": deployments,
        },
    )
