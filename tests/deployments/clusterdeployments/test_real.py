"""Editing and acting on a real API server: its own resource versions, conflicts, patches and rights."""

from typing import Any

import pytest
import yaml
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from deployments.domain.manifests import SUBMISSION
from regions import journal
from regions.domain.kinds import KINDS
from regions.domain.notes import Heard, Put, Reached
from tests.deployments.clusterdeployments.test_deployment_form import text
from tests.deployments.clusterdeployments.test_editing import FLUX, filled
from tests.deployments.submissions.test_real import TEAM, clusters, gone
from tests.rig.fleet import Rig

__all__ = ["clusters"]

pytestmark = [pytest.mark.real, pytest.mark.django_db]
CLDS = f"/apis/k0rdent.mirantis.com/v1beta1/namespaces/{TEAM}/clusterdeployments"
HRS = f"/apis/helm.toolkit.fluxcd.io/v2/namespaces/{TEAM}/helmreleases"
MERGE = "application/merge-patch+json"
API = "k0rdent.mirantis.com/v1beta1"
NAMES = {"shop": {}, "kept": FLUX}
WHERE = {"Region": "", "ClusterTemplate": TEAM, "Credential": TEAM, "ClusterDeployment": TEAM, "HelmRelease": TEAM}


def manifests() -> list[dict[str, Any]]:
    """What k0rdent and its templates would have put there."""
    chart = {
        "chart": "aws-standalone-cp",
        "interval": "10m",
        "version": "1.0.41",
        "sourceRef": {"kind": "HelmRepository", "name": "kcm-templates"},
    }
    identity = {
        "apiVersion": "infrastructure.cluster.x-k8s.io/v1beta2",
        "kind": "AWSClusterStaticIdentity",
        "name": "aws",
    }
    made: list[dict[str, Any]] = [
        {
            "apiVersion": API,
            "kind": "ClusterTemplate",
            "metadata": {"name": f"aws-standalone-cp-1-0-{number}"},
            "spec": {"helm": {"chartSpec": chart}},
        }
        for number in (41, 42)
    ]
    made.append(
        {
            "apiVersion": API,
            "kind": "Credential",
            "metadata": {"name": "aws"},
            "spec": {"identityRef": identity, "region": "fra1"},
        }
    )
    for name, labels in NAMES.items():
        made += [
            {
                "apiVersion": API,
                "kind": "ClusterDeployment",
                "metadata": {"name": name, "labels": labels},
                "spec": {
                    "template": "aws-standalone-cp-1-0-41",
                    "credential": "aws",
                    "config": {"workersNumber": 2, "region": "eu-west-1"},
                },
            },
            {
                "apiVersion": "helm.toolkit.fluxcd.io/v2",
                "kind": "HelmRelease",
                "metadata": {"name": name},
                "spec": {"interval": "10m", "chartRef": {"kind": "HelmChart", "name": "a"}},
            },
        ]
    for one in made:
        one["metadata"]["namespace"] = TEAM
    return made


STATUS = {
    "ClusterTemplate": {
        "valid": True,
        "chartVersion": "1.0.41",
        "providers": ["infrastructure-aws"],
        "config": {"workersNumber": 2, "controlPlaneNumber": 3, "region": ""},
    },
    "Credential": {"ready": True},
    "ClusterDeployment": {"availableUpgrades": ["aws-standalone-cp-1-0-42"], "region": "fra1"},
}


@pytest.fixture
def ada(clusters: Rig) -> Client:
    """Ada, with the rights of her team, and the copy as a watcher would have it by now."""
    management = clusters.management
    management.apply(yaml.safe_dump_all(manifests()))
    now = timezone.now()
    term = journal.claim("tests", now)
    assert term is not None
    notes: list[Any] = [Heard("~management", now, {"state": "connected", "heard_at": now, "synced_at": now})]
    for kind in KINDS:
        if kind.name not in WHERE:
            continue
        space = f"/namespaces/{WHERE[kind.name]}" if WHERE[kind.name] else ""
        path = f"/apis/{kind.group}/{kind.versions[0]}{space}/{kind.plural}"
        for one in management.request("GET", path)["items"]:
            api = {"apiVersion": f"{kind.group}/{kind.versions[0]}", "kind": kind.name}
            one = api | one | ({"status": STATUS[kind.name]} if kind.name in STATUS else {})
            if kind.name == "HelmRelease":
                one["metadata"]["ownerReferences"] = [
                    {"apiVersion": API, "kind": "ClusterDeployment", "name": one["metadata"]["name"], "uid": "a"}
                ]
            notes.append(Put("~management", kind, one, now))
        notes.append(Reached("~management", kind.stream, "watching", "1", now, kind.versions[0]))
    journal.record(term, notes, now)
    client = Client()
    client.force_login(User.objects.create_user("ada"))
    return client


def url(name: str, action: str) -> str:
    return f"/deployments/{TEAM}/{name}/{action}/"


def test_what_runs_is_changed_on_a_real_server(clusters: Rig, ada: Client):
    management = clusters.management

    def live(name: str) -> dict[str, Any]:
        return dict(management.request("GET", f"{CLDS}/{name}"))

    # An edit, with somebody in between.
    page = ada.get(url("shop", "edit"))
    changed = filled(page) | {"labels": "team=shop", "action": "preview"}
    seen = ada.post(url("shop", "edit"), changed)
    assert "metadata.labels nothing team: shop" in text(seen), text(seen)
    assert "labels" not in live("shop")["metadata"]
    management.request("PATCH", f"{CLDS}/shop", {"spec": {"config": {"region": "eu-west-2"}}}, MERGE)
    moved = ada.post(url("shop", "edit"), filled(seen) | {"action": "send"})
    assert (moved.status_code, "Somebody changed this meanwhile" in text(moved)) == (409, True)
    sent = ada.post(url("shop", "edit"), filled(moved) | {"action": "send"})
    assert sent.status_code == 302, text(sent)
    after = live("shop")
    assert (after["metadata"]["labels"]["team"], after["spec"]["config"]["region"]) == ("shop", "eu-west-2")
    assert sent.headers["Location"] == f"/submissions/{after['metadata']['annotations'][SUBMISSION]}/"
    assert after["metadata"]["managedFields"][-1]["manager"] == "pane"

    # What Git keeps is left, until somebody means it.
    kept = filled(ada.get(url("kept", "edit"))) | {"labels": "a=b", "action": "preview"}
    seen = ada.post(url("kept", "edit"), kept)
    assert "The patch for Kustomization flux-system/fleet" in text(seen)
    assert ada.post(url("kept", "edit"), filled(seen) | {"action": "send"}).status_code == 422
    assert live("kept")["metadata"]["generation"] == 1

    # Scaled, upgraded, suspended.
    for name, action, said in (
        ("shop", "scale", {"config/workersNumber": "4"}),
        ("shop", "upgrade", {"template": "aws-standalone-cp-1-0-42"}),
        ("shop", "pause", {"suspend": "on"}),
        ("shop", "retry", {}),
    ):
        opened = filled(ada.get(url(name, action)))
        if action == "upgrade":
            # The status is k0rdent's to write; here nobody does.
            management.request("PATCH", f"{CLDS}/shop/status", {"status": STATUS["ClusterDeployment"]}, MERGE)
            opened = filled(ada.get(url(name, action)))
        seen = ada.post(url(name, action), opened | said | {"action": "preview"})
        assert "This would be changed" in text(seen), (action, text(seen))
        sent = ada.post(url(name, action), filled(seen) | said | {"action": "send"})
        assert sent.status_code == 302, (action, text(sent))
    assert live("shop")["spec"]["config"] == {"workersNumber": 4, "region": "eu-west-2"}
    assert live("shop")["spec"]["template"] == "aws-standalone-cp-1-0-42"
    release = management.request("GET", f"{HRS}/shop")
    assert release["spec"]["suspend"] is True
    assert release["metadata"]["annotations"]["reconcile.fluxcd.io/requestedAt"]

    # By the rights of who asks: taken away, nothing is changed.
    opened = filled(ada.get(url("shop", "pause")))
    assert opened.pop("suspend") == "on"
    assert not gone(management, "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/team-admin")
    management.request("DELETE", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/team-admin")
    refused = ada.post(url("shop", "pause"), opened | {"action": "preview"})
    assert "This would be refused" in text(refused)
    assert 'User "pane:ada" cannot get resource "helmreleases"' in text(refused)
