"""Runs a management command that ends when whoever started it does: `python -m dashboard.parent_guard watch`.

Its standard input is a pipe that only the parent holds. However the parent ends, killed included, the pipe closes.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import NoReturn

GRACE = 10.0  # seconds for the command to end by itself
ENDINGS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Companion:
    """A child of this process that ends when a pipe closes of which only we hold the other end."""

    pid: int
    pipe: int

    def end(self, grace: float = GRACE) -> None:
        """Let it end, politely and then not; afterwards it is gone. To be told to end meanwhile is nothing new."""
        for number in ENDINGS:
            signal.signal(number, signal.SIG_IGN)
        with suppress(OSError):
            os.close(self.pipe)
        until = time.monotonic() + grace
        with suppress(ChildProcessError):
            while os.waitpid(self.pid, os.WNOHANG) == (0, 0):
                if time.monotonic() > until:
                    os.kill(self.pid, signal.SIGKILL)
                    os.waitpid(self.pid, 0)
                    return
                time.sleep(0.05)


def leave_when_told() -> None:
    """End by SystemExit, not in a traceback, on SIGINT and SIGTERM; also where a shell had us ignore SIGINT."""
    for number in ENDINGS:
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)


@contextmanager
def undisturbed() -> Iterator[None]:
    """While a child is started: who is told to end meanwhile ends after it, when it is known who it is."""
    told: list[int] = []
    before = {number: signal.signal(number, lambda number, _: told.append(number)) for number in ENDINGS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if told:
        sys.exit(128 + told[0])


def become(command: list[str], environment: dict[str, str]) -> NoReturn:
    """Go on as another command, which calls `leave_when_told`: until then it is told nothing, so it leaves nothing."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
    os.execve(command[0], command, environment)  # noqa: S606


def hold(pipe: int = 0) -> None:
    """End this process, politely and then not, once the other end of the pipe is gone."""

    def wait() -> None:
        while os.read(pipe, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE)
        os._exit(1)

    threading.Thread(target=wait, name="tether", daemon=True).start()


if __name__ == "__main__":
    from django.core.management import execute_from_command_line

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    hold()
    execute_from_command_line(["manage.py", *sys.argv[1:]])
