"""Where a server that a person chose may live."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_network

import pytest

from regions.kube.addresses import CheckedResolver, ForbiddenAddress, check, confine
from regions.kube.client import Client
from regions.kube.endpoint import ClientIdentity, Endpoint
from regions.kube.errors import Unreachable, Unsupported
from tests.regions.kube.server import odd_server


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("127.0.0.1", "a loopback address"),
        ("127.8.9.10", "a loopback address"),
        ("::1", "a loopback address"),
        ("::ffff:127.0.0.1", "a loopback address"),
        ("::127.0.0.1", "a loopback address"),
        ("64:ff9b::7f00:1", "a loopback address"),
        ("2002:7f00:1::", "a loopback address"),
        ("169.254.169.254", "a link-local address"),
        ("fe80::1", "a link-local address"),
        ("fe80::1%eth0", "a link-local address"),
        ("::ffff:169.254.169.254", "a link-local address"),
        ("64:ff9b::a9fe:a9fe", "a link-local address"),
        ("0.0.0.0", "an unspecified address"),
        ("0.1.2.3", "an unspecified address"),
        ("::", "an unspecified address"),
        ("224.0.0.1", "a multicast address"),
        ("ff02::1", "a multicast address"),
        ("240.0.0.1", "a reserved address"),
        ("255.255.255.255", "a reserved address"),
        ("fd00:ec2::254", "a cloud metadata address"),
        ("100.100.100.200", "a cloud metadata address"),
    ],
)
def test_some_places_are_never_connected_to(address: str, words: str):
    with pytest.raises(ForbiddenAddress, match=f"is {words}: Pane does not connect there"):
        check(address)


@pytest.mark.parametrize("address", ["10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fd12::1", "203.0.113.7"])
def test_private_and_public_places_are_where_regions_live(address: str):
    check(address)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_loopback_is_allowed_where_the_environment_says_so(address: str):
    check(address, allow_loopback=True)
    with pytest.raises(ForbiddenAddress):
        check("169.254.169.254", allow_loopback=True)


async def test_a_name_for_a_forbidden_place_is_refused_by_what_it_stands_for():
    with pytest.raises(ForbiddenAddress, match=r"localhost is .*a loopback address"):
        await CheckedResolver(checked=True, allow_loopback=False).resolve("localhost", 6443)
    assert await CheckedResolver(checked=True, allow_loopback=True).resolve("localhost", 6443)


async def test_one_bad_address_among_good_ones_refuses_the_name(monkeypatch: pytest.MonkeyPatch):
    def addresses(*_: object, **__: object) -> list[tuple[object, ...]]:
        found = ("203.0.113.7", "169.254.169.254")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", addresses)
    with pytest.raises(ForbiddenAddress, match=r"rebind\.example is 169\.254\.169\.254"):
        await CheckedResolver(checked=True, allow_loopback=False).resolve("rebind.example", 443)


@pytest.mark.parametrize(
    "server", ["https://localhost:1", "https://127.0.0.1:1", "https://[::1]:1", "https://0.0.0.0:1"]
)
async def test_a_forbidden_server_is_refused_in_a_sentence_before_any_connection(server: str):
    async with Client(Endpoint(server, ClientIdentity.bearer("t"))) as client:
        with pytest.raises(Unsupported, match=r"address: Pane does not connect there\.$"):
            await client.ready()


async def test_the_socket_itself_refuses_what_slipped_past_the_lookup(monkeypatch: pytest.MonkeyPatch):
    connected = []
    server = await asyncio.start_server(lambda _, writer: (connected.append(1), writer.close()), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    async def careless(self: CheckedResolver, host: str, port: int = 0, family: int = 0) -> list[dict[str, object]]:
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}]

    monkeypatch.setattr(CheckedResolver, "resolve", careless)
    async with server, Client(Endpoint(f"https://kubernetes.example:{port}", ClientIdentity.bearer("t"))) as client:
        with pytest.raises(Unsupported, match=r"kubernetes\.example is 127\.0\.0\.1, a loopback address"):
            await client.ready()
    assert not connected


async def test_our_own_kubeconfig_may_name_any_place():
    async with Client(Endpoint("https://127.0.0.1:1", ClientIdentity.bearer("t"), trusted=True)) as client:
        with pytest.raises(Unreachable, match="connection refused"):
            await client.ready()


async def test_a_dead_peer_is_noticed_by_the_socket():
    async with odd_server() as odd, Client(odd.endpoint()) as client:
        made: list[socket.socket] = []
        original = client._transport._socket
        client._transport._socket = lambda info: made.append(original(info)) or made[-1]  # type: ignore[method-assign,func-returns-value]
        with suppress(Exception):
            await client.get("/version")
        assert made[0].getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert made[0].getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 20_000


@pytest.fixture
def confined() -> Iterator[None]:
    confine([ip_network("10.0.0.0/8"), ip_network("2001:db8::/32"), ip_network("192.0.2.7")])
    yield
    confine([])


@pytest.mark.usefixtures("confined")
@pytest.mark.parametrize("address", ["10.1.2.3", "192.0.2.7", "2001:db8::1", "::ffff:10.1.2.3"])
def test_what_lies_in_the_networks_that_are_allowed_may_be_connected_to(address: str):
    check(address)


@pytest.mark.usefixtures("confined")
@pytest.mark.parametrize(
    "address", ["192.0.2.8", "11.0.0.1", "172.16.0.1", "2001:db9::1", "::ffff:11.0.0.1", "64:ff9b::a01:203", "8.8.8.8"]
)
def test_what_lies_outside_of_them_may_not(address: str):
    with pytest.raises(ForbiddenAddress, match="outside of the networks in PANE_EGRESS"):
        check(address)


@pytest.mark.usefixtures("confined")
def test_within_them_what_nobody_may_connect_to_stays_forbidden():
    with pytest.raises(ForbiddenAddress, match="loopback"):
        check("127.0.0.1")
    check("127.0.0.1", allow_loopback=True)
