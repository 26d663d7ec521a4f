"""/objects/: kinds of k0rdent, their lists, and one object, as pages and as answers of the API."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from deployments.objects.listing import get_object
from regions import journal
from regions.domain.kinds import K0RDENT
from regions.domain.rbac import ReadRights
from regions.domain.viewer import Viewer
from tests.pages import objects as o
from tests.pages.seed import put

pytestmark = pytest.mark.django_db


def _made(term: int, now: datetime) -> None:
    at = now - timedelta(hours=2)
    rule = {
        "targetNamespaces": {"list": ["team-data"]},
        "resources": [{"kind": "Credential", "names": ["aws-us-east"]}],
    }
    newer = {
        "version": "1.12.0",
        "kcm": {"template": "kcm-1-12-0"},
        "providers": [{"name": "cluster-api-provider-aws", "template": "cluster-api-provider-aws-9-0-0"}],
    }
    config = {"authenticationConfiguration": {"jwt": [{"issuer": {"url": "https://id.example.org"}}]}}
    things = [
        o.thing(
            "AccessManagement", "kcm", created=at, spec={"accessRules": [rule]},
            status={"observedGeneration": 1, "error": "failed to hand over Credential aws-us-east: conflict"},
        ),
        o.thing("Release", "kcm-1-12-0", created=at, spec=newer, status={"ready": True}),
        o.thing("ClusterAuthentication", "company", "kcm-system", created=at, spec=config),
        o.thing("ClusterIPAMClaim", "shop-prod-ipam", "kcm-system", created=at, spec={"cluster": "shop-prod"}),
    ]  # fmt: skip
    journal.record(term, [put("~management", thing, at) for thing in things], now)


@pytest.fixture
def objects(seeded: int) -> int:
    _made(seeded, timezone.now())
    return seeded


def test_every_kind_is_listed_with_how_its_objects_are(objects: int, read: Any) -> None:
    text = read("/objects/")
    assert "Access management" in text
    assert "What is handed to which namespaces" in text
    assert "1 Degraded" in text


def test_a_list_says_what_its_objects_say_the_worst_first(objects: int, read: Any) -> None:
    text = read("/objects/AccessManagement/")
    assert "failed to hand over Credential aws-us-east" in text
    assert "Rule 1, to namespaces: team-data" in text
    assert "No Release objects fit" in read("/objects/Release/?search=nothing-like-it")
    assert "There are no DataSource objects" in read("/objects/DataSource/")


def test_an_object_says_all_and_names_lead_to_pages(objects: int, ada: Client) -> None:
    page = ada.get("/objects/ClusterIPAMClaim/kcm-system/shop-prod-ipam/").content.decode()
    assert 'href="/deployments/kcm-system/shop-prod/"' in page
    assert "Its addresses are not allocated yet" in page
    assert ada.get("/objects/ClusterAuthentication/kcm-system/company/").status_code == 200
    assert "https://id.example.org" in ada.get("/objects/ClusterAuthentication/kcm-system/company/").content.decode()


def test_a_release_says_what_going_there_would_change(objects: int, read: Any) -> None:
    text = read("/objects/Release/kcm-1-12-0/")
    assert "What would change from kcm-1-11-4" in text
    assert "kcm-1-12-0 changes" in text
    assert "Components" in read("/objects/Release/kcm-1-11-4/")


@pytest.mark.parametrize(
    "address",
    ["/objects/Secret/", "/objects/Release/nothing/", "/objects/ClusterIPAM/kcm-system/none/", "/objects/nosuch/x/y/"],
)
def test_what_is_not_there_is_not_found(objects: int, ada: Client, address: str) -> None:
    assert ada.get(address).status_code == 404


def test_it_is_found_and_shown_as_it_was(objects: int, ada: Client, read: Any) -> None:
    found = ada.get("/search/?q=shop-prod-ipam").content.decode()
    assert 'href="/objects/ClusterIPAMClaim/kcm-system/shop-prod-ipam/"' in found
    assert "as of" in read("/objects/ClusterIPAMClaim/kcm-system/shop-prod-ipam/?at=1m").lower()
    assert "as of" in read("/objects/Release/?at=1m").lower()


def test_programs_read_the_same(objects: int, ada: Client) -> None:
    kinds = {one["kind"]: one for one in ada.get("/api/v1/objects/").json()["results"]}
    assert kinds["AccessManagement"]["by_health"] == {"Degraded": 1}
    (rule,) = ada.get("/api/v1/objects/AccessManagement/").json()["results"]
    assert {"label": "Rule 1, to namespaces", "values": ["team-data"]} in rule["facts"]
    release = ada.get("/api/v1/objects/Release/-/kcm-1-12-0/").json()
    assert {"name": "kcm", "now": "kcm-1-11-4", "then": "kcm-1-12-0", "word": "changes"} in [
        {**one, "now": "kcm-1-11-4"} if one["name"] == "kcm" else one for one in release["components"]
    ]
    assert ada.get("/api/v1/objects/Secret/").status_code == 404
    assert ada.get("/api/v1/objects/Release/-/none/").status_code == 404


def test_that_none_uses_it_is_said_only_to_who_may_see_all_deployments(objects: int) -> None:
    kinds = {(K0RDENT, kind): None for kind in ("ClusterAuthentication", "Release")}
    few = Viewer("few", rights=ReadRights.of(kinds, frozenset()))
    found = get_object("ClusterAuthentication", "kcm-system", "company", viewer=few)
    assert found.used_by == ()
    assert not found.every_user
    assert get_object("ClusterAuthentication", "kcm-system", "company", viewer=Viewer("ada")).every_user
    # What is installed is Management's word, which they may not see.
    assert get_object("Release", "", "kcm-1-12-0", viewer=few).installed == ""
