"""A person sees what management's own rules let them list: on pages, in counts, by search, by the API."""

import re

import pytest
from django.http import HttpResponse

from tests.rights.conftest import Tenants

pytestmark = [pytest.mark.real, pytest.mark.django_db]

OURS = ("lake-prod", "kafka-dr")
THEIRS = ("shop-prod", "billing-prod", "demo-a")
PAGES = ("/", "/deployments/", "/credentials/", "/templates/", "/services/", "/feed/", "/search/?q=prod", "/regions/")


def body(response: HttpResponse) -> str:
    """Without what differs each time."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


def test_who_is_bound_in_one_namespace_sees_that_one(tenants: Tenants):
    tenants.bind("kcm-namespace-viewer-role", "eve", namespace="team-data")
    eve = tenants.person("eve")
    page = eve.get("/deployments/").content.decode()
    assert all(name in page for name in OURS)
    told = {url: [name for name in THEIRS if name in eve.get(url).content.decode()] for url in PAGES}
    assert {url: names for url, names in told.items() if names} == {}
    listed = eve.get("/api/v1/deployments/").json()
    assert {one["namespace"] for one in listed["results"]} == {"team-data"}
    assert listed["count"] == len(listed["results"])
    assert eve.get("/deployments/team-data/lake-prod/").status_code == 200
    hidden, nowhere = eve.get("/deployments/kcm-system/shop-prod/"), eve.get("/deployments/kcm-system/no-such/")
    assert (hidden.status_code, nowhere.status_code) == (404, 404)
    assert body(hidden).replace("shop-prod", "no-such") == body(nowhere)


def test_who_is_bound_to_nothing_is_told_that_nothing_is_theirs(tenants: Tenants):
    bob = tenants.person("bob")
    assert "No deployments are yours to see" in bob.get("/deployments/").content.decode()
    assert "are not yours to see" in bob.get("/regions/").content.decode()
    assert "No region and no deployment is yours to see" in bob.get("/").content.decode()
