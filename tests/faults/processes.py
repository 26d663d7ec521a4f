"""Pane as an installation has it: `watch` and `serve` as processes of their own on one database, to be killed."""

import json
import os
import secrets
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import psycopg

from tests.faults.history import Told
from tests.house.checkout import ROOT
from tests.rig.process import free_port

Found = TypeVar("Found")
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def until(what: str, check: Callable[[], Found], seconds: float = 60, pause: float = 0.1) -> Found:
    """Wait until the check gives something true, and return that."""
    end = time.monotonic() + seconds
    while not (found := check()):
        if time.monotonic() > end:
            raise AssertionError(f"Not within {seconds:.0f} s: {what}")
        time.sleep(pause)
    return found


class Replica:
    """One process of Pane."""

    def __init__(self, words: list[str], code: Path, environment: dict[str, str], log: Path, port: int = 0) -> None:
        self.port, self.log = port, log
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dashboard.parent_guard", *words],
                cwd=code,
                env=environment,
                stdin=subprocess.PIPE,  # held open: it ends when we do, however we do
                stdout=out,
                stderr=out,
            )

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def kill(self, number: int = signal.SIGKILL) -> None:
        self.process.send_signal(number)
        if number == signal.SIGKILL:
            self.process.wait(30)

    def end(self) -> None:
        if self.alive:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def ask(self, path: str, token: str = "", cookie: str = "", seconds: float = 10) -> tuple[int, bytes]:
        """Status and body; status 0 where nobody answers."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        if cookie:
            request.add_header("Cookie", cookie)
        try:
            with _direct.open(request, timeout=seconds) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError:
            return 0, b""


class Installed:
    """Replicas of a version of Pane on one database. Everything ends with it."""

    def __init__(self, folder: Path, kubeconfig: str, database: str = "", code: Path = ROOT, **more: str) -> None:
        self.folder, self.code = folder, code
        folder.mkdir(exist_ok=True, mode=0o700)
        file = folder / "kubeconfig"
        file.touch(mode=0o600)
        file.write_text(kubeconfig)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PANE_", "DJANGO_", "KUBE"))}
        self.environment = {
            **kept,
            "PANE_DATA": str(folder),
            "PANE_DATABASE_URL": database,
            "PANE_KUBECONFIG": str(file),
            "PANE_ALLOW_LOOPBACK": "1",
            "DJANGO_SETTINGS_MODULE": "dashboard.settings",
            "PANE_SECRET_KEY": secrets.token_urlsafe(48),
            **more,
        }
        self.replicas: list[Replica] = []
        self.token = self.cookie = ""

    def of(self, code: Path) -> "Installed":
        """The same database as another version sees it."""
        other = Installed.__new__(Installed)
        other.__dict__.update(self.__dict__, code=code)
        return other

    def manage(self, *words: str) -> str:
        return self._run("manage.py", *words)

    def _run(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, *words],
            cwd=self.code,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == 0, f"{words}: {done.stderr[-2000:]}"
        return done.stdout

    def prepare(self) -> None:
        """Tables, and a token and a session of somebody who may see everything."""
        known = json.loads(self._run("-m", "dashboard.bench.scribe", "prepare").splitlines()[-1])
        self.token, self.cookie = known["token"], known["cookie"]

    def watch(self, shard: str = "1/1") -> Replica:
        return self._start("watch", PANE_WATCH_SHARD=shard)

    def serve(self, wait: bool = True) -> Replica:
        """Returns when it answers, unless nobody waits for it."""
        port = free_port()
        made = self._start("serve", "--port", str(port), port=port)
        if wait:
            until(f"it serves: {made.log}", lambda: made.ask("/healthz")[0] == 200 or not made.alive, 120)
            assert made.alive, made.log.read_text()[-2000:]
        return made

    def _start(self, *words: str, port: int = 0, **more: str) -> Replica:
        log = self.folder / f"{words[0]}-{len(self.replicas)}.log"
        self.replicas.append(Replica(list(words), self.code, self.environment | more, log, port))
        return self.replicas[-1]

    def end(self) -> None:
        for replica in self.replicas:
            replica.end()

    def logs(self) -> str:
        return "\n".join(f"-- {log.name}\n{log.read_text()[-1500:]}" for log in sorted(self.folder.glob("*.log")))


@contextmanager
def installed(folder: Path, kubeconfig: str, database: str = "", **more: Any) -> Iterator[Installed]:
    made = Installed(folder, kubeconfig, database, **more)
    made.prepare()
    try:
        yield made
    except BaseException:
        print(made.logs())
        raise
    finally:
        made.end()


class Program:
    """Reads the log as programs do, by cursor, from whichever replica answers: each turn asks the next one."""

    def __init__(self, token: str) -> None:
        self.token, self.cursor, self.turn = token, "", 0
        self.told: list[Told] = []  # since the log was last begun anew
        self.anew = 0  # how often it was
        self.answers: Counter[int] = Counter()  # by status

    def read(self, *webs: Replica) -> int:
        """What one replica has that is new; how many changes that were."""
        web = webs[self.turn % len(webs)]
        self.turn += 1
        status, body = web.ask(f"/api/v1/changes/?page_size=100&after={self.cursor}", self.token)
        self.answers[status] += 1
        assert status in (0, 200, 503), body
        if status != 200:
            return 0
        page = json.loads(body)
        if self.cursor and any(gap["from"] is None for gap in page["gaps"]):
            self.anew += 1
            self.told = []
        self.cursor = page["cursor"]
        self.told += [_change(row) for row in page["results"]]
        self.told += [_gap(gap) for gap in page["gaps"] if gap["from"]]
        return len(page["results"])


def _change(row: dict[str, Any]) -> Told:
    return Told(row["id"], row["cluster"], row["source"], row["message"], datetime.fromisoformat(row["at"]))


def _gap(gap: dict[str, Any]) -> Told:
    """Programs are not told of which cluster it is."""
    since, until = datetime.fromisoformat(gap["from"]), datetime.fromisoformat(gap["to"])
    return Told(0, "", "gap", gap["why"], until, since)


def log_of(database: str) -> list[Told]:
    """The log as its table has it, oldest first; of PostgreSQL by its address, of SQLite by its file."""
    columns = "id, cluster, source, message, at, blind_from"
    statement = f"SELECT {columns} FROM regions_change WHERE source IN ('observed', 'gap') ORDER BY id"
    if database.startswith("postgres"):
        with psycopg.connect(database, connect_timeout=5) as connection:
            return [Told(*row) for row in connection.execute(statement).fetchall()]
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as reading:
        return [Told(*row[:4], *map(_moment, row[4:])) for row in reading.execute(statement)]


def _moment(text: str | None) -> Any:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
