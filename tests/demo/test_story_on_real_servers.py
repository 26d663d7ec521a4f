"""The story's controllers are ordinary API clients: they drive a real kube-apiserver as well."""

import base64
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from dashboard.demo import crds
from dashboard.demo.charts import charts
from dashboard.demo.fleet.catalogue import interface, template_objects
from dashboard.demo.story.play import Story
from tests.conformance.threads import Loop
from tests.rig.fleet import Rig

pytestmark = pytest.mark.real
NOW = datetime.now(UTC)
K0RDENT = "/apis/k0rdent.mirantis.com/v1beta1"
REGION = "fra1"


def until(true: Callable[[], Any], within: float = 60) -> None:
    end = time.monotonic() + within
    while not true() and time.monotonic() < end:
        time.sleep(0.2)
    assert true(), "it did not come to that"


def install(cluster: Any, wanted: Callable[[dict[str, Any]], bool]) -> None:
    """What the rig does not have of the demo's kinds: those of the clouds."""
    cluster.install_crds([crd for crd in crds.manifests() if wanted(crd)])


@pytest.fixture
def real(fresh_fleet: Rig) -> Iterator[Rig]:
    """Management with a region, a template and the keys of a cloud; and k0rdent, told by the story."""
    management, region = fresh_fleet.management, fresh_fleet.regions[REGION]
    for cluster in (management, region):
        install(cluster, lambda crd: crd["spec"]["group"].startswith(("infrastructure.", "controlplane.")))
    aws = charts()["aws-standalone-cp"]
    made = [*template_objects(aws, aws.versions[-1], "kcm-system", "real", NOW)]
    management.apply("---\n".join(map(_yaml, made)))
    region.apply(_yaml(interface("aws", "real", NOW)))
    region.apply(
        _yaml(
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "aws-resource-template", "namespace": "kcm-system"},
            }
        )
    )
    fresh_fleet.register(REGION)
    with Loop() as loop:

        async def start() -> Story:
            story = Story(management.kubeconfig(), pace=30, by_itself=False)
            story.start()
            return story

        story = loop.run(start())
        yield fresh_fleet
        loop.run(story.stop())


def test_a_credential_is_copied_and_a_deployment_comes_up_and_goes(real: Rig):
    management, region = real.management, real.regions[REGION]
    until(lambda: _condition(management.request("GET", f"{K0RDENT}/regions/{REGION}"), "Ready")["status"] == "True")
    management.apply(CREDENTIAL)
    path = f"{K0RDENT}/namespaces/kcm-system/credentials/aws"
    until(lambda: _condition(management.request("GET", path), "CredentialReady")["status"] == "True")
    copied = region.request("GET", "/api/v1/namespaces/kcm-system/secrets/aws-secret")
    assert base64.b64decode(copied["data"]["AccessKeyID"]) == b"demo"
    management.apply(DEPLOYMENT)
    cld = f"{K0RDENT}/namespaces/kcm-system/clusterdeployments/shop"
    until(lambda: _condition(management.request("GET", cld), "Ready")["status"] == "True", 90)
    machines = "/apis/cluster.x-k8s.io/v1beta2/namespaces/kcm-system/machines"

    def running() -> list[str]:
        return [item.get("status", {}).get("phase") for item in region.request("GET", machines)["items"]]

    until(lambda: running() == ["Running"] * 3)
    events = management.request("GET", "/apis/events.k8s.io/v1/namespaces/kcm-system/events")["items"]
    assert {"HelmReleaseCreated", "CAPIClusterIsReady"} <= {event["reason"] for event in events}
    about = region.request("GET", "/api/v1/namespaces/kcm-system/events")["items"]
    assert {"Provisioning", "SuccessfulSetNodeRef"} <= {event["reason"] for event in about}
    management.request("DELETE", cld)
    until(lambda: management.request("GET", f"{K0RDENT}/clusterdeployments")["items"] == [], 90)
    assert running() == []


def _condition(manifest: dict[str, Any], type_: str) -> dict[str, Any]:
    found = (manifest.get("status") or {}).get("conditions") or []
    return next((each for each in found if each["type"] == type_), {"status": ""})


def _yaml(manifest: dict[str, Any]) -> str:
    return yaml.safe_dump(manifest)


CREDENTIAL = """
apiVersion: v1
kind: Secret
metadata: {name: aws-secret, namespace: kcm-system}
stringData: {AccessKeyID: demo, SecretAccessKey: demo}
---
apiVersion: infrastructure.cluster.x-k8s.io/v1beta2
kind: AWSClusterStaticIdentity
metadata: {name: aws}
spec: {secretRef: aws-secret, allowedNamespaces: {}}
---
apiVersion: k0rdent.mirantis.com/v1beta1
kind: Credential
metadata: {name: aws, namespace: kcm-system}
spec:
  region: fra1
  identityRef: {apiVersion: infrastructure.cluster.x-k8s.io/v1beta2, kind: AWSClusterStaticIdentity, name: aws}
"""
DEPLOYMENT = """
apiVersion: k0rdent.mirantis.com/v1beta1
kind: ClusterDeployment
metadata: {name: shop, namespace: kcm-system}
spec:
  template: aws-standalone-cp-1-0-43
  credential: aws
  config:
    region: eu-central-1
    controlPlaneNumber: 1
    workersNumber: 2
    controlPlane: {instanceType: m6i.large}
    worker: {instanceType: m6i.large}
"""
