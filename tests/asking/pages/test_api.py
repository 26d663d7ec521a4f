"""POST /api/v1/deployments/: a program asks by the same rules as a person."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dashboard.people import tokens
from deployments.models import Submission
from tests.asking.pages.conftest import allow
from tests.conformance.api import Api

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known")]
URL = "/api/v1/deployments/"
CLDS = "/apis/k0rdent.mirantis.com/v1beta1/namespaces/search/clusterdeployments"
BODY: dict[str, Any] = {
    "namespace": "search", "name": "by-api", "template": "aws-standalone-cp-1-0-42", "credential": "aws-eu-west",
    "config": {"region": "eu-west-1", "controlPlane": {"instanceType": "m6i.large"},
               "worker": {"instanceType": "m6i.large"}},
    "labels": {"team": "search"},
}  # fmt: skip


@pytest.fixture
def program(management: Api) -> Client:
    allow(management, "pane:robot")
    token = tokens.issue(User.objects.create_user("robot"), "tests")
    return Client(headers={"authorization": f"Bearer {token}"})


def post(client: Client, query: str = "", **more: Any) -> Any:
    return client.post(f"{URL}{query}", BODY | more, content_type="application/json")


def test_a_preview_makes_nothing(program: Client, management: Api):
    response = post(program, "?preview=true")
    assert response.status_code == 200
    assert response.json()["sendable"] is True
    assert [one["outcome"] for one in response.json()["objects"]] == ["create"]
    assert response.json()["unchecked"]
    assert management.get(f"{CLDS}/by-api").status == 404


def test_it_is_made_once_for_one_key(program: Client, management: Api):
    first = post(program, key="a" * 32)
    assert (first.status_code, first.json()["state"]) == (201, "done"), first.json()
    second = post(program, key="a" * 32)
    assert (second.status_code, second.json()["key"]) == (201, "a" * 32)
    assert Submission.objects.count() == 1
    made = management.get(f"{CLDS}/by-api").body
    assert made["metadata"]["labels"]["team"] == "search"
    assert post(program, key="a" * 32, name="another").status_code == 409
    assert post(program).status_code == 422
    management.delete(f"{CLDS}/by-api")


def test_what_is_wrong_is_said_by_field(program: Client):
    response = post(program, name="Bad Name", config={"workersNumber": "many"})
    assert response.status_code == 422
    fields = {problem["field"] for problem in response.json()["problems"]}
    assert {"name", "config/workersNumber", "config/region"} <= fields


def test_without_a_token_nothing_is_asked(client: Client):
    assert post(client).status_code in (401, 403)


@pytest.mark.parametrize("body", [[], {"name": 1}, {**BODY, "config": []}, {**BODY, "services": [{"name": "x"}]}])
def test_what_is_no_deployment_at_all_is_a_400(program: Client, body: Any):
    assert program.post(URL, body, content_type="application/json").status_code == 400
