"""What API servers may leave out of their answers, and may put in: nothing here depends on it.

With `resourceVersion=0` a limit is ignored; with a selector there is no `remainingItemCount`, and a full page may be
followed by an empty last one; a quiet watch may end without a bookmark. (kube-apiserver 1.36, watch cache)
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest
import yaml

from regions import journal
from regions.domain.changes import difference
from regions.domain.health import assess
from regions.domain.kinds import Kind, Where
from regions.domain.redact import redact
from regions.kube import kubeconfig
from regions.kube.backoff import Pace
from regions.kube.client import Client
from regions.kube.listwatch import Event, Synced, follow
from tests.regions.domain.files import NOON
from tests.regions.kube.server import Odd, event, odd_server, page, sending
from tests.rig.apiserver import ApiServer
from tests.rig.fleet import Rig

CONFIGMAPS = Kind("", "ConfigMap", "configmaps", ("v1",), Where.HOSTS)
FAST = Pace(first=0.02, longest=0.1, look_again=0.05)
PATH = "/api/v1/configmaps"


@pytest.fixture
async def odd() -> AsyncIterator[Odd]:
    async with odd_server() as server:
        yield server


async def first(server: Odd, wanted: type, times: int = 1, kind: Kind = CONFIGMAPS) -> list[Any]:
    told = []
    async with (
        asyncio.timeout(20),
        Client(server.endpoint()) as client,
        aclosing(follow(client, kind, pace=FAST)) as news,
    ):
        async for item in news:
            told.append(item)
            if sum(isinstance(one, wanted) for one in told) == times:
                return told
    raise AssertionError("unreachable")


async def test_a_full_page_may_be_followed_by_an_empty_one(odd: Odd) -> None:
    odd.lists = [page(5, "a", "b", more="next"), page(5)]
    (synced,) = [one for one in await first(odd, Synced) if isinstance(one, Synced)]
    assert synced.keys == {("default", "a"), ("default", "b")}


@pytest.mark.parametrize("count", [None, 0, 7, 10**9])
async def test_how_many_remain_is_never_believed(odd: Odd, count: int | None) -> None:
    last = page(5, "b")
    whole = page(5, "a", more="next")
    for one in (whole, last):
        if count is not None:
            one["metadata"]["remainingItemCount"] = count
    odd.lists = [whole, last]
    (synced,) = [one for one in await first(odd, Synced) if isinstance(one, Synced)]
    assert len(synced.keys) == 2


async def test_a_server_that_ignores_the_limit_is_read_whole(odd: Odd) -> None:
    odd.lists = [page(5, *(f"n-{number}" for number in range(3_000)))]
    (synced,) = [one for one in await first(odd, Synced) if isinstance(one, Synced)]
    assert len(synced.keys) == 3_000


async def test_a_watch_without_a_bookmark_is_resumed_at_its_last_event(odd: Odd) -> None:
    odd.watches = [sending(event("ADDED", "a", 7)), sending(), sending(event("MODIFIED", "a", 9), then="hang")]
    told = await first(odd, Event, 2)
    assert sum(isinstance(one, Synced) for one in told) == 1
    assert [request.query["resourceVersion"] for request in odd.seen if "watch" in request.query] == ["1", "7", "7"]


async def test_a_list_that_goes_in_circles_ends(odd: Odd) -> None:
    odd.lists = [page(5, "a", more="round"), page(5, "b", more="round"), page(6, "c")]
    (synced,) = [one for one in await first(odd, Synced) if isinstance(one, Synced)]
    assert synced.keys == {("default", "c")}


# -- against a real API server -----------------------------------------------------------------------------------------


@pytest.fixture
def server(rig: Rig) -> ApiServer:
    region = rig.regions["fra1"]
    region.thaw()
    region.start()
    return region


def maps(*names: str, **data: str) -> str:
    made = [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": {"answers": "1"}}, "data": data}
        for name in names
    ]
    return yaml.safe_dump_all(made)


@pytest.mark.real
async def test_a_real_list_with_a_selector_says_not_how_many_remain_and_is_read_whole(server: ApiServer) -> None:
    names = [f"answers-{number}" for number in range(6)]
    server.kubectl("apply", "--namespace=default", "-f", "-", stdin=maps(*names))
    async with Client(kubeconfig.parse(server.kubeconfig()), allow_loopback=True) as client:
        raw = await client.get(PATH, query={"limit": "2", "labelSelector": "answers=1"})
        assert raw["metadata"].get("continue")
        assert "remainingItemCount" not in raw["metadata"]
        unlimited = await client.get(PATH, query={"limit": "2", "resourceVersion": "0", "labelSelector": "answers=1"})
        assert len(unlimited["items"]) == 6
        pages = [one async for one in client.list_pages(PATH, "answers=1", limit=2)]
    assert sorted(one["metadata"]["name"] for page in pages for one in page.manifests) == names


@pytest.mark.real
async def test_the_same_value_by_a_new_manager_is_an_event_and_no_news(server: ApiServer) -> None:
    """Server-side apply moves the version and sends an event; a patch that changes nothing does neither."""
    server.kubectl("apply", "--namespace=default", "-f", "-", stdin=maps("answers-ssa", colour="blue"))
    path = "/api/v1/namespaces/default/configmaps/answers-ssa"
    async with Client(kubeconfig.parse(server.kubeconfig()), allow_loopback=True) as client:
        before = await client.get(path)
        await client.patch(path, {"data": {"colour": "blue"}})
        assert (await client.get(path))["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]
        at = before["metadata"]["resourceVersion"]
        server.kubectl(
            "apply", "--server-side", "--force-conflicts", "--field-manager=another", "--namespace=default", "-f", "-",
            stdin=maps("answers-ssa", colour="blue"),
        )  # fmt: skip
        after = await client.get(path)
        assert after["metadata"]["resourceVersion"] != at
        kind = Kind("", "ConfigMap", "configmaps", ("v1",), Where.HOSTS, "answers=1")
        async with asyncio.timeout(20), aclosing(follow(client, kind, at, pace=FAST)) as news:
            async for item in news:
                if isinstance(item, Event) and item.manifest["metadata"]["name"] == "answers-ssa":
                    break
    old, new = redact(before), redact(item.manifest)
    judged = assess(new, NOON, NOON)
    assert difference(old, new, judged, judged) is None


@pytest.mark.django_db
def test_what_moves_only_the_version_and_the_managers_makes_no_change() -> None:
    from tests.regions.journal.test_recording import deployment, put, record, synced

    term = journal.claim("test", NOON)
    assert term
    first = deployment("shop", 1)
    first["metadata"]["managedFields"] = [{"manager": "helm"}]
    record(term, put(first), synced())
    again = deployment("shop", 102)
    again["metadata"]["managedFields"] = [{"manager": "helm"}, {"manager": "another"}]
    assert record(term, put(again)) == []
