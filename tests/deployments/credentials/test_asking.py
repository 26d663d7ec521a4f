"""`/new/credential/<provider>/`: form, preview and confirmation, against the demo's servers."""

import logging
import re
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from dashboard.demo.installation import Installation
from deployments.domain.recipes import RECIPES
from deployments.models import Step, Submission
from regions import journal
from regions.domain.notes import Put
from tests.conformance.api import Api
from tests.demo.conftest import api_of
from tests.deployments.domain.pastes import AWS_ID, AWS_SECRET, CANARY, answers, kubeconfig, service_account
from tests.pages import objects as o

REGIONS = {
    "aws-static": "eu-west",
    "aws-role": "us-east",
    "aws-controller": "us-east",
    "azure": "eu-north",
    "azure-aks": "eu-north",
    "gcp": "asia-east",
    "gcp-gke": "asia-east",
    "openstack": "dc-lund",
}
"""Where the demo has the provider; the others are of the management cluster."""

SECRETS = "/api/v1/namespaces/{}/secrets/{}"
CREDENTIALS = "/apis/k0rdent.mirantis.com/v1beta1/namespaces/{}/credentials/{}"


def filled(recipe: str, name: str = "fresh", **said: str) -> dict[str, str]:
    """The form of this recipe as somebody fills it who makes no mistake."""
    fields, secrets = answers(recipe)
    own = {"name": name, "namespace": "media", "region": REGIONS.get(recipe, "")}
    return own | fields | secrets | said


def hidden(html: str) -> dict[str, str]:
    """What the page keeps for the next post."""
    return dict(re.findall(r'<input type="hidden" name="(key|missing|digest)" value="([^"]*)"', html))


def post(asked: Client, recipe: str, said: dict[str, str], action: str = "preview") -> Any:
    return asked.post(f"/new/credential/{recipe}/", said | {"action": action})


def previewed(asked: Client, recipe: str, said: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The preview's page, and the form with what confirming it needs."""
    response = post(asked, recipe, said)
    html = response.content.decode()
    assert response.status_code == 200, text(html)
    return html, said | hidden(html)


def text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def tried(html: str) -> list[str]:
    """Kind, name and place of every object of a preview."""
    preview = html[html.index('id="preview"') : html.index("How it reaches the region")]
    found = re.findall(r"<strong>(\w+)</strong> (\S+) <span class=\"soft\">on (\S+)", preview)
    return [" ".join(one) for one in found]


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_complete_form_of_every_provider_would_be_made(asked, recipe):
    html, _ = previewed(asked, recipe, filled(recipe, name=f"fresh-{recipe}"))
    assert "This would be made" in html, text(html)
    assert tried(html)[-1] == f"Credential media/fresh-{recipe} management"
    assert any(one.startswith("ConfigMap") and one.endswith(REGIONS.get(recipe, "management")) for one in tried(html))


@pytest.mark.parametrize("recipe", RECIPES)
def test_no_answer_of_the_server_holds_what_was_secret(asked, recipe):
    _, secrets = answers(recipe)
    pages = [
        post(asked, recipe, filled(recipe)).content.decode(),
        post(asked, recipe, filled(recipe, name="Not A Name")).content.decode(),
        post(asked, recipe, filled(recipe), "send").content.decode(),
        asked.post(f"/new/credential/{recipe}/yaml/", filled(recipe)).content.decode(),
    ]
    for page in pages:
        assert CANARY not in page
        for value in secrets.values():
            assert value.strip() not in page


def test_an_empty_form_says_what_is_needed_at_its_box(asked):
    html = post(asked, "aws-static", {"name": "", "namespace": ""}).content.decode()
    for box in ("name", "namespace", "access_key_id", "secret_access_key"):
        said = html.partition(f'id="said-{box}"')[2].partition('id="said-')[0]
        assert "problem--error" in said, box
    assert 'id="session_token-problems"' not in html


def test_what_was_typed_is_kept_and_what_is_secret_is_asked_for_again(asked):
    html = post(asked, "openstack", filled("openstack", name="Wrong", description="Lund, team media")).content.decode()
    assert 'value="Wrong"' in html
    assert 'value="Lund, team media"' in html
    assert "Give it once more to go on" in html
    assert re.search(r'<option value="dc-lund" selected>', html)


@pytest.mark.parametrize(
    ("recipe", "paste", "said"),
    [
        ("gcp", {"credentials": service_account()}, "This is a service-account key for project shop-prod"),
        ("gcp", {"credentials": '{"type": "authorized_user"}'}, "This is the sign-in of a person"),
        ("adopted", {"kubeconfig": kubeconfig()}, "This is a kubeconfig for api.fra1.example.net:6443"),
        (
            "adopted",
            {"kubeconfig": kubeconfig(user={"exec": {"command": "aws"}})},
            "It runs a program to sign in (exec)",
        ),
        ("aws-static", {"access_key_id": AWS_SECRET}, "An access key ID begins with AKIA"),
        ("aws-static", {"secret_access_key": AWS_ID}, "This is an access key ID."),
        ("aws-role", {"duration_seconds": "soon"}, "A session lasts between 900 and 43200 seconds."),
        ("remote", {"private_key": "ssh-ed25519 AAAA ops"}, "This is the public half of a key."),
    ],
)
def test_what_is_pasted_is_looked_at(asked, recipe, paste, said):
    assert said in text(post(asked, recipe, filled(recipe, **paste)).content.decode())


def test_a_provider_that_is_not_enabled_is_said_before_with_what_to_enable(asked):
    html = asked.get("/new/credential/azure/").content.decode()
    assert re.search(r'<option value="eu-west">eu-west \(not possible now\)</option>', html)
    assert "Enable cluster-api-provider-azure in region eu-west first." in html
    refused = post(asked, "azure", filled("azure", region="eu-west"))
    assert refused.status_code == 422


def test_providers_are_offered_with_where_they_can_be_used(asked):
    html = asked.get("/new/credential/").content.decode()
    assert all(f"/new/credential/{recipe}/" in html for recipe in RECIPES)
    only = asked.get("/new/credential/?chart=azure-aks").content.decode()
    assert "/new/credential/azure-aks/" in only
    assert "/new/credential/aws-static/" not in only


def test_a_provider_that_nobody_knows_is_not_found(asked):
    assert asked.get("/new/credential/acme/").status_code == 404


def test_confirming_makes_every_object_on_its_cluster(asked, clusters: Installation, management: Api):
    _, form = previewed(asked, "aws-static", filled("aws-static", "made"))
    response = post(asked, "aws-static", form, "send")
    assert response.status_code == 302, text(response.content.decode())
    submission = Submission.objects.get()
    assert submission.state == Submission.State.DONE
    assert (submission.kind, submission.name, submission.person) == ("Credential", "made", "operator")
    secret = management.get(SECRETS.format("kcm-system", "made-secret")).body
    assert set(secret["data"]) == {"AccessKeyID", "SecretAccessKey"}
    credential = management.get(CREDENTIALS.format("media", "made")).body
    assert credential["spec"]["region"] == "eu-west"
    assert credential["spec"]["identityRef"]["kind"] == "AWSClusterStaticIdentity"
    region = api_of(clusters.regions["eu-west"])
    template = region.get("/api/v1/namespaces/media/configmaps/made-resource-template").body
    assert template["metadata"]["annotations"]["projectsveltos.io/template"] == "true"
    assert asked.get(response.headers["Location"]).status_code == 200


def test_the_same_post_twice_makes_it_once(asked, management: Api):
    _, form = previewed(asked, "openstack", filled("openstack", "twice"))
    assert [post(asked, "openstack", form, "send").status_code for _ in range(2)] == [302, 302]
    assert Submission.objects.count() == 1
    assert set(Submission.objects.get().steps.values_list("state", flat=True)) == {Step.State.STANDS}


def test_what_differs_from_the_preview_is_shown_again_and_not_sent(asked, management: Api):
    _, form = previewed(asked, "vsphere", filled("vsphere", "other"))
    response = post(asked, "vsphere", form | {"password": "another"}, "send")
    assert "What you confirmed is not what was shown before" in text(response.content.decode())
    assert management.get(SECRETS.format("kcm-system", "other-secret")).status == 404


def test_without_a_preview_nothing_is_sent(asked, management: Api):
    assert post(asked, "docker", filled("docker", "unseen"), "send").status_code == 200
    assert management.get(CREDENTIALS.format("media", "unseen")).status == 404


def test_a_namespace_that_the_region_lacks_is_made_first(asked, clusters: Installation, management: Api):
    name = "newteam"
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    assert management.create("/api/v1/namespaces", body).status == 201
    html, form = previewed(asked, "aws-static", filled("aws-static", "made2", namespace=name))
    assert f"Namespace {name} eu-west" in tried(html)
    assert form["missing"] == name
    assert post(asked, "aws-static", form, "send").status_code == 302
    region = api_of(clusters.regions["eu-west"])
    assert region.get(f"/api/v1/namespaces/{name}/configmaps/made2-resource-template").status == 200


def test_taking_a_request_back_leaves_the_namespace_that_it_made(asked, clusters: Installation, management: Api):
    name = "sharedteam"
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    assert management.create("/api/v1/namespaces", body).status == 201
    _, form = previewed(asked, "aws-static", filled("aws-static", "half", namespace=name))
    # Between preview and confirmation somebody else takes the name of the Credential.
    region = api_of(clusters.regions["eu-west"])
    other = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "half-secret", "namespace": "kcm-system"}}
    assert management.create("/api/v1/namespaces/kcm-system/secrets", other).status == 201
    html = post(asked, "aws-static", form, "send").content.decode()
    assert "half-secret" in text(html)
    submission = Submission.objects.get()
    asked.post(f"/submissions/{submission.key}/remove/")
    namespace = region.get(f"/api/v1/namespaces/{name}").body
    assert "deletionTimestamp" not in namespace["metadata"]
    assert management.get("/api/v1/namespaces/kcm-system/secrets/half-secret").status == 200


def test_a_namespace_that_does_not_exist_on_management_is_an_error_at_its_box(asked):
    response = post(asked, "docker", filled("docker", namespace="nowhere"))
    assert response.status_code == 422
    assert "There is no namespace nowhere on the management cluster." in text(response.content.decode())


def test_a_name_that_is_taken_is_said_at_the_name(asked):
    _, form = previewed(asked, "docker", filled("docker", "taken"))
    post(asked, "docker", form, "send")
    html = post(asked, "docker", filled("docker", "taken")).content.decode()
    assert "This would be refused" in html
    said = html.partition('id="said-name"')[2]
    assert "taken in media on the management cluster already" in text(said.partition('id="said-')[0])


def test_who_may_not_is_told_by_the_api_server_itself(asked, client, django_user_model):
    client.force_login(django_user_model.objects.create_user("stranger"))
    html = post(client, "aws-static", filled("aws-static")).content.decode()
    assert "This would be refused" in html
    assert "pane:stranger" in html


def test_k0rdent_1_4_copies_nothing_so_everything_is_made_in_the_region(asked):
    now = timezone.now()
    management = o.thing("Management", "kcm", created=now, status={"release": "kcm-1-4-0"})
    release = o.thing("Release", "kcm-1-4-0", created=now, spec={"version": "1.4.0"})
    term = journal.claim("told", now)
    assert term is not None
    journal.record(term, [Put("~management", o.BY_NAME[one["kind"]], one, now) for one in (management, release)], now)
    html, _ = previewed(asked, "aws-static", filled("aws-static", "old"))
    assert tried(html) == [
        "Secret kcm-system/old-secret eu-west",
        "AWSClusterStaticIdentity old eu-west",
        "ConfigMap media/old-resource-template eu-west",
        "Credential media/old management",
    ]
    assert "k0rdent 1.4.0 copies nothing to regions" in text(html)


def test_no_secret_is_left_in_database_log_or_session(asked, caplog):
    caplog.set_level(logging.DEBUG)
    for recipe in RECIPES:
        _, form = previewed(asked, recipe, filled(recipe, f"canary-{recipe}"))
        assert post(asked, recipe, form, "send").status_code == 302, recipe
    whole = (
        "\n".join(repr(row) for model in apps.get_models() for row in model._default_manager.values_list())
        + caplog.text
    )
    assert "canary-openstack" in whole, "what is not secret is there"
    assert CANARY not in whole
    for recipe in RECIPES:
        for value in answers(recipe)[1].values():
            assert value.strip() not in whole, recipe
