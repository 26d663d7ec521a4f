"""`manage.py demo` told to end at random moments, from shells with and without job control: nothing is left.

python -m tests.demo.endings 20        that many, with what became of each; status 1 when anything was left
"""

import os
import random
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.demo.test_command import ROOT, environment, processes

SHELLS = {
    "job control": ["bash", "-c", "set -m; {command} & echo $!; wait $!"],
    "no job control": ["sh", "-c", "{command} & echo $!; wait $!"],
    "no shell": [],
}
"""Without job control a shell starts what runs in its background deaf to SIGINT."""
FIRST = 0.5  # seconds: before, Python itself has not begun to listen
STARTING, RUNNING = 15.0, 8.0  # seconds in which the moment lies: after the start, or after it is up
PATIENCE = 45.0  # for the process to end; and then nothing may be left


@dataclass(frozen=True, slots=True)
class Ending:
    """One trial: how it was started, what it was sent and when, and what came of it."""

    shell: str
    sent: signal.Signals
    after: float
    took: float
    was_up: bool
    left: tuple[str, ...]  # command lines
    complaint: str  # a traceback, or that it did not end

    @property
    def well(self) -> bool:
        return not self.left and not self.complaint

    def __str__(self) -> str:
        how = f"{self.sent.name} after {self.after:4.1f} s ({'up' if self.was_up else 'starting'}), {self.shell}"
        return f"{how}: ended in {self.took:.1f} s, left {self.left or 'nothing'} {self.complaint}".rstrip()


def trial(dice: random.Random, shell: str, folder: Path, up: bool) -> Ending:
    """Start a demo, end it while it starts or some time after it is `up`, and look."""
    command = [sys.executable, "manage.py", "demo", "--port=0", "--regions=2", "--deployments=4"]
    log = folder / "log"
    with log.open("w") as said:
        started = subprocess.Popen(
            [part.format(command=shlex.join(command)) for part in SHELLS[shell]] or command,
            cwd=ROOT,
            env=environment(folder / "data"),
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            start_new_session=True,
        )
    assert started.stdout
    pid = int(started.stdout.readline()) if SHELLS[shell] else started.pid
    sent, after = dice.choice((signal.SIGINT, signal.SIGTERM)), dice.uniform(FIRST, RUNNING if up else STARTING)
    was_up = up and _is_up(started.stdout)
    time.sleep(after)
    began = time.monotonic()
    os.kill(pid, sent)
    complaint = ""
    try:
        started.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        complaint = "it did not end"
    took = time.monotonic() - began
    left = tuple(" ".join(_command(one))[:120] for one in processes(folder))
    for one in processes(folder):
        os.kill(one, signal.SIGKILL)
    started.wait()
    if "Traceback" in log.read_text():
        complaint = f"{complaint} {log.read_text()[-2000:]}"
    return Ending(shell, sent, after, took, was_up, left, complaint)


def _is_up(said: IO[str]) -> bool:
    """Wait until it says how it is ended."""
    return any("Ctrl-C" in line for line in said)


def _command(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return []


def main() -> None:
    count, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10**6)
    dice, well = random.Random(seed), 0
    print(f"seed {seed}", flush=True)
    for number in range(count):
        with tempfile.TemporaryDirectory(prefix="pane-ending-") as folder:
            found = trial(dice, list(SHELLS)[number % len(SHELLS)], Path(folder), number % 2 == 1)
        well += found.well
        print(f"{number + 1:3} {'ok ' if found.well else 'BAD'} {found}", flush=True)
    print(f"{well} of {count} left nothing")
    sys.exit(well != count)


if __name__ == "__main__":
    main()
