"""POST /api/v1/credentials/: a program asks for a credential of any recipe, and hears nothing secret back."""

import json
import logging
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core import serializers
from django.test import Client

from dashboard.demo.installation import Installation
from dashboard.people import tokens
from deployments.domain.recipes import RECIPES
from deployments.models import Submission
from tests.conformance.api import Api
from tests.deployments.clusterdeployments.conftest import allow
from tests.deployments.credentials import world as w
from tests.deployments.credentials.test_asking import REGIONS, SECRETS
from tests.deployments.domain.pastes import CANARY, answers

pytestmark = pytest.mark.django_db
URL = "/api/v1/credentials/"


@pytest.fixture
def program(clusters: Installation, management: Api) -> Client:
    w.told(clusters)
    allow(management, "pane:robot")
    token = tokens.issue(User.objects.create_user("robot"), "tests")
    return Client(headers={"authorization": f"Bearer {token}"})


def body(recipe: str, name: str, **said: Any) -> dict[str, Any]:
    fields, secrets = answers(recipe)
    whole = {"recipe": recipe, "namespace": "media", "name": name, "region": REGIONS.get(recipe, "")}
    return whole | {"answers": fields | secrets} | said


def post(client: Client, said: Any, query: str = "") -> Any:
    return client.post(f"{URL}{query}", said, content_type="application/json")


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_recipe_can_be_tried_and_nothing_secret_comes_back(program: Client, recipe: str):
    response = post(program, body(recipe, f"by-api-{recipe}"), "?preview=true")
    assert response.status_code == 200, response.content
    said = response.json()
    assert said["sendable"] is True, said
    assert said["objects"][-1]["kind"] == "Credential"
    _, secrets = answers(recipe)
    for value in (*secrets.values(), CANARY):
        assert json.dumps(value.strip())[1:-1] not in response.content.decode()
    assert not Submission.objects.exists()


def test_it_is_made_once_for_one_key_and_its_secret_is_found_nowhere(
    program: Client, management: Api, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    said = body("aws-static", "api-made", key="c" * 32)
    first = post(program, said)
    assert (first.status_code, first.json()["state"]) == (201, "done"), first.json()
    assert post(program, said).status_code == 201
    assert Submission.objects.count() == 1
    assert management.get(SECRETS.format("kcm-system", "api-made-secret")).status == 200
    assert post(program, said | {"name": "api-another"}).status_code == 409
    other = said | {"answers": said["answers"] | {"secret_access_key": f"0ther{CANARY}" + "x" * 29}}
    assert post(program, other).status_code == 409
    rows = serializers.serialize("json", [row for model in apps.get_models() for row in model.objects.all()])
    for text in (first.content.decode(), rows, caplog.text):
        assert CANARY not in text


def test_what_is_wrong_is_said_by_field(program: Client):
    wrong = post(program, body("aws-static", "Bad Name", answers={"access_key_id": "x", "secret_access_key": ""}))
    assert wrong.status_code == 422
    fields = {one["field"] for one in wrong.json()["problems"] if one["severity"] == "error"}
    assert fields == {"name", "access_key_id", "secret_access_key"}


@pytest.mark.parametrize(
    "said",
    [
        [],
        "text",
        {},
        {"recipe": "acme"},
        {"recipe": ["aws-static"]},
        {"recipe": "docker"},
        body("aws-static", "a") | {"answers": []},
        body("aws-static", "a") | {"answers": {"access_key_id": {"a": 1}}},
        body("aws-static", "a") | {"key": "short"},
    ],
)
def test_what_is_no_credential_at_all_is_a_400(program: Client, said: Any):
    response = post(program, said)
    assert response.status_code == 400, response.content


def test_the_description_says_which_answers_can_only_be_written(program: Client):
    schema = program.get("/api/v1/schema/").json()["components"]["schemas"]
    for key, recipe in RECIPES.items():
        name = "".join(word.capitalize() for word in key.split("-")) + "Answers"
        secret = {one.name for one in recipe.fields if one.secret}
        if recipe.fields:
            assert {one for one, said in schema[name]["properties"].items() if said.get("writeOnly")} == secret


def test_without_a_token_nothing_is_asked(client: Client, db: None):
    assert post(client, body("docker", "a")).status_code in (401, 403)
