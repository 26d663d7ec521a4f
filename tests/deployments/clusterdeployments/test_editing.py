"""…/edit/: the form filled from what stands, the change alone sent, and what others changed meanwhile kept."""

import json
import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from dashboard.demo.installation import Installation
from deployments.models import Step, Submission
from tests.conformance.api import Api
from tests.conformance.threads import Loop
from tests.deployments.clusterdeployments.conftest import copied
from tests.deployments.clusterdeployments.test_deployment_form import boxes, text
from tests.deployments.submissions.asked import deployment

pytestmark = pytest.mark.django_db
CLDS = "/apis/k0rdent.mirantis.com/v1beta1/namespaces/search/clusterdeployments"
FLUX = {"kustomize.toolkit.fluxcd.io/name": "fleet", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"}


@pytest.fixture
def named(clusters: Installation, management: Api, request: pytest.FixtureRequest) -> str:
    """A deployment of its own for each test; the copy knows it."""
    name = "e" + re.sub(r"[^a-z0-9]", "", request.node.name)[-40:]
    manifest = deployment(name, labels={"team": "search"})[0].manifest
    manifest["spec"] |= {
        "clusterAuth": "corp",
        "serviceSpec": {
            "priority": 50,
            "services": [
                {
                    "name": "ingress",
                    "template": "ingress-nginx-4-13-0",
                    "namespace": "default",
                    "helmOptions": {"atomic": True},
                }
            ],
        },
    }
    if "git" in request.node.name:
        manifest["metadata"]["labels"] |= FLUX
    assert management.create(CLDS, manifest).status == 201, management.create(CLDS, manifest).body
    copied(clusters)
    return name


def url(name: str) -> str:
    return f"/deployments/search/{name}/edit/"


def filled(response: HttpResponse) -> dict[str, str]:
    """What the page's form posts, selects included; buttons are for the test to press."""
    page = response.content.decode()
    found = {name: value for name, value in boxes(response).items() if name != "csrfmiddlewaretoken"}
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r"<option(?: value=\"([^\"]*)\")? selected>([^<]*)", options)
        found[name] = (chosen[1] if chosen[1] is not None else chosen[2]) if chosen else ""
    return found


def post(client: Client, name: str, page: HttpResponse, action: str, **more: Any) -> HttpResponse:
    return client.post(url(name), filled(page) | {"action": action} | more)


def live(management: Api, name: str) -> dict[str, Any]:
    return dict(management.get(f"{CLDS}/{name}").body)


def test_the_untouched_form_changes_nothing(ada: Client, named: str):
    page = ada.get(url(named))
    assert filled(page)["config/region"] == "eu-west-1"
    assert filled(page)["labels"] == "team=search"
    assert "Kept as it is, though this form has no box for it: clusterAuth, serviceSpec.priority" in text(page)
    assert "Nothing is changed yet" in text(post(ada, named, page, "preview"))


def test_only_what_was_changed_is_sent_and_all_else_stays(ada: Client, named: str, management: Api):
    before = live(management, named)
    page = post(ada, named, ada.get(url(named)), "preview", **{"config/workersNumber": "5", "labels": "stage=prod"})
    assert "This would be changed" in text(page)
    assert "spec.config.workersNumber" in text(page)
    assert live(management, named) == before
    sent = post(ada, named, page, "send")
    assert re.fullmatch(r"/submissions/[0-9a-f]{32}/", sent.headers["Location"])
    after = live(management, named)
    assert after["spec"] == before["spec"] | {"config": before["spec"]["config"] | {"workersNumber": 5}}
    assert after["metadata"]["labels"]["stage"] == "prod"
    assert "team" not in after["metadata"]["labels"]
    assert "was changed" in text(ada.get(sent.headers["Location"]))
    again = post(ada, named, page, "send")
    assert again.headers["Location"] == sent.headers["Location"]
    assert Step.objects.count() == 1


def test_what_somebody_changed_meanwhile_is_shown_and_kept(ada: Client, named: str, management: Api):
    page = post(ada, named, ada.get(url(named)), "preview", **{"config/workersNumber": "5"})
    theirs = {"spec": {"config": {"workersNumber": 9, "sshKeyName": "ops"}}}
    assert management.patch(f"{CLDS}/{named}", theirs).status == 200
    again = post(ada, named, page, "send")
    assert again.status_code == 409
    said = text(again)
    assert "Somebody changed this meanwhile" in said
    assert "yours, over theirs" in said
    assert live(management, named)["spec"]["config"]["workersNumber"] == 9
    assert filled(again)["config/sshKeyName"] == "ops"
    done = post(ada, named, again, "send")
    assert done.status_code == 302, text(done)
    config = live(management, named)["spec"]["config"]
    assert (config["workersNumber"], config["sshKeyName"]) == (5, "ops")


def test_what_git_keeps_is_patched_there_first(ada: Client, named: str, management: Api):
    opened = ada.get(url(named))
    assert "This is kept by Flux." in text(opened)
    page = post(ada, named, opened, "preview", **{"config/workersNumber": "5"})
    assert "The patch for Kustomization flux-system/fleet" in text(page)
    assert "workersNumber: 5" in page.content.decode()
    assert f"patch clusterdeployment {named}" not in text(ada.get(url(named)))
    refused = post(ada, named, page, "send")
    assert refused.status_code == 422
    assert "Say that you mean it. If you change it here, Flux puts it back within minutes." in text(refused)
    assert "workersNumber" not in live(management, named)["spec"]["config"]
    assert post(ada, named, refused, "send", despite="on").status_code == 302
    assert live(management, named)["spec"]["config"]["workersNumber"] == 5


def test_a_service_goes_only_when_that_is_said(ada: Client, named: str, management: Api):
    dropped = post(ada, named, ada.get(url(named)), "", drop="0")
    assert "services/1/name" not in filled(dropped)
    refused = post(ada, named, dropped, "preview")
    assert refused.status_code == 422
    assert "default/ingress is no longer listed, so it would be uninstalled" in text(refused)
    page = post(ada, named, refused, "preview", may_uninstall="on")
    assert "default/ingress will be uninstalled" in text(page)
    assert post(ada, named, page, "send").status_code == 302
    assert not live(management, named)["spec"]["serviceSpec"].get("services")
    assert live(management, named)["spec"]["serviceSpec"]["priority"] == 50


def test_values_of_a_running_cluster_are_warned_about(ada: Client, named: str):
    page = post(
        ada,
        named,
        ada.get(url(named)),
        "preview",
        **{
            "config/region": "eu-west-3",
            "config/worker/instanceType": "m6i.xlarge",
            "config/workersNumber": "4",
        },
    )
    said = text(page)
    assert said.count("Most of this cannot be changed once the cluster exists") == 1
    assert said.count("This makes machines anew") == 1


def test_a_credential_of_another_region_is_refused(ada: Client, named: str):
    page = ada.get(url(named))
    assert re.search(r"in region \S+ : This credential is of [^.]*, but the cluster runs in region eu-west", text(page))
    other = re.search(r"<strong>([^<]*)</strong>[^<]*<span[^>]*>[^<]*</span>: This credential", page.content.decode())
    assert other
    refused = post(ada, named, page, "preview", credential=other[1])
    assert refused.status_code == 422
    assert "A deployment cannot move; clone it there." in text(refused)


def test_yaml_becomes_the_form_and_the_form_yaml(ada: Client, named: str, management: Api):
    page = ada.get(url(named))
    written = filled(page)["yaml"].replace("region: eu-west-1", "region: eu-west-1\n    workersNumber: 6")
    written = written.replace("clusterAuth: corp", "clusterAuth: other")
    taken = post(ada, named, page, "yaml", yaml=written)
    assert filled(taken)["config/workersNumber"] == "6"
    seen = post(ada, named, taken, "preview")
    assert "spec.clusterAuth" in text(seen)
    assert post(ada, named, seen, "send").status_code == 302
    assert live(management, named)["spec"]["clusterAuth"] == "other"
    assert live(management, named)["spec"]["serviceSpec"]["services"][0]["helmOptions"] == {"atomic": True}


BROKEN = (
    ("kind: ClusterDeployment", "kind: Secret", "This is no ClusterDeployment of k0rdent"),
    ("  config:", "  conf:", "spec.config is missing"),
    ("spec:", "spec: [", "This cannot be read"),
    ("namespace: search", "namespace: other", "This is of the namespace other"),
    ("team: search", "team: 7", "metadata.labels are keys with texts"),
)


def test_yaml_that_is_no_such_object_stays_in_its_box(ada: Client, named: str):
    page = ada.get(url(named))
    for before, after, sentence in BROKEN:
        written = filled(page)["yaml"].replace(before, after, 1)
        refused = post(ada, named, page, "preview", yaml=written)
        assert refused.status_code == 422
        assert sentence in text(refused)
        assert filled(refused)["yaml"].strip() == written.strip()


def test_form_and_yaml_changed_both_is_asked_about(ada: Client, named: str):
    page = ada.get(url(named))
    both = {"yaml": filled(page)["yaml"].replace("eu-west-1", "eu-west-2"), "config/workersNumber": "5"}
    refused = post(ada, named, page, "preview", **both)
    assert "Both the form and this YAML were changed." in text(refused)


def test_without_the_cluster_there_is_no_form(ada: Client, named: str, clusters: Installation, loop: Loop):
    loop.run(clusters.management.refuse())
    try:
        response = ada.get(url(named))
    finally:
        loop.run(clusters.management.accept())
    assert response.status_code == 502
    assert "cannot be opened now" in text(response)


def test_a_form_that_lost_what_it_opened_opens_anew(ada: Client, named: str):
    page = ada.get(url(named))
    for opened in ("", "{", "[]", json.dumps({"kind": "Secret"}), "\x00", "{" * 9999):
        assert post(ada, named, page, "preview", opened=opened).status_code in (200, 422)


def test_a_clone_is_a_filled_form_of_a_new_one(ada: Client, named: str, management: Api):
    page = ada.get(f"/new/deployment/?from=search/{named}")
    said = filled(page)
    assert (said["name"], said["config/region"], said["credential"]) == ("", "eu-west-1", "aws-eu-west")
    assert "Filled from search/" in text(page)
    assert not Submission.objects.exists()


def test_the_editor_is_told_what_may_stand_where_and_what_is_wrong(ada: Client, named: str):
    page = ada.get(url(named))
    yaml = filled(page)["yaml"].replace("region: eu-west-1", "region: eu-west-1\n    workersNumber: 0x1F\n    zone: [")
    data = filled(page) | {"yaml": yaml}
    (broken,) = ada.post(f"{url(named)}yaml/check/", data).json()["problems"]
    assert "is not YAML" in broken["sentence"]
    data["yaml"] = yaml.replace("\n    zone: [", "").replace("credential: aws-eu-west", "credential: gone")
    found = {one["sentence"]: one for one in ada.post(f"{url(named)}yaml/check/", data).json()["problems"]}
    lines = data["yaml"].replace("\r\n", "\n").splitlines()
    number = next(one for said, one in found.items() if "kubectl reads 0x1F as 31" in said)
    assert "0x1F" in lines[number["line"] - 1]
    missing = next(one for one in found.values() if one["severity"] == "error")
    assert "credential: gone" in lines[missing["line"] - 1]

    said = ada.get("/new/deployment/schema/?template=search/aws-standalone-cp-1-0-42").json()
    spec = said["schema"]["properties"]["spec"]["properties"]
    assert said["said"] == ""
    assert {"dryRun", "credential", "serviceSpec"} <= spec.keys()
    assert spec["config"]["properties"]["workersNumber"]["type"] in ("integer", "number")


def test_the_preview_has_both_versions_side_by_side(ada: Client, named: str):
    page = ada.get(url(named))
    seen = text(post(ada, named, page, "preview", labels="team=shop"))
    assert "Side by side with what the cluster has" in seen
    assert "team: search" in seen
    assert "lines as before" in seen
