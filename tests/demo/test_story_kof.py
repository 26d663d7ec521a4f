"""KOF's operator in the story: what is labelled is onboarded, reports once it is up, and is silent when it is gone."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.demo.fleet.enrol import BOUND, BOUND_IN, ROLE, TENANT
from dashboard.demo.fleet.kof import adler
from dashboard.demo.fleet.model import Size
from dashboard.demo.installation import Installation
from dashboard.demo.kof.backing import PROGRAM
from dashboard.demo.kof.promql.evaluate import instant
from dashboard.demo.kof.sources import StoreSource
from dashboard.demo.story.play import Story
from tests.conformance.api import Api
from tests.conformance.threads import Loop
from tests.conftest import need
from tests.demo.conftest import api_of
from tests.demo.test_k0rdent import CLDS, cld
from tests.demo.test_kof import ask
from tests.demo.test_story import until
from tests.rig import victoria

STORE = "kcm-system/telemetry-eu-west"
MAPS = "/api/v1/namespaces/search/configmaps"


@pytest.fixture(scope="module")
def told(loop: Loop) -> Iterator[Installation]:
    """Three regions and a story that does only what it is told."""
    installation = Installation(seed=7, size=Size(3, 16))

    async def start() -> Story:
        await installation.start()
        story = Story(
            installation.management.kubeconfig(), pace=60, by_itself=False, stores=installation.observatory.open
        )
        story.start()
        return story

    story = loop.run(start())
    yield installation
    loop.run(story.stop())
    loop.run(installation.stop())


@pytest.fixture
def management(told: Installation) -> Api:
    return api_of(told.management)


def nodes(told: Installation, loop: Loop, name: str, later: float = 0) -> list[float]:
    """What the store says of a cluster's nodes, so many seconds from now."""
    now = time.time() + later
    loop.call(told.observatory.telemetry.look, now)
    found = instant(StoreSource(told.observatory.telemetry, STORE), f'count(kube_node_info{{cluster="{name}"}})', now)
    return [value for _, value in found] if isinstance(found, list) else []


def test_a_child_reports_when_it_is_up_and_stops_when_it_is_gone(told: Installation, loop: Loop, management: Api):
    labels = {ROLE: "child", BOUND: "telemetry-eu-west", BOUND_IN: "kcm-system", TENANT: "search"}
    made = cld("watched", propagateCredentials=False)
    made["metadata"]["labels"] = labels
    management.create(CLDS, made)
    until(lambda: management.get(f"{MAPS}/kof-cluster-config-watched").status == 200)
    data = management.get(f"{MAPS}/kof-cluster-config-watched").body["data"]
    assert data["regional_cluster_name"] == "telemetry-eu-west"
    secret = f"kof-vmuser-creds-{adler('kof-cluster-config-watched', 'search')}"
    assert management.get(f"/api/v1/namespaces/search/secrets/{secret}").status == 200
    until(lambda: nodes(told, loop, "watched", 60) == [5])
    management.delete(f"{CLDS}/watched")
    until(lambda: management.get(f"{CLDS}/watched").status == 404)
    until(lambda: management.get(f"{MAPS}/kof-cluster-config-watched").status == 404)
    assert nodes(told, loop, "watched", 120) == [5]  # for five minutes nobody can know
    assert nodes(told, loop, "watched", 600) == []


def test_a_child_that_finds_no_region_is_not_onboarded(told: Installation, management: Api):
    made = cld("stranger", propagateCredentials=False)
    made["metadata"]["labels"] = {ROLE: "child", BOUND: "nobody", BOUND_IN: "kcm-system"}
    management.create(CLDS, made)
    watched = cld("beside", propagateCredentials=False)
    watched["metadata"]["labels"] = {ROLE: "child"}  # bound to nobody: by its place
    management.create(CLDS, watched)
    until(lambda: management.get(f"{MAPS}/kof-cluster-config-beside").status == 200)
    assert management.get(f"{MAPS}/kof-cluster-config-stranger").status == 404


def test_a_new_regional_cluster_has_a_store_of_its_own(told: Installation, management: Api):
    made = cld("second-store", propagateCredentials=False)
    made["metadata"]["labels"] = {ROLE: "regional"}
    management.create(CLDS, made)
    until(lambda: management.get(f"{MAPS}/kof-second-store").status == 200)
    url = management.get(f"{MAPS}/kof-second-store").body["data"]["read_metrics_endpoint"]
    store = told.observatory.stores["search/second-store"]
    assert url.startswith(store.url)
    assert ask(store, "vector(1)")[0]["value"][1] == "1"
    groups = management.get("/apis/kof.k0rdent.mirantis.com/v1beta1/namespaces/search/promxyservergroups").body["items"]
    assert [each["spec"]["cluster_name"] for each in groups] == ["second-store"]


@pytest.mark.real
def test_a_real_victoriametrics_answers_and_when_it_dies_the_evaluator_does(
    told: Installation, loop: Loop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    program = victoria.find()
    need(program, victoria.HOW)
    assert program
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / PROGRAM).symlink_to(program)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)

    async def back() -> None:
        told.observatory.back(tmp_path)

    loop.run(back())
    backing, store = told.observatory.backing, told.observatory.stores[STORE]
    assert backing
    until(lambda: backing.ready)
    found = ask(store, "quantile by (cluster) (0.5, up)")  # the evaluator does not know this one
    assert {"telemetry-eu-west"} <= {each["metric"]["cluster"] for each in found}
    assert all("pane_store" not in each["metric"] for each in ask(store, "up"))
    assert {each["metric"]["cluster"] for each in ask(store, "up")} == {each["metric"]["cluster"] for each in found}
    assert backing._process
    backing._process.kill()
    backing._process.wait()
    assert ask(store, "count(up)")
    assert backing._guard
