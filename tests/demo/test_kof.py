"""KOF in the demo: who reports where, stores that answer as real ones do, and series that agree with the story."""

import base64
import itertools
import json
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

import pytest

from dashboard.demo.fleet import kof
from dashboard.demo.fleet.enrol import BOUND, ROLE
from dashboard.demo.installation import Installation
from dashboard.demo.kof.sources import StoreSource
from dashboard.demo.kof.stores import Store
from tests.conformance.api import Api
from tests.conformance.threads import Loop
from tests.demo.conftest import api_of

_PROXY = "/api/v1/namespaces/kof/services"


def ask(store: Store, query: str, *, password: str = "", **more: str) -> list[dict[str, Any]]:
    return request(store, "query", {"query": query} | more, password)["data"]["result"]


def request(
    store: Store, path: str, given: dict[str, str], password: str = "", base: str = f"{kof.PATH}/api/v1/"
) -> dict[str, Any]:
    url = f"{store.url}{base}{path}?{urllib.parse.urlencode(given)}"
    basic = base64.b64encode(f"{store.user}:{password or store.password}".encode()).decode()
    handlers = urllib.request.HTTPSHandler(context=ssl._create_unverified_context())
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), handlers)
    asked = urllib.request.Request(url, headers={"Authorization": f"Basic {basic}"})
    with opener.open(asked, timeout=20) as answer:
        return json.load(answer)


def read(api: Api, path: str) -> Any:
    return api.call("GET", path).body


def store_of(fleet: Installation, name: str) -> Store:
    found = fleet.observatory.find(name)
    assert found
    return found


@pytest.fixture(autouse=True)
def looked(loop: Loop, fleet: Installation) -> None:
    loop.call(fleet.observatory.telemetry.look, time.time())
    loop.call(fleet.observatory.alerts.look, time.time())


# -- objects ---------------------------------------------------------------------------------------------------------


def test_names_carry_the_hashes_that_kof_writes():
    assert kof.adler("kof-aws-us-east-2", "kcm-system") == "2461207107"
    assert kof.fnv("kof-aws-us-east-2", "kcm-system") == "ce4141b1"
    assert kof.adler("kof-cluster-config-aws-us-east-2-child1", "kcm-system") == "3676574327"
    assert kof.fnv("kof-mothership", "kcm-system") == "685c5f75"


def test_a_store_is_not_a_region(fleet: Installation):
    """One region has no store and reports to another's; in one nobody is onboarded; one store is a region itself."""
    where = {(d.place.name, d.labels.get(BOUND)) for d in fleet.fleet.deployments if d.labels.get(ROLE) == "child"}
    assert ("asia-east", "us-east-cluster") in where
    assert ("dc-porto", None) in where
    assert fleet.observatory.regions["kcm-system/us-east-cluster"] == "us-east"


def test_a_childs_config_map_is_a_copy_of_its_regions(fleet: Installation, management: Api):
    maps = read(management, f"/api/v1/configmaps?labelSelector={urllib.parse.quote(ROLE)}")["items"]
    data = {each["data"]["regional_cluster_name"]: each["data"] for each in maps if _role(each) == "regional"}
    children = [each for each in maps if _role(each) == "child"]
    assert set(data) == {"us-east-cluster", "telemetry-eu-west", "telemetry-eu-north", "telemetry-dc-lund"}
    assert len(children) > 40
    assert all(each["data"] == data[each["data"]["regional_cluster_name"]] for each in children)
    assert "kof-cluster-config-rack7" not in {each["metadata"]["name"] for each in children}


def _role(each: dict[str, Any]) -> str:
    return each["metadata"]["labels"][ROLE]


def test_the_secret_holds_the_password_that_the_store_takes(fleet: Installation, management: Api):
    store = store_of(fleet, "eu-west")
    for namespace in ("kof", "kcm-system"):
        data = read(management, f"/api/v1/namespaces/{namespace}/secrets/kof-vmuser-creds-{store.user}")["data"]
        assert ask(store, "count(up)", password=base64.b64decode(data["password"]).decode())


# -- stores ----------------------------------------------------------------------------------------------------------


def test_a_wrong_password_is_refused_and_a_wrong_path_has_no_route(fleet: Installation):
    store = store_of(fleet, "eu-west")
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask(store, "up", password="wrong")
    assert refused.value.code == 401
    with pytest.raises(urllib.error.HTTPError) as lost:
        request(store, "vmui", {}, base="/other/")
    assert lost.value.code == 400


def test_what_the_evaluator_does_not_know_it_says(fleet: Installation):
    with pytest.raises(urllib.error.HTTPError) as unknown:
        ask(store_of(fleet, "eu-west"), "holt_winters(up[5m], 0.1, 0.1)")
    body = json.load(unknown.value)
    assert (unknown.value.code, body["status"]) == (422, "error")
    assert "holt_winters" in body["error"]


def test_nodes_are_the_machines_of_the_story(fleet: Installation, loop: Loop):
    """Of each cluster that reports: as many nodes as Machines with a node, and those that are ill are not ready."""
    store = store_of(fleet, "eu-west")
    machines = read(api_of(fleet.regions["eu-west"]), "/apis/cluster.x-k8s.io/v1beta2/machines")["items"]
    found = ask(store, "count by (cluster) (kube_node_info)")
    seen = {each["metric"]["cluster"]: int(each["value"][1]) for each in found}
    counted: dict[str, int] = {}
    ill = set()
    for each in machines:
        name = each["spec"]["clusterName"]
        if (each["status"] or {}).get("nodeRef"):
            counted[name] = counted.get(name, 0) + 1
            ready = [c["status"] for c in each["status"]["conditions"] if c["type"] == "NodeHealthy"]
            if ready != ["True"]:
                ill.add(each["status"]["nodeRef"]["name"])
    shared = set(seen) & set(counted)
    assert len(shared) > 5
    assert {name: seen[name] for name in shared} == {name: counted[name] for name in shared}
    not_ready = ask(store, 'kube_node_status_condition{condition="Ready",status="true"} == 0')
    assert {each["metric"]["node"] for each in not_ready} == {
        node for node in ill if any(node.startswith(f"{name}-") for name in seen)
    }


def test_a_recorded_rate_and_the_counter_behind_it_agree(fleet: Installation):
    store = store_of(fleet, "eu-north")
    at = str(time.time() // 300 * 300)
    recorded = ask(store, "max by (cluster) (cluster:node_cpu:ratio_rate5m)", time=at)
    idle = 'node_cpu_seconds_total{job="node-exporter",mode="idle"}'
    raw = ask(store, f"1 - sum by (cluster) (rate({idle}[5m])) / count by (cluster) ({idle})", time=at)
    by_name = {each["metric"]["cluster"]: float(each["value"][1]) for each in raw}
    assert len(recorded) > 5
    for each in recorded:
        assert float(each["value"][1]) == pytest.approx(by_name[each["metric"]["cluster"]], rel=0.03)


def test_ranges_labels_and_series_are_answered(fleet: Installation):
    store, now = store_of(fleet, "us-east"), time.time() // 60 * 60
    cost = 'sum by (cluster) (node_total_hourly_cost{cluster="us-east-cluster"})'
    given = {"query": cost, "start": str(now - 3600), "end": str(now), "step": "60"}
    found = request(store, "query_range", given)
    assert [len(each["values"]) for each in found["data"]["result"]] == [61]
    assert "asia-east" not in request(store, "labels", {})["data"]
    clusters = request(store, "label/cluster/values", {"match[]": "kube_node_info"})["data"]
    assert "us-east-cluster" in clusters
    assert request(store, "series", {"match[]": "flag"})["data"][0]["value"] == "30d"


def test_a_store_that_lost_a_node_says_so(fleet: Installation, loop: Loop):
    store = store_of(fleet, "eu-north")
    whole = len(ask(store, "count by (cluster) (up)"))
    loop.run(store.ail("partial"))
    answer = request(store, "query", {"query": "count by (cluster) (up)"})
    assert answer["isPartial"] is True
    assert 0 < len(answer["data"]["result"]) < whole
    with pytest.raises(urllib.error.HTTPError):
        ask(store, "up", deny_partial_response="1")
    loop.run(store.heal())


def test_another_password_is_told_by_the_secret(fleet: Installation, loop: Loop, management: Api):
    store = store_of(fleet, "eu-north")
    before = store.password
    loop.call(fleet.observatory.rotate, store)
    with pytest.raises(urllib.error.HTTPError):
        ask(store, "up", password=before)
    data = read(management, f"/api/v1/namespaces/kof/secrets/kof-vmuser-creds-{store.user}")["data"]
    assert ask(store, "count(up)", password=base64.b64decode(data["password"]).decode())


def test_an_outage_is_silence_then_a_gap_and_promxy_tells_nobody(fleet: Installation, loop: Loop, management: Api):
    store = store_of(fleet, "dc-lund")
    promxy = f"{_PROXY}/kof-mothership-promxy:8082/proxy/api/v1/query?query=" + urllib.parse.quote(
        "count by (promxyCluster) (up)"
    )
    before = {each["metric"]["promxyCluster"] for each in read(management, promxy)["data"]["result"]}
    assert before == {"us-east-cluster", "telemetry-eu-west", "telemetry-eu-north", "telemetry-dc-lund", "storage"}
    loop.run(fleet.switch("dc-lund", False))
    with pytest.raises(urllib.error.URLError, match="refused"):
        ask(store, "up")
    answer = read(management, promxy)
    assert answer["status"] == "success"
    assert before - {each["metric"]["promxyCluster"] for each in answer["data"]["result"]} == {"telemetry-dc-lund"}
    telemetry, now = fleet.observatory.telemetry, time.time()
    loop.call(telemetry.look, now + 30)
    loop.run(fleet.switch("dc-lund", True))
    loop.call(telemetry.look, now + 300)
    series = next(iter(StoreSource(telemetry, store.key).select(())))
    times, _ = series.window(now - 120, now + 600)
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert max(gaps) >= 240


# -- what stands on management ---------------------------------------------------------------------------------------


def test_alerts_follow_from_what_is_so(management: Api):
    alerts = read(management, f"{_PROXY}/vmalertmanager-cluster:9093/proxy/api/v2/alerts")
    names = {each["labels"]["alertname"] for each in alerts}
    assert {"Watchdog", "KubeNodeNotReady", "KubePodCrashLooping", "NodeFilesystemAlmostOutOfSpace"} <= names
    quiet = [each for each in alerts if each["status"]["state"] == "suppressed"]
    assert {each["labels"]["alertname"] for each in quiet} == {"KubePersistentVolumeFillingUp"}
    assert all(each["startsAt"] < each["endsAt"] and len(each["fingerprint"]) == 16 for each in alerts)
    silences = read(management, f"{_PROXY}/vmalertmanager-cluster:9093/proxy/api/v2/silences")
    assert [each["status"]["state"] for each in silences] == ["active"]


def test_the_management_store_sees_k0rdents_objects(fleet: Installation, management: Api):
    url = f"{_PROXY}/vmselect-cluster:8481/proxy/select/0/prometheus/api/v1/query?query="
    query = 'count(kube_customresource_clusterdeployment_status_conditions{type="Ready"})'
    found = read(management, url + urllib.parse.quote(query))["data"]["result"]
    assert found[0]["value"][1] == str(len(fleet.fleet.deployments))


def test_providers_last_words_about_a_machine_can_be_read(management: Api):
    url = f"{_PROXY}/vlselect-kof-mothership-logs-multilevel-select:9471/proxy/select/logsql/query?limit=3&query="
    lines = management.call("GET", url + urllib.parse.quote('severity:="ERROR" VcpuLimitExceeded'))
    assert "VcpuLimitExceeded" in json.loads(lines.text.splitlines()[0])["_msg"]
