"""Where a request comes from: one rule, read from the right."""

import re
import signal
import sqlite3
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dashboard import proxies
from tests.dashboard.frame.processes import ROOT, environment, manage
from tests.dashboard.frame.test_settings import SOUND

PEER = "10.0.0.1"


@pytest.mark.parametrize(
    ("hops", "headers", "client"),
    [
        # Nobody is trusted: the peer asks, whatever is said
        (0, [], PEER),
        (0, ["1.1.1.1"], PEER),
        (0, ["1.1.1.1, 2.2.2.2", "3.3.3.3"], PEER),
        # One proxy: whom it heard it from stands last, and what was sent to it stands before
        (1, [], PEER),
        (1, ["1.1.1.1"], "1.1.1.1"),
        (1, ["6.6.6.6, 1.1.1.1"], "1.1.1.1"),
        (1, ["6.6.6.6", "1.1.1.1"], "1.1.1.1"),
        (1, ["6.6.6.6,7.7.7.7,1.1.1.1"], "1.1.1.1"),
        # Two: the further one's word counts
        (2, ["1.1.1.1, 2.2.2.2"], "1.1.1.1"),
        (2, ["6.6.6.6, 1.1.1.1, 2.2.2.2"], "1.1.1.1"),
        (2, ["2.2.2.2"], "2.2.2.2"),
        (2, ["6.6.6.6, 1.1.1.1", "2.2.2.2"], "1.1.1.1"),
        # As proxies write addresses
        (1, ["1.1.1.1:4711"], "1.1.1.1"),
        (1, ["[2001:db8::7]:4711"], "2001:db8::7"),
        (1, ["2001:DB8::7"], "2001:db8::7"),
        # What is no address is nobody's: the next one to the right, else the peer
        (1, ["6.6.6.6, unknown"], PEER),
        (2, ["unknown, 2.2.2.2"], "2.2.2.2"),
        (1, ["6.6.6.6, "], PEER),
        (1, [""], PEER),
        (1, ["6.6.6.6, _hidden"], PEER),
        (1, ["6.6.6.6, 1.1.1.1; for=x"], PEER),
        (2, ["6.6.6.6, , 2.2.2.2"], "2.2.2.2"),
    ],
)
def test_who_asks_is_read_from_the_right(hops, headers, client):
    assert proxies.client(PEER, headers, hops) == client


@pytest.mark.parametrize(
    ("hops", "own", "headers", "scheme"),
    [
        (0, "http", ["https"], "http"),
        (1, "http", ["https"], "https"),
        (1, "http", ["http"], "http"),
        (1, "http", ["https, http"], "http"),
        (1, "http", ["http, https"], "https"),
        (1, "http", [], "http"),
        (2, "http", ["https, http"], "https"),
        (2, "http", ["https"], "https"),
        (1, "ws", ["https"], "wss"),
        (1, "ws", ["wss"], "wss"),
        (1, "http", ["HTTPS"], "https"),
        (1, "http", ["javascript"], "http"),
        (1, "https", ["http"], "https"),
        (1, "http", ["https", "http"], "http"),
    ],
)
def test_whether_it_came_by_tls_is_read_from_the_right(hops, own, headers, scheme):
    assert proxies.scheme(own, headers, hops) == scheme


async def test_nothing_further_in_sees_what_was_forwarded():
    seen = []

    async def inner(scope, receive, send):
        seen.append(scope)

    sent = [(b"x-forwarded-for", b"1.1.1.1"), (b"X-Forwarded-Host", b"evil"), (b"host", b"pane"), (b"forwarded", b"x")]
    await proxies.Behind(inner, 1)({"type": "http", "headers": sent, "client": (PEER, 5), "scheme": "http"}, None, None)
    assert seen[0]["headers"] == [(b"host", b"pane")]
    assert seen[0]["client"] == ("1.1.1.1", 0)


@contextmanager
def web_process(data: Path, **more: str) -> Iterator[str]:
    """`manage.py serve` as in production; gives its address."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", "0"],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=(data / "log").open("w"),
        env=environment(data, **more),
    )
    try:
        assert process.stdout
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found, (data / "log").read_text()
        yield found[0]
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    assert "Traceback" not in (data / "log").read_text()


def guess(address: str, **headers: str) -> int:
    """The status of a wrong password, sent as a browser's form is."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    form = opener.open(urllib.request.Request(f"{address}sign-in/", headers=headers), timeout=20)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form.read().decode())
    assert token
    said = {"username": "ada", "password": "wrong", "csrfmiddlewaretoken": token[1]}
    headers |= {"Cookie": form.headers["Set-Cookie"].partition(";")[0]}
    headers |= {"Referer": f"https://{headers['Host']}/sign-in/"} if "Host" in headers else {}
    body = urllib.parse.urlencode(said).encode()
    try:
        opener.open(urllib.request.Request(f"{address}sign-in/", body, headers), timeout=20)
    except urllib.error.HTTPError as error:
        return error.code
    return 200


def noted(data: Path) -> set[str]:
    rows = sqlite3.connect(data / "pane.sqlite3").execute("select address from dashboard_failedsignin")
    return {address for (address,) in rows}


def test_without_a_proxy_nobody_passes_for_another_by_a_header(tmp_path):
    manage("migrate", "-v", "0", data=tmp_path)
    with web_process(tmp_path) as address:
        found = [guess(address, **{"X-Forwarded-For": f"9.9.9.{number}"}) for number in range(7)]
    assert found == [422] * 5 + [429] * 2
    assert noted(tmp_path) == {"127.0.0.1"}
    assert (tmp_path / "log").read_text().count("PANE_TRUSTED_HOPS") == 1, "said once"


@pytest.mark.parametrize("trust", [{"PANE_TRUST_PROXY": "1"}, {"PANE_TRUSTED_HOPS": "1"}])
def test_in_production_behind_a_proxy_its_word_counts_and_nothing_that_was_sent_to_it(tmp_path, trust):
    manage("migrate", "-v", "0", data=tmp_path)
    with web_process(tmp_path, **SOUND, **trust) as address:
        told = {"Host": "pane.example.org", "X-Forwarded-Proto": "https"}
        found = [guess(address, **told, **{"X-Forwarded-For": f"9.9.9.{number}, 10.7.7.7"}) for number in range(7)]
        assert found == [422] * 5 + [429] * 2
        assert guess(address, **told, **{"X-Forwarded-For": "10.8.8.8"}) == 422, "somebody else is somebody else"
    assert noted(tmp_path) == {"10.7.7.7", "10.8.8.8"}


def test_in_production_there_is_one_way_to_run_the_web_process(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "uvicorn", "dashboard.asgi:application", "--port", "0"],
        cwd=ROOT,
        text=True,
        env=environment(tmp_path, **SOUND),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "manage.py serve" in done.stderr
    assert "Traceback" not in done.stderr
