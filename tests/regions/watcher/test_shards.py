"""Two watchers, each of a part of the clusters: every one is watched, by one of them, and pages see all."""

import pytest
from asgiref.sync import sync_to_async

from regions import inventory
from regions.domain.refs import MANAGEMENT
from regions.domain.shards import Shard
from regions.models import Change, Cluster, Resource
from tests.regions.watcher.servers import Cluster as Server
from tests.regions.watcher.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]

ONE, TWO = Shard(1, 2), Shard(2, 2)
MINE, THEIRS = "lund", "fra1"  # in the first shard, and in the second


def watches(server: Server, plural: str) -> int:
    """How often somebody began to watch this kind."""
    return sum("watch" in query and path.endswith(f"/{plural}") for path, query in server.requests)


async def test_every_cluster_is_watched_by_exactly_one_of_two(fleet: World) -> None:
    assert (ONE.holds(MINE), TWO.holds(THEIRS)) == (True, True)
    for name in (MINE, THEIRS):
        await fleet.regions[name].put("machines", {"metadata": {"name": "first", "namespace": "default"}, "spec": {}})
        await fleet.register(name)
    async with fleet.watch(ONE):
        await fleet.until_connected(MANAGEMENT, MINE)
        assert not await Cluster.objects.filter(name=THEIRS).aexists()
        assert not (await sync_to_async(inventory.freshness)()).alive, "what the other shall watch nobody does"
        async with fleet.watch(TWO):
            await fleet.until_connected(THEIRS)
            assert (await sync_to_async(inventory.freshness)()).alive
            for number in range(20):
                for name in (MINE, THEIRS):
                    manifest = {"metadata": {"name": f"m-{number}", "namespace": "default"}, "spec": {}}
                    await fleet.regions[name].put("machines", manifest)
            for name in (MINE, THEIRS):
                told = Change.objects.filter(cluster=name, kind="Machine", reason="Created").order_by("id")
                await fleet.until(f"{name} is told", lambda told=told: told.count() == 20)
                names = await sync_to_async(list)(told.values_list("name", flat=True))
                assert names == [f"m-{number}" for number in range(20)]
            assert watches(fleet.management, "regions") == 1
            assert [watches(server, "machines") for server in fleet.regions.values()] == [1, 1]
            await fleet.management.remove("regions", "", THEIRS)
            await fleet.until("it left", lambda: not Cluster.objects.filter(name=THEIRS).exists())
            assert not await Resource.objects.filter(cluster=THEIRS).aexists()
            await fleet.register(THEIRS)
            await fleet.until_connected(THEIRS)
        assert await Cluster.objects.filter(name=MINE, state="connected").aexists()
