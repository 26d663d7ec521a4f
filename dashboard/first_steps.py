"""What to do first, on a fleet that has no deployment yet."""

from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from dashboard.models import NoticeRule
from dashboard.people.routes import allowed
from regions.domain.kinds import K0RDENT
from regions.domain.roles import Right
from regions.domain.viewer import Viewer
from regions.inventory import Overview
from regions.models import Resource
from regions.permitted import permitted, sees_fleet


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One thing to do. `url` is empty where nothing in Pane does it, or not for this person."""

    title: str
    text: str
    done: bool
    url: str = ""
    link: str = ""
    optional: bool = False


def first_steps(found: Overview, *, viewer: Viewer) -> tuple[FirstStep, ...]:
    """In the order in which they are done; empty as soon as there is a deployment, and for who may not see them all."""
    if found.deployments.total or (found.management is not None and not sees_fleet(viewer)):
        return ()
    connected = found.management is not None and not found.management.blind
    mine = Resource.objects.filter(Q(kind="Credential", group=K0RDENT) & permitted(viewer))
    return (
        FirstStep(
            "Connect the management cluster",
            "Pane finds it as kubectl does, or by PANE_KUBECONFIG; its regions are found from there.",
            connected and bool(found.regions),
        ),
        FirstStep(
            "Give k0rdent a credential",
            "A key of AWS, Azure, Google, OpenStack or vSphere, or a kubeconfig: what clusters are made with.",
            mine.exists(),
            _way(viewer, Right.CREDENTIALS, "credentials:choose"),
            "New credential",
        ),
        FirstStep(
            "Register a region",
            "A cluster that makes others close to their cloud. Without one, management makes them itself.",
            any(not card.is_management for card in found.regions),
            _way(viewer, Right.REGIONS, "deployments:new_region"),
            "New region",
            optional=True,
        ),
        FirstStep(
            "Make the first cluster",
            "Choose a template and the credential; what will be made is shown before anything is.",
            False,
            _way(viewer, Right.DEPLOYMENTS, "deployments:new"),
            "New deployment",
        ),
        FirstStep(
            "Say whom to tell",
            "In a chat, a pager, by mail or a webhook, when something fails.",
            NoticeRule.objects.exists(),
            reverse("notices:rules"),
            "Notification rules",
            optional=True,
        ),
    )


def _way(viewer: Viewer, right: Right, name: str) -> str:
    return reverse(name) if allowed(viewer, right) else ""
