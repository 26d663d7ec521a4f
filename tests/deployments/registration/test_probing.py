"""A look at a cluster by a pasted kubeconfig: for whom, how often, and what it tells of what is no cluster."""

import json
import logging
import socket
import ssl
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dashboard.demo.apiserver.server import kubeconfig
from dashboard.demo.apiserver.tls import Authority
from dashboard.people import tokens
from regions.clusters import probe as probing
from tests.conformance.api import Api
from tests.deployments.clusterdeployments.test_deployment_form import text
from tests.deployments.registration.test_region_form import PROVIDERS, post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known")]
SECRET = "the password of the vault is hunter2"


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has looked yet; who hangs is not waited for as long as elsewhere."""
    monkeypatch.setattr(probing, "quota", probing.ProbeQuota())
    monkeypatch.setattr(probing, "PATIENCE", 1.5)


@contextmanager
def web(authority: Authority | None, status: int, body: bytes, **headers: str) -> Iterator[str]:
    """A server that answers everything with this: inside a network, where Pane can reach it and a stranger cannot."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if authority:
        server.socket = authority.context().wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"https://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def bare(accept: bool) -> Iterator[str]:
    """A port that takes connections and says nothing, or takes none."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        if accept:
            yield f"https://127.0.0.1:{port}"
            return
    yield f"https://127.0.0.1:{port}"


def forms(stack: ExitStack, ours: Authority) -> dict[str, str]:
    """Everything that may stand at an address and is no API server, by what it is."""
    other = Authority("other")
    version = json.dumps({"gitVersion": SECRET}).encode()
    return {
        "refused": stack.enter_context(bare(False)),
        "silent": stack.enter_context(bare(True)),
        "plain HTTP": stack.enter_context(web(None, 200, SECRET.encode())),
        "not trusted": stack.enter_context(web(other, 200, SECRET.encode())),
        "a page": stack.enter_context(web(ours, 200, f"<h1>{SECRET}</h1>".encode())),
        "a redirect": stack.enter_context(web(ours, 302, SECRET.encode(), Location="https://127.0.0.1:1/")),
        "forbidden": stack.enter_context(web(ours, 403, SECRET.encode())),
        "unauthorized": stack.enter_context(web(ours, 401, SECRET.encode())),
        "an error": stack.enter_context(web(ours, 500, SECRET.encode())),
        "other JSON": stack.enter_context(web(ours, 200, version)),
        "no JSON": stack.enter_context(web(ours, 200, b"\xff\xfe" + SECRET.encode())),
        "no such name": "https://nowhere.invalid:6443",
    }


def test_what_is_no_api_server_is_told_of_in_one_sentence_and_never_quoted(ada: Client, caplog: Any):
    ours = Authority()
    caplog.set_level(logging.INFO)
    told = {}
    with ExitStack() as stack:
        for what, url in forms(stack, ours).items():
            answer = post(ada, kubeconfig("x", url, ours.certificate, "a-token"))
            told[what] = [line for line in text(answer).split(". ") if "Pane cannot reach it" in line]
            assert SECRET not in answer.content.decode(), what
            assert "hunter2" not in answer.content.decode(), what
    assert {tuple(lines) for lines in told.values()} == {
        ("Pane cannot reach it: No Kubernetes API server answers there that this kubeconfig fits",)
    }, told
    assert "Connection" in caplog.text or "refused" in caplog.text, "whoever runs Pane finds more in its log"
    assert "a-token" not in caplog.text


def test_an_api_server_that_refuses_says_so_in_its_own_words(ada: Client):
    ours = Authority()
    status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Unauthorized", "code": 401}
    body = json.dumps(status | {"message": "Unauthorized"}).encode()
    with web(ours, 401, body) as url:
        answer = post(ada, kubeconfig("x", url, ours.certificate, "a-token"))
    assert "The API server there does not accept this kubeconfig: Unauthorized" in text(answer)


@contextmanager
def watched() -> Iterator[tuple[str, list[Any]]]:
    """A port, and who connected to it."""
    came: list[Any] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def take() -> None:
            while True:
                try:
                    came.append(listener.accept()[1])
                except OSError:
                    return

        threading.Thread(target=take, daemon=True).start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}", came
        listener.shutdown(socket.SHUT_RDWR)


def eve() -> Client:
    """Somebody who may look, and register or change nothing."""
    client = Client()
    client.force_login(User.objects.create_user("eve"))
    return client


def test_who_may_register_no_region_makes_pane_connect_nowhere(settings: Any):
    ours, stranger = Authority(), eve()
    with watched() as (url, came), web(ours, 200, SECRET.encode()) as page:
        told = set()
        for address in (url, page, "https://nowhere.invalid:6443", "https://10.255.255.1:6443"):
            answer = post(stranger, kubeconfig("x", address, ours.certificate, "a-token"))
            told |= {line for line in text(answer).split(". ") if "look at this cluster" in line}
        assert len(told) == 1, told
        assert "pane:eve may not create regions on the management cluster" in told.pop()
        robot = Client(headers={"Authorization": f"Bearer {tokens.issue(User.objects.get(username='eve'), 'tests')}"})
        asked = {
            "name": "x", "providers": [{"name": one} for one in PROVIDERS],
            "kubeconfig": kubeconfig("x", url, ours.certificate, "a-token"),
        }  # fmt: skip
        answer = robot.post("/api/v1/regions/?preview=true", json.dumps(asked), content_type="application/json")
        assert "does not look at this cluster for you" in answer.content.decode()
        said = {"action": "probe", "namespace": "kcm-system", "name": "x", "kubeconfig": asked["kubeconfig"]}
        answer = stranger.post("/new/credential/adopted/", said)
        assert "pane:eve may not create credentials in kcm-system on the management cluster" in text(answer)
        assert stranger.post("/regions/eu-west/kubeconfig/", said).status_code in (200, 422)
        assert came == []


def test_where_people_have_no_accounts_only_administrators_look(settings: Any):
    settings.PANE_IMPERSONATE = False
    ours, stranger = Authority(), eve()
    with watched() as (url, came):
        answer = post(stranger, kubeconfig("x", url, ours.certificate, "a-token"))
        assert "Your roles here do not let you change regions" in text(answer)
        assert came == []


def test_a_person_looks_so_often_and_no_more(ada: Client, management: Api, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(probing, "quota", probing.ProbeQuota(often=2))
    ours = Authority()
    with watched() as (url, came):
        told = [text(post(ada, kubeconfig("x", url, ours.certificate, "a-token"))) for _ in range(4)]
    assert len(came) <= 2 * 2  # TLS is tried, and closed: at most a second time by the client
    assert ["Wait, or go on without" in one for one in told] == [False, False, True, True]
    assert "This would be made" in told[3] or "would be refused" in told[3], "the form goes on without"


def test_a_quota_is_each_persons_own_and_ends():
    quota = probing.ProbeQuota(often=2, window=10)
    assert [quota.take("ada", at) for at in (0, 1, 2, 9, 10.5, 11.5)] == [True, True, False, False, True, True]
    assert quota.take("eve", 2)


def test_a_look_ends_in_time(ada: Client):
    ours = Authority()
    with bare(True) as url:
        began = monotonic()
        post(ada, kubeconfig("x", url, ours.certificate, "a-token"))
        assert monotonic() - began < 15


def test_a_page_that_speaks_tls_is_what_these_tests_say_it_is():
    ours = Authority()
    with web(ours, 200, SECRET.encode()) as url:
        context = ssl.create_default_context(cadata=ours.certificate)
        opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context))
        assert opener.open(url, timeout=5).read().decode() == SECRET
