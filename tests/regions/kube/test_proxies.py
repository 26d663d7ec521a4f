"""A region behind a proxy: by real proxies, only by those that are listed, and each way to fail in its own words."""

from collections.abc import AsyncIterator
from contextlib import ExitStack

import pytest

from regions.domain.proxies import proxy_of
from regions.kube import kubeconfig
from regions.kube.client import Client
from regions.kube.errors import Unreachable, Unsupported
from tests.regions.watcher import servers
from tests.rig.certificates import Authority
from tests.rig.proxies import Proxy, proxy

CA = Authority("behind")


@pytest.fixture
async def server() -> AsyncIterator[servers.Cluster]:
    made = servers.Cluster("fra1")
    with ExitStack() as stack:
        await made.start(stack.enter_context(servers.serving(CA)))
        yield made
        await made.stop()


@pytest.fixture(params=["http", "https", "socks5"])
async def way(request: pytest.FixtureRequest) -> AsyncIterator[Proxy]:
    with servers.serving(CA) as context:
        async with proxy(request.param, context) as made:
            yield made


def text(server: servers.Cluster, way: Proxy | str, **cluster: str) -> str:
    url = way if isinstance(way, str) else way.url
    return server.kubeconfig(CA.certificate, **{"proxy-url": url, **cluster})


async def test_a_listed_proxy_is_gone_through_for_every_kind_of_request(server: servers.Cluster, way: Proxy) -> None:
    await server.put("machines", {"metadata": {"name": "m-0", "namespace": "default"}})
    async with Client(kubeconfig.parse(text(server, way), {way.url}), allow_loopback=True) as client:
        assert (await client.ready()).ready
        assert await client.server_version() == "v1.36.3"
        path = "/apis/cluster.x-k8s.io/v1beta2/machines"
        (page,) = [page async for page in client.list_pages(path)]
        watch = await client.watch(path, "99", seconds=5)
        assert b"m-0" in await watch.read(float("inf"))
        watch.close()
    assert len(page.manifests) == 1
    port = int(server.url.rpartition(":")[2])
    assert set(way.asked) == {("127.0.0.1", port)}
    assert len(way.asked) >= 2


async def test_the_proxy_looks_names_up_and_the_certificate_is_the_servers(server: servers.Cluster, way: Proxy) -> None:
    way.names["fra1.behind.example"] = "127.0.0.1"
    there = server.url.replace("127.0.0.1", "fra1.behind.example")
    server.url = there
    given = text(server, way, **{"tls-server-name": "localhost"})
    async with Client(kubeconfig.parse(given, {way.url})) as client:
        assert await client.server_version() == "v1.36.3"
    assert way.asked[0][0] == "fra1.behind.example"
    wrong = text(server, way)
    async with Client(kubeconfig.parse(wrong, {way.url})) as client:
        with pytest.raises(Unreachable, match=r"certificate that is not trusted.*mismatch"):
            await client.server_version()


async def test_a_proxy_that_refuses_is_named_and_is_not_the_server(server: servers.Cluster, way: Proxy) -> None:
    way.refuse = True
    async with Client(kubeconfig.parse(text(server, way), {way.url}), allow_loopback=True) as client:
        with pytest.raises(Unreachable, match=f"the proxy {way.url} does not let us through"):
            await client.server_version()


@pytest.mark.parametrize("scheme", ["http", "https", "socks5"])
async def test_a_proxy_that_is_not_there_is_named(server: servers.Cluster, scheme: str) -> None:
    url = f"{scheme}://127.0.0.1:9"
    async with Client(kubeconfig.parse(text(server, url), {url}), allow_loopback=True) as client:
        with pytest.raises(Unreachable, match=f"the proxy {url} (cannot be reached|does not answer)"):
            await client.server_version()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("http://10.9.9.9:3128", "http://10.9.9.9:3128 is not among the proxies that PANE_REGION_PROXIES lists"),
        ("http://ada:hunter22@proxy:3128", "it holds a user or password"), ("ftp://proxy", "must begin with http://"),
        ("http://proxy:3128/path", "and nothing else"), ("http://proxy:99999", "no address"), ("proxy:3128", "begin"),
        ("socks5h://proxy:1080", "it must begin with"), ("http://[::1", "it is no address"),
    ],
)  # fmt: skip
def test_any_other_proxy_is_refused_in_words(given: str, words: str) -> None:
    cluster = servers.Cluster("fra1")
    cluster.url = "https://fra1.example:6443"
    with pytest.raises(Unsupported) as refused:
        kubeconfig.parse(cluster.kubeconfig(**{"proxy-url": given}), {"http://proxy:3128"})
    assert words in refused.value.message
    assert "hunter22" not in refused.value.message


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "kube.localhost", "169.254.169.254", "[::1]"])
async def test_a_proxy_is_no_way_around_addresses_that_are_not_gone_to(host: str, way: Proxy) -> None:
    cluster = servers.Cluster("fra1")
    cluster.url = f"https://{host}:6443"
    async with Client(kubeconfig.parse(cluster.kubeconfig(**{"proxy-url": way.url}), {way.url})) as client:
        with pytest.raises(Unsupported, match="Pane does not connect there"):
            await client.server_version()
    assert way.asked == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("http://Proxy:80", "http://proxy"), ("socks5://p:1080/", "socks5://p"), ("https://p", "https://p:443")],
)
def test_a_proxy_has_one_spelling(one: str, other: str) -> None:
    assert proxy_of(one) == proxy_of(other)
