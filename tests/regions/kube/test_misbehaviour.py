"""Servers, proxies and networks at their worst: each ends in a sentence, and a stream goes on."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from aiohttp import web

from regions.domain.kinds import Kind, Where
from regions.kube.backoff import Backoff, Pace
from regions.kube.client import Client
from regions.kube.endpoint import ClientIdentity, Endpoint
from regions.kube.errors import Invalid, KubeError, Refused, Unreachable
from regions.kube.listwatch import Bookmark, Event, ListPage, News, StreamTrouble, Synced, follow
from tests.regions.kube.server import Odd, event, failing, failure, item, odd_server, page, sending, silence

CONFIGMAPS = Kind("", "ConfigMap", "configmaps", ("v1",), Where.HOSTS)
FAST = Pace(first=0.02, longest=0.1, look_again=0.05)
PATH = "/api/v1/configmaps"


@pytest.fixture
async def odd() -> AsyncIterator[Odd]:
    async with odd_server() as server:
        yield server


@pytest.fixture
async def client(odd: Odd) -> AsyncIterator[Client]:
    async with Client(odd.endpoint()) as opened:
        yield opened


async def until(
    client: Client, wanted: type[News] | StreamTrouble, *, resource_version: str = "", at: int = 1
) -> list[News]:
    """What a stream tells up to the nth news of this kind."""
    told: list[News] = []
    async with asyncio.timeout(20), aclosing(follow(client, CONFIGMAPS, resource_version, pace=FAST)) as news:  # type: ignore[type-var]
        async for item in news:
            told.append(item)
            at -= item == wanted or (isinstance(wanted, type) and isinstance(item, wanted))
            if not at:
                break
    return told


def of(told: list[News], kind: type[News]) -> list[News]:
    return [item for item in told if isinstance(item, kind)]


async def test_a_garbage_line_costs_the_connection_and_nothing_else(odd: Odd, client: Client):
    odd.watches = [
        sending(event("ADDED", "a", 2), b'<html>"nobody expects this"</html>\n'),
        sending(event("ADDED", "b", 3), then="hang"),
    ]
    told = await until(client, Event, at=2)
    assert [news.manifest["metadata"]["name"] for news in of(told, Event)] == ["a", "b"]
    assert StreamTrouble("broken", "odd sent a line that is no event.") in told
    assert len(of(told, Synced)) == 1
    assert odd.seen[-1].query["resourceVersion"] == "2"


async def test_what_can_twice_not_be_read_is_listed_again_and_the_loss_is_said(odd: Odd, client: Client):
    odd.watches = [sending(b"no event\n"), sending(b"no event\n"), silence]
    odd.lists = [page(1, "a"), page(7, "b")]
    _, second = of(await until(client, Synced, at=2), Synced)
    assert second == Synced("7", "v1", frozenset({("default", "b")}), relist=True, lost_history=True)


@pytest.mark.parametrize(
    "line",
    [
        b"[]",
        b"{}",
        b'"ADDED"',
        b'{"type": "ADDED"}',
        b'{"type": "ADDED", "object": []}',
        b"\xff\xfe",
        b'{"type": "ADDED", "object": {}}',
        b'{"type": "EXPLODED", "object": {"metadata": {"name": "a"}}}',
        b'{"type": "ADDED", "object": {"metadata": {"name": 7, "resourceVersion": "2"}}}',
        b'{"type": "BOOKMARK", "object": {"metadata": {}}}',
        b'{"type": "ERROR", "object": "no"}',
        b'{"type":"ADDED","object":' + b'{"a":' * 100_000,
    ],
)
async def test_any_line_that_is_no_event_is_garbage(odd: Odd, client: Client, line: bytes):
    odd.watches = [sending(line + b"\n"), sending(event("ADDED", "b", 3), then="hang")]
    told = await until(client, Event)
    assert StreamTrouble("broken", "odd sent a line that is no event.") in told


async def test_an_event_may_come_in_any_pieces_and_be_large(odd: Odd, client: Client):
    large = {"type": "ADDED", "object": item("large", 2) | {"data": {"x": "ü" * 1_000_000}}}
    whole = json.dumps(large, ensure_ascii=False).encode() + b"\n" + event("ADDED", "small", 3)
    pieces = [whole[:7], whole[7:1001], *(whole[n : n + 300_001] for n in range(1001, len(whole), 300_001))]
    odd.watches = [sending(*pieces, then="hang")]
    told = of(await until(client, Event, at=2), Event)
    assert [news.manifest["metadata"]["name"] for news in told] == ["large", "small"]
    assert len(told[0].manifest["data"]["x"]) == 1_000_000


async def test_a_line_without_end_is_cut_off(odd: Odd, client: Client):
    endless = sending(*[b"x" * (1 << 20)] * 20, then="hang", pause=0)
    odd.watches = [endless, sending(event("ADDED", "b", 3), then="hang")]
    told = await until(client, Event)
    assert StreamTrouble("broken", "odd sent an event of more than 16 MiB.") in told


async def test_a_watch_that_breaks_off_is_resumed_where_it_was(odd: Odd, client: Client):
    odd.watches = [sending(event("ADDED", "a", 5), b'{"type":"ADD', then="break"), silence]
    odd.lists = [page(1), page(9)]
    told = await until(client, StreamTrouble("watching"), at=2)
    assert len(of(told, ListPage)) == 1
    assert odd.seen[-1].query["resourceVersion"] == "5"
    assert odd.seen[-1].query["allowWatchBookmarks"] == "true"
    assert 300 <= int(odd.seen[-1].query["timeoutSeconds"]) <= 600


async def test_a_watch_that_ends_as_agreed_is_resumed_without_a_word(odd: Odd, client: Client):
    bookmark = json.dumps({"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "8"}}}).encode() + b"\n"
    odd.watches = [sending(event("ADDED", "a", 5), bookmark), sending(event("DELETED", "a", 9), then="hang")]
    told = await until(client, Event, at=2)
    assert told[-2:] == [Bookmark("8"), Event("DELETED", told[-1].manifest)]  # type: ignore[union-attr]
    assert [news.state for news in of(told, StreamTrouble)] == ["listing", "watching"]
    assert odd.seen[-1].query["resourceVersion"] == "8"


@pytest.mark.parametrize("way", ["http", "event"])
async def test_lost_history_is_listed_again_and_said(odd: Odd, client: Client, way: str):
    gone = failure(410, "Expired", "too old resource version: 1 (7)")
    error = json.dumps({"type": "ERROR", "object": gone}).encode() + b"\n"
    odd.watches = [failing(410, "Expired", gone["message"]) if way == "http" else sending(error), silence]
    odd.lists = [page(1, "a"), page(7, "b")]
    first, second = of(await until(client, Synced, at=2), Synced)
    assert first == Synced("1", "v1", frozenset({("default", "a")}))
    assert second == Synced("7", "v1", frozenset({("default", "b")}), relist=True, lost_history=True)


async def test_another_error_event_is_told_and_the_watch_resumed(odd: Odd, client: Client):
    error = json.dumps({"type": "ERROR", "object": failure(500, "InternalError", "etcd sighed")}).encode() + b"\n"
    odd.watches = [sending(event("ADDED", "a", 4) + error), silence]
    told = await until(client, StreamTrouble("watching"), at=2)
    assert StreamTrouble("broken", "etcd sighed", 500) in told
    assert len(of(told, Synced)) == 1
    assert odd.seen[-1].query["resourceVersion"] == "4"


async def test_a_list_whose_continuation_expires_begins_again(odd: Odd, client: Client):
    odd.lists = [
        page(1, "a", more="token-1"),
        failing(410, "Expired", "The provided continue parameter is too old"),
        page(5, "b", more="token-2"),
        page(5, "c"),
    ]
    told = await until(client, Synced)
    assert len(of(told, ListPage)) == 3
    assert told[-1] == Synced("5", "v1", frozenset({("default", "b"), ("default", "c")}))
    assert odd.seen[-1].query["continue"] == "token-2"


async def test_a_server_that_went_back_in_time_is_listed_again(odd: Odd, client: Client):
    odd.now, odd.lists = 500, [page(500, "a")]
    told = await until(client, Synced, resource_version="90210")
    assert told[-1] == Synced("500", "v1", frozenset({("default", "a")}), relist=True, lost_history=True)


async def test_a_version_that_is_still_known_is_resumed_without_a_list(odd: Odd, client: Client):
    odd.now = 500
    odd.watches = [sending(event("ADDED", "b", 501), then="hang")]
    told = await until(client, Event, resource_version="499")
    assert not of(told, ListPage)
    assert odd.seen[-1].query["resourceVersion"] == "499"


async def test_a_failure_that_stays_is_said_once_and_asked_ever_more_slowly(odd: Odd, client: Client):
    odd.lists = [failing(500, "InternalError", "no")] * 6 + [page(1)]
    told = await until(client, Synced)
    assert of(told, StreamTrouble) == [
        StreamTrouble("listing"),
        StreamTrouble("broken", "no", 500),
        StreamTrouble("listing"),
    ]
    assert odd.count("list") == 7


async def test_a_watch_that_ends_at_once_is_not_asked_in_a_tight_circle(odd: Odd, client: Client):
    odd.watches = [sending()]
    news = follow(client, CONFIGMAPS, pace=Pace(first=0.3, longest=5))

    async def read() -> None:
        async for _ in news:
            pass

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(read(), 2)
    assert odd.count("watch") < 30


async def test_a_kind_that_is_not_permitted_is_refused_in_the_servers_words(odd: Odd, client: Client):
    sentence = 'configmaps is forbidden: User "x" cannot list resource "configmaps" at the cluster scope'
    odd.lists = [failing(403, "Forbidden", sentence)]
    told = await until(client, StreamTrouble("refused", sentence, 403))
    assert told[-1] == StreamTrouble("refused", sentence, 403)


async def test_closing_a_stream_closes_its_connection(odd: Odd, client: Client):
    ended = asyncio.Event()

    async def watch(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"\n")
                await asyncio.sleep(0.01)
        except ConnectionError:
            ended.set()
            raise

    odd.watches = [watch]
    await until(client, StreamTrouble("watching"))
    await asyncio.wait_for(ended.wait(), 5)


@pytest.mark.parametrize("where", ["http://127.0.0.1:1/secret", "https://169.254.169.254/latest/"])
async def test_a_redirect_is_not_followed(odd: Odd, client: Client, where: str):
    odd.lists = [web.Response(status=302, headers={"Location": where})]
    with pytest.raises(KubeError, match="redirects are not followed") as caught:
        await client.get(PATH)
    assert caught.value.status == 302
    assert len(odd.seen) == 1


async def test_a_dripping_answer_ends_at_the_deadline(odd: Odd, client: Client):
    odd.lists = [sending(*[b" "] * 1000, pause=0.05)]
    with pytest.raises(Unreachable, match="odd did not answer within 1 second"):
        await client.get(PATH, deadline=1)


async def test_a_silent_server_ends_at_the_deadline(odd: Odd, client: Client):
    odd.other["/readyz"] = silence
    with pytest.raises(Unreachable, match="did not answer"):
        await client.ready(deadline=0.3)


async def test_an_answer_that_unpacks_without_end_is_cut_off(odd: Odd, client: Client):
    bomb = gzip.compress(bytes(256 << 20), 1)
    odd.lists = [web.Response(body=bomb, headers={"Content-Encoding": "gzip"})]
    with pytest.raises(KubeError, match="an answer of more than 64 MiB"):
        await client.get(PATH)


async def test_an_endless_answer_is_cut_off(odd: Odd, client: Client):
    odd.lists = [sending(*[b" " * (1 << 22)] * 20, pause=0)]
    with pytest.raises(KubeError, match="an answer of more than 64 MiB"):
        await client.get(PATH)


@pytest.mark.parametrize(
    "body",
    [b"<html>It works!</html>", b"", b"[]", b'{"items": 1}', b"\xff", b'{"metadata": {}, "items": [{"metadata": 1}]}'],
)
async def test_what_is_no_list_is_said_to_be_none(odd: Odd, client: Client, body: bytes):
    odd.lists = [web.Response(body=body)]
    with pytest.raises(KubeError, match="odd answered something that no API server answers"):
        async for _ in client.list_pages(PATH):
            pass


async def test_a_proxys_page_of_html_is_not_shown(odd: Odd, client: Client):
    odd.lists = [web.Response(status=502, text="<html><body>Bad gateway</body></html>", content_type="text/html")]
    with pytest.raises(KubeError, match=r"^odd answered 502$"):
        await client.get(PATH)


async def test_a_server_that_echoes_our_token_does_not_get_it_into_a_message(odd: Odd, client: Client):
    async def echo(request: web.Request) -> web.Response:
        said = request.headers["Authorization"]
        cause = {"field": "spec.x", "message": said}
        status = failure(422, "Invalid", f"you said {said}", causes=[cause])
        return web.json_response(status, status=422, headers={"Warning": f'299 - "{said}"'})

    odd.lists = [echo]
    with pytest.raises(Invalid) as caught:
        await client.get(PATH)
    error = caught.value
    assert error.message == "you said Bearer [hidden]"
    assert "a-secret-token" not in repr((error, error.args, error.fields, error.warnings, error.__cause__))


async def test_a_refused_token_is_fetched_anew_once(odd: Odd):
    tokens = iter(["old-token", "new-token", "newer-token"])
    held = ClientIdentity.bearer(next(tokens))

    async def renew(fresh: bool) -> ClientIdentity:
        nonlocal held
        if fresh:
            held = ClientIdentity.bearer(next(tokens))
        return held

    async def answer(request: web.Request) -> web.Response:
        if request.headers["Authorization"] == "Bearer new-token":
            return web.json_response(page(1))
        return web.json_response(failure(401, "Unauthorized", "Unauthorized"), status=401)

    odd.lists = [answer]
    async with Client(Endpoint(odd.url, held, trusted=True, renew=renew)) as client:
        assert (await client.get(PATH))["kind"] == "ConfigMapList"
        held = ClientIdentity.bearer("another")
        with pytest.raises(Refused, match="Unauthorized"):
            await client.get(PATH)
    assert len(odd.seen) == 4


async def test_nobody_listening_and_no_such_name_are_sentences():
    async with Client(Endpoint("http://127.0.0.1:1", ClientIdentity(), trusted=True)) as client:
        with pytest.raises(Unreachable, match=r"127.0.0.1:1: connection refused\."):
            await client.get("/version")
    async with Client(Endpoint("http://nowhere.invalid", ClientIdentity(), trusted=True)) as client:
        with pytest.raises(Unreachable, match="no address is known for this name"):
            await client.get("/version")


async def test_a_server_may_answer_and_not_be_ready(odd: Odd, client: Client):
    text = "[+]ping ok\n[-]etcd failed: reason withheld\n[-]poststarthook/x failed: not finished\nreadyz check failed\n"
    odd.other["/readyz"] = web.Response(status=500, text=text)
    answer = await client.ready()
    assert not answer.ready
    assert answer.message == "etcd failed: reason withheld; poststarthook/x failed: not finished"


async def test_where_readyz_is_not_permitted_the_version_will_do(odd: Odd, client: Client):
    odd.other |= {"/readyz": failing(403), "/livez": failing(403), "/version": {"gitVersion": "v1.34.1"}}
    assert (await client.ready()).ready
    odd.other["/version"] = failing(403, "Forbidden", "not even that")
    with pytest.raises(Refused, match="not even that"):
        await client.ready()


async def test_the_environments_proxy_is_not_used(odd: Odd, client: Client, monkeypatch: pytest.MonkeyPatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert (await client.get(PATH))["kind"] == "ConfigMapList"


async def test_a_server_that_asks_for_patience_gets_it():
    waits = Backoff(Pace())
    assert waits.next(at_least=7) >= 7
    assert waits.next(at_least=86_400) <= 60
    for _ in range(10):
        assert waits.next() <= 30


async def test_many_kinds_that_look_at_once_ask_once(odd: Odd, client: Client):
    await asyncio.gather(*(client.discover(10) for _ in range(30)))
    assert sum(request.path == "/apis" for request in odd.seen) == 1
