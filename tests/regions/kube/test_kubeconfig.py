"""Kubeconfigs from strangers: what is taken, what is refused in which words, and that reading one does nothing."""

import base64
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from regions.kube import kubeconfig
from regions.kube.errors import Unsupported
from tests.regions.kube import pems

HOSTILE = sorted((Path(__file__).parent / "hostile").glob("*.yaml"))
SOUND = (Path(__file__).parent / "sound.yaml").read_text()

_DOINGS = ("open", "os.", "socket.", "subprocess.", "import", "exec", "compile", "shutil.", "tempfile.", "ctypes.")
_doings: list[str] | None = None


def _listen(event: str, _: object) -> None:
    if _doings is not None and event.startswith(_DOINGS):
        _doings.append(event)


sys.addaudithook(_listen)


@contextmanager
def watched() -> Iterator[list[str]]:
    """Whatever the process does to the outside in this block. (What is imported late is imported before.)"""
    global _doings
    kubeconfig.parse(sound())
    _doings = seen = []
    try:
        yield seen
    finally:
        _doings = None


def sound(**changes: str) -> str:
    text = pems.fill(SOUND)
    for old, new in changes.items():
        text = text.replace({"server": "https://10.1.2.3:6443", "token": "a-token"}[old], new)
    return text


def jwt(**claims: object) -> str:
    part = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"eyJhbGciOiJSUzI1NiJ9.{part}.c2lnbmF0dXJl"


@pytest.mark.parametrize("file", HOSTILE, ids=lambda file: file.stem)
def test_a_hostile_kubeconfig_is_refused_in_words_and_does_nothing(file: Path):
    words, _, text = file.read_text().partition("\n")
    text = pems.fill(text)
    with watched() as doings, pytest.raises(Unsupported) as caught:
        kubeconfig.parse(text)
    refusal = caught.value
    assert words.removeprefix("# ") in refusal.message
    assert refusal.message.endswith(".")
    assert doings == []
    key = pems.b64(pems.key_pem("me"))[:40]
    for secret in ("hunter2", "abc.def", "a-token", "passwd", "pane-was-here", "eyJ", key):
        assert secret not in refusal.message
    assert refusal.__cause__ is None
    assert refusal.__suppress_context__ or refusal.__context__ is None


def test_there_are_sixty_hostile_kubeconfigs():
    assert len(HOSTILE) >= 60


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (b"\xff\xfe\x00", "it is not UTF-8 text"),
        ("a: " + "x" * 300_000, "it is larger than 256 KiB"),
        ("".join(f"k{n}: v\n" for n in range(20_000)), "it has more than 5000 values"),
        ("[" * 200_000, "it is nested more than 12 levels deep"),
        ("{a: " * 60_000, "it is nested more than 12 levels deep"),
        ("a: " + "1" * 200_000, "The kubeconfig has the field a that Pane does not know"),
        ("? " * 100_000, "it is nested more than 12 levels deep"),
        ("\x00", "it is not YAML"),
    ],
    ids=["utf-16", "large", "wide", "deep-list", "deep-mapping", "huge-number", "deep-keys", "nul"],
)
def test_a_bomb_is_refused_before_it_grows(given: str | bytes, words: str):
    began = time.process_time()
    with pytest.raises(Unsupported) as refusal:
        kubeconfig.parse(given)
    assert words in refusal.value.message
    assert time.process_time() - began < 30  # a bomb would take hours


def test_reading_a_sound_kubeconfig_opens_runs_and_connects_nothing():
    text = sound()
    with watched() as doings:
        kubeconfig.parse(text)
    assert doings == []


def test_the_audit_hook_sees_a_file_that_is_opened():
    with watched() as doings:
        Path(__file__).read_text()
    assert "open" in doings


async def test_a_sound_kubeconfig_is_taken_with_its_certificate_and_token():
    endpoint = kubeconfig.parse(sound())
    assert (endpoint.server, endpoint.host, endpoint.port) == ("https://10.1.2.3:6443", "10.1.2.3", 6443)
    assert await endpoint.headers() == {"Authorization": "Bearer a-token"}
    assert endpoint.expires_at == pems.ENDS
    assert endpoint.ssl_context() is not None
    assert endpoint.ssl_context() is endpoint.ssl_context()


def test_a_kubeconfig_shows_nothing_of_itself_when_printed():
    endpoint = kubeconfig.parse(sound())
    shown = f"{endpoint!r} {endpoint} {endpoint._identity!r}"
    assert "a-token" not in shown
    assert "PRIVATE KEY" not in shown


@pytest.mark.parametrize(
    "server",
    [
        "https://kubernetes.example",
        "https://[2001:db8::1]:6443",
        "https://rancher.example/k8s/clusters/c-abc12",
        "https://a_b.example:443/",
    ],
)
def test_an_ordinary_server_is_taken(server: str):
    assert kubeconfig.parse(sound(server=server)).server == server.rstrip("/")


@pytest.mark.parametrize(
    "addition", ["extensions: [{name: x, extension: {a: b}}]", "insecure-skip-tls-verify: false", 'proxy-url: ""']
)
def test_what_means_nothing_is_no_reason_to_refuse(addition: str):
    text = sound().replace("    server:", f"    {addition}\n    server:")
    assert kubeconfig.parse(text).host == "10.1.2.3"


def test_what_another_context_uses_does_not_matter():
    text = sound().replace("users:\n", "users:\n- name: plugin\n  user: {exec: {command: /bin/sh}}\n")
    assert kubeconfig.parse(text).host == "10.1.2.3"


def test_json_is_a_kubeconfig_too():
    named = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": "https://10.1.2.3"}}],
        "users": [{"name": "u", "user": {"token": "t"}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u", "namespace": "n"}}],
    }
    assert kubeconfig.parse(json.dumps(named).encode()).port == 443


def test_a_token_that_ends_before_the_certificate_is_when_it_expires():
    endpoint = kubeconfig.parse(sound(token=jwt(exp=1_900_000_000)))
    assert endpoint.expires_at == datetime.fromtimestamp(1_900_000_000, UTC)


@pytest.mark.parametrize("token", ["opaque", "a.b.c", jwt(), jwt(exp="soon"), jwt(exp=1e300), jwt(exp=None), "a.W10.c"])
def test_a_token_that_does_not_say_when_it_ends_leaves_the_certificate_to_say(token: str):
    assert kubeconfig.parse(sound(token=token)).expires_at == pems.ENDS
