"""The processes that are measured: `watch`, the web server, and helpers; each with a database folder of its own."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 300.0


class Child:
    """A process of ours. Ended with `end`, and by itself when we are gone (its standard input is our pipe)."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path, folder: Path = ROOT) -> None:
        self.log = log
        with log.open("ab") as out:
            self.process = subprocess.Popen(  # noqa: S603
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    def resident(self) -> int:
        """Bytes of memory that it holds now (RSS)."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) * 1024
        raise RuntimeError(f"{self.process.args!r} has no memory: it ended")

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()

    def until(self, what: str, check: Callable[[], Any], pause: float = 0.02, patience: float = PATIENCE) -> Any:
        """Wait until the check gives something true, and return that."""
        end = time.monotonic() + patience
        while not (found := check()):
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"Never: {what}. The log of {self.process.args!r} ends:\n{self.log_end()}")
            time.sleep(pause)
        return found

    def log_end(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]


class Ground:
    """A folder with an empty, migrated database, an account, its token and its session; copied for every run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.minutes: float | None = None  # how long a soak lasts, where somebody said
        self.runs: int | None = None  # of each fault, likewise
        self.seed: int | None = None
        self.template = folder / "template"
        self.template.mkdir(mode=0o700)
        self._copies = 0
        done = subprocess.run(
            [sys.executable, "-m", "dashboard.bench.scribe", "prepare"],
            cwd=ROOT,
            env=environment(self.template),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"No database could be made:\n{done.stderr[-2000:]}")
        known = json.loads(done.stdout.splitlines()[-1])
        self.token: str = known["token"]
        self.cookie: str = known["cookie"]

    def copy(self) -> Path:
        """A new data folder."""
        self._copies += 1
        made = self.folder / f"data-{self._copies}"
        shutil.copytree(self.template, made)
        return made


def environment(data: Path, **more: str) -> dict[str, str]:
    """That of a process that works on this data folder, whatever else is set where we were started."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PANE_")}
    return {
        **kept,
        "PANE_DATA": str(data),
        "PANE_LOG_LEVEL": "WARNING",
        "PANE_SOCKETS": "100000",  # one account opens all of them
        "PANE_SOCKETS_A_PERSON": "100000",
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        **more,
    }


@contextlib.contextmanager
def running(child: Child) -> Iterator[Child]:
    try:
        yield child
    finally:
        child.end()


def watch(data: Path, kubeconfig: Path) -> Child:
    """`manage.py watch`, as `up` starts it."""
    more = {"PANE_KUBECONFIG": str(kubeconfig), "PANE_ALLOW_LOOPBACK": "1"}
    return Child(
        [sys.executable, "-m", "dashboard.parent_guard", "watch"], environment(data, **more), data / "watch.log"
    )


def web(data: Path, marks: Path | None = None, **more: str) -> tuple[Child, int]:
    """The web server on a free port, answering; with `marks`, it notes there when it saw each change in the log.
    `more` is said to it by its environment."""
    port = free_port()
    command = [sys.executable, "-m", "dashboard.bench.serving", str(port), *([str(marks)] if marks else [])]
    child = Child(command, environment(data, **more), data / "web.log")
    try:
        child.until("the web server answers", lambda: answers(port))
    except RuntimeError:
        child.end()
        raise
    return child, port


def scribe(data: Path, *arguments: str) -> Child:
    """A process that writes the journal; ready when the file `ready` is in its data folder."""
    command = [sys.executable, "-m", "dashboard.bench.scribe", *arguments]
    child = Child(command, environment(data), data / "scribe.log")
    try:
        child.until("the journal is filled", (data / "ready").exists)
    except RuntimeError:
        child.end()
        raise
    return child


TICK = os.sysconf("SC_CLK_TCK")


def processor_seconds(pid: int) -> float:
    """Seconds of processor that it has used, and the children that it waited for: utime to cstime of proc(5)."""
    columns = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, columns[11:15])) / TICK


def answers_to(port: int) -> bool:
    """Whether anything listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
