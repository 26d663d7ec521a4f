"""Deleting a credential: who uses it first, what it leaves behind offered, its name typed, each object by its uid."""

import re

import pytest
from django.test import Client

from dashboard.demo.installation import Installation
from deployments.models import Step, Submission
from tests.conformance.api import Api
from tests.demo.conftest import api_of
from tests.deployments.credentials import world as w
from tests.deployments.credentials.test_asking import hidden, text

pytestmark = pytest.mark.django_db
CREDENTIAL = "/apis/k0rdent.mirantis.com/v1beta1/namespaces/media/credentials/{}"


def url(name: str) -> str:
    return f"/credentials/media/{name}/delete/"


def post(asked: Client, name: str, typed: str, action: str = "preview", **said: object):
    return asked.post(url(name), {"name": typed, "action": action, **said})


def test_it_goes_with_what_it_leaves_behind_when_that_is_wanted(asked: Client, clusters: Installation, management: Api):
    stood = w.whole(clusters, "outgoing")
    page = asked.get(url("outgoing")).content.decode()
    also = re.findall(r'name="also" value="([^"]+)"', page)
    assert [one.split("|")[:2] for one in also] == [
        ["~management", "AWSClusterStaticIdentity"],
        ["~management", "Secret"],
        ["eu-west", "ConfigMap"],
    ]
    seen = post(asked, "outgoing", "outgoing", also=also).content.decode()
    assert "This would be deleted" in seen, text(seen)
    assert management.get(CREDENTIAL.format("outgoing")).status == 200
    sent = post(asked, "outgoing", "outgoing", "send", also=also, **hidden(seen))
    assert sent.status_code == 302, text(sent.content.decode())
    left = management.get(CREDENTIAL.format("outgoing"))
    assert left.status == 404 or left.body["metadata"]["deletionTimestamp"]
    for key in ("AWSClusterStaticIdentity ~management", "Secret ~management", "ConfigMap eu-west"):
        cluster = key.split()[1]
        assert api_of(clusters.servers[cluster]).get(w.path_to(stood[key])).status == 404, key
    assert api_of(clusters.servers["eu-west"]).get(w.path_to(stood["Secret eu-west"])).status == 200  # k0rdent's own
    submission = Submission.objects.get()
    assert (submission.kind, submission.state) == ("Credential", "done")
    assert set(Step.objects.values_list("verb", "state")) == {("delete", "removed")}
    assert "Its deletion was accepted." in text(asked.get(sent.headers["Location"]).content.decode())
    again = post(asked, "outgoing", "outgoing", "send", also=also, **hidden(seen))
    assert again.status_code == 302
    assert Submission.objects.count() == 1


def test_only_the_credential_goes_when_nothing_else_is_chosen(asked: Client, clusters: Installation, management: Api):
    stood = w.whole(clusters, "alone")
    seen = post(asked, "alone", "alone").content.decode()
    assert post(asked, "alone", "alone", "send", **hidden(seen)).status_code == 302
    assert management.get(w.path_to(stood["Secret ~management"])).status == 200


def test_nothing_goes_before_its_name_is_typed(asked: Client, clusters: Installation, management: Api):
    w.whole(clusters, "careful")
    wrong = post(asked, "careful", "cereful")
    assert wrong.status_code == 422
    assert "Type careful to delete it." in text(wrong.content.decode())
    assert post(asked, "careful", "", "send", digest="0" * 64).status_code == 422
    assert management.get(CREDENTIAL.format("careful")).status == 200


def test_it_stays_while_deployments_use_it_and_they_are_named(asked: Client, clusters: Installation, management: Api):
    w.whole(clusters, "busy")
    w.record(w.told(clusters), (w.MANAGEMENT, w.deployment("films", "busy")))
    said = text(asked.get(url("busy")).content.decode())
    assert "It is used by 1 deployment: media/films." in said
    assert post(asked, "busy", "busy").status_code == 422
    assert post(asked, "busy", "busy", "send", digest="0" * 64).status_code == 422
    assert management.get(CREDENTIAL.format("busy")).status == 200


def test_what_another_credential_needs_stays(asked: Client, clusters: Installation):
    w.whole(clusters, "first")
    twin = w.credential("second", "eu-west", ns="media")
    twin["spec"]["identityRef"]["name"] = "first"
    w.record(w.told(clusters), (w.MANAGEMENT, twin))
    page = asked.get(url("first")).content.decode()
    assert page.count("Also needed by media/second.") == 3
    seen = post(asked, "first", "first", also=re.findall(r'name="also" value="([^"]+)"', page)).content.decode()
    assert len(re.findall(r'class="tried"', seen)) == 1


def test_another_that_took_its_name_is_left_alone(asked: Client, clusters: Installation, management: Api):
    stood = w.whole(clusters, "taken")
    seen = post(asked, "taken", "taken").content.decode()
    path = w.path_to(stood["Credential ~management"])
    management.delete(path)
    if management.get(path).status == 200:
        management.patch(path, {"metadata": {"finalizers": None}})
    body = {key: stood["Credential ~management"][key] for key in ("apiVersion", "kind", "spec")}
    again = body | {"metadata": {"name": "taken", "namespace": "media"}}
    assert management.create(path.rpartition("/")[0], again).status == 201
    sent = post(asked, "taken", "taken", "send", **hidden(seen))
    assert sent.status_code == 422
    assert "is another one than was shown" in text(sent.content.decode())
    assert "deletionTimestamp" not in management.get(path).body["metadata"]
