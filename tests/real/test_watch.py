"""What `watch` makes of real API servers."""

import json
import os
import time
from pathlib import Path

import pytest
import yaml
from django.db import connection

from regions import journal
from regions.domain.kinds import KINDS
from regions.domain.refs import MANAGEMENT
from regions.models import Change, Cluster, Resource
from tests.real.watching import Watching
from tests.rig.apiserver import ApiServer
from tests.rig.fleet import Rig
from tests.rig.length import times

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

REGION = "fra1"


def credential(name: str, region: str = REGION, namespace: str = "kcm-system") -> str:
    return yaml.safe_dump(
        {
            "apiVersion": "k0rdent.mirantis.com/v1beta1",
            "kind": "Credential",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {
                "region": region,
                "identityRef": {
                    "apiVersion": "infrastructure.cluster.x-k8s.io/v1beta2",
                    "kind": "AWSClusterStaticIdentity",
                    "name": name,
                },
            },
        }
    )


def deployment(name: str, namespace: str = "kcm-system") -> str:
    return yaml.safe_dump(
        {
            "apiVersion": "k0rdent.mirantis.com/v1beta1",
            "kind": "ClusterDeployment",
            "metadata": {"name": name, "namespace": namespace, "labels": {"team": "shop"}},
            "spec": {"template": "aws-standalone-cp-1-0-43", "credential": "aws-fra1", "config": {"workersNumber": 2}},
        }
    )


def machine(name: str, cluster: str = "shop", namespace: str = "default") -> str:
    made_of = {"apiGroup": "infrastructure.cluster.x-k8s.io", "kind": "AWSMachine", "name": name}
    return yaml.safe_dump(
        {
            "apiVersion": "cluster.x-k8s.io/v1beta2",
            "kind": "Machine",
            "metadata": {"name": name, "namespace": namespace, "labels": {"cluster.x-k8s.io/cluster-name": cluster}},
            "spec": {
                "clusterName": cluster,
                "version": "v1.36.3",
                "bootstrap": {"dataSecretName": name},
                "infrastructureRef": made_of,
            },
        }
    )


def inventory(server: ApiServer, cluster: str) -> None:
    """What Pane holds of a cluster is what kubectl gets from it, object by object."""
    served = server.kubectl("api-resources", "-o", "name").split()
    for kind in KINDS:
        if kind.name in ("Event", "ConfigMap"):
            continue
        resource = f"{kind.plural}.{kind.group}"
        held = Resource.objects.filter(cluster=cluster, group=kind.group, kind=kind.name)
        ours = {(row.namespace, row.name, row.uid, row.resource_version) for row in held}
        if resource not in served:
            assert not ours
            continue
        items = json.loads(server.kubectl("get", resource, "-A", "-o", "json"))["items"]
        metas = [item["metadata"] for item in items]
        theirs = {(meta.get("namespace", ""), meta["name"], meta["uid"], meta["resourceVersion"]) for meta in metas}
        assert ours == theirs, resource


def samples() -> list[Path]:
    folder = os.environ.get("PANE_TEST_SAMPLES", "")
    found = sorted(Path(folder).glob("0[1-4]*.yaml")) if folder else []
    if not found:
        pytest.skip("PANE_TEST_SAMPLES names no folder with sample manifests of a k0rdent installation")
    return found


def objects_of_management(text: str) -> list[dict]:
    theirs = {kind.name for kind in KINDS} | {"Secret", "ConfigMap", "Namespace"}
    return [item for item in yaml.safe_load_all(text) if item and item.get("kind") in theirs]


def test_the_inventory_of_the_samples_is_what_kubectl_gets(fresh_fleet: Rig, watching: Watching):
    for path in samples():
        for item in objects_of_management(path.read_text()):
            namespace = item["metadata"].get("namespace", "")
            if namespace and namespace not in ("default", "kcm-system"):
                fresh_fleet.management.create_namespace(namespace)
            fresh_fleet.management.apply(yaml.safe_dump(item))
    # The samples' own region, with a kubeconfig that leads somewhere.
    named = {"name": "rgn-fra1-kubeconfig", "namespace": "kcm-system"}
    config = {"admin.conf": fresh_fleet.regions[REGION].kubeconfig()}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": named, "stringData": config}
    fresh_fleet.management.apply(yaml.safe_dump(secret))
    fresh_fleet.regions[REGION].apply(machine("shop-cp-0"))
    watching.start()
    watching.until_synced(MANAGEMENT, REGION)
    inventory(fresh_fleet.management, MANAGEMENT)
    inventory(fresh_fleet.regions[REGION], REGION)
    assert Resource.objects.filter(kind="Credential").exists()


def test_a_status_patched_on_the_server_is_a_change_within_a_second_or_so(fresh_fleet: Rig, watching: Watching):
    fresh_fleet.management.apply(deployment("shop"))
    watching.start()
    watching.until_synced(MANAGEMENT)
    here = journal.cursor()
    failed = {
        "type": "Ready",
        "status": "False",
        "reason": "Failed",
        "message": "quota exceeded",
        "lastTransitionTime": "2026-08-20T10:00:00Z",
    }
    fresh_fleet.management.patch_status(
        "clusterdeployments.k0rdent.mirantis.com", "shop", "kcm-system", {"conditions": [failed]}
    )
    (change,) = watching.until("the change", lambda: journal.read(here, "deployment:kcm-system/shop").changes, 10)
    assert change.health == "Failed"
    assert "quota exceeded" in change.message


def test_an_api_server_that_dies_is_silent_and_comes_back_without_invented_news(fresh_fleet: Rig, watching: Watching):
    region = fresh_fleet.regions[REGION]
    fresh_fleet.register(REGION)
    region.apply(machine("shop-cp-0"))
    watching.start()
    watching.until_synced(MANAGEMENT, REGION)
    here = journal.cursor()
    region.stop()
    link = Cluster.objects.filter(name=REGION)
    watching.until("silent", link.filter(state="silent").exists, 60)
    region.start()
    watching.until("connected", link.filter(state="connected").exists, 40)
    region.apply(machine("shop-cp-1"))
    watching.until("the new machine", Resource.objects.filter(name="shop-cp-1").exists, 30)
    told = [(c.reason, c.name) for c in journal.read(here).changes if c.source == "observed" and c.kind != "Management"]
    assert told == [("LinkSilent", REGION), ("LinkRestored", REGION), ("Created", "shop-cp-1")]


def test_history_lost_to_compaction_is_a_gap_and_deletions_are_found(fresh_fleet: Rig, watching: Watching):
    management = fresh_fleet.management
    management.apply(deployment("shop"))
    management.apply(deployment("lake"))
    first = watching.start()
    watching.until_synced(MANAGEMENT)
    watching.until_quiet()
    watching.kill(first)
    here = journal.cursor()
    management.kubectl("delete", "clusterdeployment", "lake", "-n", "kcm-system", "--wait=false")
    management.apply(deployment("new"))
    management.compact()
    watching.start()
    lake = Resource.objects.filter(kind="ClusterDeployment", name="lake")
    watching.until("the deletion", lambda: not lake.exists(), 60)
    gap = watching.until("the gap", Change.objects.filter(source="gap").first, 30)
    assert gap.blind_from < gap.at
    told = [(c.reason, c.name) for c in journal.read(here, "kind:ClusterDeployment").changes if c.source == "observed"]
    assert sorted(told) == [("Created", "new"), ("Deleted", "lake")]
    inventory(management, MANAGEMENT)


def test_a_revoked_token_is_a_refusal_until_the_secret_holds_another(fresh_fleet: Rig, watching: Watching):
    region = fresh_fleet.regions[REGION]
    region.issue("pane")
    fresh_fleet.register(REGION, user="pane")
    watching.start()
    watching.until_synced(MANAGEMENT, REGION)
    region.revoke("pane")
    link = Cluster.objects.filter(name=REGION)
    watching.until("refused", link.filter(state="refused").exists, 90)
    assert "Unauthorized" in link.get().message
    region.issue("pane")
    fresh_fleet.register(REGION, user="pane")
    watching.until("connected again", link.filter(state="connected").exists, 60)


def test_a_frozen_region_is_silent_though_its_connections_stay_open(fresh_fleet: Rig, watching: Watching):
    region = fresh_fleet.regions[REGION]
    fresh_fleet.register(REGION)
    watching.start()
    watching.until_synced(MANAGEMENT, REGION)
    link = Cluster.objects.filter(name=REGION)
    region.freeze()
    watching.until("silent", link.filter(state="silent").exists, 60)
    region.thaw()
    watching.until("connected", link.filter(state="connected").exists, 30)


def test_a_kind_that_is_installed_late_is_followed_from_then_on(fresh_fleet: Rig, watching: Watching):
    region = fresh_fleet.regions[REGION]
    region.remove_crd("machines.cluster.x-k8s.io")
    fresh_fleet.register(REGION)
    watching.start()
    watching.until_synced(MANAGEMENT, REGION)
    region.install_crds(fresh_fleet.crds_named("machines.cluster.x-k8s.io"))
    region.apply(machine("shop-cp-0"))
    watching.until("the machine", Resource.objects.filter(kind="Machine", name="shop-cp-0").exists, 90)
    region.remove_crd("machines.cluster.x-k8s.io")
    watching.until("it went with its kind", lambda: not Resource.objects.filter(kind="Machine").exists(), 90)


def test_a_second_watcher_stands_by_and_takes_over(fresh_fleet: Rig, watching: Watching):
    fresh_fleet.management.apply(deployment("shop"))
    first = watching.start()
    watching.until_synced(MANAGEMENT)
    second = watching.start()
    time.sleep(5)
    watching.until_led_by(first, 1)
    watching.kill(first)
    killed = time.monotonic()
    watching.until_led_by(second, 15)
    fresh_fleet.management.apply(deployment("lake"))
    watching.until("it writes", Resource.objects.filter(name="lake").exists, 15 - (time.monotonic() - killed))


@pytest.mark.timeout(600)
def test_nothing_is_lost_or_doubled_when_watch_is_killed_in_the_middle_of_a_burst(fresh_fleet: Rig, watching: Watching):
    """Kills at moments of no pattern, while every step of a burst must become one change."""
    management = fresh_fleet.management
    management.apply(deployment("shop"))
    process = watching.start()
    watching.until_synced(MANAGEMENT)
    watching.until_quiet()
    here = journal.cursor()
    step, shop = 0, ("clusterdeployments.k0rdent.mirantis.com", "shop", "kcm-system")
    for kill in range(times(6, 20)):
        until = time.monotonic() + 0.3 + (kill * 7 % 11) / 10
        while time.monotonic() < until:
            step += 1
            message = {
                "type": "Ready",
                "status": "False",
                "reason": "Failed",
                "message": f"step {step}",
                "lastTransitionTime": "2026-08-20T10:00:00Z",
            }
            management.patch_status(*shop, {"conditions": [message]})
        watching.kill(process)
        process = watching.start()
        watching.until_led_by(process, 30)
    last = f"step {step}"
    watching.until("the last step", Resource.objects.filter(name="shop", message__contains=last).exists, 60)
    watching.until_quiet()
    seen = []
    while True:
        piece = journal.read(here, "object:ClusterDeployment/kcm-system/shop")
        observed = [change.message for change in piece.changes if change.source == "observed"]
        seen += [message.rpartition("step ")[2].split()[0].strip(".") for message in observed]
        if not piece.changes:
            break
        here = piece.cursor
    assert seen == [str(n) for n in range(1, step + 1)]


def test_the_infrastructure_that_a_machine_names_is_followed_without_being_in_any_table(
    fresh_fleet: Rig, watching: Watching
):
    region = fresh_fleet.regions[REGION]
    made = {
        "apiVersion": "infrastructure.cluster.x-k8s.io/v1beta2",
        "kind": "AWSMachine",
        "metadata": {"name": "shop-cp-0", "namespace": "default"},
        "spec": {"instanceType": "m6i.large"},
    }
    region.apply(yaml.safe_dump(made))
    region.apply(machine("shop-cp-0"))
    fresh_fleet.register(REGION)
    first = watching.start()
    watching.until_synced(MANAGEMENT, REGION)
    watching.until("the AWSMachine", Resource.objects.filter(kind="AWSMachine", name="shop-cp-0").exists, 30)
    # A watcher that goes on where this one stopped is told of no Machine, and follows it all the same.
    watching.until_quiet()
    watching.kill(first)
    second = watching.start()
    watching.until_led_by(second, 30)
    failed = {
        "type": "Ready",
        "status": "False",
        "reason": "InstanceProvisionFailed",
        "message": "VcpuLimitExceeded",
        "lastTransitionTime": "2026-08-20T10:00:00Z",
    }
    region.patch_status("awsmachines.infrastructure.cluster.x-k8s.io", "shop-cp-0", "default", {"conditions": [failed]})
    told = Change.objects.filter(kind="AWSMachine", message__contains="VcpuLimitExceeded")
    watching.until("the failure of the AWSMachine", told.exists, 30)


def test_a_database_that_drops_its_connections_costs_a_moment_and_no_change(fresh_fleet: Rig, watching: Watching):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no connections that could be dropped: this is tried on PostgreSQL")
    fresh_fleet.management.apply(deployment("shop"))
    watching.start()
    watching.until_synced(MANAGEMENT)
    watching.until_quiet()
    here = journal.cursor()
    with connection.cursor() as cursor:
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        cursor.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
    for name in ("lake", "river"):
        fresh_fleet.management.apply(deployment(name))
    watching.until("both", lambda: Resource.objects.filter(name__in=["lake", "river"]).count() == 2, 40)
    told = [c.name for c in journal.read(here, "kind:ClusterDeployment").changes if c.reason == "Created"]
    assert sorted(told) == ["lake", "river"]
