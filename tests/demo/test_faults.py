"""Everything that can be wrong with a server can be made so, and be mended."""

import asyncio
import contextlib
import http.client
import ssl
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from dashboard.demo.apiserver.server import Server
from tests.conformance.api import Api
from tests.conformance.threads import Loop
from tests.demo.conftest import api_of

CONFIGMAPS = "/api/v1/namespaces/default/configmaps"


@pytest.fixture
def server(loop: Loop) -> Iterator[Server]:
    made = Server("faulty", bookmark_seconds=0.3)
    loop.run(made.start())
    yield made
    loop.run(made.stop())


@pytest.fixture
def api(server: Server) -> Api:
    return api_of(server)


def switch(loop: Loop, server: Server, name: str, value: float = 1) -> None:
    loop.call(server.faults.set, name, value)


def test_refused_connections_are_taken_again_at_the_same_address(loop: Loop, server: Server, api: Api):
    url = server.url
    loop.run(server.refuse())
    with pytest.raises(ConnectionRefusedError):
        api.get("/version")
    loop.run(server.accept())
    assert server.url == url
    assert api.get("/version").status == 200


def test_an_outage_cuts_open_watches(loop: Loop, server: Server, api: Api):
    events = api.watch(CONFIGMAPS, 20)
    api.create(CONFIGMAPS, {"metadata": {"name": "a"}})
    assert next(events)["object"]["metadata"]["name"] == "a"
    loop.run(server.refuse())
    began = time.monotonic()
    with contextlib.suppress(http.client.HTTPException, OSError):
        assert next(events, None) is None
    assert time.monotonic() - began < 10  # and not only when the watch was to end


def test_a_frozen_server_takes_connections_and_says_nothing(loop: Loop, server: Server, api: Api):
    switch(loop, server, "freeze")
    host, port = server.url.removeprefix("https://").split(":")
    trust = ssl.create_default_context(cadata=api.ca)
    connection = http.client.HTTPSConnection(host, int(port), context=trust, timeout=0.5)
    connection.request("GET", "/readyz")
    with pytest.raises(TimeoutError):
        connection.getresponse()
    connection.close()
    switch(loop, server, "freeze", 0)
    assert api.get("/readyz").text == b"ok"


def test_a_silent_server_answers_but_its_watches_say_nothing(loop: Loop, server: Server, api: Api):
    switch(loop, server, "silence")
    version = api.create(CONFIGMAPS, {"metadata": {"name": "a"}}).version
    api.create(CONFIGMAPS, {"metadata": {"name": "b"}})
    assert list(api.watch(CONFIGMAPS, 1, resourceVersion=version, allowWatchBookmarks="true")) == []
    loop.call(server.faults.heal)
    assert [e["type"] for e in api.watch(CONFIGMAPS, 1, resourceVersion=version)] == ["ADDED"]


def test_a_dripping_server_is_slow_but_right(loop: Loop, server: Server, api: Api):
    switch(loop, server, "drip")
    began = time.monotonic()
    assert api.get("/version").body["major"] == "1"
    assert time.monotonic() - began > 1


def test_garbage_is_no_json(loop: Loop, server: Server, api: Api):
    api.create(CONFIGMAPS, {"metadata": {"name": "a"}})
    switch(loop, server, "garbage")
    with pytest.raises(ValueError, match=r"utf-8|Expecting"):
        _ = api.get("/version").body
    with pytest.raises(ValueError, match=r"utf-8|Expecting"):
        list(api.watch(CONFIGMAPS, 1))


def test_expired_versions_end_watches_and_cannot_be_resumed(loop: Loop, server: Server, api: Api):
    version = api.create(CONFIGMAPS, {"metadata": {"name": "a"}}).version
    events = api.watch(CONFIGMAPS, 20, resourceVersion=version)
    api.create(CONFIGMAPS, {"metadata": {"name": "b"}})
    assert next(events)["type"] == "ADDED"
    loop.call(server.expire)
    last = next(events)
    assert (last["type"], last["object"]["code"]) == ("ERROR", 410)
    assert [e["object"]["code"] for e in api.watch(CONFIGMAPS, 1, resourceVersion=version)] == [410]


def test_revoked_tokens_are_refused(loop: Loop, server: Server, api: Api):
    switch(loop, server, "revoke")
    assert api.get(CONFIGMAPS).status == 401


def test_so_many_writes_meet_a_conflict(loop: Loop, server: Server, api: Api):
    api.create(CONFIGMAPS, {"metadata": {"name": "a"}})
    switch(loop, server, "conflict", 2)
    answers = [api.patch(f"{CONFIGMAPS}/a", {"data": {"n": str(n)}}).status for n in range(3)]
    assert answers == [409, 409, 200]


@pytest.mark.parametrize("status", [429, 500])
def test_everything_may_be_answered_with_an_error(loop: Loop, server: Server, api: Api, status: int):
    switch(loop, server, str(status))
    answer = api.get(CONFIGMAPS)
    assert (answer.status, answer.body["kind"]) == (status, "Status")
    if status == 429:
        assert ("Retry-After", "1") in answer.headers


def test_a_clock_may_be_wrong(loop: Loop, server: Server, api: Api):
    switch(loop, server, "skew", -86400)
    made = api.create(CONFIGMAPS, {"metadata": {"name": "a"}})
    yesterday = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86400))
    assert made.body["metadata"]["creationTimestamp"].startswith(yesterday)


def test_a_restarted_server_has_kept_everything(loop: Loop, server: Server, api: Api):
    version = api.create(CONFIGMAPS, {"metadata": {"name": "a"}}).version
    api.create(CONFIGMAPS, {"metadata": {"name": "b"}})
    loop.run(server.restart(0.05))
    assert [e["type"] for e in api.watch(CONFIGMAPS, 1, resourceVersion=version)] == ["ADDED"]


def test_a_replaced_cluster_is_another_one_at_the_same_address(loop: Loop, server: Server, api: Api):
    api.create(CONFIGMAPS, {"metadata": {"name": "a"}})
    before = api.get("/api/v1/namespaces/kube-system").body["metadata"]["uid"]
    loop.run(server.replace())
    assert api.get("/api/v1/namespaces/kube-system").body["metadata"]["uid"] != before
    assert api.get(CONFIGMAPS).body["items"] == []


def test_the_history_is_bounded(loop: Loop):
    server = Server("short", history=5)
    loop.run(server.start())
    api = api_of(server)
    version = api.get(CONFIGMAPS).version
    for number in range(8):
        api.create(CONFIGMAPS, {"metadata": {"name": f"c{number}"}})
    assert [e["object"]["code"] for e in api.watch(CONFIGMAPS, 1, resourceVersion=version)] == [410]
    assert len(api.get(CONFIGMAPS).body["items"]) == 8
    loop.run(server.stop())


def test_events_do_not_last(loop: Loop, server: Server, api: Api):
    path = "/api/v1/namespaces/default/events"
    about = {"kind": "Region", "name": "r"}
    for name, seen in (("old", "2020-01-01T00:00:00Z"), ("fresh", "2999-01-01T00:00:00Z")):
        api.create(
            path,
            {
                "metadata": {"name": name},
                "involvedObject": about,
                "type": "Normal",
                "reason": "Tested",
                "firstTimestamp": "2020-01-01T00:00:00Z",
                "lastTimestamp": seen,
            },
        )
    assert loop.call(server.forget_events, timedelta(hours=1)) == 1
    assert [item["metadata"]["name"] for item in api.get(path).body["items"]] == ["fresh"]


def test_what_an_object_owned_goes_with_it(api: Api):
    owner = api.create(CONFIGMAPS, {"metadata": {"name": "owner"}}).body["metadata"]
    held = {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": owner["uid"]}
    other = api.create(CONFIGMAPS, {"metadata": {"name": "other"}}).body["metadata"]
    also = {"apiVersion": "v1", "kind": "ConfigMap", "name": "other", "uid": other["uid"]}
    api.create(CONFIGMAPS, {"metadata": {"name": "owned", "ownerReferences": [held]}})
    api.create(CONFIGMAPS, {"metadata": {"name": "kept", "ownerReferences": [held], "finalizers": ["a.b/c"]}})
    api.create(CONFIGMAPS, {"metadata": {"name": "shared", "ownerReferences": [held, also]}})
    api.delete(f"{CONFIGMAPS}/owner")
    left = {item["metadata"]["name"]: item["metadata"] for item in api.get(CONFIGMAPS).body["items"]}
    assert set(left) == {"other", "kept", "shared"}
    assert left["kept"]["deletionTimestamp"]


def test_a_namespace_goes_with_what_lies_in_it(api: Api):
    api.create("/api/v1/namespaces", {"metadata": {"name": "team"}})
    path = "/api/v1/namespaces/team/configmaps"
    api.create(path, {"metadata": {"name": "a"}})
    api.create(path, {"metadata": {"name": "held", "finalizers": ["a.b/c"]}})
    api.delete("/api/v1/namespaces/team")
    assert api.get("/api/v1/namespaces/team").body["status"]["phase"] == "Terminating"
    assert api.create(path, {"metadata": {"name": "late"}}).status == 403
    api.patch(f"{path}/held", {"metadata": {"finalizers": None}})
    assert api.get("/api/v1/namespaces/team").status == 404


async def test_a_server_leaves_nothing_running_behind_it():
    server = Server("short-lived")
    await server.start()
    before = asyncio.all_tasks()
    await server.stop()
    await asyncio.sleep(0)
    assert asyncio.all_tasks() <= before
