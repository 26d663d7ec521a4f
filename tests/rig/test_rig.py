"""The rig does to real API servers what its methods say."""

import json
import ssl
import urllib.request

import pytest

from tests.rig.apiserver import ApiServer
from tests.rig.fleet import Rig
from tests.rig.http import Answered, Http

pytestmark = pytest.mark.real

DEPLOYMENT = """
apiVersion: k0rdent.mirantis.com/v1beta1
kind: ClusterDeployment
metadata: {name: shop, namespace: team-a}
spec: {template: aws-standalone-cp-1-0-0, credential: aws, config: {}}
status: {conditions: [{type: Ready, status: "False", reason: Failed, message: no quota,
  lastTransitionTime: "2026-11-22T10:00:00Z"}]}
"""
DEPLOYMENTS = "clusterdeployments.k0rdent.mirantis.com"


def as_user(cluster: ApiServer, user: str) -> Http:
    return Http(cluster.url, cluster.ca, cluster.token(user))


def who_am_i(cluster: ApiServer, kubeconfig: str) -> str:
    return cluster.kubectl("auth", "whoami", "-o", "jsonpath={.status.userInfo.username}", kubeconfig=kubeconfig)


def test_what_is_applied_is_served_with_its_status(fresh_fleet: Rig):
    management = fresh_fleet.management
    management.apply(DEPLOYMENT)
    served = json.loads(management.kubectl("get", DEPLOYMENTS, "-n", "team-a", "shop", "-o", "json"))
    assert served["status"]["conditions"][0]["message"] == "no quota"


def test_a_patched_status_is_served_and_the_spec_stays(fresh_fleet: Rig):
    management = fresh_fleet.management
    management.apply(DEPLOYMENT)
    management.patch_status("clusterdeployments", "shop", "team-a", {"status": {"conditions": []}})
    served = management.request("GET", management.path_of(DEPLOYMENTS, "team-a", "shop"))
    assert served["status"]["conditions"] == []
    assert served["spec"]["template"] == "aws-standalone-cp-1-0-0"


def test_a_fresh_fleet_has_no_objects_of_the_test_before(rig: Rig):
    rig.management.apply(DEPLOYMENT)
    rig.refresh()
    assert rig.management.request("GET", rig.management.path_of(DEPLOYMENTS))["items"] == []
    assert rig.management.request("GET", "/api/v1/namespaces/kcm-system")["status"]["phase"] == "Active"
    with pytest.raises(Answered, match="404"):
        rig.management.request("GET", "/api/v1/namespaces/team-a")


def test_regions_share_an_etcd_and_no_objects(fresh_fleet: Rig):
    first, second = fresh_fleet.regions.values()
    first.create_namespace("only-here")
    assert "only-here" in first.kubectl("get", "namespaces")
    assert "only-here" not in second.kubectl("get", "namespaces")
    assert first.request("GET", "/api/v1/namespaces/kube-system") != second.request(
        "GET", "/api/v1/namespaces/kube-system"
    )


def test_a_region_has_cluster_api_and_no_deployments(fresh_fleet: Rig):
    region = fresh_fleet.regions["fra1"]
    assert region.request("GET", region.path_of("machines.cluster.x-k8s.io"))["items"] == []
    with pytest.raises(LookupError):
        region.path_of(DEPLOYMENTS)


def test_a_region_is_registered_with_a_kubeconfig_that_works(fresh_fleet: Rig):
    fresh_fleet.register("fra1", "reader")
    management, region = fresh_fleet.management, fresh_fleet.regions["fra1"]
    assert management.kubectl("get", "regions", "-o", "name").strip() == "region.k0rdent.mirantis.com/fra1"
    template = "go-template={{.data.value | base64decode}}"
    found = management.kubectl("get", "secret", "-n", "kcm-system", "fra1-kubeconfig", "-o", template)
    assert who_am_i(region, found) == "system:serviceaccount:rig:reader"


def test_the_reader_reads_and_is_refused_to_write(fresh_fleet: Rig):
    reader = as_user(fresh_fleet.management, "reader")
    assert reader.request("GET", fresh_fleet.management.path_of(DEPLOYMENTS))["items"] == []
    with pytest.raises(Answered, match="403"):
        reader.request("POST", "/api/v1/namespaces", {"metadata": {"name": "mine"}})


def test_a_revoked_token_is_refused_and_a_new_one_accepted(fresh_fleet: Rig):
    region = fresh_fleet.regions["dc-lund"]
    region.issue("pane")
    before = as_user(region, "pane")
    assert before.status("/api/v1/nodes") == 200
    region.revoke("pane")
    assert before.status("/api/v1/nodes") == 401
    region.issue("pane")
    assert as_user(region, "pane").status("/api/v1/nodes") == 200
    assert before.status("/api/v1/nodes") == 401


def test_a_client_certificate_is_accepted(fresh_fleet: Rig):
    management = fresh_fleet.management
    assert who_am_i(management, management.certificate_kubeconfig("ada")) == "ada"


def test_a_killed_server_comes_back_on_its_port_with_what_it_held(fresh_fleet: Rig):
    region = fresh_fleet.regions["fra1"]
    region.create_namespace("kept")
    url, pid = region.url, region.pid
    region.stop()
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(region.url, timeout=2)
    region.start()
    assert region.url == url
    assert region.pid != pid
    assert "kept" in region.kubectl("get", "namespaces")


def test_a_frozen_server_accepts_and_does_not_answer_until_thawed(fresh_fleet: Rig):
    region = fresh_fleet.regions["fra1"]
    region.freeze()
    try:
        with pytest.raises(OSError, match="timed out"):
            urllib.request.urlopen(
                f"{region.url}/readyz", timeout=1, context=ssl.create_default_context(cadata=region.ca)
            )
    finally:
        region.thaw()
    assert region.request("GET", "/version")["major"] == "1"


def test_after_compaction_an_old_resource_version_is_gone(fresh_fleet: Rig):
    management = fresh_fleet.management
    management.apply(DEPLOYMENT)
    path = management.path_of(DEPLOYMENTS)
    old = management.request("GET", path)["metadata"]["resourceVersion"]
    management.compact()
    event = management.request("GET", f"{path}?watch=1&resourceVersion={old}&timeoutSeconds=5")
    assert event["type"] == "ERROR"
    assert event["object"]["code"] == 410
    assert [item["metadata"]["name"] for item in management.request("GET", path)["items"]] == ["shop"]


def test_a_crd_can_leave_and_come_late(fresh_fleet: Rig):
    region = fresh_fleet.regions["dc-lund"]
    path = region.path_of("machines.cluster.x-k8s.io")
    region.remove_crd("machines.cluster.x-k8s.io")
    with pytest.raises(Answered, match="404"):
        region.request("GET", path)
    region.install_crds(fresh_fleet.crds_named("machines.cluster.x-k8s.io"))
    assert region.request("GET", path)["items"] == []
