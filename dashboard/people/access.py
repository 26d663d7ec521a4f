"""`/access/`: what may I do here, and by which binding? For administrators: who may do that?"""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dashboard.people.routes import allowed
from dashboard.people.viewer import person_named
from regions.clusters.rights import Decision, ResourceAttributes, decide_all, person_of
from regions.domain.kinds import K0RDENT
from regions.domain.refs import MANAGEMENT
from regions.domain.roles import OF_CLUSTERS, Right
from regions.domain.viewer import Viewer
from regions.permitted import resources
from regions.requests import ViewedRequest

VERBS = ("list", "create", "patch", "delete")
ASKED = ("ClusterDeployment", "Credential", "ClusterTemplate", "ServiceTemplate", "MultiClusterService", "Region")
EVERYWHERE = ("Region", "MultiClusterService")
"""These have no namespace."""
MOST = 200
"""Accounts that are asked about at once."""


@dataclass(frozen=True, slots=True)
class KindAccess:
    """What may be done with a kind in one namespace."""

    kind: str
    decisions: tuple[tuple[str, Decision], ...]  # by verb


@never_cache
@require_safe
def access(request: ViewedRequest) -> HttpResponse:
    """What the person may do in the namespace that they chose, and who may do what an administrator asks for."""
    viewer = request.viewer
    spaces = _namespaces(viewer)
    space = request.GET.get("namespace", spaces[0] if spaces else "")[:253]
    space = space if space in spaces else ""
    who = request.GET.get("verb", ""), request.GET.get("kind", "")
    administrator = viewer.may(Right.PEOPLE)
    kinds = _mine(viewer, space)
    unknown = (said.sentence for one in kinds for _, said in one.decisions if not said.known)
    asks = administrator and who[0] in VERBS and who[1] in ASKED
    return render(
        request,
        "people/access.html",
        {
            "person": person_of(viewer),
            "by_cluster": settings.PANE_RIGHTS == "cluster" and person_of(viewer) is not None,
            "spaces": spaces,
            "space": space,
            "verbs": VERBS,
            "kinds": kinds,
            "unknown": next(unknown, ""),
            "own": [(right, allowed(viewer, right)) for right in Right if right not in OF_CLUSTERS],
            "administrator": administrator,
            "asked_kinds": ASKED,
            "verb": who[0],
            "kind": who[1],
            "people": _people(*who, space) if asks else None,
            "most": MOST,
        },
    )


def _namespaces(viewer: Viewer) -> list[str]:
    """Those of which they see something on management; the first has most deployments' kinds."""
    rows = resources(viewer).filter(cluster=MANAGEMENT, group=K0RDENT).exclude(namespace="")
    return sorted(set(rows.order_by().values_list("namespace", flat=True).distinct()))


def _mine(viewer: Viewer, space: str) -> list[KindAccess]:
    found = decide_all([(viewer, _wanted(verb, kind, space)) for kind in ASKED for verb in VERBS])
    step = len(VERBS)
    said = (found[n * step : (n + 1) * step] for n in range(len(ASKED)))
    return [KindAccess(kind, tuple(zip(VERBS, some, strict=True))) for kind, some in zip(ASKED, said, strict=True)]


def _people(verb: str, kind: str, space: str) -> list[tuple[Viewer, Decision]]:
    """The accounts that may do this there, each with by what; asked one by one, for no cluster tells it as a list."""
    people = [person_named(user) for user in User.objects.filter(is_active=True).order_by("username")[:MOST]]
    found = decide_all([(one, _wanted(verb, kind, space)) for one in people])
    return [(one, decision) for one, decision in zip(people, found, strict=True) if decision.allowed]


def _wanted(verb: str, kind: str, space: str) -> ResourceAttributes:
    right = Right.SEE if verb == "list" else None
    return ResourceAttributes(verb, K0RDENT, kind, "" if kind in EVERYWHERE else space, right=right)
