"""`manage.py demo` as somebody types it: up in one command, gone without a trace."""

import json
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
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "let-me-in-to-the-demo"


def environment(data: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PANE_", "DJANGO_", "KUBE"))}
    return {**kept, "PANE_DATA": str(data), "PANE_DEMO_TOKEN": TOKEN}


def manage(*arguments: str, data: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(data),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class Running:
    """A demo that is up: `address`, and what it said."""

    def __init__(self, data: Path, *more: str) -> None:
        self.data = data
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--port", "0", "--pace", "0", *more],
            cwd=ROOT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(data),
        )
        assert self.process.stdout
        self.said = ""
        while "Ctrl-C" not in self.said:
            line = self.process.stdout.readline()
            assert line, self.said
            self.said += line
        found = re.search(r"http://[\d.:]+", self.said)
        assert found
        self.address = found[0]

    def get(self, path: str) -> Any:
        request = urllib.request.Request(self.address + path, headers={"Authorization": f"Bearer {TOKEN}"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)


def processes(data: Path) -> set[int]:
    """Whoever lives with this data folder in the environment or on the command line."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            told = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if str(data).encode() in told and state != "Z" and int(folder.name) != os.getpid():
            found.add(int(folder.name))
    return found


def until(true: Callable[[], Any], within: float = 40) -> bool:
    end = time.monotonic() + within
    while not true() and time.monotonic() < end:
        time.sleep(0.2)
    return bool(true())


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path)
    yield running
    running.process.kill()
    running.process.wait(20)
    until(lambda: not processes(tmp_path), 15)


def test_one_command_shows_the_whole_fleet(demo: Running):
    assert TOKEN in demo.said
    assert "/sign-in/link/" in demo.said
    assert until(lambda: demo.get("/api/v1/regions/")["count"] == 7)  # management counts as one
    assert until(lambda: demo.get("/api/v1/deployments/")["count"] == 60)

    def states() -> set[str]:
        return {region["link"]["state"] for region in demo.get("/api/v1/regions/")["results"]}

    assert until(lambda: states() == {"connected"}), states()


def test_it_can_be_told_what_to_do_next(demo: Running):
    told = manage("demo-ctl", "outage", "eu-west", data=demo.data)
    assert (told.returncode, "refuses connections" in told.stdout) == (0, True), told.stderr
    assert "eu-west: does not answer" in manage("demo-ctl", "status", data=demo.data).stdout
    assert "answers again" in manage("demo-ctl", "heal", "eu-west", data=demo.data).stdout
    for wrong, sentence in (
        (["outage", "atlantis"], "There is no cluster 'atlantis'"),
        (["dance"], "There is no such command"),
        (["pace", "quick"], "takes other arguments"),
    ):
        refused = manage("demo-ctl", *wrong, data=demo.data)
        assert refused.returncode != 0
        assert sentence in refused.stderr
        assert "Traceback" not in refused.stderr


def test_an_interrupt_ends_everything(demo: Running):
    assert until(lambda: len(processes(demo.data)) >= 3)  # pages, watcher, fleet
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(30) == 0
    assert until(lambda: not processes(demo.data)), processes(demo.data)


def test_nothing_outlives_a_kill(demo: Running):
    demo.process.kill()
    demo.process.wait(20)
    assert until(lambda: not processes(demo.data)), processes(demo.data)


def test_a_second_demo_on_the_same_folder_is_refused_in_a_sentence(demo: Running):
    second = manage("demo", "--port", "0", data=demo.data)
    assert second.returncode != 0
    assert "A demo runs already" in second.stderr
    assert "Traceback" not in second.stderr


def test_what_it_writes_is_readable_by_its_owner_only(demo: Running):
    folder = demo.data / "demo"
    private = [*folder.glob("*.kubeconfig"), folder / "control.json"]
    assert len(private) == 8
    assert {file.stat().st_mode & 0o777 for file in private} == {0o600}


def test_a_taken_port_is_said_before_anything_starts(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = manage("demo", "--port", str(port), data=tmp_path)
    assert refused.returncode != 0
    assert f"Port {port}" in refused.stderr
    assert "is taken" in refused.stderr
    assert not (tmp_path / "demo" / "management.kubeconfig").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        ["--regions", "201"],
        ["--deployments", "many"],
        ["--port", "99999"],
        ["--fleet", "0x5"],
        ["--fleet", "50x2000x3"],
    ],
)
def test_what_cannot_be_is_said(tmp_path: Path, wrong: list[str]):
    refused = manage("demo", *wrong, data=tmp_path)
    assert refused.returncode != 0
    assert "Traceback" not in refused.stderr


def test_without_a_demo_there_is_nobody_to_tell(tmp_path: Path):
    refused = manage("demo-ctl", "heal", data=tmp_path)
    assert refused.returncode != 0
    assert "Start one: python manage.py demo" in refused.stderr


def test_a_fleet_is_named_by_regions_and_deployments(tmp_path: Path):
    running = Running(tmp_path, "--fleet", "3x9")
    try:
        assert "a fleet of 3 regions and 9 deployments" in running.said
        assert re.search(r"The fleet is up after \d+ s, in [\d,]+ MiB so far", running.said)
        assert until(lambda: running.get("/api/v1/regions/")["count"] == 4)
        assert until(lambda: running.get("/api/v1/deployments/")["count"] == 9)
    finally:
        running.process.send_signal(signal.SIGINT)
        running.process.wait(30)
