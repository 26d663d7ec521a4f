"""Copying to another region, pointing at another identity, and putting right what the matrix shows to be wrong."""

import base64
import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dashboard.demo.installation import Installation
from deployments.models import Step, Submission
from tests.conformance.api import Api
from tests.demo.conftest import api_of
from tests.deployments.credentials import world as w
from tests.deployments.credentials.test_asking import hidden, text, tried
from tests.deployments.domain.pastes import AWS_ID, AWS_SECRET, CANARY

pytestmark = pytest.mark.django_db
CREDENTIAL = "/apis/k0rdent.mirantis.com/v1beta1/namespaces/media/credentials/{}"
OTHER = {"access_key_id": AWS_ID, "secret_access_key": AWS_SECRET.replace("abc", "xyz")}


def both(asked: Client, url: str, said: dict[str, str]) -> tuple[str, Any]:
    """The preview's page, and the answer to its confirmation."""
    html = asked.post(url, said | {"action": "preview"}).content.decode()
    return html, asked.post(url, said | hidden(html) | {"action": "send"})


def repaired(asked: Client, name: str, place: str, **said: str) -> tuple[str, Any]:
    return both(asked, "/credentials/repair/", {"credential": f"media/{name}", "place": place, **said})


# Copy


def test_a_copy_names_the_same_identity_and_asks_for_no_secret(asked: Client, clusters: Installation, management: Api):
    stood = w.whole(clusters, "roaming")
    url = "/credentials/media/roaming/copy/"
    assert "No secret is asked" in text(asked.get(url).content.decode())
    html, sent = both(asked, url, {"region": "us-east", "name": "roaming-us"})
    assert "This would be made" in html, text(html)
    assert sent.status_code == 302, text(sent.content.decode())
    made = management.get(CREDENTIAL.format("roaming-us")).body["spec"]
    assert made["region"] == "us-east"
    assert made["identityRef"] == stood["Credential ~management"]["spec"]["identityRef"]
    there = api_of(clusters.servers["us-east"])
    template = there.get("/api/v1/namespaces/media/configmaps/roaming-resource-template")
    assert template.body["metadata"]["annotations"]["projectsveltos.io/template"] == "true"
    assert {step.kind for step in Step.objects.all()} <= {"Namespace", "ConfigMap", "Credential"}


def test_what_new_clusters_get_is_taken_from_where_the_credential_has_it(asked: Client, clusters: Installation):
    stood = w.whole(clusters, "lund", "dc-lund", recipe="openstack", ns="kcm-system")
    here = api_of(clusters.servers["dc-lund"])
    here.patch(w.path_to(stood["ConfigMap dc-lund"]), {"data": {"own.yaml": "kind: Secret"}})
    html = asked.post(
        "/credentials/kcm-system/lund/copy/", {"region": "~management", "name": "lund-two", "action": "preview"}
    ).content.decode()
    assert "lund-resource-template" in html, text(html)


def test_before_1_5_the_copy_asks_for_the_secret_again(
    asked: Client, clusters: Installation, monkeypatch: pytest.MonkeyPatch
):
    w.whole(clusters, "elder", copies=False)
    monkeypatch.setattr("deployments.credentials.survey._release", lambda management: "1.4.0")
    said = {"region": "us-east", "name": "elder-us", "action": "preview"}
    answer = asked.post("/credentials/media/elder/copy/", said)
    where = answer.headers["Location"]
    assert where.startswith("/new/credential/aws-static/?namespace=media&name=elder-us&region=us-east")
    assert 'value="elder-us"' in asked.get(where).content.decode()


@pytest.mark.parametrize(
    ("said", "box", "sentence"),
    [
        ({"region": "eu-west", "name": "x"}, "region", "That is where this credential is for already."),
        ({"region": "", "name": "x"}, "region", "Choose where the copy is for."),
        ({"region": "us-east", "name": "Bad Name"}, "name", "Use lower case letters only."),
        ({"region": "us-east", "name": "n" * 50}, "name", "51"),
        ({"region": "eu-north", "name": "x"}, "region", "cluster-api-provider-aws"),
    ],
)
def test_a_copy_that_cannot_be_is_told_at_its_box(asked: Client, clusters: Installation, said, box, sentence):
    w.whole(clusters, "fixed")
    answer = asked.post("/credentials/media/fixed/copy/", said | {"action": "preview"})
    html = answer.content.decode()
    w.api_of(clusters.management).delete(CREDENTIAL.format("fixed"))
    assert answer.status_code == 422
    assert sentence in html[html.index(f'id="said-{box}"') :]
    assert f'value="{said["name"]}"' in html
    _clear(clusters, "fixed")


def _clear(clusters: Installation, name: str) -> None:
    """Parameters share the servers of the module: what one made must not be in the way of the next."""
    management, region = api_of(clusters.management), api_of(clusters.servers["eu-west"])
    management.patch(CREDENTIAL.format(name), {"metadata": {"finalizers": None}})
    identities = "/apis/infrastructure.cluster.x-k8s.io/v1beta2/awsclusterstaticidentities"
    for api in (management, region):
        api.delete(f"{identities}/{name}")
        api.delete(f"/api/v1/namespaces/kcm-system/secrets/{name}-secret")
    region.delete(f"/api/v1/namespaces/media/configmaps/{name}-resource-template")


# Identity


def test_pointing_at_another_identity_demands_its_secret(asked: Client, clusters: Installation, management: Api):
    w.whole(clusters, "pointed")
    w.whole(clusters, "target", secret=OTHER["secret_access_key"])
    url = "/credentials/media/pointed/identity/"
    page = asked.get(f"{url}?identity=AWSClusterStaticIdentity/target").content.decode()
    assert 'id="secret_access_key"' in page
    said = {"identity": "AWSClusterStaticIdentity/target"}
    assert asked.post(url, said | {"action": "preview"}).status_code == 422
    wrong = asked.post(url, said | OTHER | {"secret_access_key": AWS_SECRET, "action": "preview"})
    assert wrong.status_code == 422
    assert "This is not what the Secret kcm-system/target-secret holds." in text(wrong.content.decode())
    html, sent = both(asked, url, said | OTHER)
    assert "This would be" in html
    assert "refused" not in html[html.index('id="preview-title"') :][:80], text(html)
    assert sent.status_code == 302, text(sent.content.decode())
    assert management.get(CREDENTIAL.format("pointed")).body["spec"]["identityRef"]["name"] == "target"
    for page in (html, wrong.content.decode()):
        assert CANARY not in page


def test_who_may_not_read_the_secret_cannot_point_at_it(clusters: Installation, management: Api, client: Client):
    w.whole(clusters, "wanting")
    w.whole(clusters, "precious", secret=OTHER["secret_access_key"])
    client.force_login(User.objects.create_user("eve"))
    said = {"identity": "AWSClusterStaticIdentity/precious", "action": "preview"} | OTHER
    answer = client.post("/credentials/media/wanting/identity/", said)
    page = text(answer.content.decode())
    assert answer.status_code == 422 or "This would be refused" in page
    assert management.get(CREDENTIAL.format("wanting")).body["spec"]["identityRef"]["name"] == "wanting"


# Repair


def test_a_missing_configmap_is_made_where_the_clusters_are(asked: Client, clusters: Installation, management: Api):
    stood = w.whole(clusters, "bare")
    region = api_of(clusters.servers["eu-west"])
    path = w.path_to(stood["ConfigMap eu-west"])
    assert region.delete(path).status == 200
    w.forget(w.told(clusters), "eu-west", stood["ConfigMap eu-west"])
    matrix = asked.post("/credentials/matrix/?search=bare").content.decode()
    assert "Make it" in matrix
    html, sent = repaired(asked, "bare", "eu-west|ConfigMap|media|bare-resource-template")
    assert tried_here(html) == ["ConfigMap eu-west"], text(html)
    assert "recorded for you" in html
    assert sent.status_code == 302, text(sent.content.decode())
    assert region.get(path).status == 200
    submission = Submission.objects.get()
    assert (submission.kind, submission.name, submission.region) == ("Credential", "bare", "eu-west")
    assert "bare" in text(asked.get(sent.headers["Location"]).content.decode())


def tried_here(html: str) -> list[str]:
    shown = html[html.index('id="preview"') :]
    return [" ".join((one.split()[0], one.split()[-1])) for one in tried(shown + "How it reaches the region")]


def unmanaged(clusters: Installation, name: str) -> tuple[Api, str]:
    """A Secret in the region that was made by hand and holds something older."""
    stood = w.whole(clusters, name)
    region = api_of(clusters.servers["eu-west"])
    path = w.path_to(stood["Secret eu-west"])
    older = {"AccessKeyID": base64.b64encode(b"AKIAOLD").decode()}
    body = region.patch(path, {"metadata": {"labels": {"k0rdent.mirantis.com/managed": None}}, "data": older}).body
    kept = {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "Opaque",
        "metadata": body["metadata"],
        "data": dict.fromkeys(body["data"], ""),
    }
    w.record(w.told(clusters), ("eu-west", kept))
    return region, path


def test_a_copy_made_by_hand_is_handed_over_to_k0rdent(asked: Client, clusters: Installation):
    region, path = unmanaged(clusters, "by-hand")
    place = "eu-west|Secret|kcm-system|by-hand-secret"
    html, sent = repaired(asked, "by-hand", place)
    assert "This would be changed" in html, text(html)
    assert sent.status_code == 302, text(sent.content.decode())
    labels = region.get(path).body["metadata"]["labels"]
    assert labels["k0rdent.mirantis.com/managed"] == "true"
    assert labels["k0rdent.mirantis.com/credential.media.by-hand"] == "true"


def test_or_deleted_so_that_k0rdent_makes_it_again(asked: Client, clusters: Installation):
    region, path = unmanaged(clusters, "for-deletion")
    html, sent = repaired(asked, "for-deletion", "eu-west|Secret|kcm-system|for-deletion-secret", way="delete")
    assert "This would be deleted" in html, text(html)
    assert "clusters of this region cannot be changed" in text(html)
    assert sent.status_code == 302
    assert region.get(path).status == 404


def test_a_stale_copy_is_deleted_and_one_that_is_well_left_alone(asked: Client, clusters: Installation):
    stood = w.whole(clusters, "outdated")
    region = api_of(clusters.servers["eu-west"])
    place = "eu-west|Secret|kcm-system|outdated-secret"
    well = asked.post("/credentials/repair/", {"credential": "media/outdated", "place": place, "action": "preview"})
    assert well.status_code == 422
    assert "There is nothing to repair" in text(well.content.decode())
    region.patch(w.path_to(stood["Secret eu-west"]), {"stringData": {"AccessKeyID": "AKIAOLD"}})
    html, sent = repaired(asked, "outdated", place)
    assert "This would be deleted" in html, text(html)
    assert sent.status_code == 302
    assert region.get(w.path_to(stood["Secret eu-west"])).status == 404


def test_labels_that_backups_go_by_are_put_on(asked: Client, clusters: Installation, management: Api):
    stood = w.whole(clusters, "unmarked")
    path = w.path_to(stood["Credential ~management"])
    gone = {"metadata": {"labels": {"k0rdent.mirantis.com/component": None}}}
    body = management.patch(path, gone).body
    w.record(w.told(clusters), (w.MANAGEMENT, stood["Credential ~management"] | {"metadata": body["metadata"]}))
    html, sent = repaired(asked, "unmarked", "labels")
    assert "This would be changed" in html, text(html)
    assert sent.status_code == 302
    assert management.get(path).body["metadata"]["labels"]["k0rdent.mirantis.com/component"] == "kcm"


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"credential": "media"},
        {"credential": "media/nobody", "place": "x"},
        {"place": "a|b|c|d"},
    ],
)
def test_a_cell_that_nobody_has_is_not_found(asked: Client, said: dict[str, str]):
    assert asked.post("/credentials/repair/", said | {"action": "preview"}).status_code == 404


APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def applied(clusters: Installation, name: str) -> dict[str, str]:
    """A credential whose Secret was made by `kubectl apply`, copied as k0rdent copies: paths by cluster."""
    stood = w.whole(clusters, name)
    told = {"metadata": {"annotations": {APPLIED: json.dumps({"stringData": {"SecretAccessKey": CANARY}})}}}
    paths = {}
    for cluster in ("~management", "eu-west"):
        paths[cluster] = w.path_to(stood[f"Secret {cluster}"])
        body = api_of(clusters.servers[cluster]).patch(paths[cluster], told).body
        w.record(w.told(clusters), (cluster, {"apiVersion": "v1", "kind": "Secret", **w.without_values(body)}))
    return paths


def test_a_secret_that_carries_its_values_in_an_annotation_is_told_and_cleaned_the_original_first(
    asked: Client, clusters: Installation, management: Api
):
    paths = applied(clusters, "applied")
    page = asked.get("/credentials/media/applied/").content.decode()
    assert f"carries its own values in clear text, in the annotation {APPLIED}" in text(page)
    assert "Take out" in text(page)
    original, copy = "~management|Secret|kcm-system|applied-secret", "eu-west|Secret|kcm-system|applied-secret"
    early = asked.post("/credentials/repair/", {"credential": "media/applied", "place": copy, "action": "preview"})
    assert "take it out there first" in text(early.content.decode())

    html, sent = repaired(asked, "applied", original)
    assert "This would be changed" in html, text(html)
    assert sent.status_code == 302, text(sent.content.decode())
    body = management.get(paths["~management"]).body
    assert APPLIED not in body["metadata"].get("annotations", {})
    assert body["data"]

    html, sent = repaired(asked, "applied", copy)
    assert "This would be deleted" in html, text(html)
    assert sent.status_code == 302
    assert api_of(clusters.servers["eu-west"]).get(paths["eu-west"]).status == 404
    for said in (page, html):
        assert CANARY not in said


def test_another_secret_takes_the_old_one_out_of_the_annotation_too(
    asked: Client, clusters: Installation, management: Api
):
    paths = applied(clusters, "turned")
    said = {"access_key_id": "AKIADEMON3WN3WN3WN3W", "secret_access_key": "n3w" * 13 + "x"}
    html = asked.post("/credentials/media/turned/rotate/", said | {"action": "preview"}).content.decode()
    sent = asked.post("/credentials/media/turned/rotate/", said | hidden(html) | {"action": "send"})
    assert sent.status_code == 302, text(sent.content.decode())
    assert APPLIED not in management.get(paths["~management"]).body["metadata"].get("annotations", {})
