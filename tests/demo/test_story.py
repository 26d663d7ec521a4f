"""What people ask for happens, as k0rdent does it, fast-forwarded."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dashboard.demo.fleet.model import Size
from dashboard.demo.installation import Installation
from dashboard.demo.story.play import Story
from tests.conformance.api import Api
from tests.conformance.threads import Loop
from tests.demo.conftest import api_of
from tests.demo.test_k0rdent import CLDS, K0RDENT, REGIONS, cld

CAPI = "/apis/cluster.x-k8s.io/v1beta2/namespaces/search"


@pytest.fixture(scope="module")
def playing(fleet: Installation, loop: Loop) -> Iterator[Story]:
    async def start() -> Story:
        story = Story(fleet.management.kubeconfig(), pace=60, by_itself=False, switch=fleet.switch)
        story.start()
        return story

    story = loop.run(start())
    yield story
    loop.run(story.stop())


@pytest.fixture
def eu_west(fleet: Installation) -> Api:
    return api_of(fleet.regions["eu-west"])


def until(true: Callable[[], Any], within: float = 60) -> Any:
    end = time.monotonic() + within
    while not (found := true()) and time.monotonic() < end:
        time.sleep(0.05)
    assert found, "it did not come to that"
    return found


def condition(answer: Any, type_: str) -> dict[str, Any]:
    conditions = (answer.body.get("status") or {}).get("conditions") or []
    return next((each for each in conditions if each["type"] == type_), {"status": "", "reason": "", "message": ""})


def ready(api: Api, name: str, status: str = "True", reason: str = "Succeeded") -> Callable[[], bool]:
    def is_so() -> bool:
        found = condition(api.get(f"{CLDS}/{name}"), "Ready")
        return (found["status"], found["reason"]) == (status, reason)

    return is_so


def reasons(api: Api, namespace: str, kind: str, name: str) -> set[str]:
    selector = f"regarding.kind={kind},regarding.name={name}"
    found = api.get(f"/apis/events.k8s.io/v1/namespaces/{namespace}/events", fieldSelector=selector)
    return {item["reason"] for item in found.body["items"]}


def test_what_is_created_comes_up_is_changed_and_goes(playing: Story, management: Api, eu_west: Api):
    services = {"services": [{"name": "velero", "namespace": "velero", "template": "velero-11-1-1"}]}
    made = management.create(CLDS, cld("whole", propagateCredentials=False, serviceSpec=services))
    assert made.status == 201
    until(ready(management, "whole"))
    status = management.get(f"{CLDS}/whole").body["status"]
    assert (status["region"], status["availableUpgrades"]) == ("eu-west", ["aws-standalone-cp-1-0-43"])
    assert [service["state"] for service in status["services"]] == ["Deployed"]
    assert {
        "CredentialReady",
        "HelmReleaseReady",
        "HelmChartReady",
        "TemplateReady",
        "CAPIClusterSummary",
        "ServicesInReadyState",
        "Paused",
        "Ready",
    } == {each["type"] for each in status["conditions"]}
    assert {"HelmReleaseCreated", "HelmReleaseIsReady", "CAPIClusterIsProvisioning", "CAPIClusterIsReady"} <= reasons(
        management, "search", "ClusterDeployment", "whole"
    )
    assert {"Provisioning", "Provisioned", "ControlPlaneInitialized"} <= reasons(eu_west, "search", "Cluster", "whole")

    def machines() -> set[str]:
        found = eu_west.get(f"{CAPI}/machines", labelSelector="cluster.x-k8s.io/cluster-name=whole").body["items"]
        return {item["metadata"]["name"] for item in found if item.get("status", {}).get("phase") == "Running"}

    first = machines()
    assert len(first) == 3 + 2
    management.patch(f"{CLDS}/whole", {"spec": {"config": {"workersNumber": 4}}})
    until(lambda: len(machines()) == 3 + 4)
    until(ready(management, "whole"))
    management.patch(f"{CLDS}/whole", {"spec": {"template": "aws-standalone-cp-1-0-43"}})
    until(lambda: "@1.0.43" in condition(management.get(f"{CLDS}/whole"), "HelmReleaseReady")["message"])
    until(ready(management, "whole"))
    assert machines().isdisjoint({name for name in first if "-md-" in name})
    assert management.delete(f"{CLDS}/whole").status == 200
    until(lambda: management.get(f"{CLDS}/whole").status == 404)
    assert machines() == set()
    assert eu_west.get(f"{CAPI}/clusters/whole").status == 404
    infra = CAPI.replace("cluster.x-k8s.io", "infrastructure.cluster.x-k8s.io")
    assert eu_west.get(f"{infra}/awsclusters/whole").status == 404


@pytest.mark.parametrize(
    ("name", "spec", "reason", "words"),
    [
        (
            "greedy",
            {
                "config": {
                    "region": "eu-west-1",
                    "workersNumber": 40,
                    "controlPlane": {"instanceType": "m"},
                    "worker": {"instanceType": "m"},
                }
            },
            "Progressing",
            "VcpuLimitExceeded",
        ),
        ("mistyped", {"config": {"workersNumber": "two"}}, "Failed", "at '/workersNumber': got string, want integer"),
    ],
)
def test_what_cannot_work_fails_in_words(
    playing: Story, management: Api, name: str, spec: dict[str, Any], reason: str, words: str
):
    management.create(CLDS, cld(name, propagateCredentials=False, **spec))
    until(lambda: words in condition(management.get(f"{CLDS}/{name}"), "Ready")["message"])
    assert condition(management.get(f"{CLDS}/{name}"), "Ready")["reason"] == reason


def test_a_missing_configmap_shows_only_in_the_region(playing: Story, management: Api, eu_west: Api):
    management.create(CLDS, cld("unpropagated", propagateCredentials=True))
    until(ready(management, "unpropagated"))
    path = "/apis/config.projectsveltos.io/v1beta1/namespaces/search/clustersummaries/p--unpropagated-capi-unpropagated"

    def said() -> str:
        return eu_west.get(path).body["status"]["featureSummaries"][-1].get("failureMessage", "")

    until(lambda: "ConfigMap search/aws-eu-west-resource-template does not exist" in said())
    assert ready(management, "unpropagated")()


def test_a_deployment_waits_for_a_silent_region_and_says_so(
    playing: Story, management: Api, fleet: Installation, loop: Loop
):
    management.create(CLDS, cld("patient", propagateCredentials=False))
    loop.run(fleet.switch("eu-west", False))
    until(lambda: "Helm install failed" in condition(management.get(f"{CLDS}/patient"), "Ready")["message"])
    loop.run(fleet.switch("eu-west", True))
    until(ready(management, "patient"))


def test_a_dry_run_is_validated_and_makes_nothing(playing: Story, management: Api, eu_west: Api):
    management.create(CLDS, cld("rehearsal", dryRun=True))
    until(ready(management, "rehearsal"))
    assert eu_west.get(f"{CAPI}/clusters/rehearsal").status == 404
    assert "DryRunEnabled" in reasons(management, "search", "ClusterDeployment", "rehearsal")


def test_a_credential_is_copied_to_its_region_and_taken_back(playing: Story, management: Api, eu_west: Api):
    secrets = "/api/v1/namespaces/kcm-system/secrets"
    infra = "/apis/infrastructure.cluster.x-k8s.io/v1beta2/awsclusterstaticidentities"
    management.create(secrets, {"metadata": {"name": "second-secret"}, "stringData": {"AccessKeyID": "x"}})
    identity = {"apiVersion": "infrastructure.cluster.x-k8s.io/v1beta2", "kind": "AWSClusterStaticIdentity"}
    management.create(infra, identity | {"metadata": {"name": "second"}, "spec": {"secretRef": "second-secret"}})
    path = f"{K0RDENT}/namespaces/search/credentials"
    reference = identity | {"name": "second"}
    management.create(path, {"metadata": {"name": "second"}, "spec": {"region": "eu-west", "identityRef": reference}})
    until(lambda: condition(management.get(f"{path}/second"), "CredentialReady")["status"] == "True")
    copied = eu_west.get(f"{infra}/second").body["metadata"]["labels"]
    assert copied["k0rdent.mirantis.com/managed"] == "true"
    assert copied["k0rdent.mirantis.com/credential.search.second"] == "true"
    assert eu_west.get(f"{secrets}/second-secret").body["data"] == {"AccessKeyID": "eA=="}
    management.delete(f"{path}/second")
    until(lambda: management.get(f"{path}/second").status == 404)
    assert eu_west.get(f"{infra}/second").status == 404
    assert eu_west.get(f"{secrets}/second-secret").status == 404


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"region": "nowhere"}, 'Region.k0rdent.mirantis.com "nowhere" not found'),
        ({}, "ClusterIdentity object of Kind=Secret search/none not found"),
    ],
)
def test_a_credential_that_leads_nowhere_says_why(playing: Story, management: Api, spec: dict[str, Any], words: str):
    path = f"{K0RDENT}/namespaces/search/credentials"
    reference = {"apiVersion": "v1", "kind": "Secret", "name": "none", "namespace": "search"}
    name = management.create(
        path, {"metadata": {"generateName": "lost-"}, "spec": {"identityRef": reference} | spec}
    ).body["metadata"]["name"]
    found = until(lambda: condition(management.get(f"{path}/{name}"), "CredentialReady")["message"])
    assert found == words


def test_a_new_region_comes_up_component_by_component(playing: Story, management: Api, fleet: Installation):
    way = fleet.regions["dc-lund"].kubeconfig()
    secrets = "/api/v1/namespaces/kcm-system/secrets"
    management.create(secrets, {"metadata": {"name": "rgn-new"}, "stringData": {"value": way}})
    providers = [{"name": "cluster-api-provider-openstack"}, {"name": "projectsveltos"}]
    spec = {"kubeConfig": {"name": "rgn-new", "key": "value"}, "providers": providers}
    made = management.create(REGIONS, {"metadata": {"name": "dc-new"}, "spec": spec})
    assert made.status == 201
    until(lambda: condition(management.get(f"{REGIONS}/dc-new"), "Ready")["status"] == "True")
    # What lasts a moment is read from the history: who only looks now and then may miss it.
    rest = {"fieldSelector": "metadata.name=dc-new", "resourceVersion": made.body["metadata"]["resourceVersion"]}
    seen = [condition(_Answer(event["object"]), "Ready")["message"] for event in management.watch(REGIONS, 1, **rest)]
    assert len({message for message in seen if message.startswith("Components not ready")}) == 4, seen
    status = management.get(f"{REGIONS}/dc-new").body["status"]
    assert set(status["components"]) == {"kcm-regional", "capi", "cluster-api-provider-openstack", "projectsveltos"}
    assert "infrastructure-openstack" in status["availableProviders"]
    assert "RegionIsReady" in reasons(management, "default", "Region", "dc-new")
    management.delete(f"{REGIONS}/dc-new")
    until(lambda: management.get(f"{REGIONS}/dc-new").status == 404)


def test_an_unpaused_region_goes_on(playing: Story, management: Api):
    path = f"{K0RDENT}/clusterdeployments"

    def paused() -> int:
        items = management.get(path).body["items"]
        return sum(condition(_Answer(item), "Paused")["status"] == "True" for item in items)

    assert paused() > 0
    gone = {"metadata": {"annotations": {"k0rdent.mirantis.com/region-pause": None}}}
    management.patch(f"{REGIONS}/asia-east", gone)
    until(lambda: paused() == 0)


class _Answer:
    def __init__(self, body: dict[str, Any]) -> None:
        self.body = body


def test_a_machine_fails_and_heals(playing: Story, management: Api, loop: Loop):
    loop.run(playing.happenings.fail_machine())
    path = f"{K0RDENT}/clusterdeployments"
    words = "Kubelet stopped posting node status"

    def ailing() -> set[str]:
        found = management.get(path).body["items"]
        return {i["metadata"]["name"] for i in found if words in condition(_Answer(i), "CAPIClusterSummary")["message"]}

    before = ailing()
    until(lambda: len(ailing()) > 0)
    until(lambda: ailing() <= before or not ailing() - before)


def test_a_service_for_many_clusters_reaches_those_that_match(playing: Story, management: Api):
    made = cld("served", propagateCredentials=False)
    made["metadata"]["labels"] = {"wants": "velero"}
    management.create(CLDS, made)
    services = [{"name": "velero", "namespace": "velero", "template": "velero-11-1-1"}]
    spec = {"clusterSelector": {"matchLabels": {"wants": "velero"}}, "serviceSpec": {"services": services}}
    path = f"{K0RDENT}/multiclusterservices"
    management.create(path, {"metadata": {"name": "velero-for-many"}, "spec": spec})
    until(lambda: condition(management.get(f"{path}/velero-for-many"), "ClusterInReadyState")["message"] == "1/1")
    sets = management.get(f"{K0RDENT}/namespaces/search/servicesets").body["items"]
    (mine,) = [each for each in sets if each["spec"].get("multiClusterService") == "velero-for-many"]
    assert mine["status"]["services"][0]["state"] == "Deployed"
    management.delete(f"{CLDS}/served")
    until(lambda: management.get(f"{K0RDENT}/namespaces/search/servicesets/{mine['metadata']['name']}").status == 404)


def test_a_burst_is_written(playing: Story, management: Api, loop: Loop):
    assert loop.run(playing.happenings.burst(200)) == "200 changes were written."


def test_by_itself_everything_happens_and_the_fleet_stays_whole(loop: Loop):
    """A thousand beats of the story in a few seconds: nothing raises, and what is deleted leaves nothing."""
    installation = Installation(seed=3, size=Size(3, 24))

    async def run() -> Story:
        await installation.start()
        story = Story(installation.management.kubeconfig(), seed=3, pace=150, switch=installation.switch)
        story.start()
        return story

    story = loop.run(run())
    management = api_of(installation.management)
    path = "/apis/events.k8s.io/v1/events"
    wanted = {"HelmReleaseUpdated", "SuccessfulDelete", "CAPIClusterIsReady", "HelmReleaseCreated"}
    until(lambda: wanted <= {item["reason"] for item in management.get(path).body["items"]}, within=60)
    loop.run(story.stop())
    loop.run(installation.stop())
