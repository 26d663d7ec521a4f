"""Programs say it, too."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from dashboard.people import tokens
from regions.models import Upkeep

PATH = "/api/v1/maintenance/"


@pytest.fixture
def program(seeded, client):
    token = tokens.issue(User.objects.create_user("pipeline", is_staff=True), "tests")
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


def said(**more):
    until = (timezone.now() + timedelta(hours=1)).isoformat()
    return {"object_kind": "Region", "name": "us-east", "reason": "upgrade", "until": until, **more}


def test_a_pipeline_begins_and_ends_it(program):
    answer = program.post(PATH, said(), content_type="application/json")
    assert answer.status_code == 201
    assert answer.json()["person"] == "pipeline"
    assert program.get(PATH).json()["count"] == 1
    one = f"{PATH}{answer.json()['id']}/"
    assert program.delete(one).status_code == 204
    assert program.delete(one).status_code == 404
    assert program.get(PATH).json()["count"] == 0


@pytest.mark.parametrize(
    ("wrong", "status", "where"),
    [
        ({"name": "nowhere"}, 404, "detail"),
        ({"until": None}, 400, "until"),
        ({"until": "2020-01-01T00:00:00Z"}, 400, "until"),
        ({"until": "soon"}, 400, "until"),
        ({"reason": ""}, 400, "reason"),
        ({"kind": "party"}, 400, "kind"),
    ],
)
def test_bad_input_is_said_by_field(program, wrong, status, where):
    answer = program.post(PATH, said(**wrong), content_type="application/json")
    assert (answer.status_code, where in answer.json()) == (status, True)
    assert not Upkeep.objects.exists()


def test_it_needs_a_token(seeded, client):
    assert client.get(PATH).status_code == 401
