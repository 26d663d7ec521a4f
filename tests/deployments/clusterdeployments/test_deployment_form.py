"""/new/deployment/: from a template to a deployment, without JavaScript, with nothing typed lost."""

import html
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from deployments.models import Submission
from tests.conformance.api import Api

FORM = "/new/deployment/?template=search/aws-standalone-cp-1-0-42"
CLDS = "/apis/k0rdent.mirantis.com/v1beta1/namespaces/search/clusterdeployments"
FILLED = {
    "name": "shop",
    "credential": "aws-eu-west",
    "config/region": "eu-west-1",
    "config/workersNumber": "5",
    "config/controlPlane/instanceType": "m6i.large",
    "config/worker/instanceType": "m6i.xlarge",
}

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known")]


def hidden(response: HttpResponse, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())
    assert found, f"no {name} in the page"
    return html.unescape(found[1])


def text(response: HttpResponse) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def boxes(response: HttpResponse) -> dict[str, str]:
    """What the form would post again, as far as inputs and text areas go."""
    page = response.content.decode()
    found = {}
    for tag in re.findall(r"<input\b[^>]*>", page):
        said = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if said.get("type") in ("radio", "checkbox") and " checked" not in tag:
            continue
        if "name" in said:
            found[said["name"]] = html.unescape(said.get("value", "on"))
    for name, value in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\n?([^<]*)</textarea>', page):
        found[name] = html.unescape(value)
    return found


def posted(client: Client, key: str, action: str, **more: str) -> HttpResponse:
    return client.post(FORM, FILLED | {"key": key, "action": action} | more)


def test_templates_are_chosen_in_a_namespace(ada: Client):
    response = ada.get("/new/deployment/?namespace=search")
    assert 'href="?template=search/aws-standalone-cp-1-0-42"' in response.content.decode()
    assert "template=kcm-system/" not in response.content.decode()


def test_the_form_is_made_of_the_templates_schema_with_its_defaults_as_placeholders(ada: Client):
    page = ada.get(FORM).content.decode()
    assert re.search(r'name="config/workersNumber"[^>]*placeholder="2"', page)
    assert re.search(r'<select[^>]*name="config/k0s/arch"', page)
    assert page.index("What this cluster needs") < page.index(">General<")


def test_only_credentials_that_fit_can_be_chosen_and_each_says_its_region(ada: Client):
    response = ada.get(FORM)
    chosen = set(re.findall(r'type="radio" name="credential" value="([^"]*)"', response.content.decode()))
    assert "aws-eu-west" in chosen
    assert "azure-eu-north" not in chosen
    said = text(response)
    assert "aws-eu-west in region eu-west" in said
    lacking = "The provider infrastructure-aws is not installed in region eu-north"
    assert f"azure-eu-north in region eu-north : {lacking}" in said


def test_what_is_missing_is_said_at_its_box_and_nothing_typed_is_lost(ada: Client):
    typed = {
        "name": "Shop!",
        "credential": "aws-eu-west",
        "config/region": "eu-west-1",
        "config/workersNumber": "many",
        "labels": "team=search\nbroken",
        "services/0/name": "ingress",
        "services/0/values": "a: [",
        "config": "more: <b>&amp;",
    }
    response = ada.post(FORM, typed)
    assert response.status_code == 422
    again = boxes(response)
    for name, value in typed.items():
        assert again[name] == value
    page = response.content.decode()
    for name in ("name", "config/workersNumber", "config/worker/instanceType", "labels", "services/0/values"):
        assert f'id="{name}-problems"' in page, name
    assert "Enter a whole number." in page
    assert 'name="digest"' not in page


def test_a_preview_shows_what_the_cluster_says_and_makes_nothing(ada: Client, management: Api):
    response = posted(ada, "", "preview")
    assert "This would be made" in text(response)
    said = text(response)
    assert "What this preview could not check" in said
    assert "Where it would run" in said
    for sentence in (
        "Pane hears region eu-west.",
        "aws is installed in region eu-west.",
        "search is there in region eu-west.",
        "Nothing is called shop in search in region eu-west.",
        "What the cloud has left is known to nobody",
    ):
        assert sentence in said, sentence
    assert boxes(response)["config/workersNumber"] == "5"
    assert management.get(f"{CLDS}/shop").status == 404
    assert not Submission.objects.exists()


def test_a_confirmed_preview_is_made_once_however_often_it_is_sent(ada: Client, management: Api):
    seen = posted(ada, "", "preview")
    key, digest = hidden(seen, "key"), hidden(seen, "digest")
    first = posted(ada, key, "send", digest=digest)
    second = posted(ada, key, "send", digest=digest)
    assert first.headers["Location"] == second.headers["Location"] == f"/submissions/{key}/"
    made = management.get(f"{CLDS}/shop").body
    assert made["spec"]["config"] == {
        "region": "eu-west-1",
        "workersNumber": 5,
        "controlPlane": {"instanceType": "m6i.large"},
        "worker": {"instanceType": "m6i.xlarge"},
    }
    assert Submission.objects.count() == 1
    management.delete(f"{CLDS}/shop")


def test_what_was_changed_after_the_preview_is_shown_again_and_not_sent(ada: Client, management: Api):
    seen = posted(ada, "", "preview")
    again = posted(ada, hidden(seen, "key"), "send", digest=hidden(seen, "digest"), **{"config/workersNumber": "50"})
    assert "Look again." in text(again)
    assert management.get(f"{CLDS}/shop").status == 404
    assert (
        posted(
            ada, hidden(again, "key"), "send", digest=hidden(again, "digest"), **{"config/workersNumber": "50"}
        ).status_code
        == 302
    )
    management.delete(f"{CLDS}/shop")


def test_a_refusal_comes_back_to_the_form_with_all_that_was_typed(ada: Client, management: Api):
    seen = posted(ada, "", "preview")
    taken = {
        "apiVersion": "k0rdent.mirantis.com/v1beta1",
        "kind": "ClusterDeployment",
        "metadata": {"name": "shop"},
        "spec": {"template": "aws-standalone-cp-1-0-42", "credential": "aws-eu-west", "config": {}},
    }
    assert management.create(CLDS, taken).status == 201
    response = posted(ada, hidden(seen, "key"), "send", digest=hidden(seen, "digest"))
    management.delete(f"{CLDS}/shop")
    assert response.status_code == 422
    assert boxes(response)["config/worker/instanceType"] == "m6i.xlarge"
    assert 'id="name-problems"' in response.content.decode()
    assert Submission.objects.get().state == Submission.State.REFUSED


def test_another_service_leaves_what_was_typed_and_judges_nothing(ada: Client):
    response = ada.post(FORM, {"name": "", "services/0/name": "ingress", "action": "more"})
    assert boxes(response)["services/0/name"] == "ingress"
    assert "services/1/name" in boxes(response)
    assert "problem--error" not in response.content.decode()


def test_the_yaml_beside_it_is_of_what_is_typed_now(ada: Client):
    response = ada.post("/new/deployment/yaml/?template=search/aws-standalone-cp-1-0-42", FILLED)
    assert "workersNumber: 5" in response.content.decode()
    assert "kubectl --context &lt;management&gt; apply -f management.yaml" in response.content.decode()


def test_who_may_not_is_told_in_the_preview(clusters: Any):
    client = Client()
    client.force_login(User.objects.create_user("eve"))
    said = text(posted(client, "", "preview"))
    assert "This would be refused" in said
    assert 'User "pane:eve" cannot create' in said


def test_a_template_that_is_not_there_is_a_404(ada: Client):
    assert ada.get("/new/deployment/?template=search/nothing-1-0-0").status_code == 404


JUNK = ("\x00", "\u202e<script>alert(1)</script>", "9" * 5000, "💥\n---\n- &a [*a]", "../../etc")


@pytest.mark.parametrize("name", ["key", "digest", "config/k0s/arch", "credential", "services/0/template", "labels"])
def test_junk_is_answered_and_never_breaks_the_page(ada: Client, name: str):
    for place, junk in enumerate(JUNK):
        response = ada.post(FORM, FILLED | {"action": "send" if place % 2 else "preview", name: junk})
        assert response.status_code in (200, 422)
        assert b"<script>alert" not in response.content
