"""POST /api/v1/deployments/: a program asks by the same rules as a person."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from rest_framework.request import Request

from dashboard.demo.installation import Installation
from dashboard.people import tokens
from deployments.models import Submission
from deployments.submissions.api import only_tried
from tests.conformance.api import Api
from tests.deployments.clusterdeployments.conftest import allow, copied
from tests.deployments.submissions.asked import deployment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known")]
URL = "/api/v1/deployments/"
CLDS = "/apis/k0rdent.mirantis.com/v1beta1/namespaces/search/clusterdeployments"
BODY: dict[str, Any] = {
    "namespace": "search",
    "name": "by-api",
    "template": "aws-standalone-cp-1-0-42",
    "credential": "aws-eu-west",
    "config": {
        "region": "eu-west-1",
        "controlPlane": {"instanceType": "m6i.large"},
        "worker": {"instanceType": "m6i.large"},
    },
    "labels": {"team": "search"},
}


@pytest.fixture
def program(management: Api) -> Client:
    allow(management, "pane:robot")
    token = tokens.issue(User.objects.create_user("robot"), "tests")
    return Client(headers={"authorization": f"Bearer {token}"})


def post(client: Client, query: str = "", **more: Any) -> Any:
    return client.post(f"{URL}{query}", BODY | more, content_type="application/json")


@pytest.mark.parametrize(
    ("said", "tried"),
    [
        ("?preview=true", True),
        ("?preview=on", True),
        ("?preview=True%20", True),
        ("?preview", True),
        ("?preview=false", False),
        ("?preview=0", False),
        ("", False),
    ],
)
def test_nothing_is_written_however_a_preview_is_asked_for(said: str, tried: bool):
    assert only_tried(Request(RequestFactory().post(f"{URL}{said}"))) is tried


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


# PATCH and DELETE


def patch(client: Client, name: str, query: str = "", **said: Any) -> Any:
    return client.patch(f"{URL}search/{name}/{query}", said, content_type="application/json")


@pytest.fixture
def standing(program: Client, management: Api, clusters: Installation, request: pytest.FixtureRequest) -> str:
    name = "p" + re.sub(r"[^a-z]", "", request.node.name)[-40:]
    assert management.create(CLDS, deployment(name, labels={"team": "search", "old": "1"})[0].manifest).status == 201
    copied(clusters)
    return name


def test_a_change_is_tried_then_made_once(program: Client, standing: str, management: Api):
    said = {"config": {"workersNumber": 5}, "labels": {"old": None, "stage": "prod"}}
    seen = patch(program, standing, "?preview=true", **said)
    assert (seen.status_code, seen.json()["sendable"]) == (200, True)
    (one,) = seen.json()["objects"]
    assert one["outcome"] == "change"
    assert {"path": "spec.config.workersNumber", "before": "", "after": "5"} in one["differences"]
    assert "workersNumber" not in management.get(f"{CLDS}/{standing}").body["spec"]["config"]
    for _ in range(2):
        made = patch(program, standing, key="b" * 32, **said)
        assert (made.status_code, made.json()["state"], made.json()["steps"][0]["verb"]) == (200, "done", "patch")
    after = management.get(f"{CLDS}/{standing}").body
    assert after["spec"]["config"]["workersNumber"] == 5
    assert (after["metadata"]["labels"].get("old"), after["metadata"]["labels"]["stage"]) == (None, "prod")
    assert Submission.objects.count() == 1


def test_a_change_that_is_not_allowed_is_said_by_field(program: Client, standing: str, management: Api):
    wrong = patch(program, standing, template="azure-aks-1-0-10", config={"workersNumber": "many"})
    assert wrong.status_code == 422
    assert {"template", "config/workersNumber"} <= {problem["field"] for problem in wrong.json()["problems"]}
    assert patch(program, standing).json()["problems"][-1]["sentence"] == "Nothing would change."
    assert patch(program, standing, generation=99, config={}).status_code == 409
    assert patch(program, standing, config=[]).status_code == 400
    assert patch(program, "nobody", config={}).status_code == 404
    management.patch(f"{CLDS}/{standing}", {"metadata": {"labels": {"kustomize.toolkit.fluxcd.io/name": "fleet"}}})
    held = patch(program, standing, config={"workersNumber": 5})
    errors = [problem["field"] for problem in held.json()["problems"] if problem["severity"] == "error"]
    assert (held.status_code, errors) == (422, ["despite"])
    assert patch(program, standing, config={"workersNumber": 5}, despite=True).status_code == 200


def test_a_deletion_is_tried_then_asked_for(program: Client, standing: str, management: Api):
    where = f"{URL}search/{standing}/"
    seen = program.delete(f"{where}?preview=true")
    assert (seen.status_code, seen.json()["objects"][0]["outcome"]) == (200, "delete")
    assert "deletionTimestamp" not in management.get(f"{CLDS}/{standing}").body["metadata"]
    for _ in range(2):
        assert program.delete(f"{where}?key={'c' * 32}").status_code == 200
    left = management.get(f"{CLDS}/{standing}")
    assert left.status == 404 or left.body["metadata"]["deletionTimestamp"]
    assert Submission.objects.count() == 1
