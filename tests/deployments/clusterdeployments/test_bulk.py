"""/deployments/bulk/: chosen in the list, one preview, a request for each, and what became of each."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client

from dashboard.demo.installation import Installation
from deployments.models import Submission
from tests.conformance.api import Api
from tests.deployments.clusterdeployments.conftest import copied
from tests.deployments.clusterdeployments.test_deployment_form import boxes, text
from tests.deployments.clusterdeployments.test_editing import CLDS, FLUX
from tests.deployments.submissions.asked import deployment

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(clusters: Installation, management: Api, request: pytest.FixtureRequest) -> list[str]:
    """Three deployments of this test, the last kept by Flux; the copy knows them."""
    names = [f"b{number}" + re.sub(r"[^a-z0-9]", "", request.node.name)[-35:] for number in range(3)]
    for place, name in enumerate(names):
        template = "aws-standalone-cp-1-0-41" if place < 2 else "aws-standalone-cp-1-0-43"
        manifest = deployment(name, template=template)[0].manifest
        if place == 2:
            manifest["metadata"]["labels"] |= FLUX
        assert management.create(CLDS, manifest).status == 201
        if place < 2:
            status = {"status": {"availableUpgrades": ["aws-standalone-cp-1-0-42"]}}
            assert management.patch(f"{CLDS}/{name}/status", status).status == 200
    copied(clusters)
    return names


def chosen(names: list[str], way: str) -> str:
    return "/deployments/bulk/?" + urlencode([("way", way), *(("chosen", f"search/{name}") for name in names)])


def posted(client: Client, names: list[str], page: HttpResponse, action: str, **said: Any) -> HttpResponse:
    data = boxes(page) | {"chosen": [f"search/{name}" for name in names], "action": action} | said
    return client.post("/deployments/bulk/", data)


def test_labels_are_set_on_all_once_who_keeps_one_is_known_of(ada: Client, three: list[str], management: Api):
    page = ada.get(chosen(three, "label"))
    seen = posted(ada, three, page, "preview", labels="team=search\nstage-")
    assert text(seen).count("metadata.labels.team") == 3
    assert "Flux may put it back." in text(seen)
    assert posted(ada, three, seen, "send").status_code == 422
    sent = posted(ada, three, seen, "send", despite="on")
    assert sent.status_code == 302, text(sent)
    again = posted(ada, three, seen, "send", despite="on")
    assert again.headers["Location"] == sent.headers["Location"]
    assert Submission.objects.count() == 3
    for name in three:
        assert management.get(f"{CLDS}/{name}").body["metadata"]["labels"]["team"] == "search"
    assert "Set labels: 3 of 3 accepted" in text(ada.get(sent.headers["Location"]))


def test_those_that_may_are_upgraded_and_the_others_named(ada: Client, three: list[str], management: Api):
    page = ada.get(chosen(three, "upgrade"))
    assert "2 of 3 may" in text(page)
    seen = posted(ada, three, page, "preview", template="aws-standalone-cp-1-0-42")
    assert f"Left as they are, because their chains do not offer it: search/{three[2]}." in text(seen)
    management.delete(f"{CLDS}/{three[0]}")
    sent = posted(ada, three, seen, "send", template="aws-standalone-cp-1-0-42")
    assert "Upgrade: 1 of 2 accepted" in text(ada.get(sent.headers["Location"]))
    assert management.get(f"{CLDS}/{three[1]}").body["spec"]["template"] == "aws-standalone-cp-1-0-42"
    assert management.get(f"{CLDS}/{three[2]}").body["spec"]["template"] == "aws-standalone-cp-1-0-43"


def test_they_go_only_when_their_number_is_typed(ada: Client, three: list[str], management: Api):
    page = ada.get(chosen(three, "delete"))
    refused = posted(ada, three, page, "preview", typed="2")
    assert "Type 3 to delete as many." in text(refused)
    seen = posted(ada, three, page, "preview", typed="3")
    assert "This would be deleted" in text(seen)
    assert management.get(f"{CLDS}/{three[0]}").status == 200
    sent = posted(ada, three, seen, "send", typed="3")
    assert "Delete: 3 of 3 accepted" in text(ada.get(sent.headers["Location"]))
    left = [management.get(f"{CLDS}/{name}") for name in three]
    assert all(one.status == 404 or one.body["metadata"]["deletionTimestamp"] for one in left)


def test_none_and_junk_are_answered(ada: Client, clusters: Installation):
    assert "None is chosen" in text(ada.get("/deployments/bulk/"))
    for junk in ("\x00", "../..", "a/b/c", "9" * 4000):
        for way in ("label", "upgrade", "delete", junk):
            said = {"chosen": [junk], "way": way, "labels": junk, "typed": junk, "template": junk, "digest": junk}
            assert ada.post("/deployments/bulk/", said | {"action": "send"}).status_code == 422
        # A zero byte is refused before any page is asked: no database takes one.
        status = 400 if "\x00" in junk else 200
        assert ada.get("/deployments/bulk/done/?" + urlencode({"key": junk, "chosen": junk})).status_code == status


def test_rows_of_the_list_can_be_chosen(ada: Client, three: list[str]):
    page = ada.get("/deployments/?search=" + three[0]).content.decode()
    assert f'<input type="checkbox" name="chosen" value="search/{three[0]}" form="bulk"' in page
