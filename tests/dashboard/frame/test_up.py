"""`manage.py up` as somebody types it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.dashboard.frame.processes import ROOT, environment, manage


@pytest.fixture
def up(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up", "--port", "0"],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(tmp_path, PANE_DEMO_TOKEN="let-me-in", PANE_KUBECONFIG="/nowhere", PANE_PATH="/pane"),
    )
    yield process
    if process.poll() is None:
        process.kill()
    process.wait(timeout=30)


def said(process: subprocess.Popen[str]) -> dict[str, str]:
    """The lines it prints when it is up."""
    assert process.stdout
    lines = [process.stdout.readline().strip() for _ in range(4)]
    return dict(re.split(r"\s{2,}", line, maxsplit=1) for line in lines if "  " in line)


def until(true: Callable[[], bool], within: float = 30) -> bool:
    deadline = time.monotonic() + within
    while not true() and time.monotonic() < deadline:
        time.sleep(0.1)
    return true()


def children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def answers(url: str, **headers: str) -> int:
    try:
        return urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=5).status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def test_one_command_prints_a_link_and_a_token_that_work(up):
    lines = said(up)
    address = lines["Pane is at"]
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/pane/", address)
    assert until(lambda: answers(address + "healthz") == 200)
    assert answers(lines["Sign in once"]) == 200
    assert lines["API token"] == "let-me-in"
    assert answers(address + "api/v1/schema/", Authorization="Bearer let-me-in") == 200
    assert answers(address + "api/v1/schema/") == 401


linux = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads /proc to see child processes")


@linux
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_however_it_ends_nothing_is_left_behind(up, how):
    said(up)
    assert until(lambda: len(children(up.pid)) == 1)
    watcher = children(up.pid)[0]
    os.kill(up.pid, how)
    up.wait(timeout=30)
    assert until(lambda: not alive(watcher)), "the watcher outlived its parent"
    if how is not signal.SIGKILL:
        assert up.returncode == 0


@linux
def test_a_watcher_that_dies_is_started_again(up):
    said(up)
    assert until(lambda: len(children(up.pid)) == 1)
    first = children(up.pid)[0]
    os.kill(first, signal.SIGKILL)
    assert until(lambda: bool(children(up.pid)) and children(up.pid) != [first])


def test_a_taken_port_is_a_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = manage("up", "--port", str(taken.getsockname()[1]), data=tmp_path)
    assert done.returncode == 1
    assert "is taken" in done.stderr
    assert "Traceback" not in done.stderr


def test_other_machines_are_let_in_only_once_somebody_has_an_account(tmp_path):
    done = manage("up", "--port", "0", "--host", "0.0.0.0", data=tmp_path)
    assert done.returncode == 1
    assert "createsuperuser" in done.stderr
    assert "Traceback" not in done.stderr


def test_token_prints_a_token_and_makes_the_account(tmp_path):
    manage("migrate", "-v", "0", data=tmp_path)
    first, second = manage("token", "ci", data=tmp_path), manage("token", "ci", data=tmp_path)
    assert re.fullmatch(r"pane_[\w-]{43}\n", first.stdout), first.stderr
    assert second.stdout != first.stdout
    bad = manage("token", "not a name!", data=tmp_path)
    assert bad.returncode == 1
    assert "cannot be an account" in bad.stderr
