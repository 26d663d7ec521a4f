"""Following kinds on a real API server through what happens to real API servers."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest

from regions.domain.kinds import Kind, Where
from regions.kube import kubeconfig
from regions.kube.backoff import Pace
from regions.kube.client import Client
from regions.kube.listwatch import Event, ListPage, News, StreamTrouble, Synced, follow
from tests.rig.apiserver import ApiServer
from tests.rig.fleet import Rig

pytestmark = pytest.mark.real

FAST = Pace(first=0.1, longest=1.0, look_again=0.3)
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


@pytest.fixture
def server(rig: Rig) -> ApiServer:
    region = rig.regions["fra1"]
    region.thaw()
    region.start()
    return region


@pytest.fixture
async def client(server: ApiServer) -> AsyncIterator[Client]:
    async with Client(kubeconfig.parse(server.kubeconfig()), allow_loopback=True) as opened:
        yield opened


@pytest.fixture
def label() -> str:
    return f"test={uuid4().hex[:8]}"


class Told:
    """What a stream has told so far, and the state that it amounts to."""

    def __init__(self) -> None:
        self.news: list[News] = []
        self.objects: dict[tuple[str, str], str] = {}
        self.seen: list[str] = []  # every resource version of every event, in order

    def take(self, news: News) -> None:
        self.news.append(news)
        match news:
            case ListPage():
                for manifest in news.manifests:
                    self.objects[_key(manifest)] = manifest["metadata"]["resourceVersion"]
            case Synced():
                self.objects = {key: at for key, at in self.objects.items() if key in news.keys}
            case Event("DELETED"):
                self.objects.pop(_key(news.manifest), None)
            case Event():
                self.objects[_key(news.manifest)] = news.resource_version
                self.seen.append(news.resource_version)
            case StreamTrouble("absent"):
                self.objects = {}

    def of(self, kind: type[News]) -> list[Any]:
        return [news for news in self.news if isinstance(news, kind)]

    @property
    def states(self) -> list[str]:
        return [trouble.state for trouble in self.of(StreamTrouble)]

    async def until(self, fact: Callable[[], object], seconds: float = 60) -> None:
        async with asyncio.timeout(seconds):
            while not fact():  # noqa: ASYNC110 - facts are of every kind, and some lie outside this process
                await asyncio.sleep(0.02)

    async def watching(self) -> None:
        await self.until(lambda: self.states[-1:] == ["watching"])


def _key(manifest: dict[str, Any]) -> tuple[str, str]:
    return manifest["metadata"].get("namespace", ""), manifest["metadata"]["name"]


@asynccontextmanager
async def following(client: Client, kind: Kind, resource_version: str = "", pace: Pace = FAST) -> AsyncIterator[Told]:
    told = Told()

    async def read() -> None:
        async with aclosing(follow(client, kind, resource_version, pace=pace)) as news:  # type: ignore[type-var]
            async for item in news:
                told.take(item)

    task = asyncio.create_task(read())
    try:
        yield told
    finally:
        task.cancel()
        await asyncio.wait([task])


def configmaps(label: str) -> Kind:
    return Kind("", "ConfigMap", "configmaps", ("v1",), Where.HOSTS, label)


async def put(client: Client, label: str, name: str, **data: str) -> str:
    """Make or change a ConfigMap; its resource version."""
    key, value = label.split("=")
    manifest = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "data": data,
        "metadata": {"name": f"{value}-{name}", "namespace": "default", "labels": {key: value}},
    }
    return str((await client.create(manifest)).body["metadata"]["resourceVersion"])


async def test_a_list_and_then_what_happens(client: Client, label: str):
    first = await put(client, label, "a", x="1")
    async with following(client, configmaps(label)) as told:
        await told.watching()
        assert told.states == ["listing", "watching"]
        (synced,) = told.of(Synced)
        assert synced.keys == {("default", f"{label[5:]}-a")}
        assert (synced.relist, synced.lost_history, synced.served_version) == (False, False, "v1")
        path = f"/api/v1/namespaces/default/configmaps/{label[5:]}-a"
        second = (await client.patch(path, {"data": {"x": "2"}})).body["metadata"]["resourceVersion"]
        await told.until(lambda: told.seen == [second])
        await client.delete(path)
        await told.until(lambda: not told.objects)
        assert [event.type for event in told.of(Event)] == ["MODIFIED", "DELETED"]
        assert told.of(Event)[0].manifest["kind"] == "ConfigMap"
        assert first != second


async def test_a_watch_that_ends_every_second_loses_and_repeats_nothing(client: Client, label: str):
    brief = Pace(first=0.1, longest=1.0, shortest_watch=1, longest_watch=1)
    async with following(client, configmaps(label), pace=brief) as told:
        await told.watching()
        made = []
        for number in range(60):
            made.append(await put(client, label, str(number)))
            await asyncio.sleep(random.uniform(0, 0.12))
        await told.until(lambda: len(told.seen) >= 60)
        assert told.seen == made
        assert len(told.of(Synced)) == 1
        assert told.states == ["listing", "watching"]


async def test_bookmarks_let_a_quiet_stream_resume_after_history_is_gone(client: Client, label: str):
    # A real server sends one just before it ends a watch, so a short watch brings one soon.
    brief = Pace(first=0.1, longest=1.0, shortest_watch=3, longest_watch=3)
    async with following(client, configmaps(label), pace=brief) as told:
        await told.watching()
        listed = told.of(Synced)[0].resource_version
        async with Client(client.endpoint, allow_loopback=True) as other:
            await put(other, f"other={uuid4().hex[:8]}", "x")
        await told.until(lambda: [n for n in told.news if type(n).__name__ == "Bookmark"], 90)
        assert int(told.news[-1].resource_version) >= int(listed)  # type: ignore[union-attr]


async def test_a_killed_server_is_followed_again_when_it_is_back(client: Client, server: ApiServer, label: str):
    await put(client, label, "a")
    async with following(client, configmaps(label)) as told:
        await told.watching()
        server.stop()
        await told.until(lambda: told.states[-1] == "broken")
        await asyncio.to_thread(server.start)
        made = await put(client, label, "b")
        await told.until(lambda: made in told.objects.values())
        assert len(told.objects) == 2
        assert told.states[-1] == "watching"
        # A server that has just started may know its history or not; what is not known is said.
        assert all(synced.lost_history for synced in told.of(Synced)[1:])


async def test_forgotten_history_is_listed_again_and_deletions_meanwhile_are_found(
    client: Client, server: ApiServer, label: str
):
    old = await put(client, label, "a")
    await put(client, label, "b")
    await client.delete(f"/api/v1/namespaces/default/configmaps/{label[5:]}-a")
    await asyncio.to_thread(server.compact)
    async with following(client, configmaps(label), old) as told:
        told.objects = {("default", f"{label[5:]}-a"): old}
        await told.until(lambda: told.of(Synced))
        (synced,) = told.of(Synced)
        assert (synced.relist, synced.lost_history) == (True, True)
        assert set(told.objects) == {("default", f"{label[5:]}-b")}


async def test_a_server_restored_from_an_older_backup_is_listed_again(client: Client, label: str):
    now = await put(client, label, "a")
    async with following(client, configmaps(label), str(int(now) + 100_000)) as told:
        await told.watching()
        assert told.of(Synced)[0].lost_history
        made = await put(client, label, "b")
        await told.until(lambda: made in told.seen)


def crd(plural: str, **served: bool) -> dict[str, Any]:
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    versions = [
        {"name": version, "served": on, "storage": number == 0, "schema": schema}
        for number, (version, on) in enumerate(served.items())
    ]
    names = {"plural": plural, "singular": plural[:-1], "kind": "Gadget", "listKind": "GadgetList"}
    spec = {"group": "pane.example", "scope": "Namespaced", "names": names, "versions": versions}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.pane.example"},
        "spec": spec,
    }


def gadget(version: str, name: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "default"}
    return {"apiVersion": f"pane.example/{version}", "kind": "Gadget", "metadata": metadata}


GADGETS = Kind("pane.example", "Gadget", "gadgets", ("v1beta1", "v1alpha1"), Where.HOSTS)


async def test_a_kind_comes_late_goes_away_and_comes_back(client: Client, server: ApiServer):
    name = "gadgets.pane.example"
    async with following(client, GADGETS) as told:
        await told.until(lambda: told.states)
        assert told.states == ["absent"]
        assert "Gadget (pane.example) is not installed on 127.0.0.1" in told.of(StreamTrouble)[0].message
        await asyncio.to_thread(server.install_crds, [crd("gadgets", v1alpha1=True)])
        await told.watching()
        await asyncio.to_thread(
            server.request, "POST", "/apis/pane.example/v1alpha1/namespaces/default/gadgets", gadget("v1alpha1", "one")
        )
        await told.until(lambda: told.objects)
        await asyncio.to_thread(server.remove_crd, name)
        await told.until(lambda: told.states[-1] == "absent")
        assert not told.objects
        await asyncio.to_thread(server.install_crds, [crd("gadgets", v1alpha1=True)])
        try:
            await told.watching()
            assert told.of(Synced)[-1].relist
        finally:
            await asyncio.to_thread(server.remove_crd, name)


async def test_a_kind_served_in_another_version_is_listed_again_in_that_one(client: Client, server: ApiServer):
    await asyncio.to_thread(server.install_crds, [crd("gadgets", v1alpha1=True, v1beta1=False)])
    try:
        async with following(client, GADGETS) as told:
            await told.watching()
            path = "/apis/pane.example/v1alpha1/namespaces/default/gadgets"
            await asyncio.to_thread(server.request, "POST", path, gadget("v1alpha1", "one"))
            await told.until(lambda: told.objects)
            versions = crd("gadgets", v1alpha1=False, v1beta1=True)["spec"]["versions"]
            merge = "application/merge-patch+json"
            await asyncio.to_thread(
                server.request, "PATCH", f"{CRDS}/gadgets.pane.example", {"spec": {"versions": versions}}, merge
            )
            await told.until(lambda: len(told.of(Synced)) == 2)
            assert told.of(Synced)[1].served_version == "v1beta1"
            assert told.of(Synced)[1].relist
            assert not told.of(Synced)[1].lost_history
            assert told.of(ListPage)[-1].manifests[0]["apiVersion"] == "pane.example/v1beta1"
            assert set(told.objects) == {("default", "one")}
    finally:
        await asyncio.to_thread(server.remove_crd, "gadgets.pane.example")


async def test_a_kind_that_older_servers_keep_elsewhere_is_found_there(client: Client, label: str):
    moved = Kind("maps.example", "ConfigMap", "configmaps", ("v2",), Where.HOSTS, label, fallback_group="")
    made = await put(client, label, "a")
    async with following(client, moved) as told:
        await told.watching()
        assert told.of(Synced)[0].served_version == "v1"
        assert list(told.objects.values()) == [made]


def as_user(server: ApiServer, user: str) -> Client:
    return Client(kubeconfig.parse(server.kubeconfig(user)), allow_loopback=True)


async def test_a_revoked_token_is_told_as_refused_with_its_status(client: Client, server: ApiServer, label: str):
    user = f"user-{uuid4().hex[:8]}"
    await asyncio.to_thread(server.issue, user)
    brief = Pace(first=0.1, longest=1.0, shortest_watch=1, longest_watch=1)
    async with as_user(server, user) as theirs, following(theirs, configmaps(label), pace=brief) as told:
        await told.watching()
        await asyncio.to_thread(server.revoke, user)
        await told.until(lambda: told.states[-1] == "refused")
        assert told.of(StreamTrouble)[-1].status == 401


async def test_a_kind_that_may_not_be_read_is_refused_in_the_servers_words(server: ApiServer, label: str):
    user = f"user-{uuid4().hex[:8]}"
    await asyncio.to_thread(server.issue, user, "system:discovery")
    async with as_user(server, user) as theirs, following(theirs, configmaps(label)) as told:
        await told.until(lambda: told.states[-1:] == ["refused"])
        assert 'cannot list resource "configmaps"' in told.of(StreamTrouble)[-1].message
        assert told.of(StreamTrouble)[-1].status == 403
