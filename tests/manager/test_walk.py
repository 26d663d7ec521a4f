"""From nothing to a region, a credential, a cluster and back, through Pane, against k0rdent's own manager.

Each step says what Pane asked, what the manager answered, and what Pane says of it. What k0rdent leans on (Flux,
Cluster API) is played by `stand_in`; docs/held-against.md tells which parts are real.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from regions.models import Change
from tests.manager.manager import Manager
from tests.manager.pane import SYSTEM, Pane
from tests.real.watching import Watching
from tests.rig.http import Answered

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]
TEMPLATE = "aws-standalone-cp-1-0-43"
PROVIDERS = ("projectsveltos", "cluster-api-provider-k0sproject-k0smotron", "cluster-api-provider-aws")
SECRET_KEY = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYAA"
CREDENTIAL = {
    "recipe": "aws-static",
    "namespace": SYSTEM,
    "name": "aws-eu",
    "region": "fra1",
    "answers": {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": SECRET_KEY},
}
DEPLOYMENT = {
    "namespace": SYSTEM,
    "name": "shop",
    "template": TEMPLATE,
    "credential": "aws-eu",
    "config": {
        "region": "eu-west-1",
        "controlPlane": {"instanceType": "t3.small"},
        "worker": {"instanceType": "t3.small"},
        "controlPlaneNumber": 1,
        "workersNumber": 2,
    },
    "validate_only": True,
    "propagate_credentials": False,
}


@pytest.fixture
def pane(manager: Manager, transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[Pane]:
    kubeconfig = manager.rig.management.kubeconfig()
    watching = Watching(tmp_path, kubeconfig)
    settings.PANE_KUBECONFIG, settings.PANE_CONTEXT = str(tmp_path / "kubeconfig"), ""
    settings.PANE_ALLOW_LOOPBACK, settings.PANE_IMPERSONATE = True, False
    watching.start()
    try:
        watching.until_synced("~management")
        yield Pane(manager, watching)
    finally:
        watching.end()


def test_an_operator_goes_from_nothing_to_a_cluster_and_back(pane: Pane):
    register_a_region_while_a_provider_comes_late(pane)
    make_a_credential(pane)
    validate_a_deployment_and_make_it_real(pane)
    be_refused_what_the_manager_refuses(pane)
    scale_it(pane)
    delete_it(pane)
    give_the_region_up(pane)


def register_a_region_while_a_provider_comes_late(pane: Pane) -> None:
    manager = pane.manager
    late = "fra1-cluster-api-provider-aws"
    manager.stand_in.held[late] = "Running 'install' action with timeout of 10m0s"
    kubeconfig = manager.rig.regions["fra1"].kubeconfig()
    asked = {"name": "fra1", "kubeconfig": kubeconfig, "providers": [{"name": name} for name in PROVIDERS]}
    pane.made("post", "regions/", asked)
    pane.until("all but one are there", lambda: len(_ready(pane)) == 4)

    region = pane.get("regions/fra1/")
    assert region["health"] == "Progressing", region["message"]
    aws = next(one for one in region["components"] if one["name"] == "cluster-api-provider-aws")
    assert aws["health"] == "Progressing", aws
    # A region that is seconds old was never told as ill.
    told = set(Change.objects.filter(kind="Region", name="fra1").values_list("health", flat=True))
    assert not {"Degraded", "Failed"} & told, told

    words = pane.refused("post", "credentials/", CREDENTIAL)
    assert "k0rdent is still installing cluster-api-provider-aws in region fra1" in words
    assert "Enable" not in words

    del manager.stand_in.held[late]
    pane.until("the region is Ready", lambda: pane.get("regions/fra1/")["health"] == "Ready")
    assert manager.ready("regions", "fra1")


def make_a_credential(pane: Pane) -> None:
    manager = pane.manager
    pane.until(
        "the provider's interface is known", lambda: "still installing" not in pane.page("/new/credential/aws-static/")
    )
    pane.made("post", "credentials/", CREDENTIAL)
    manager.until(
        "the manager takes it", lambda: manager.get("credentials", "aws-eu", SYSTEM).get("status", {}).get("ready")
    )
    pane.until("Pane says so", lambda: pane.get("credentials/?region=fra1")["results"][0]["health"] == "Ready")
    copy = manager.rig.regions["fra1"].request("GET", f"/api/v1/namespaces/{SYSTEM}/secrets/aws-eu-secret")
    assert copy["metadata"]["labels"]["k0rdent.mirantis.com/managed"] == "true"
    assert SECRET_KEY not in pane.page(f"/credentials/{SYSTEM}/aws-eu/")


def validate_a_deployment_and_make_it_real(pane: Pane) -> None:
    manager, path = pane.manager, f"deployments/{SYSTEM}/shop/"
    pane.made("post", "deployments/", DEPLOYMENT)
    pane.until("it is Validated", lambda: pane.get(path).get("health") == "Validated")
    # As the manager says it: True, with empty messages, and nothing of a HelmRelease.
    assert manager.condition("clusterdeployments", "shop", SYSTEM, "TemplateReady")["message"] == ""
    assert not manager.condition("clusterdeployments", "shop", SYSTEM, "HelmReleaseReady")

    pane.made("patch", path, {"validate_only": False})
    pane.until("it is Ready", lambda: pane.get(path)["health"] == "Ready", 240)
    assert manager.ready("clusterdeployments", "shop", SYSTEM)
    assert "eu-west-1" in str(manager.get("clusterdeployments", "shop", SYSTEM)["spec"]["config"])


def be_refused_what_the_manager_refuses(pane: Pane) -> None:
    assert "1 deployment lives there: kcm-system/shop. Delete them first." in pane.refused("delete", "regions/fra1/")
    # And by the manager's own word, where Pane's copy does not hold it back.
    status, said = _denied(pane, "/apis/k0rdent.mirantis.com/v1beta1/regions/fra1")
    assert (status, "region deletion is forbidden" in said) == (403, True), said
    elsewhere = {**DEPLOYMENT, "name": "lab", "template": "azure-standalone-cp-1-0-45"}
    words = pane.refused("post", "deployments/", elsewhere)
    assert "infrastructure-azure is not installed in region fra1" in words, words


def scale_it(pane: Pane) -> None:
    path = f"deployments/{SYSTEM}/shop/"
    pane.made("patch", path, {"config": {"workersNumber": 3}})
    spec = pane.manager.get("clusterdeployments", "shop", SYSTEM)["spec"]
    assert spec["config"]["workersNumber"] == 3
    pane.until("the manager is done with it", lambda: _release(pane)["spec"]["values"]["workersNumber"] == 3)
    pane.until("it is Ready again", lambda: pane.get(path)["health"] == "Ready", 240)


def delete_it(pane: Pane) -> None:
    pane.made("delete", f"deployments/{SYSTEM}/shop/")
    gone = lambda: not pane.manager.get("clusterdeployments", "shop", SYSTEM)  # noqa: E731
    pane.manager.until("the manager has taken everything down", gone, 240)
    pane.until("Pane has nothing of it", lambda: not pane.get(f"deployments/{SYSTEM}/shop/"))
    assert not pane.manager.rig.regions["fra1"].request("GET", "/apis/cluster.x-k8s.io/v1beta2/clusters")["items"]


def give_the_region_up(pane: Pane) -> None:
    pane.made("patch", "regions/fra1/", {"paused": True})
    pane.until("it is paused", lambda: pane.get("regions/fra1/")["health"] == "Paused")
    pane.made("patch", "regions/fra1/", {"paused": False})
    pane.until("it goes on", lambda: pane.get("regions/fra1/")["health"] == "Ready")
    pane.made("delete", "regions/fra1/")
    pane.manager.until("the manager has uninstalled it", lambda: not pane.manager.get("regions", "fra1"), 240)
    pane.until("Pane has nothing of it", lambda: not pane.get("regions/fra1/"))


def _ready(pane: Pane) -> list[str]:
    return [one["name"] for one in pane.get("regions/fra1/").get("components", []) if one["success"]]


def _release(pane: Pane) -> dict[str, Any]:
    path = f"/apis/helm.toolkit.fluxcd.io/v2/namespaces/{SYSTEM}/helmreleases/shop"
    found: dict[str, Any] = pane.manager.rig.management.request("GET", path)
    return found


def _denied(pane: Pane, path: str) -> tuple[int, str]:
    try:
        pane.manager.rig.management.request("DELETE", path)
    except Answered as answered:
        return answered.status, answered.body
    return 200, ""
