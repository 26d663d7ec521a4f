"""What an API server no longer tells is a gap in the log, whoever finds it and whoever is killed at it."""

from datetime import UTC, datetime

import pytest
from asgiref.sync import sync_to_async

from regions.models import Blindness, Change, Resource, Stream
from regions.watcher import gaps
from tests.regions.watcher import servers
from tests.regions.watcher.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]

MACHINE = {"metadata": {"name": "m-0", "namespace": "default"}, "spec": {}}


async def test_a_watcher_that_ends_before_it_told_a_gap_leaves_it_to_the_next(
    fleet: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list after lost history was recorded three seconds before the gap: whoever was killed between lost it."""
    monkeypatch.setattr(servers, "KEPT", 3)
    fra1 = fleet.regions["fra1"]

    async def phase(word: str) -> None:
        await fra1.put("machines", {**MACHINE, "status": {"phase": word}})

    async def until_shown() -> None:
        version = fra1.objects["machines"]["default", "m-0"]["metadata"]["resourceVersion"]
        await fleet.until("it is shown", Resource.objects.filter(name="m-0", resource_version=version).exists)

    await phase("Pending")
    await fleet.register("fra1")
    async with fleet.watch():
        await fleet.until_connected("fra1")
        await phase("Provisioning")
        await until_shown()
    unseen_at = datetime.now(UTC)
    for word in ("Provisioned", "Running", "Failed", "Deleting"):
        await phase(word)

    monkeypatch.setattr(gaps, "SETTLE", 3600)
    async with fleet.watch():
        await until_shown()
        await phase("Deleted")  # what comes after the list is told, and does not make the gap forgotten
        await until_shown()
        stream = Stream.objects.filter(cluster="fra1", name__startswith="machines", state="watching")
        await fleet.until("it watches again", stream.exists)
    assert not await Change.objects.filter(source="gap").aexists()

    monkeypatch.setattr(gaps, "SETTLE", 0)
    async with fleet.watch():
        told = await fleet.until("the gap", Change.objects.filter(source="gap").first)
        assert told.blind_from < unseen_at < told.at
        assert (told.cluster, "history of Machine;" in told.message) == ("fra1", True)
        reached = stream.filter(resource_version=str(fra1.now))
        await fleet.until("it goes on behind it", reached.exists)
    async with fleet.watch():
        await phase("Running")
        await until_shown()
        await fleet.until("it goes on", stream.filter(resource_version=str(fra1.now)).exists)
    assert await sync_to_async(Change.objects.filter(source="gap").count)() == 1
    assert await sync_to_async(Blindness.objects.filter(cluster="fra1").count)() == 1
