"""A token for some regions or namespaces never sees or does more than its owner may and than it is for."""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from websockets.sync.client import connect

from dashboard.live.hub import _viewers_of
from dashboard.models import ApiToken, SavedView
from dashboard.people import tokens
from dashboard.people.viewer import viewer_of
from deployments.domain.manifests import Planned
from deployments.submissions.roles import refusal
from regions import journal, permitted
from regions.clusters.rights import ResourceAttributes, outside
from regions.domain.kinds import K0RDENT
from regions.domain.rbac import ReadRights
from regions.domain.refs import MANAGEMENT
from regions.domain.roles import Granted, Right, Scope
from regions.domain.viewer import Viewer
from regions.models import Change, Resource
from tests.dashboard.live.harness import Served, served
from tests.pages.conftest import seeded
from tests.pages.seed import seed

__all__ = ["seeded", "served"]

pytestmark = pytest.mark.django_db

DATA, US = Scope(namespaces=frozenset({"team-data"})), Scope(regions=frozenset({"us-east"}))
BOTH = Scope(frozenset({"us-east"}), frozenset({"team-data"}))
OWNERS = {
    "everything": Viewer("boss", administrator=True),
    "a role of one namespace": Viewer("eve", granted=(Granted("operator", Scope(namespaces=frozenset({"platform"}))),)),
    "a role of one region": Viewer("eve", granted=(Granted("viewer", US),)),
    "rights in two namespaces": Viewer(
        "ada",
        rights=ReadRights(
            kinds={
                (K0RDENT, "ClusterDeployment"): frozenset({"team-data", "kcm-system"}),
                (K0RDENT, "Credential"): frozenset({"kcm-system"}),
                ("", "Event"): frozenset({"kcm-system"}),
            },
            regions=frozenset({"eu-central"}),
        ),
    ),
    "rights to all": Viewer(
        "ada", rights=ReadRights(kinds={(K0RDENT, "ClusterDeployment"): None, ("", "Event"): None}, regions=None)
    ),
}


@pytest.fixture(autouse=True)
def by_role(settings: Any) -> None:
    settings.PANE_RIGHTS, settings.PANE_IMPERSONATE = "roles", False


@pytest.fixture
def robot(db: None) -> User:
    return User.objects.create_user("robot", is_superuser=True)


def program(user: User, within: Scope, **more: Any) -> Client:
    secret = tokens.issue(user, "a script", within=within, **more)
    return Client(headers={"Authorization": f"Bearer {secret}"})


def rows_and_changes() -> Iterator[tuple[Any, Any, Any]]:
    yield Resource, permitted.permitted, permitted.permits_row
    yield Change, permitted.permitted_changes, permitted.permits_change


@pytest.mark.parametrize("within", [DATA, US, BOTH], ids=str)
@pytest.mark.parametrize("owner", OWNERS.values(), ids=OWNERS)
def test_what_is_shown_is_the_owners_and_the_tokens(seeded: int, owner: Viewer, within: Scope):
    bounded = replace(owner, within=within)
    for model, q, row_by_row in rows_and_changes():
        everything = list(model.objects.all())
        own = {row.pk for row in everything if row_by_row(owner, row)}
        fits = {row.pk for row in everything if within.holds(row.region, row.namespace)}
        assert {row.pk for row in everything if row_by_row(bounded, row)} == own & fits
        assert set(model.objects.filter(q(bounded)).values_list("pk", flat=True)) == own & fits
        if owner is OWNERS["everything"]:
            assert 0 < len(own & fits) < len(everything)
    assert not permitted.sees_fleet(bounded)
    assert bounded.permission_set != owner.permission_set
    for region in ("us-east", "eu-central", MANAGEMENT):
        wide = permitted.permits_region(owner, region)
        assert permitted.permits_region(bounded, region) == (wide and (not within.regions or region in within.regions))


@pytest.mark.parametrize("owner", OWNERS.values(), ids=OWNERS)
def test_without_a_bound_nothing_is_otherwise(seeded: int, owner: Viewer):
    same = replace(owner, within=Scope())
    assert same.permission_set == owner.permission_set
    assert same.confined == (owner is not OWNERS["everything"])


def read(answer: Any) -> bytes:
    async def whole() -> bytes:
        return b"".join([piece async for piece in answer])

    return asyncio.run(whole()) if answer.streaming and answer.is_async else answer.getvalue()


def test_lists_counts_and_exports_of_the_api_follow(seeded: int, robot: User):
    wide, narrow = program(robot, Scope()), program(robot, DATA)
    everything, found = (client.get("/api/v1/deployments/").json() for client in (wide, narrow))
    assert {row["namespace"] for row in found["results"]} == {"team-data"}
    assert 0 < found["count"] < everything["count"]
    assert wide.get("/api/v1/deployments/kcm-system/shop-prod/").status_code == 200
    assert narrow.get("/api/v1/deployments/kcm-system/shop-prod/").status_code == 404
    for address in ("/feed/changes.jsonl", "/metrics/export/fleet.csv", "/api/v1/changes/", "/api/v1/causes/"):
        answer = narrow.get(address)
        assert b"shop-prod" not in read(answer), address
    assert narrow.get("/-/metrics").status_code in (401, 403), "it speaks of the whole fleet"
    assert narrow.get("/audit/export.jsonl").status_code == 403
    assert wide.get("/audit/export.jsonl").status_code == 200


def test_it_writes_only_within(seeded: int, robot: User, settings: Any):
    viewer = viewer_of(tokens.find(tokens.issue(robot, within=DATA)).user)  # type: ignore[union-attr]
    assert viewer
    for impersonating in (False, True):
        settings.PANE_IMPERSONATE = impersonating
        assert refusal(viewer, writing("ClusterDeployment", "team-data")) == ""
        assert "for the namespaces team-data alone" in refusal(viewer, writing("ClusterDeployment", "kcm-system"))
        assert refusal(viewer, writing("Region", "")) != ""
        beside = [*writing("ClusterDeployment", "team-data"), *writing("Secret", "kcm-system")]
        assert refusal(viewer, beside) != ""
    assert outside(viewer, ResourceAttributes("patch", K0RDENT, "Region", "", "us-east", "us-east"))
    for right in (Right.PEOPLE, Right.AUDIT, Right.SCREENS, Right.NOTICES):
        assert not viewer.may(right)
    answer = program(robot, DATA).post(
        "/api/v1/maintenance/",
        {"kind": "acknowledged", "object_kind": "ClusterDeployment", "name": "shop-prod", "reason": "x"}
        | {"namespace": "kcm-system"},
        content_type="application/json",
    )
    assert answer.status_code == 404, answer.content


def writing(kind: str, namespace: str) -> list[Planned]:
    group = "v1" if kind == "Secret" else f"{K0RDENT}/v1beta1"
    named = {"name": "new"} | ({"namespace": namespace} if namespace else {})
    return [Planned(MANAGEMENT, {"apiVersion": group, "kind": kind, "metadata": named}, "", verb="create")]


def test_two_tokens_of_one_account_are_looked_at_apart(robot: User):
    users = [tokens.find(tokens.issue(robot, within=within)).user for within in (DATA, Scope())]  # type: ignore[union-attr]
    assert [viewer.within for viewer in _viewers_of(users).values()] == [DATA, Scope()]


@pytest.mark.django_db(transaction=True)
def test_a_socket_tells_only_what_the_token_is_for(served: Served):
    seed(timezone.now())
    first = Change.objects.order_by("id").values_list("id", flat=True)[0]
    secret = tokens.issue(served.user, within=DATA)
    address = f"{served.ws}/ws/changes/?after={journal.cursor().rpartition('.')[0]}.{first}"
    mine = [change.id for change in Change.objects.filter(id__gt=first, namespace="team-data").order_by("id")]
    with connect(address, additional_headers={"Authorization": f"Bearer {secret}"}) as socket:
        told = [json.loads(socket.recv(timeout=60)) for _ in mine]
        with pytest.raises(TimeoutError):
            socket.recv(timeout=1)
    assert len(mine) > 1
    assert {one["namespace"] for one in told} == {"team-data"}


def test_the_page_takes_bounds_and_says_them(client: Client, robot: User):
    client.force_login(robot)
    form = {"name": "a report", "regions": "us-east, eu-west", "namespaces": "team-data"}
    made = client.post("/account/", form).content.decode()
    token = tokens.find(re.search(r"pane_[\w-]{43}", made)[0])  # type: ignore[index]
    assert token
    assert (token.regions, token.namespaces) == (["eu-west", "us-east"], ["team-data"])
    assert "in eu-west, us-east" in made
    wrong = client.post("/account/", form | {"namespaces": "team data;"})
    assert (wrong.status_code, b"data;" in wrong.content) == (422, True)
    assert "us-east, eu-west" in wrong.content.decode(), "what was typed stays"
    told = program(robot, BOTH, writes=False).get("/api/v1/token/").json()
    assert (told["account"], told["writes"], told["regions"], told["namespaces"]) == (
        *("robot", False),
        *(["us-east"], ["team-data"]),
    )
    assert client.get("/api/v1/token/").status_code == 404


def test_the_command_bounds_one_too(capsys: pytest.CaptureFixture[str]):
    call_command("token", "robot", "--namespaces", "team-data")
    assert ApiToken.objects.get().namespaces == ["team-data"]
    with pytest.raises(CommandError, match="cannot be the name of a region"):
        call_command("token", "robot", "--regions", "EU West!")


def test_service_tokens_are_made_and_revoked_by_administrators_alone(client: Client, robot: User):
    eve = User.objects.create_user("eve", password="correct horse battery")
    client.force_login(eve)
    assert client.get("/service-tokens/").status_code == 403
    assert "/service-tokens/" not in client.get("/account/").content.decode()
    client.force_login(robot)
    refused = client.post("/service-tokens/", {"account": "eve", "name": "x"})
    assert (refused.status_code, b"account of a person" in refused.content) == (422, True)
    made = client.post("/service-tokens/", {"account": "backup", "name": "nightly", "namespaces": "team-data"})
    secret = re.search(r"pane_[\w-]{43}", made.content.decode())[0]  # type: ignore[index]
    token = tokens.find(secret)
    assert token
    assert (token.user.username, token.made_by, token.user.has_usable_password()) == ("backup", "robot", False)
    again = client.get("/service-tokens/").content.decode()
    assert "nightly" in again
    assert secret not in again
    tokens.issue(eve, "hers")
    hers = ApiToken.objects.get(name="hers")
    assert client.post(f"/service-tokens/{hers.pk}/revoke/").status_code == 404
    client.post(f"/service-tokens/{token.pk}/revoke/")
    assert tokens.find(secret) is None


def test_saved_views_are_of_the_whole_account(robot: User):
    view = SavedView.objects.create(owner=robot, page="deployments", name="mine", query="region=eu-central")
    narrow, wide = program(robot, DATA), program(robot, Scope())
    for address in ("/api/v1/views/", f"/api/v1/views/{view.pk}/"):
        answer = narrow.get(address)
        assert (answer.status_code, "whole account" in answer.json()["detail"]) == (403, True)
        assert wide.get(address).status_code == 200
    assert narrow.delete(f"/api/v1/views/{view.pk}/").status_code == 403
    assert narrow.post("/api/v1/views/", {"page": "deployments", "name": "x"}).status_code == 403
    assert SavedView.objects.get() == view
    asked = {"page": "deployments", "name": "x", "query": "search=a%00b"}
    zero = wide.post("/api/v1/views/", asked, content_type="application/json")
    assert (zero.status_code, "zero byte" in str(zero.json())) == (400, True), zero.json()


def test_who_is_demoted_is_looked_at_anew(robot: User):
    """By what the account is now, not by what was loaded when its socket opened."""
    (before,) = _viewers_of([robot]).values()
    User.objects.update(is_superuser=False)
    (after,) = _viewers_of([robot]).values()
    assert (before.administrator, after.administrator, robot.is_superuser) == (True, False, False)
    assert after.permission_set != before.permission_set
    User.objects.all().delete()
    assert _viewers_of([robot]) == {}
