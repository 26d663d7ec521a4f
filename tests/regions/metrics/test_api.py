"""Metrics in the API: of how many, and why the rest is missing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dashboard.people import tokens
from tests.api.test_api import described, differs
from tests.regions.metrics.rows import small_fleet

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> Callable[..., Any]:
    token = tokens.issue(User.objects.create_user("robot"), "tests")
    client = Client(headers={"Authorization": f"Bearer {token}"})

    def get(path: str, status: int = 200) -> Any:
        response = client.get(f"/api/v1/{path}")
        assert response.status_code == status, response.content[:300]
        return response.json()

    return get


def test_the_fleet_says_of_how_many_it_speaks_and_who_is_missing(api):
    small_fleet()
    fleet = api("metrics/")
    assert fleet["installed"]
    assert (fleet["coverage"]["coverage"], fleet["coverage"]["missing"]) == ("1 of 2 stores", ["us"])
    nodes = fleet["sums"]["nodes"]
    assert (nodes["value"], nodes["coverage"], nodes["whole"]) == (11.0, "3 of 6 clusters", False)
    assert nodes["missing"] == ["kcm-system/us", "team/lab", "team/new"]
    us = next(store for store in fleet["stores"] if store["name"] == "us")
    assert (us["answers"], us["trouble"]["reason"]) == (False, "slow")
    assert us["lost"] == ["kcm-system/us", "team/lab"]
    assert fleet["sums"]["store_used"]["coverage"] == "1 of 2 stores"


def test_a_region_has_the_figures_of_its_clusters_and_a_missing_one_says_why(api):
    small_fleet()
    region = api("metrics/regions/fra1/")
    assert (region["clusters_heard"], region["clusters_of"]) == (1, 3)
    assert region["missing"] == ["team/lab", "team/new"]
    assert region["figures"]["nodes"]["value"] == 3.0
    by_name = {one["name"]: one for one in region["clusters"]}
    assert by_name["lab"]["figures"]["nodes"]["reason"] == "slow"
    assert by_name["lab"]["figures"]["nodes"]["last"] == 3.0
    assert by_name["new"]["figures"]["nodes"]["reason"] == "no_endpoint"
    assert by_name["none"]["figures"]["nodes"]["reason"] == "not_installed"
    assert api("metrics/regions/nowhere/", 404)


def test_a_deployment_has_its_figures_parts_ladder_and_past(api):
    small_fleet()
    web = api("metrics/deployments/team/web/")
    assert web["figures"]["cpu_used_ratio"]["value"] == 0.5
    assert web["parts"]["pods_waiting"] == [{"labels": {"reason": "CrashLoopBackOff"}, "value": 1.0}]
    assert [point["value"] for point in web["history"]["cpu_used_ratio"][29:31]] == [None, 0.5]
    assert [step["done"] for step in web["ladder"]] == [True, True, True, None, True]
    assert api("metrics/deployments/team/nobody/", 404)


def test_answers_are_as_described(api):
    small_fleet()
    schema = api("schema/")
    for path, at in (
        ("metrics/", "metrics/"),
        ("metrics/regions/{name}/", "metrics/regions/fra1/"),
        ("metrics/deployments/{namespace}/{name}/", "metrics/deployments/team/lab/"),
        ("metrics/alerts/", "metrics/alerts/"),
    ):
        assert differs(schema, described(schema, path), api(at), path) == []


def test_nothing_is_told_without_a_token(client):
    for path in ("metrics/", "metrics/regions/fra1/", "metrics/deployments/a/b/", "metrics/alerts/"):
        assert client.get(f"/api/v1/{path}").status_code in (302, 401)
