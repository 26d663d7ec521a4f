"""…/scale/, upgrade/, apply/, retry/, pause/: small forms over what stands, through the same preview and request."""

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from dashboard.demo.installation import Installation
from deployments.models import Step, Submission
from tests.conformance.api import Api
from tests.deployments.clusterdeployments.conftest import copied
from tests.deployments.clusterdeployments.test_deployment_form import text
from tests.deployments.clusterdeployments.test_editing import CLDS, FLUX, filled
from tests.deployments.submissions.asked import deployment

pytestmark = pytest.mark.django_db
HRS = "/apis/helm.toolkit.fluxcd.io/v2/namespaces/search/helmreleases"


@pytest.fixture
def named(clusters: Installation, management: Api, request: pytest.FixtureRequest) -> str:
    """A deployment of its own for each test, with a HelmRelease; the copy knows both."""
    name = "t" + re.sub(r"[^a-z0-9]", "", request.node.name)[-40:]
    manifest = deployment(name, template="aws-standalone-cp-1-0-41")[0].manifest
    if "git" in name:
        manifest["metadata"]["labels"] |= FLUX
    if "real" in name:
        manifest["spec"]["dryRun"] = True
    made = management.create(CLDS, manifest)
    assert made.status == 201, made.body
    release = {
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": {
            "name": name,
            "namespace": "search",
            "ownerReferences": [
                {
                    "apiVersion": manifest["apiVersion"],
                    "kind": "ClusterDeployment",
                    "name": name,
                    "uid": made.body["metadata"]["uid"],
                }
            ],
        },
        "spec": {"interval": "10m", "chartRef": {"kind": "HelmChart", "name": "a"}},
    }
    assert management.create(HRS, release).status == 201
    copied(clusters)
    return name


def url(name: str, action: str) -> str:
    return f"/deployments/search/{name}/{action}/"


def walk(client: Client, name: str, action: str, **said: Any) -> tuple[HttpResponse, HttpResponse]:
    """The preview and the confirmation."""
    seen = client.post(url(name, action), filled(client.get(url(name, action))) | said | {"action": "preview"})
    return seen, client.post(url(name, action), filled(seen) | said | {"action": "send"})


def spec(management: Api, name: str) -> dict[str, Any]:
    return dict(management.get(f"{CLDS}/{name}").body["spec"])


def test_workers_are_scaled_and_nothing_else_is_touched(ada: Client, named: str, management: Api):
    before = spec(management, named)
    seen, sent = walk(ada, named, "scale", **{"config/workersNumber": "1"})
    assert "1 machine will be drained and removed" in text(seen)
    assert sent.status_code == 302
    assert spec(management, named) == before | {"config": before["config"] | {"workersNumber": 1}}
    again = ada.post(url(named, "scale"), filled(seen) | {"action": "send"})
    assert again.headers["Location"] == sent.headers["Location"]
    assert Submission.objects.count() == 1


def test_a_control_plane_has_an_odd_number(ada: Client, named: str, management: Api):
    page = ada.get(url(named, "scale"))
    for typed, sentence in (("4", "Take an odd number"), ("many", "Enter a whole number."), ("0", "at least 1")):
        refused = ada.post(url(named, "scale"), filled(page) | {"config/controlPlaneNumber": typed})
        assert refused.status_code == 422
        assert sentence in text(refused)
    assert walk(ada, named, "scale", **{"config/controlPlaneNumber": "5"})[1].status_code == 302
    assert spec(management, named)["config"]["controlPlaneNumber"] == 5


def test_a_number_that_somebody_else_changed_is_shown_first(ada: Client, named: str, management: Api):
    page = ada.get(url(named, "scale"))
    management.patch(f"{CLDS}/{named}", {"spec": {"config": {"workersNumber": 9, "sshKeyName": "ops"}}})
    moved = ada.post(url(named, "scale"), filled(page) | {"config/workersNumber": "4"})
    assert moved.status_code == 409
    assert "Somebody changed this meanwhile" in text(moved)
    assert "now 9" in text(moved)
    assert ada.post(url(named, "scale"), filled(moved) | {"action": "send"}).status_code == 302
    assert spec(management, named)["config"]["workersNumber"] == 4


def test_only_allowed_ways_are_offered_and_what_changes_is_told(ada: Client, named: str, management: Api):
    management.patch(f"{CLDS}/{named}/status", {"status": {"availableUpgrades": ["aws-standalone-cp-1-0-42"]}})
    page = ada.get(url(named, "upgrade"))
    assert set(re.findall(r'type="radio" name="template" value="([^"]*)"', page.content.decode())) >= {
        "aws-standalone-cp-1-0-42"
    }
    refused = ada.post(url(named, "upgrade"), filled(page) | {"template": "azure-aks-1-0-10"})
    assert "Choose what it shall become." in text(refused)
    seen, sent = walk(ada, named, "upgrade", template="aws-standalone-cp-1-0-42")
    assert "What aws-standalone-cp-1-0-42 has otherwise" in text(seen)
    assert sent.status_code == 302, text(sent)
    assert spec(management, named)["template"] == "aws-standalone-cp-1-0-42"


def test_what_was_validated_becomes_real(ada: Client, named: str, management: Api):
    assert "dryRun" in spec(management, named)
    assert walk(ada, named, "apply")[1].status_code == 302
    assert spec(management, named)["dryRun"] is False
    assert "It is real already" in text(ada.get(url(named, "apply")))


def test_what_git_keeps_is_scaled_there_first(ada: Client, named: str, management: Api):
    seen, refused = walk(ada, named, "scale", **{"config/workersNumber": "3"})
    assert "The patch for Kustomization" in text(seen)
    assert refused.status_code == 422
    assert "workersNumber" not in spec(management, named)["config"]


def test_flux_is_asked_to_look_at_once(ada: Client, named: str, management: Api):
    assert walk(ada, named, "retry", force="on")[1].status_code == 302
    notes = management.get(f"{HRS}/{named}").body["metadata"]["annotations"]
    assert notes["reconcile.fluxcd.io/requestedAt"] == notes["reconcile.fluxcd.io/forceAt"]
    assert Step.objects.get().kind == "HelmRelease"
    assert Submission.objects.get().kind == "ClusterDeployment"


def test_its_release_is_suspended_and_resumed(ada: Client, named: str, management: Api):
    seen, sent = walk(ada, named, "pause", suspend="on")
    assert "k0rdent writes this HelmRelease itself" in text(seen)
    assert sent.status_code == 302
    assert management.get(f"{HRS}/{named}").body["spec"]["suspend"] is True
    assert "now suspended" in text(ada.get(url(named, "pause")))
    page = filled(ada.get(url(named, "pause")))
    del page["suspend"]
    seen = ada.post(url(named, "pause"), page | {"action": "preview"})
    page = filled(seen)
    assert ada.post(url(named, "pause"), page | {"action": "send"}).status_code == 302
    assert management.get(f"{HRS}/{named}").body["spec"]["suspend"] is False


def test_junk_is_answered(ada: Client, named: str):
    assert ada.get(url(named, "explode")).status_code == 404
    for action in ("scale", "upgrade", "apply", "retry", "pause"):
        for junk in ("\x00", "9" * 5000, "[{}]", "💥"):
            said = dict.fromkeys(("opened", "key", "digest", "config/workersNumber", "template", "at"), junk)
            assert ada.post(url(named, action), said | {"action": "send"}).status_code in (200, 422)
