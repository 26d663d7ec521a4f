"""Rotating: another secret under the same name, written to the one Secret that k0rdent reads, and followed."""

import base64
import logging
import re
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core import serializers
from django.test import Client

from dashboard.demo.installation import Installation
from deployments.models import Submission
from regions.domain.refs import MANAGEMENT
from tests.conformance.api import Api
from tests.demo.conftest import api_of
from tests.deployments.credentials import world as w
from tests.deployments.credentials.test_asking import hidden, text
from tests.deployments.domain.pastes import CANARY, answers, kubeconfig

pytestmark = pytest.mark.django_db
NEW_ID, NEW_SECRET = "AKIADEMON3WN3WN3WN3W", f"new{CANARY}/abcdefghijklmnopqrstuvwxyz0123456"[:40]
NEW = {"access_key_id": NEW_ID, "secret_access_key": NEW_SECRET}


def url(name: str, page: str = "rotate") -> str:
    return f"/credentials/media/{name}/{page}/"


def post(asked: Client, name: str, said: dict[str, str], action: str = "preview") -> Any:
    return asked.post(url(name), said | {"action": action})


def data(api: Api, path: str) -> dict[str, str]:
    return {key: base64.b64decode(value).decode() for key, value in api.get(path).body["data"].items()}


def test_the_original_gets_the_new_secret_and_only_its_keys_are_told(
    asked: Client, clusters: Installation, management: Api, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    stood = w.whole(clusters, "turning")
    path = w.path_to(stood["Secret ~management"])
    before = data(management, path)
    seen = post(asked, "turning", NEW)
    html = seen.content.decode()
    assert "This would be changed" in html, text(html)
    assert {"data.AccessKeyID", "data.SecretAccessKey"} <= set(re.findall(r"<code>([^<]*)</code>", html))
    assert data(management, path) == before
    sent = post(asked, "turning", NEW | hidden(html), "send")
    assert sent.headers["Location"].startswith("/credentials/media/turning/copies/?request="), text(html)
    assert data(management, path) == {"AccessKeyID": NEW_ID, "SecretAccessKey": NEW_SECRET}
    followed = asked.get(sent.headers["Location"]).content.decode()
    assert "1 of 2 hold what the original holds" in followed
    assert 'http-equiv="refresh"' in followed
    submission = Submission.objects.get()
    assert (submission.kind, submission.name, submission.state) == ("Credential", "turning", "done")
    page = asked.get(f"/submissions/{submission.key}/").content.decode()
    rows = serializers.serialize("json", [row for model in apps.get_models() for row in model.objects.all()])
    for said in (html, followed, page, rows, caplog.text):
        assert NEW_SECRET not in said
        assert base64.b64encode(NEW_SECRET.encode()).decode() not in said


def test_it_has_arrived_when_the_copy_holds_the_same(asked: Client, clusters: Installation):
    stood = w.whole(clusters, "arriving")
    html = post(asked, "arriving", NEW).content.decode()
    sent = post(asked, "arriving", NEW | hidden(html), "send")
    copied = {
        "data": {
            key: base64.b64encode(value.encode()).decode()
            for key, value in {"AccessKeyID": NEW_ID, "SecretAccessKey": NEW_SECRET}.items()
        }
    }
    api_of(clusters.servers["eu-west"]).patch(w.path_to(stood["Secret eu-west"]), copied)
    page = asked.get(sent.headers["Location"]).content.decode()
    assert "2 of 2 hold what the original holds" in page
    assert "It has arrived everywhere." in page
    assert 'http-equiv="refresh"' not in page


def test_before_1_5_the_secret_of_the_region_itself_is_replaced(
    asked: Client, clusters: Installation, monkeypatch: pytest.MonkeyPatch
):
    stood = w.whole(clusters, "old-way", copies=False)
    monkeypatch.setattr("deployments.credentials.survey._release", lambda management: "1.4.0")
    page = text(asked.get(url("old-way")).content.decode())
    assert "copies nothing: the Secret in eu-west itself is replaced" in page
    html = post(asked, "old-way", NEW).content.decode()
    assert "recorded for you" in html, text(html)
    assert post(asked, "old-way", NEW | hidden(html), "send").status_code == 302
    held = data(api_of(clusters.servers["eu-west"]), w.path_to(stood["Secret eu-west"]))
    assert held["SecretAccessKey"] == NEW_SECRET


def test_a_session_token_of_before_goes_with_the_key_that_it_belonged_to(
    asked: Client, clusters: Installation, management: Api
):
    stood = w.whole(clusters, "lasting")
    path = w.path_to(stood["Secret ~management"])
    management.patch(path, {"stringData": {"SessionToken": "old"}})
    keys = w.secret("lasting-secret", "kcm-system", "AccessKeyID", "SecretAccessKey", "SessionToken")
    keys["metadata"]["uid"] = stood["Secret ~management"]["metadata"]["uid"]
    w.record(w.told(clusters), (w.MANAGEMENT, keys))
    html = post(asked, "lasting", NEW).content.decode()
    post(asked, "lasting", NEW | hidden(html), "send")
    assert set(data(management, path)) == {"AccessKeyID", "SecretAccessKey"}


@pytest.mark.parametrize(
    ("recipe", "region"),
    [
        ("azure", "eu-north"),
        ("azure-aks", "eu-north"),
        ("gcp", "asia-east"),
        ("openstack", "dc-lund"),
        ("vsphere", MANAGEMENT),
        ("kubevirt", MANAGEMENT),
        ("adopted", MANAGEMENT),
        ("remote", MANAGEMENT),
    ],
)
def test_every_recipe_that_has_a_secret_can_be_rotated(asked: Client, clusters: Installation, recipe: str, region: str):
    name = f"turn-{recipe}"
    w.whole(clusters, name, region, recipe=recipe)
    _, secrets = answers(recipe)
    page = asked.get(url(name)).content.decode()
    said = secrets | ({"recipe": recipe} if 'id="recipe"' in page else {})
    html = post(asked, name, said).content.decode()
    assert "This would be changed" in html, text(html)
    for value in secrets.values():
        assert value.strip() not in html


def test_what_has_no_secret_has_nothing_to_rotate(asked: Client, clusters: Installation):
    w.whole(clusters, "by-role", "us-east", recipe="aws-role")
    assert "There is nothing to replace" in text(asked.get(url("by-role")).content.decode())
    assert post(asked, "by-role", NEW).status_code == 422


def test_what_is_pasted_is_looked_at_and_what_is_missing_asked_for(asked: Client, clusters: Installation):
    w.whole(clusters, "checked")
    empty = post(asked, "checked", {})
    assert empty.status_code == 422
    assert "Enter the access key ID." in text(empty.content.decode())
    wrong = text(post(asked, "checked", NEW | {"secret_access_key": NEW_ID}).content.decode())
    assert "This is an access key ID." in wrong
    assert "Give it once more to go on" in wrong


def test_a_kubeconfig_is_tried_on_request_and_not_before(asked: Client, clusters: Installation, management: Api):
    w.whole(clusters, "adopted-one", MANAGEMENT, recipe="adopted")
    server = clusters.regions["eu-west"]
    said = {"recipe": "adopted", "kubeconfig": server.kubeconfig()}
    seen = text(post(asked, "adopted-one", said, "probe").content.decode())
    assert "It answers: Kubernetes v1." in seen
    assert "This would be" not in seen
    new = asked.post("/new/credential/adopted/", {"kubeconfig": server.kubeconfig(), "action": "probe"})
    assert "It answers: Kubernetes v1." in text(new.content.decode())
    dead = said | {"kubeconfig": kubeconfig("https://127.0.0.1:1")}
    assert "Pane cannot reach it" in text(post(asked, "adopted-one", dead, "probe").content.decode())


def test_who_may_not_read_the_secret_may_not_replace_it(clusters: Installation, management: Api, client: Client):
    stood = w.whole(clusters, "guarded")
    client.force_login(User.objects.create_user("eve"))
    html = client.post(url("guarded"), NEW | {"action": "preview"}).content.decode()
    assert "This would be refused" in html
    sent = client.post(url("guarded"), NEW | {"action": "send", "digest": "0" * 64})
    assert sent.status_code == 200  # shown again, nothing sent
    assert data(management, w.path_to(stood["Secret ~management"]))["AccessKeyID"] != NEW_ID


def test_an_original_that_is_gone_is_made_again_from_the_secret(asked: Client, clusters: Installation, management: Api):
    stood = w.whole(clusters, "lost")
    path = w.path_to(stood["Secret ~management"])
    management.delete(path)
    term = w.told(clusters)
    w.forget(term, w.MANAGEMENT, stood["Secret ~management"])
    assert "Give it again" in asked.post("/credentials/matrix/?search=lost").content.decode()
    html = post(asked, "lost", NEW).content.decode()
    assert "is missing: it would be made." in text(html)
    assert "This would be made" in html, text(html)
    assert post(asked, "lost", NEW | hidden(html), "send").status_code == 302
    assert data(management, path) == {"AccessKeyID": NEW_ID, "SecretAccessKey": NEW_SECRET}
