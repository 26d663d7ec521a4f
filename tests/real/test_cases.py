"""What was seen wrong once, on real API servers: what belongs to a deployment, and a Ready that its machines deny."""

from datetime import UTC, datetime, timedelta

import pytest
import yaml
from django.contrib.auth.models import User
from django.test import Client

from deployments.clusterdeployments.detail import get_deployment
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.models import Change, Resource
from tests.real.watching import Watching
from tests.rig.fleet import SYSTEM_NAMESPACE, Rig
from tests.rig.length import LONG

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]

SERVER = "fra1"
TEAM = "team-blue"
CAPI = "cluster.x-k8s.io"


def ago(minutes: float) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def condition(type: str, status: str, reason: str, message: str, minutes: float) -> dict:
    return {"type": type, "status": status, "reason": reason, "message": message, "lastTransitionTime": ago(minutes)}


def deployment(name: str, region: str) -> str:
    ready = condition("Ready", "True", "Succeeded", "Object is ready", 600)
    return yaml.safe_dump(
        {
            "apiVersion": "k0rdent.mirantis.com/v1beta1",
            "kind": "ClusterDeployment",
            "metadata": {"name": name, "namespace": TEAM},
            "spec": {"template": "aws-standalone-cp-1-0-43", "credential": "aws-one", "config": {}},
            "status": {"region": region, "observedGeneration": 1, "conditions": [ready]},
        }
    )


def cluster(name: str) -> str:
    available = condition("Available", "True", "Available", "", 600)
    return yaml.safe_dump(
        {
            "apiVersion": f"{CAPI}/v1beta2",
            "kind": "Cluster",
            "metadata": {"name": name, "namespace": TEAM},
            "spec": {"controlPlaneEndpoint": {"host": "10.0.0.1", "port": 6443}},
            "status": {"conditions": [available]},
        }
    )


def machine(name: str, of: str, *conditions: dict) -> str:
    return yaml.safe_dump(
        {
            "apiVersion": f"{CAPI}/v1beta2",
            "kind": "Machine",
            "metadata": {"name": name, "namespace": TEAM, "labels": {f"{CAPI}/cluster-name": of}},
            "spec": {
                "clusterName": of,
                "bootstrap": {"dataSecretName": name},
                "infrastructureRef": {"apiGroup": f"infrastructure.{CAPI}", "kind": "AWSMachine", "name": name},
            },
            "status": {"phase": "Running", "nodeRef": {"name": f"ip-{name}"}, "conditions": [*conditions]},
        }
    )


def region(rig: Rig, name: str, server: str = SERVER) -> None:
    """A Region of this name whose kubeconfig leads to that server."""
    named = {"name": f"{name}-kc", "namespace": SYSTEM_NAMESPACE}
    data = {"value": rig.regions[server].kubeconfig()}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": named, "stringData": data}
    made = {
        "apiVersion": "k0rdent.mirantis.com/v1beta1",
        "kind": "Region",
        "metadata": {"name": name},
        "spec": {"kubeConfig": {"name": f"{name}-kc", "key": "value"}},
    }
    rig.management.apply(yaml.safe_dump_all([secret, made]))


def row(kind: str, name: str, **more: str) -> Resource | None:
    return Resource.objects.filter(kind=kind, name=name, **more).first()


def test_regions_that_are_one_server_do_not_multiply_the_machines(fresh_fleet: Rig, watching: Watching, client: Client):
    names = ("r-one", "r-two", "r-three", "r-four")
    for name in names:
        region(fresh_fleet, name)
    fresh_fleet.management.apply(deployment("shop", "r-one"))
    well = condition("NodeHealthy", "True", "NodeHealthy", "", 600)
    fresh_fleet.regions[SERVER].apply(cluster("shop"))
    for number in (1, 2, 3):
        fresh_fleet.regions[SERVER].apply(machine(f"shop-md-{number}", "shop", well))
    watching.start()
    watching.until_synced(MANAGEMENT, *names)
    assert Resource.objects.filter(kind="Machine").count() == 12  # each Region tells of all that is there
    assert get_deployment(TEAM, "shop", viewer=Viewer("ada")).machines_total == 3
    client.force_login(User.objects.create_user("ada"))
    for name in names:
        page = client.get(f"/regions/{name}/").content.decode()
        assert f"{name}, " in page
        assert "are one cluster." in page
        others = client.get(f"/api/v1/regions/{name}/").json()["same_cluster_as"]
        assert sorted([name, *others]) == sorted(names)


def test_a_ready_is_denied_by_machines_that_are_gone_and_by_a_cluster_that_never_was(
    fresh_fleet: Rig, watching: Watching
):
    region(fresh_fleet, "r-one")
    fresh_fleet.management.apply(deployment("ledger", "r-one"))
    fresh_fleet.management.apply(deployment("nowhere", "r-one"))
    fresh_fleet.regions[SERVER].apply(cluster("ledger"))
    gone = (
        condition("InfrastructureReady", "Unknown", "Deleted", "AWSMachine has been deleted", 20),
        condition("NodeHealthy", "False", "NodeUnreachable", "", 20),
        condition("Ready", "False", "NotReady", "", 20),
    )
    for number in (1, 2, 3):
        fresh_fleet.regions[SERVER].apply(machine(f"ledger-md-{number}", "ledger", *gone))
    watching.start()
    watching.until_synced(MANAGEMENT, "r-one")
    # An API server dates what is made by its own clock, so nothing there is 20 minutes old: the copy says so instead.
    sick = Resource.objects.filter(kind="Machine", health="Degraded")
    watching.until("the machines are sick", lambda: sick.count() == 3)
    sick.update(since=datetime.now(UTC) - timedelta(minutes=20))
    denied = watching.until("it is denied", lambda: row("ClusterDeployment", "ledger", health="Contradicted"))
    assert "k0rdent says Ready, but 3 of 3 machines are not, since " in denied.message
    assert "ledger-md-1: Its machine is gone: AWSMachine has been deleted" in denied.message
    assert datetime.now(UTC) - denied.since > timedelta(minutes=19)
    assert {one.health for one in Resource.objects.filter(kind="Machine")} == {"Degraded"}
    change = Change.objects.filter(kind="ClusterDeployment", name="ledger").latest("id")
    assert (change.reason, change.health, change.previous_health) == ("HealthChanged", "Contradicted", "Ready")
    if LONG:  # a region that was only just listed may lack what is only just coming: that takes two minutes
        lacking = watching.until("none there", lambda: row("ClusterDeployment", "nowhere", health="Contradicted"), 300)
        assert "k0rdent says Ready, but region r-one has no Cluster nowhere, since " in lacking.message
    # The machines come back, and nothing of k0rdent's own word changes.
    well = condition("NodeHealthy", "True", "NodeHealthy", "", 0)
    for number in (1, 2, 3):
        fresh_fleet.regions[SERVER].apply(machine(f"ledger-md-{number}", "ledger", well))
    watching.until("believed again", lambda: row("ClusterDeployment", "ledger", health="Ready"))
