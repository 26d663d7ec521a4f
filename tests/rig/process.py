"""One server process: started, watched, frozen, killed; it never outlives the test run."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """A program with its log in a file."""

    def __init__(self, name: str, log: Path) -> None:
        self.name = name
        self.log = log
        self._program: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self._frozen = False

    @property
    def running(self) -> bool:
        return self._program is not None and self._program.poll() is None

    @property
    def pid(self) -> int:
        assert self._program, f"{self.name} was not started"
        return self._program.pid

    def start(self, command: list[str]) -> None:
        with self.log.open("ab") as log:
            self._program = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        # A guard reads from a pipe that only we hold: when we die, however we die, it reads the end and kills.
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", 'read -r _; kill -9 "$1" 2>/dev/null', "guard", str(self.pid)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def wait(self, ready: Callable[[], bool], seconds: float) -> None:
        """Return when it is ready; else raise, with the end of its log."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not self.running:
                raise RuntimeError(f"{self.name} ended at once:\n{self.tail()}")
            if ready():
                return
            time.sleep(0.1)
        raise RuntimeError(f"{self.name} was not ready within {seconds:.0f} s:\n{self.tail()}")

    def tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])

    def freeze(self) -> None:
        """It keeps its sockets and answers nothing."""
        os.kill(self.pid, signal.SIGSTOP)
        self._frozen = True

    def thaw(self) -> None:
        if self.running and self._frozen:
            os.kill(self.pid, signal.SIGCONT)
        self._frozen = False

    def kill(self) -> None:
        """kill -9: no farewell to anybody who is connected."""
        if self._program is None:
            return
        self._program.kill()
        self._program.wait()
        self._frozen = False
        if self._guard:
            self._guard.kill()
            self._guard.wait()
            if self._guard.stdin:
                self._guard.stdin.close()
