"""A region after its registration: providers, pause, another kubeconfig, the way out."""

import base64
import json
import re
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core import serializers
from django.test import Client

from dashboard.demo.apiserver.server import Server
from dashboard.demo.installation import Installation
from dashboard.people import tokens
from deployments.models import Step, Submission
from regions.models import Cluster
from tests.conformance.api import Api
from tests.deployments.clusterdeployments.conftest import allow, copied
from tests.deployments.clusterdeployments.test_deployment_form import hidden, text
from tests.deployments.registration.test_region_form import newcomer

__all__ = ["newcomer"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known")]
REGION = "/apis/k0rdent.mirantis.com/v1beta1/regions/{}"
SECRET = "/api/v1/namespaces/{}/secrets/{}"


def both(client: Client, url: str, said: dict[str, Any]) -> tuple[Any, Any]:
    """The answer to a preview and to its confirmation."""
    seen = client.post(url, said | {"action": "preview"})
    more = {"key": hidden(seen, "key"), "digest": hidden(seen, "digest")}
    return seen, client.post(url, said | more | {"action": "send"})


def ticked(page: str) -> list[str]:
    return re.findall(r'name="providers" value="([^"]+)" checked', page)


# Providers


def test_a_provider_is_added_and_one_that_nobody_uses_taken_away(ada: Client, management: Api, clusters: Installation):
    url = "/regions/eu-west/providers/"
    page = ada.get(url).content.decode()
    now = ticked(page)
    assert "cluster-api-provider-aws" in now
    assert "cluster-api-provider-gcp" not in now
    was = json.dumps(now)
    seen, sent = both(ada, url, {"providers": [*now, "cluster-api-provider-gcp"], "was": was})
    assert "This would be changed" in text(seen), text(seen)
    assert sent.status_code == 302, text(sent)
    after = [one["name"] for one in management.get(REGION.format("eu-west")).body["spec"]["providers"]]
    assert (after[-1], set(after[:-1])) == ("cluster-api-provider-gcp", set(now))
    copied(clusters)
    both(ada, url, {"providers": now, "was": json.dumps(after)})
    back = [one["name"] for one in management.get(REGION.format("eu-west")).body["spec"]["providers"]]
    assert back == after[:-1]


def test_one_that_is_used_stays_and_it_is_said_by_whom(ada: Client, management: Api):
    url = "/regions/eu-west/providers/"
    page = ada.get(url).content.decode()
    used = re.search(r'value="cluster-api-provider-aws" checked>.*?used by \d+ deployments?: ([^<]+)<', page, re.S)
    assert used, text(ada.get(url))
    kept = [one for one in ticked(page) if one != "cluster-api-provider-aws"]
    refused = ada.post(url, {"providers": kept, "was": json.dumps(ticked(page)), "action": "preview"})
    assert refused.status_code == 422
    assert "cluster-api-provider-aws cannot be removed: it is used by" in text(refused)
    assert used[1].split(",")[0].strip() in text(refused)


def test_what_somebody_else_added_meanwhile_is_kept(ada: Client, management: Api):
    url = "/regions/eu-west/providers/"
    page = ada.get(url).content.decode()
    now = ticked(page)
    there = management.get(REGION.format("eu-west")).body["spec"]["providers"]
    more = [*there, {"name": "cluster-api-provider-azure"}]
    management.patch(REGION.format("eu-west"), {"spec": {"providers": more}})
    seen, _ = both(ada, url, {"providers": [*now, "cluster-api-provider-gcp"], "was": json.dumps(now)})
    assert "Somebody changed cluster-api-provider-azure meanwhile" in text(seen)
    after = [one["name"] for one in management.get(REGION.format("eu-west")).body["spec"]["providers"]]
    assert {"cluster-api-provider-azure", "cluster-api-provider-gcp"} <= set(after)
    management.patch(REGION.format("eu-west"), {"spec": {"providers": there}})


# Pause


def test_a_pause_is_an_annotation_that_is_put_on_and_taken_off(ada: Client, management: Api, clusters: Installation):
    url = "/regions/us-east/pause/"
    assert "Deletions are not held back" in text(ada.get(url))
    _, sent = both(ada, url, {"way": "pause"})
    assert sent.status_code == 302, text(sent)
    annotations = management.get(REGION.format("us-east")).body["metadata"]["annotations"]
    assert "k0rdent.mirantis.com/region-pause" in annotations
    copied(clusters)
    assert "Resume" in text(ada.get(url))
    again = ada.post(url, {"way": "pause", "action": "preview"})
    assert again.status_code == 422
    assert "us-east is paused already." in text(again)
    _, sent = both(ada, url, {"way": "resume"})
    assert sent.status_code == 302, text(sent)
    annotations = management.get(REGION.format("us-east")).body["metadata"].get("annotations") or {}
    assert "k0rdent.mirantis.com/region-pause" not in annotations


# Kubeconfig


def held(management: Api, namespace: str, name: str, key: str = "value") -> str:
    return base64.b64decode(management.get(SECRET.format(namespace, name)).body["data"][key]).decode()


def by_kubeconfig(management: Api) -> tuple[str, dict[str, str]]:
    """A region that was registered by a kubeconfig, with where that lies."""
    for one in management.get("/apis/k0rdent.mirantis.com/v1beta1/regions").body["items"]:
        if "kubeConfig" in one["spec"]:
            return one["metadata"]["name"], one["spec"]["kubeConfig"]
    raise AssertionError("the demo has none")


def test_another_kubeconfig_reaches_the_secret_and_every_copy_of_it(
    ada: Client, management: Api, clusters: Installation
):
    name, place = by_kubeconfig(management)
    old = held(management, "kcm-system", place["name"], place["key"])
    spaces = {
        one["metadata"]["namespace"]
        for one in management.get("/apis/k0rdent.mirantis.com/v1beta1/clusterdeployments").body["items"]
        if (one.get("status") or {}).get("region") == name
    } - {"kcm-system"}
    assert spaces
    copy_in = min(spaces)
    stale = {place["key"]: base64.b64encode(b"older").decode()}
    management.create(
        f"/api/v1/namespaces/{copy_in}/secrets",
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": place["name"]}, "data": stale},
    )
    url = f"/regions/{name}/kubeconfig/"
    assert "holds another one" in text(ada.get(url))
    new = clusters.regions[name].kubeconfig(clusters.regions[name].issue("system:admin", ["system:masters"]))
    seen, sent = both(ada, url, {"kubeconfig": new})
    assert f"It is the cluster that {name} is now." in text(seen) or "It answers" in text(seen), text(seen)
    assert "This would be changed" in text(seen), text(seen)
    assert sent.status_code == 302, text(sent)
    assert held(management, "kcm-system", place["name"], place["key"]) == new
    assert held(management, copy_in, place["name"], place["key"]).strip() == new.strip()
    assert "holds the same" in text(ada.get(url))
    rows = serializers.serialize("json", [row for model in apps.get_models() for row in model.objects.all()])
    token = re.search(r"token: (\S+)", new)
    for said in (seen.content.decode(), rows):
        assert token is None or token[1] not in said
    assert Submission.objects.get().kind == "Region"
    management.patch(SECRET.format("kcm-system", place["name"]), {"stringData": {place["key"]: old}})
    management.delete(SECRET.format(copy_in, place["name"]))


def test_a_kubeconfig_of_another_cluster_is_refused(ada: Client, management: Api, newcomer: Server):
    name, _ = by_kubeconfig(management)
    Cluster.objects.filter(name=name).update(uid="a-uid-of-its-own")
    other = ada.post(f"/regions/{name}/kubeconfig/", {"kubeconfig": newcomer.kubeconfig(), "action": "preview"})
    assert other.status_code == 422
    assert f"This is another cluster than {name} is now" in text(other)
    empty = ada.post(f"/regions/{name}/kubeconfig/", {"kubeconfig": " ", "action": "preview"})
    assert "Paste the new kubeconfig." in text(empty)


def test_of_a_region_made_from_a_deployment_stale_copies_are_made_anew(ada: Client, management: Api):
    made = next(
        one
        for one in management.get("/apis/k0rdent.mirantis.com/v1beta1/regions").body["items"]
        if "clusterDeployment" in one["spec"]
    )
    name, chosen = made["metadata"]["name"], made["spec"]["clusterDeployment"]
    url = f"/regions/{name}/kubeconfig/"
    page = ada.get(url)
    assert "writes its kubeconfig itself" in text(page)
    assert 'name="kubeconfig"' not in page.content.decode()
    spaces = re.findall(r'row__name anywhere">([^/<]+)/([^<]+)</span>', page.content.decode())
    outside = next((one for one in spaces if one[0] not in (chosen["namespace"], "kcm-system")), None)
    if outside is None:
        return
    older = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": outside[1]}, "data": {"value": "b2xkZXI="}}
    management.create(f"/api/v1/namespaces/{outside[0]}/secrets", older)
    seen, sent = both(ada, url, {})
    assert "This would be deleted" in text(seen), text(seen)
    assert sent.status_code == 302
    assert management.get(SECRET.format(*outside)).status == 404


# The way out


def test_a_region_where_deployments_live_is_not_given_up(ada: Client, management: Api):
    url = "/regions/eu-west/delete/"
    assert "live there:" in text(ada.get(url))
    assert ada.post(url, {"name": "eu-west", "action": "preview"}).status_code == 422
    assert ada.post(url, {"name": "eu-west", "action": "send", "digest": "0" * 64}).status_code == 422
    assert "deletionTimestamp" not in management.get(REGION.format("eu-west")).body["metadata"]


def test_an_empty_one_is_when_its_name_is_typed(ada: Client, management: Api, clusters: Installation, newcomer: Server):
    management.create(
        "/api/v1/namespaces/kcm-system/secrets",
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "spare-kubeconfig"},
            "stringData": {"value": newcomer.kubeconfig()},
        },
    )
    made = management.create(
        "/apis/k0rdent.mirantis.com/v1beta1/regions",
        {
            "apiVersion": "k0rdent.mirantis.com/v1beta1",
            "kind": "Region",
            "metadata": {"name": "spare"},
            "spec": {"kubeConfig": {"name": "spare-kubeconfig", "key": "value"}},
        },
    )
    assert made.status == 201, made.body
    copied(clusters)
    url = "/regions/spare/delete/"
    page = text(ada.get(url))
    assert "kcm-system/spare-kubeconfig : k0rdent needs it until everything is uninstalled" in page
    assert "Type spare to give it up." in text(ada.post(url, {"name": "spere", "action": "preview"}))
    seen, sent = both(ada, url, {"name": "spare"})
    assert "This would be deleted" in text(seen), text(seen)
    assert sent.status_code == 302, text(sent)
    left = management.get(REGION.format("spare"))
    assert left.status == 404 or left.body["metadata"]["deletionTimestamp"]
    assert Step.objects.get().verb == "delete"
    assert management.get(SECRET.format("kcm-system", "spare-kubeconfig")).status == 200


def test_what_is_no_region_is_not_found(ada: Client):
    for page in ("providers", "pause", "kubeconfig", "delete"):
        for name in ("atlantis", "~management", "<b>"):
            assert ada.get(f"/regions/{name}/{page}/").status_code == 404, (name, page)


# By a program


@pytest.fixture
def program(management: Api) -> Client:
    allow(management, "pane:robot")
    token = tokens.issue(User.objects.create_user("robot"), "tests")
    return Client(headers={"authorization": f"Bearer {token}"})


def test_a_program_registers_a_region_once(program: Client, management: Api, newcomer: Server):
    said = {"name": "by-api", "kubeconfig": newcomer.kubeconfig(), "providers": [{"name": "projectsveltos"}]}

    def post(query: str = "", **more: Any) -> Any:
        return program.post(f"/api/v1/regions/{query}", said | more, content_type="application/json")

    seen = post("?preview=true")
    assert (seen.status_code, seen.json()["sendable"]) == (200, True), seen.json()
    assert any("It answers" in one["sentence"] for one in seen.json()["problems"])
    assert management.get(REGION.format("by-api")).status == 404
    made = post(key="d" * 32)
    assert (made.status_code, made.json()["state"]) == (201, "done"), made.json()
    assert post(key="d" * 32).status_code == 201
    assert Submission.objects.count() == 1
    wrong = post(name="far-too-long-for-a-region", kubeconfig="x: y")
    assert wrong.status_code == 422
    assert {one["field"] for one in wrong.json()["problems"] if one["severity"] == "error"} == {"name", "kubeconfig"}
    for answer in (seen, made, wrong):
        assert newcomer.admin_token not in answer.content.decode()
    assert program.post("/api/v1/regions/", [], content_type="application/json").status_code == 400


def test_a_program_changes_providers_and_nothing_else_of_a_region(program: Client, management: Api):
    url, there = "/api/v1/regions/eu-west/", REGION.format("eu-west")
    by_kof = {"kcm": {"config": {"cert-manager": {"enabled": False}}}}
    before = management.get(there).body["spec"]
    now = [one["name"] for one in before["providers"]]
    management.patch(there, {"spec": {"core": by_kof}})

    def change(**said: Any) -> Any:
        return program.patch(url, said, content_type="application/json")

    try:
        sent = change(providers=[*now, "cluster-api-provider-gcp"], key="e" * 32)
        assert (sent.status_code, sent.json()["state"]) == (200, "done"), sent.json()
        spec = management.get(there).body["spec"]
        assert [one["name"] for one in spec["providers"]] == [*now, "cluster-api-provider-gcp"]
        assert spec["core"] == by_kof, "who brings certificates was not asked for"
        assert change(providers=now, paused=True).status_code == 400
        assert change().status_code == 400
        paused = change(paused=True)
        assert (paused.status_code, paused.json()["state"]) == (200, "done"), paused.json()
        assert management.get(there).body["metadata"]["annotations"]["k0rdent.mirantis.com/region-pause"] == "true"
        lives = program.delete(url)
        assert lives.status_code == 422
        assert "Delete them first." in lives.json()["problems"][0]["sentence"]
    finally:
        management.patch(
            there,
            {
                "metadata": {"annotations": {"k0rdent.mirantis.com/region-pause": None}},
                "spec": {"core": before.get("core"), "providers": before["providers"]},
            },
        )
