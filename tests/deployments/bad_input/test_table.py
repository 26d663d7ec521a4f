"""The table of bad input, through the pages themselves: the right sentence at the right box, nothing typed lost,
nothing secret back, no failure; and before any cluster is asked, so that it is cheap."""

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from deployments.domain.recipes import RECIPES
from tests.deployments.bad_input.makings import make
from tests.deployments.clusterdeployments.test_deployment_form import boxes
from tests.deployments.domain.pastes import answers, kubeconfig
from tests.deployments.domain.worlds import world

pytestmark = pytest.mark.django_db
CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text())
FORMS = sorted({case["form"] for case in CASES})
PROVIDERS = ["projectsveltos", "cluster-api-provider-aws", "cluster-api-provider-k0sproject-k0smotron"]


@pytest.fixture
def ada(client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Signed in to a Pane that knows of the world of the rules' tests, and of no cluster that it could ask."""
    known = world(servers={"https://mgmt.example.net:6443": "~management"})
    for place in ("clusterdeployments.new", "registration.register", "credentials.forms.create"):
        monkeypatch.setattr(f"deployments.{place}.take_snapshot", lambda **_: known)
    client.force_login(User.objects.create_user("ada"))
    client.raise_request_exception = True
    return client


def sound(form: str) -> tuple[str, dict[str, Any], set[str]]:
    """Where a form is posted, filled by somebody who makes no mistake, and which boxes of it are secret."""
    if form == "region":
        said = {"name": "north", "source": "paste", "kubeconfig": kubeconfig(), "providers": PROVIDERS}
        return "/new/region/", said, {"kubeconfig"}
    if form == "deployment":
        said = {
            "name": "shop",
            "credential": "aws-fra1",
            "config/region": "eu-central-1",
            "propagate_credentials": "on",
        }
        return "/new/deployment/?template=kcm-system/station-1", said, set()
    fields, secrets = answers(form)
    return (
        f"/new/credential/{form}/",
        {"name": "cred", "namespace": "kcm-system", "region": ""} | fields | secrets,
        (set(secrets)),
    )


def typed(case: dict[str, Any]) -> dict[str, Any]:
    return {
        name: make(value[1:]) if isinstance(value, str) and value.startswith("@") else value
        for name, value in case["typed"].items()
    }


def test_there_are_enough_of_them():
    assert len(CASES) >= 150
    assert {"region", "deployment"} <= set(FORMS)


@pytest.mark.parametrize("form", FORMS)
def test_bad_input_is_told_at_its_box_and_nothing_typed_is_lost(ada: Client, form: str):
    url, filled, secret = sound(form)
    wrong = []
    for case in (case for case in CASES if case["form"] == form):
        said = typed(case)
        answer = ada.post(url, filled | said | {"action": "preview"})
        wrong += [(case["typed"], why) for why in judge(answer, case, filled | said, secret)]
    assert wrong == []


def judge(answer: HttpResponse, case: dict[str, Any], posted: dict[str, Any], secret: set[str]) -> list[str]:
    """What is not as it should be in the answer to bad input."""
    page = answer.content.decode()
    found = []
    if answer.status_code != 422:
        found.append(f"status {answer.status_code}")
    if case["says"] not in told(page, case["at"]):
        found.append(f"not told at {case['at']}: {told(page, case['at'])[:200]!r}")
    kept = boxes(answer)
    for name, value in posted.items():
        if name in secret:
            if value.strip() and len(value) > 8 and html.escape(value) in page:
                found.append(f"{name} came back")
        elif not isinstance(value, str) or name == "source" or name not in kept or not value.strip():
            continue
        elif clean(kept[name]) != clean(value):
            found.append(f"{name} was lost: {kept[name][:60]!r}")
    return found


def told(page: str, field: str) -> str:
    """What stands at a box; of a place within it, at the nearest box that there is."""
    while field:
        at = re.search(rf'id="{re.escape(html.escape(field))}-problems">(.*?)</ul>', page, re.S)
        if at:
            return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", at[1])))
        field = field.rpartition("/")[0]
    return ""


def clean(text: str) -> str:
    """As browsers and forms treat it: lines end alike, a zero byte is shown as what cannot be shown."""
    return text.replace("\r\n", "\n").replace("\x00", "\ufffd").strip()


def test_nothing_is_found_under_an_address_with_a_zero_byte(ada: Client):
    for url in (
        "/regions/a%00b/",
        "/regions/a%00b/providers/",
        "/credentials/a/%00/",
        "/credentials/a/%00/rotate/",
        "/credentials/bulk/?chosen=%00",
        "/deployments/?search=%00",
        "/deployments/a/%00/",
        "/new/deployment/?template=a%00/b",
        "/api/v1/deployments/?namespace=%00",
    ):
        assert ada.get(url).status_code == (400 if "?" in url else 404), url


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_same_by_a_program_is_no_failure(ada: Client, recipe: str, monkeypatch: pytest.MonkeyPatch):
    known = world()
    monkeypatch.setattr("deployments.credentials.api.take_snapshot", lambda **_: known)
    monkeypatch.setattr("deployments.credentials.api.with_namespaces", lambda session, snapshot, draft: snapshot)
    _, filled, secret = sound(recipe)
    own = ("name", "namespace", "region")
    for case in (case for case in CASES if case["form"] == recipe):
        said = filled | typed(case)
        body = {"recipe": recipe, **{name: said.pop(name) for name in own}, "answers": said}
        answer = ada.post("/api/v1/credentials/?preview=true", json.dumps(body), content_type="application/json")
        assert answer.status_code in (400, 422), (case, answer.status_code)
        for name in secret & set(said):
            value = json.dumps(said[name])[1:-1]
            assert len(value) < 9 or value not in answer.content.decode(), case
