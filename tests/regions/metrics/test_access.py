"""Getting to a store: whom we trust, which password, by which way, and what is never told."""

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from regions.domain.metrics.measures import Why
from regions.domain.metrics.stores import SecretName, StoreSource
from regions.kube.transport import Reply
from regions.metrics.stores import access as access_module
from regions.metrics.stores.access import Access
from regions.metrics.stores.client import Login, StoreAnswer, StoreClient
from regions.metrics.stores.errors import StoreError
from tests.regions.metrics import faults
from tests.regions.metrics.faults import Faulty, Request, faulty, send
from tests.regions.metrics.test_poller import Secrets, options
from tests.rig.certificates import Authority

NAME = SecretName("kof", "kof-vmuser-creds-admin-1")


def source(url: str, *logins: SecretName, **more: Any) -> StoreSource:
    return StoreSource("regional:x/eu", "regional", "eu", url, "ConfigMap x/kof-eu", logins=logins, **more)


def up(client: StoreClient) -> StoreAnswer:
    return client.query("up", deadline=5)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority("store")


@pytest.fixture
def secure(authority: Authority, tmp_path: Path) -> Iterator[Faulty]:
    pair = authority.serving()
    file = tmp_path / "pair.pem"
    file.write_bytes(pair.certificate + pair.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with faulty(faults.answering(), context) as server:
        yield server


def test_a_certificate_of_nobody_we_trust_is_refused_in_words(secure: Faulty):
    with pytest.raises(StoreError, match="not trusted") as caught:
        Access(options(), Secrets()).ask(source(secure.url), up)
    assert caught.value.why is Why.UNREACHABLE
    assert secure.requests == []


def test_an_authority_of_our_own_is_trusted_beside_the_systems(secure: Faulty, authority: Authority, tmp_path: Path):
    bundle = tmp_path / "ca.pem"
    bundle.write_bytes(authority.certificate)
    found = Access(options(ca=str(bundle)), Secrets()).ask(source(secure.url), up)
    assert found.rows[0].value == 3


def test_who_says_so_in_kof_gets_no_check_of_the_certificate(secure: Faulty):
    assert Access(options(), Secrets()).ask(source(secure.url, verified=False), up).rows


def test_a_certificate_is_checked_against_the_name_that_kof_says(secure: Faulty, authority: Authority, tmp_path: Path):
    bundle = tmp_path / "ca.pem"
    bundle.write_bytes(authority.certificate)
    access = Access(options(ca=str(bundle)), Secrets())
    assert access.ask(source(secure.url, server_name="localhost"), up).rows
    with pytest.raises(StoreError, match="not trusted"):
        access.ask(source(secure.url, server_name="vm.example.org"), up)


def asking(*accepted: str) -> faults.Handler:
    def handler(server: Faulty, line: Any, request: Request) -> None:
        if request.login[1] in accepted:
            return faults.answering()(server, line, request)
        return send(line, "401 Unauthorized", b"{}")

    return handler


def held(password: str) -> dict[tuple[str, str], Mapping[str, str]]:
    return {("kof", NAME.name): {"username": "admin", "password": password}}


def test_the_first_secret_that_is_there_counts():
    other = SecretName("kcm-system", NAME.name)
    gate = Secrets({("kcm-system", NAME.name): {"username": "admin", "password": "right"}})
    access = Access(options(), gate)
    with faulty(asking("right")) as server:
        access.ask(source(server.url, NAME, other), up)
    assert gate.read == [("kof", NAME.name), ("kcm-system", NAME.name)]
    assert access.described(source("", NAME)) == f"Secret kcm-system/{NAME.name}"


def test_a_refused_password_is_read_again_once_and_not_tried_twice_when_it_is_the_same():
    gate = Secrets(held("old"))
    access = Access(options(), gate)
    with faulty(asking("new")) as server:
        with pytest.raises(StoreError):
            access.ask(source(server.url, NAME), up)
        assert len(server.requests) == 1  # the Secret still said the same
        gate.held.update(held("new"))
        assert access.ask(source(server.url, NAME), up).rows
        assert len(server.requests) == 3


def test_a_rotated_password_is_noticed_though_the_old_one_still_works():
    now = [0.0]
    gate = Secrets(held("old"))
    access = Access(options(), gate, clock=lambda: now[0])
    with faulty(asking("old", "new")) as server:
        access.ask(source(server.url, NAME), up)
        gate.held.update(held("new"))
        now[0] = access_module.REREAD + 1
        access.ask(source(server.url, NAME), up)
    assert [request.login[1] for request in server.requests] == ["old", "new"]


def test_a_secret_that_we_may_not_read_is_named():
    class Closed(Secrets):
        def secret(self, namespace: str, name: str) -> Mapping[str, str] | None:
            raise StoreError(Why.NOT_PERMITTED, "secrets is forbidden", status=403)

    with pytest.raises(StoreError, match=f"may not read Secret kof/{NAME.name}") as caught:
        Access(options(), Closed()).ask(source("http://127.0.0.1:1", NAME), up)
    assert caught.value.why is Why.NO_CREDENTIALS


def test_a_source_without_an_address_says_what_names_none():
    with pytest.raises(StoreError, match="ConfigMap x/kof-eu names no address") as caught:
        Access(options(), Secrets()).ask(source(""), up)
    assert caught.value.why is Why.NO_ENDPOINT


def test_loopback_is_for_the_demo_and_for_what_the_operator_set_by_hand():
    with faulty(faults.answering()) as server:
        closed = Access(options(allow_loopback=False), Secrets())
        with pytest.raises(StoreError, match="loopback"):
            closed.ask(source(server.url), up)
        assert closed.ask(replace(source(server.url), key="set:eu", trusted=True), up).rows


def test_by_way_of_the_api_server_the_query_arrives_whole_and_no_password_goes_along():
    class Passing(Secrets):
        def fetch(self, namespace: str, service: str, path: str, query: Any, deadline: float, largest: int) -> Reply:
            self.fetched.append((namespace, service, path))
            self.query = query
            from multidict import CIMultiDict, CIMultiDictProxy

            body = b'{"data": {"result": [{"metric": {}, "value": [0, "7"]}]}}'
            return Reply(200, body, CIMultiDictProxy(CIMultiDict({"Content-Type": "application/json"})))

    gate = Passing(held("secret-password"))
    url = "http://vmselect-cluster.kof.svc:8481/select/0/prometheus"
    asked = 'sum(up{a="b&c=d e"}) + 1'
    found = Access(options(), gate).ask(source(url, NAME), lambda client: client.query(asked, deadline=5))
    assert found.rows[0].value == 7
    assert gate.fetched == [("kof", "http:vmselect-cluster:8481", "/select/0/prometheus/api/v1/query")]
    assert gate.query["query"] == asked
    assert gate.read == []


def test_inside_the_cluster_services_are_asked_directly():
    url = "http://vmselect-cluster.kof.svc:8481/select/0/prometheus"
    access = Access(options(through=False), Secrets())
    assert not access.by_api(source(url))
    assert Access(options(), Secrets()).by_api(source(url))


def test_who_has_a_login_shows_it_to_nobody():
    login = Login("admin", "hunter2hunter2")
    assert "hunter2" not in repr(login)
    with faulty(faults.answering()) as server:
        access = Access(options(), Secrets(held("hunter2hunter2")))
        access.ask(source(server.url, NAME), up)
        assert "hunter2" not in repr(access._open)
