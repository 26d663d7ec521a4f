"""What goes wrong at one region, or in the code that follows it, costs that region and says so."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.inventory import get_region
from regions.models import Change, Cluster, Resource, Stream
from regions.watcher import follower, recovery
from tests.regions.watcher.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]

MACHINE = {"metadata": {"name": "m-0", "namespace": "default"}, "spec": {}, "status": {}}


async def test_an_object_without_an_identity_costs_its_stream_until_it_is_sound(fleet: World) -> None:
    fra1 = fleet.regions["fra1"]
    odd = await fra1.put("machines", {**MACHINE, "apiVersion": 7})
    await fra1.put("clusters", {"metadata": {"name": "shop", "namespace": "default"}, "spec": {}})
    await fleet.register("fra1")
    async with fleet.watch():
        broken = Stream.objects.filter(cluster="fra1", state="broken", name__startswith="machines")
        stream = await fleet.until("the stream says so", broken.first)
        assert "lists Machine default/m-0, whose apiVersion is none that Kubernetes accepts" in stream.message
        await fleet.until("others go on", Resource.objects.filter(cluster="fra1", name="shop").exists)
        await fra1.put("machines", {**odd, "apiVersion": "cluster.x-k8s.io/v1beta2"})
        await fleet.until("it is mended", Resource.objects.filter(cluster="fra1", name="m-0").exists)
    assert await fleet.terms() == 1


async def test_an_event_that_no_list_explains_is_not_asked_for_for_ever(fleet: World) -> None:
    """The history holds what cannot be read; how things are now can."""
    fra1 = fleet.regions["fra1"]
    await fra1.put("machines", MACHINE)
    await fleet.register("fra1")
    async with fleet.watch():
        await fleet.until_connected(MANAGEMENT, "fra1")
        fra1.next()
        nameless = {"metadata": {"name": "..", "resourceVersion": str(fra1.now)}}
        await fra1.tell("machines", json.dumps({"type": "ADDED", "object": nameless}).encode())
        again = await fra1.put("machines", {**MACHINE, "status": {"phase": "Running"}})
        version = again["metadata"]["resourceVersion"]
        held = Resource.objects.filter(cluster="fra1", name="m-0", resource_version=version)
        await fleet.until("it goes on after it", held.exists)


@pytest.mark.parametrize(
    ("version", "shown"),
    [(b'{"gitVersion": "v%s"}' % (b"9" * 500), "v" + "9" * 62 + "…"), (b'{"gitVersion": 7}', ""),
     (b'{"gitVersion": "v1\\u0000"}', ""), (b'{"gitVersion": "v1.36.3"}', "v1.36.3")],
)  # fmt: skip
async def test_a_version_of_any_length_is_followed_and_cut(fleet: World, version: bytes, shown: str) -> None:
    """A gitVersion of more than 64 letters made the whole fleet begin again, without end."""
    fleet.regions["fra1"].answers["/version"] = lambda: version
    await fleet.register("fra1")
    async with fleet.watch():
        await fleet.until_connected(MANAGEMENT, "fra1")
        link = await sync_to_async(Cluster.objects.get)(name="fra1")
    assert link.version == shown
    assert await fleet.terms() == 1


@pytest.mark.parametrize("uid", [b'"' + b"u" * 70 + b'"', b"7", b"null", b'"a\\u0000b"'])
async def test_a_cluster_that_shows_no_uid_is_followed_without_one(fleet: World, uid: bytes) -> None:
    answer = b'{"metadata": {"name": "kube-system", "uid": ' + uid + b"}}"
    fleet.regions["fra1"].answers["/api/v1/namespaces/kube-system"] = lambda: answer
    await fleet.register("fra1")
    async with fleet.watch():
        await fleet.until_connected(MANAGEMENT, "fra1")
    assert (await sync_to_async(Cluster.objects.get)(name="fra1")).uid == ""


async def test_a_fault_in_following_one_region_is_said_there_and_all_others_go_on(
    fleet: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "PAUSE", 0.2)
    sound, faulty = follower.Follower.identify, True

    async def identify(self: follower.Follower, client: Any) -> None:
        if self.name == "fra1" and faulty:
            raise AttributeError("a fault of ours")
        await sound(self, client)

    monkeypatch.setattr(follower.Follower, "identify", identify)
    await fleet.register("fra1")
    await fleet.register("lund")
    async with fleet.watch():
        await fleet.until_connected(MANAGEMENT, "lund")
        link = await fleet.until_link("fra1", "broken")
        assert link.message == "AttributeError; it is tried again by itself"
        page = await sync_to_async(get_region)("fra1", viewer=Viewer("ada"))
        assert page.card.link.word == "Not followed: a fault of Pane"
        faulty = False
        await fleet.until_connected("fra1")
    assert await fleet.terms() == 1
    reasons = await sync_to_async(list)(Change.objects.filter(name="fra1").values_list("reason", flat=True))
    assert [reason for reason in reasons if reason.startswith("Link")] == ["LinkBroken", "LinkRestored"]


async def test_a_file_that_cannot_be_read_costs_its_region(
    fleet: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by an account that may not: this test may run as root."""
    opened = Path.open

    def denied(self: Path, *arguments: Any, **options: Any) -> Any:
        if self.name == "fra1":
            raise PermissionError(13, "Permission denied")
        return opened(self, *arguments, **options)

    await _unreadable(fleet, tmp_path, lambda path: monkeypatch.setattr(Path, "open", denied))


async def _unreadable(fleet: World, folder: Path, deny: Any) -> None:
    (folder / "files").mkdir()
    (folder / "files" / "fra1").write_text("kind: Config")
    deny(folder / "files" / "fra1")
    fleet.settings["region_kubeconfigs"] = str(folder / "files")
    await fleet.register("fra1")
    await fleet.register("lund")
    async with fleet.watch():
        link = await fleet.until_link("fra1", "unsupported")
        await fleet.until_connected(MANAGEMENT, "lund")
    assert "The file fra1 in PANE_REGION_KUBECONFIGS, which is set for this region, cannot be read" in link.message
    assert link.message.endswith("; whoever runs Pane can mend it.")
    assert await fleet.terms() == 1


@pytest.mark.parametrize("name", ["../kube-system", "a/b", "~management", "x" * 254, ""])
async def test_a_region_that_no_region_can_be_called_makes_no_link(fleet: World, name: str) -> None:
    await fleet.management.put("regions", {"metadata": {"name": name}, "spec": {}})
    async with fleet.watch():
        await fleet.until("management is heard", Cluster.objects.filter(name=MANAGEMENT, state="connected").exists)
        await asyncio.sleep(0.3)
        names = await sync_to_async(list)(Cluster.objects.values_list("name", flat=True))
    assert names == [MANAGEMENT]
    assert await fleet.terms() == 1


async def test_a_watcher_that_is_asked_to_end_ends_also_while_news_comes(fleet: World) -> None:
    """A cancellation that came together with news of a Region was lost: `watch` went on after SIGTERM."""
    await fleet.register("fra1")
    for turn in range(5):
        async with fleet.watch():
            await fleet.until_link("fra1", "connected")
            for _ in range(5):
                region = fleet.management.objects["regions"]["", "fra1"]
                spec = {"kubeConfig": {**region["spec"]["kubeConfig"], "turn": str(turn)}}
                await fleet.management.put("regions", {**region, "spec": spec})
                await asyncio.sleep(0.02)
