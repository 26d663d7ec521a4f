"""How regions are found, and which cluster really answers."""

import base64
from pathlib import Path

import pytest
import yaml
from django.utils import timezone

from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.inventory import get_region
from regions.models import Change, Cluster, Resource
from tests.real.test_watch import REGION, deployment, machine
from tests.real.watching import Watching
from tests.rig.fleet import SYSTEM_NAMESPACE, Rig

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

ADA = Viewer("ada")


def secret(name: str, key: str, kubeconfig: str, namespace: str = SYSTEM_NAMESPACE) -> str:
    meta = {"name": name, "namespace": namespace}
    return yaml.safe_dump({"apiVersion": "v1", "kind": "Secret", "metadata": meta, "stringData": {key: kubeconfig}})


def region(spec: dict) -> str:
    kind = {"apiVersion": "k0rdent.mirantis.com/v1beta1", "kind": "Region", "metadata": {"name": REGION}}
    return yaml.safe_dump({**kind, "spec": spec})


def test_a_region_made_by_a_cluster_deployment_is_reached_by_the_kubeconfig_of_that_cluster(
    fresh_fleet: Rig, watching: Watching
):
    management = fresh_fleet.management
    management.create_namespace("platform")
    management.apply(deployment("fra", namespace="platform"))
    management.apply(secret("fra-kubeconfig", "value", fresh_fleet.regions[REGION].kubeconfig(), "platform"))
    management.apply(region({"clusterDeployment": {"namespace": "platform", "name": "fra"}}))
    fresh_fleet.regions[REGION].apply(machine("shop-cp-0"))
    watching.start()
    watching.until_synced(MANAGEMENT, REGION)
    assert Resource.objects.filter(cluster=REGION, kind="Machine", name="shop-cp-0").exists()
    assert "Secret platform/fra-kubeconfig, key value" in get_region(REGION, viewer=ADA).card.link.kubeconfig


def test_a_kubeconfig_of_our_own_is_preferred_to_the_one_of_k0rdent(
    fresh_fleet: Rig, watching: Watching, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The Secret holds nothing of use here, and need not be readable at all."""
    fresh_fleet.management.apply(secret("fra1-kubeconfig", "value", "kind: Config"))
    fresh_fleet.management.apply(region({"kubeConfig": {"name": "fra1-kubeconfig", "key": "value"}}))
    folder = tmp_path / "regions"
    folder.mkdir()
    (folder / REGION).write_text(fresh_fleet.regions[REGION].kubeconfig("reader"))
    monkeypatch.setenv("PANE_REGION_KUBECONFIGS", str(folder))
    watching.start()
    watching.until_synced(MANAGEMENT, REGION)


HOPELESS = {
    "no such Secret": (None, "there is no such Secret"),
    "another key": (("other", "kind: Config"), "has no key value"),
    "a program to run": (
        (
            "value",
            "apiVersion: v1\nkind: Config\nusers: [{name: a, user: {exec: {command: /bin/true}}}]\n"
            "clusters: [{name: a, cluster: {server: 'https://127.0.0.1:1'}}]\n"
            "contexts: [{name: a, context: {cluster: a, user: a}}]\ncurrent-context: a\n",
        ),
        "exec",
    ),
}


@pytest.mark.parametrize("case", HOPELESS)
def test_a_kubeconfig_that_cannot_be_used_is_a_sentence_on_the_page_of_its_region(
    fresh_fleet: Rig, watching: Watching, case: str
):
    held, words = HOPELESS[case]
    if held:
        fresh_fleet.management.apply(secret("fra1-kubeconfig", *held))
    fresh_fleet.management.apply(region({"kubeConfig": {"name": "fra1-kubeconfig", "key": "value"}}))
    watching.start()
    refused = Cluster.objects.filter(name=REGION, state="unsupported", message__contains=words)
    watching.until("said in words", refused.exists)
    assert words in get_region(REGION, viewer=ADA).card.message


def test_a_certificate_that_ends_soon_is_known_before_it_ends(fresh_fleet: Rig, watching: Watching):
    from datetime import timedelta

    soon = fresh_fleet.regions[REGION].certificate_kubeconfig("pane", ["system:masters"], timedelta(days=3))
    fresh_fleet.management.apply(secret("fra1-kubeconfig", "value", soon))
    fresh_fleet.management.apply(region({"kubeConfig": {"name": "fra1-kubeconfig", "key": "value"}}))
    watching.start()
    watching.until_synced(MANAGEMENT, REGION)
    left = Cluster.objects.get(name=REGION).expires_at - timezone.now()
    assert timedelta(days=2) < left <= timedelta(days=3)


def test_another_cluster_under_the_name_of_a_region_is_told_and_never_mixed_with_the_first(
    fresh_fleet: Rig, watching: Watching
):
    first, second = fresh_fleet.regions[REGION], fresh_fleet.regions["dc-lund"]
    first.apply(machine("of-the-first"))
    second.apply(machine("of-the-second"))
    fresh_fleet.register(REGION)
    ready = {
        "type": "Ready",
        "status": "True",
        "reason": "AllComponentsHealthy",
        "message": "All is installed",
        "lastTransitionTime": "2026-08-20T10:00:00Z",
    }
    fresh_fleet.management.patch_status("regions.k0rdent.mirantis.com", REGION, "", {"conditions": [ready]})
    watching.start()
    watching.until_synced(MANAGEMENT, REGION)
    replaced = {"data": {"value": base64.b64encode(second.kubeconfig().encode()).decode()}}
    path = f"/api/v1/namespaces/{SYSTEM_NAMESPACE}/secrets/{REGION}-kubeconfig"
    fresh_fleet.management.request("PATCH", path, replaced, "application/merge-patch+json")
    machines = Resource.objects.filter(cluster=REGION, kind="Machine").values_list("name", flat=True)
    watching.until("the second's inventory", lambda: list(machines.all()) == ["of-the-second"], 120)
    assert Change.objects.filter(reason="ClusterReplaced", region=REGION).count() == 1
    found = get_region(REGION, viewer=ADA).card
    assert (found.health, "another cluster" in found.message.lower()) == ("Unknown", True)
    watching.until_synced(REGION)


def test_a_region_that_is_deleted_takes_its_link_and_inventory_with_it(fresh_fleet: Rig, watching: Watching):
    fresh_fleet.regions[REGION].apply(machine("shop-cp-0"))
    fresh_fleet.register(REGION)
    watching.start()
    watching.until_synced(MANAGEMENT, REGION)
    fresh_fleet.management.kubectl("delete", "region", REGION, "--wait=false")
    watching.until("the link went", lambda: not Cluster.objects.filter(name=REGION).exists(), 30)
    watching.until("the inventory went", lambda: not Resource.objects.filter(cluster=REGION).exists(), 30)
