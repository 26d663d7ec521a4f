"""A real PostgreSQL of our own: started, killed, frozen, followed by a streaming replica that can take its place."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from tests.rig.process import Process, free_port

HOW = "No PostgreSQL here: install Debian's postgresql."
QUICK = ("fsync=off", "wal_level=replica", "max_wal_senders=4", "listen_addresses=127.0.0.1", "max_connections=60")


def find() -> Path | None:
    """The folder of its newest programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4]))
    return found[-1].parent if found else None


class Postgres:
    """One server with the database `postgres`, account `pane`, no password. Port and data stay over stop and start."""

    def __init__(
        self, programs: Path, name: str = "primary", follows: "Postgres | None" = None, below: Path | None = None
    ) -> None:
        self._programs = programs
        self._owner = pwd.getpwnam("postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name)
        self.folder = Path(tempfile.mkdtemp(prefix="pane-postgres-", dir=below))
        self.data = self.folder / "data"
        self.port = free_port()
        os.chown(self.folder, self._owner.pw_uid, self._owner.pw_gid)
        self._process = Process(f"PostgreSQL {name}", self.folder / "log")
        if follows is None:
            self._run("initdb", "-D", str(self.data), "--username=pane", "--auth=trust", "--encoding=UTF8", "--no-sync")
        else:
            place = ("-h", "127.0.0.1", "-p", str(follows.port), "-U", "pane")
            self._run("pg_basebackup", "-D", str(self.data), "--write-recovery-conf", "--checkpoint=fast", *place)

    # -- its life ------------------------------------------------------------------------------------------------

    def start(self, *settings: str) -> None:
        """Returns when it answers. Settings are like `max_connections=10`."""
        said = [f"-c{each}" for each in (*QUICK, f"port={self.port}", "unix_socket_directories=", *settings)]
        self._process.start([*self._as_owner(), str(self._programs / "postgres"), "-D", str(self.data), *said])
        self._process.wait(self.answers, 60)

    @property
    def running(self) -> bool:
        return self._process.running

    def kill(self) -> None:
        """kill -9; its children end when they see it."""
        self._process.kill()

    def freeze(self) -> None:
        """Its connections stay open and nothing answers."""
        for pid in self._pids():
            os.kill(pid, 19)

    def thaw(self) -> None:
        for pid in self._pids():
            os.kill(pid, 18)

    def promote(self) -> None:
        """A replica becomes the primary; returns when it takes writes."""
        self.ask("SELECT pg_promote(true, 60)")
        end = time.monotonic() + 60
        while self.ask("SELECT pg_is_in_recovery()")[0][0]:
            assert time.monotonic() < end, "The replica was not promoted"
            time.sleep(0.05)

    def remove(self) -> None:
        self._process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    # -- what is in it -------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return f"postgresql://pane@127.0.0.1:{self.port}/postgres"

    def answers(self) -> bool:
        try:
            self.ask("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """The rows of one statement, on a connection of its own."""
        place = f"host=127.0.0.1 port={self.port} user=pane dbname=postgres connect_timeout=5"
        with psycopg.connect(place, autocommit=True) as connection:
            done = connection.execute(statement)  # type: ignore[call-overload]
            return list(done.fetchall()) if done.description else []

    # -- inside --------------------------------------------------------------------------------------------------

    def _as_owner(self) -> list[str]:
        if os.getuid():
            return []
        return ["setpriv", f"--reuid={self._owner.pw_uid}", f"--regid={self._owner.pw_gid}", "--clear-groups"]

    def _run(self, program: str, *words: str) -> None:
        command = [*self._as_owner(), str(self._programs / program), *words]
        subprocess.run(command, check=True, capture_output=True, timeout=120, cwd="/", env={"LC_ALL": "C.UTF-8"})

    def _pids(self) -> list[int]:
        """Of it and its children."""
        parent = self._process.pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        return [parent, *map(int, children)]
