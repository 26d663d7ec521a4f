"""Every page as each of Pane's roles: nothing breaks, and no link or form on it leads to a refusal."""

from collections import deque
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import timezone

from dashboard.live import hub
from dashboard.models import GroupRole, NoticeRule
from dashboard.people.routes import ADMIN, OPEN, RIGHTS, allowed_at, refused
from dashboard.people.viewer import person_named
from regions.domain.refs import MANAGEMENT
from regions.domain.roles import Right
from regions.domain.viewer import Viewer
from regions.models import Resource, Upkeep
from tests.dashboard.live.harness import Served, open_page, served
from tests.pages.conftest import seeded
from tests.pages.seed import seed

__all__ = ["seeded", "served"]

pytestmark = pytest.mark.django_db

DATA = "team-data"
PEOPLE: dict[str, tuple[tuple[str, list[str]], ...]] = {
    "viewer": (("viewer", []),),
    "operator": (("operator", []),),
    "credential manager": (("credential manager", []),),
    "administrator": (("administrator", []),),
    "operator of one team, who sees all": (("operator", [DATA]), ("viewer", [])),
}
BEGINS = (
    "/",
    "/deployments/team-data/lake-prod/",
    "/credentials/team-data/aws-us-east/",
    "/objects/",
    "/notices/rules/",
)


DRAWN = ("deployments/", "credentials/", "regions/<str:name>/", "objects/<str:kind>/", "account/")
FOLLOWING = ("viewer", "operator of one team, who sees all")
"""Who goes on to a page of every kind; others look at those where something can be done."""


@pytest.fixture(params=PEOPLE)
def person(request: Any, seeded: int, settings: Any) -> User:
    settings.PANE_RIGHTS, settings.PANE_IMPERSONATE = "roles", False
    user = User.objects.create_user("one")
    for role, namespaces in PEOPLE[request.param]:
        group = Group.objects.create(name=f"{role} {namespaces}")
        GroupRole.objects.create(group=group, role=role, namespaces=namespaces)
        user.groups.add(group)
    now = timezone.now()
    NoticeRule.objects.create(name="hall", url="https://hooks.example/x", person="one", created_at=now)
    Upkeep.objects.create(
        kind="maintenance", object_kind="ClusterDeployment", namespace=DATA, name="lake-prod", reason="disks",
        person="one", created_at=now, starts_at=now,
    )  # fmt: skip
    return user


def test_nothing_on_any_page_leads_to_a_refusal(person: User, request: Any):
    client, viewer = Client(), person_named(person)
    follows = request.node.callspec.params["person"] in FOLLOWING
    client.force_login(person)
    wrong, asked = [], set()
    waiting = deque((address, False) for address in BEGINS)
    while waiting:
        address, lazily = waiting.popleft()
        answer = client.get(address, headers={"HX-Request": "true"} if lazily else {})
        if answer.status_code in (403, 500):
            wrong.append(f"{address} answers {answer.status_code}")
        if "text/html" not in answer.get("Content-Type", "") or answer.streaming:
            continue
        for target, sends, by_htmx in leading(address, answer.content.decode()):
            found = match(target)
            if found is None or found.route.startswith(ADMIN):
                continue
            if why := denied(viewer, found):
                wrong.append(f"{address} leads to {target}: {why}")
            elif not sends and found.route not in asked:  # one page of each kind is enough
                asked.add(found.route)
                if follows or found.route in DRAWN:
                    waiting.append((target, by_htmx))
    assert wrong == []
    assert len(asked) > 40


class Ways(HTMLParser):
    """Where a page leads, whether something is sent there rather than read, and whether the page asks by itself."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.found: list[tuple[str, bool, bool]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        said = dict(attributes)
        if tag == "a" and "href" in said:
            self.add(said["href"], sends=False)
        elif tag == "form":
            self.add(said.get("action"), sends=(said.get("method") or "").lower() == "post")
        if "formaction" in said:
            self.add(said["formaction"], sends=True)
        for name in ("hx-get", "hx-post"):
            if name in said:
                self.add(said[name], sends=name == "hx-post", by_htmx=True)

    def add(self, target: str | None, *, sends: bool, by_htmx: bool = False) -> None:
        self.found.append((urljoin(self.address, target or self.address), sends, by_htmx))


def test_an_open_page_follows_who_is_no_administrator_any_more(served: Served, monkeypatch: Any, settings: Any):
    settings.PANE_RIGHTS, settings.PANE_IMPERSONATE = "roles", False
    monkeypatch.setattr(hub, "BEAT", 0.2)
    User.objects.update(is_staff=True)
    seed(timezone.now())
    with open_page(served, "/regions/eu-central/", "") as page:
        assert "Deregister" in page.heard()["fragments"]["region-head"]
        User.objects.update(is_staff=False)
        heard = [page.heard(), page.heard()]
    assert {"turned": True} in heard
    (head,) = [one["fragments"]["region-head"] for one in heard if "fragments" in one]
    assert "eu-central" in head
    assert "Deregister" not in head


def leading(address: str, html: str) -> list[tuple[str, bool, bool]]:
    ways = Ways(address)
    ways.feed(html)
    return ways.found


def match(target: str) -> ResolverMatch | None:
    parts = urlsplit(target)
    try:
        return resolve(parts.path) if not parts.netloc else None
    except Resolver404:
        return None


def denied(viewer: Viewer, found: ResolverMatch) -> str:
    if why := refused(viewer, found.route):
        return why
    right, namespace = RIGHTS.get(found.route, Right.SEE), found.kwargs.get("namespace")
    if found.route in OPEN or right is Right.SEE or namespace is None:
        return ""
    row = Resource.objects.filter(cluster=MANAGEMENT, namespace=namespace, name=found.kwargs["name"]).first()
    held = allowed_at(viewer, right, row.region if row else "", namespace)
    return "" if held else f"not theirs in {namespace}"
