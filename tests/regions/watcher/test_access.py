"""What may be listed and not watched is listed again; a right taken away is noticed though the watch goes on."""

import pytest
import yaml
from asgiref.sync import sync_to_async

from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.inventory import get_region
from regions.models import Change, Resource, Stream
from regions.watcher import streams
from tests.regions.watcher.world import World
from tests.rig.apiserver import ApiServer
from tests.rig.fleet import Rig

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]

MACHINE = {"metadata": {"name": "m-0", "namespace": "default"}, "spec": {}, "status": {"phase": "Pending"}}


def of_machines(state: str, cluster: str = "fra1") -> "Stream | None":
    return Stream.objects.filter(cluster=cluster, name__startswith="machines.", state=state).first()


async def test_a_kind_that_may_be_listed_and_not_watched_is_listed_again_and_said(fleet: World) -> None:
    fra1 = fleet.regions["fra1"]
    fra1.verbs["machines"] = {"list"}
    await fra1.put("machines", MACHINE)
    await fra1.put("machines", {**MACHINE, "metadata": {"name": "m-1", "namespace": "default"}})
    await fleet.register("fra1")
    async with fleet.watch():
        await fleet.until_connected(MANAGEMENT, "fra1")
        stream = await fleet.until("it is said", lambda: of_machines("polling"))
        assert 'cannot watch resource "machines"' in stream.message
        page = await sync_to_async(get_region)("fra1", viewer=Viewer("ada"))
        assert [one.name for one in page.polled] == ["machines.cluster.x-k8s.io"]
        assert page.polled[0].listed_at is not None
        assert "machines.cluster.x-k8s.io" not in [one.name for one in page.streams]
        assert len(page.troubled) == 2
        for row in page.troubled:
            assert "UTC, for Pane may list and not watch Machines there)" in row.message
        await fra1.put("machines", {**MACHINE, "status": {"phase": "Running"}})
        await fra1.remove("machines", "default", "m-1")
        phase = Change.objects.filter(kind="Machine", name="m-0", reason="PhaseChanged")
        await fleet.until("the patch is seen", phase.exists)
        gone = Change.objects.filter(kind="Machine", name="m-1", reason="Deleted")
        await fleet.until("the deletion is seen", gone.exists)
        assert (await sync_to_async(lambda: of_machines("polling"))()).listed_at > stream.listed_at
        # Granted, it is watched from the next list on, and nothing is called old any more.
        del fra1.verbs["machines"]
        watched = await fleet.until("it is watched", lambda: of_machines("watching"))
        assert (watched.listed_at, watched.message) == (None, "")
    assert not await sync_to_async(Change.objects.filter(source="gap").exists)()


async def test_a_right_that_is_taken_away_is_noticed_while_the_watch_goes_on(
    fleet: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "PROOF", 0.3)
    fra1 = fleet.regions["fra1"]
    await fleet.register("fra1")
    async with fleet.watch():
        await fleet.until_connected(MANAGEMENT, "fra1")
        for plural in ("machines", "clusters", "machinedeployments", "machinepools"):
            fra1.verbs[plural] = set()
        refused = Stream.objects.filter(cluster="fra1", state="refused", name__endswith=".cluster.x-k8s.io")
        await fleet.until("all of the group", lambda: refused.count() == 4)
        assert await sync_to_async(Stream.objects.filter(cluster="fra1", state="refused").count)() == 4


async def test_a_proof_costs_one_request_for_each_group_and_no_news(
    fleet: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "PROOF", 0.5)
    fra1 = fleet.regions["fra1"]
    await fleet.register("fra1")
    async with fleet.watch():
        await fleet.until_connected(MANAGEMENT, "fra1")
        fra1.requests.clear()
        await fleet.until("proofs", lambda: sum(q.get("timeoutSeconds") == "1" for _, q in fra1.requests) >= 20)
        proofs = [path for path, query in fra1.requests if query.get("timeoutSeconds") == "1"]
        others = [path for path, query in fra1.requests if query.get("timeoutSeconds") != "1"]
    assert {path for path in others if path not in ("/readyz", "/api", "/apis")} == set()
    groups = [path.split("/")[2] if path.startswith("/apis") else "" for path in proofs]
    assert max(groups.count(group) for group in groups) - min(groups.count(group) for group in groups) <= 1
    assert not await sync_to_async(Stream.objects.exclude(state__in=("watching", "absent")).exists)()


async def test_a_version_that_is_no_longer_served_has_words_of_its_own(fleet: World) -> None:
    fra1 = fleet.regions["fra1"]
    await fleet.register("fra1")
    async with fleet.watch():
        await fleet.until_connected(MANAGEMENT, "fra1")
        fra1.answers["/apis/cluster.x-k8s.io/v1beta2/machines"] = lambda: (404, b"404 page not found\n")
        await fra1.end_watches("machines")
        stream = await fleet.until("it is said", lambda: of_machines("listing"))
        assert "no longer serves Machine in v1beta2: looking for how it is served now" in stream.message
        assert "404" not in stream.message
        fra1.served.discard("machines")
        await fleet.until("it is gone", lambda: of_machines("absent"))


# -- against real API servers ------------------------------------------------------------------------------------------


def role(server: ApiServer, name: str, verbs: dict[str, list[str]]) -> None:
    """A ClusterRole that may do these things with machines, and read everything else."""
    everything = {"apiGroups": ["k0rdent.mirantis.com", "", "events.k8s.io", "infrastructure.cluster.x-k8s.io"],
                  "resources": ["*"], "verbs": ["get", "list", "watch"]}  # fmt: skip
    rules = [everything] + [
        {"apiGroups": ["cluster.x-k8s.io"], "resources": [resource], "verbs": allowed}
        for resource, allowed in verbs.items()
    ]
    kind = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": name}}
    server.kubectl("apply", "-f", "-", stdin=yaml.safe_dump({**kind, "rules": rules}))


REAL = """
apiVersion: cluster.x-k8s.io/v1beta2
kind: Machine
metadata: {name: m-0, namespace: default}
spec:
  clusterName: shop
  bootstrap: {dataSecretName: m-0}
  infrastructureRef: {apiGroup: infrastructure.cluster.x-k8s.io, kind: AWSMachine, name: m-0}
"""


@pytest.mark.real
async def test_a_real_server_that_lets_list_and_not_watch_is_listed_again(fleet: World, fresh_fleet: Rig) -> None:
    server = fresh_fleet.regions["fra1"]
    role(server, "rig-lists", {"machines": ["get", "list"], "clusters": ["get", "list", "watch"]})
    server.issue("lister", "rig-lists")
    server.apply(REAL)
    await fleet.register("fra1", server.kubeconfig("lister"))
    async with fleet.watch():
        await fleet.until_connected("fra1")
        stream = await fleet.until("polling", lambda: of_machines("polling"))
        assert 'cannot watch resource "machines" in API group "cluster.x-k8s.io"' in stream.message
        server.kubectl("label", "machine", "m-0", "--namespace=default", "team=shop")
        labels = Resource.objects.filter(cluster="fra1", kind="Machine", labels__team="shop")
        await fleet.until("a patch is seen", labels.exists)
        server.kubectl("delete", "machine", "m-0", "--namespace=default", "--wait=false")
        there = Resource.objects.filter(cluster="fra1", kind="Machine")
        await fleet.until("a deletion is seen", lambda: not there.exists())


@pytest.mark.real
async def test_a_real_right_taken_away_in_the_middle_of_a_watch_is_noticed(
    fleet: World, fresh_fleet: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "PROOF", 2.0)
    server = fresh_fleet.regions["fra1"]
    role(server, "rig-loses", {"machines": ["get", "list", "watch"], "clusters": ["get", "list", "watch"]})
    server.issue("loser", "rig-loses")
    server.apply(REAL)
    await fleet.register("fra1", server.kubeconfig("loser"))
    async with fleet.watch():
        await fleet.until_connected("fra1")
        await fleet.until("watching", lambda: of_machines("watching"))
        role(server, "rig-loses", {"clusters": ["get", "list", "watch"]})
        stream = await fleet.until("refused", lambda: of_machines("refused"), 30)
        assert "cannot" in stream.message
        clusters = Stream.objects.filter(cluster="fra1", name="clusters.cluster.x-k8s.io", state="watching")
        assert await sync_to_async(clusters.exists)()
        role(server, "rig-loses", {"machines": ["get", "list", "watch"], "clusters": ["get", "list", "watch"]})
        await fleet.until("watching again", lambda: of_machines("watching"), 60)
