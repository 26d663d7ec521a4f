"""A simulated k0rdent installation on loopback, and Pane showing it."""

import argparse
import fcntl
import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from dashboard import web
from dashboard.management.commands.up import port
from dashboard.parent_guard import Companion, become, leave_when_told, undisturbed

PATIENCE = 180.0
MOST_REGIONS, MOST_DEPLOYMENTS = 200, 10_000
NOT_OURS = ("PANE_DATABASE_URL", "PANE_PRODUCTION", "PANE_CONTEXT", "PANE_REGION_KUBECONFIGS", "PANE_KUBECONFIG_FILE")


class Command(BaseCommand):
    help = "Start a simulated k0rdent fleet on loopback and Pane for it. Nothing leaves this machine. Ctrl-C ends it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--port", type=port, default=8000, help="default 8000; 0 takes any that is free")
        parser.add_argument("--seed", type=int, default=7, help="another number, another company (7)")
        parser.add_argument("--regions", type=_upto(MOST_REGIONS), default=6, help=f"1 to {MOST_REGIONS} (6)")
        parser.add_argument(
            "--deployments", type=_upto(MOST_DEPLOYMENTS), default=60, help=f"1 to {MOST_DEPLOYMENTS} (60)"
        )
        parser.add_argument(
            "--fleet",
            type=_fleet,
            metavar="REGIONSxDEPLOYMENTS",
            help="both of these at once, as 50x2000; takes the place of --regions and --deployments",
        )
        parser.add_argument("--machines", type=_upto(50_000, 0), default=0, help="about so many in all (as it comes)")
        parser.add_argument("--pace", type=float, default=1, help="how fast the story goes; 0 stands still (1)")

        about = "what answers for metrics: VictoriaMetrics where it is on PATH (auto), or the demo itself (own)"
        parser.add_argument("--store", choices=("auto", "own"), default="auto", help=about)

    def handle(self, *args: Any, **options: Any) -> None:
        leave_when_told()
        if options["fleet"]:
            options["regions"], options["deployments"] = options["fleet"]
        folder = Path(settings.DATA) / "demo"
        lock = _claim(folder)
        web.listen("127.0.0.1", options["port"]).close()  # taken? then say so before the fleet starts
        for old in folder.glob("pane.sqlite3*"):  # the last demo's: its clusters are no more
            old.unlink()
        self._say(f"Starting a fleet of {options['regions']} regions and {options['deployments']} deployments …")
        began = time.monotonic()
        fleet = _start_fleet(folder, options)
        try:
            self._say(f"The fleet is up after {time.monotonic() - began:.0f} s{_memory(fleet.pid)}. Starting Pane …")
            self._become_up(options["port"], folder, fleet, lock)
        except BaseException:
            fleet.end()
            raise

    def _become_up(self, port: int, folder: Path, fleet: Companion, lock: int) -> NoReturn:
        """From here on this process is `up`. It keeps hold of the fleet's standard input: however it ends, the fleet
        does too; and it waits for that, so that nothing is left once it has ended.
        """
        for held in (fleet.pipe, lock):
            os.set_inheritable(held, True)
        environment = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
        environment |= {
            "PANE_DATA": str(folder),
            "PANE_KUBECONFIG": str(folder / "management.kubeconfig"),
            "PANE_ALLOW_LOOPBACK": "1",
        }
        manage = str(settings.BASE_DIR / "manage.py")
        self.stdout.flush()
        become([sys.executable, manage, "up", f"--port={port}", f"--companion={fleet.pid}:{fleet.pipe}"], environment)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _upto(most: int, least: int = 1) -> Any:
    def count(text: str) -> int:
        if text.isascii() and text.isdigit() and least <= int(text) <= most:
            return int(text)
        raise argparse.ArgumentTypeError(f"{text!r}: say a number from {least} to {most}.")

    return count


def _fleet(text: str) -> tuple[int, int]:
    regions, cross, deployments = text.partition("x")
    try:
        if cross:
            return _upto(MOST_REGIONS)(regions), _upto(MOST_DEPLOYMENTS)(deployments)
    except argparse.ArgumentTypeError:
        pass
    raise argparse.ArgumentTypeError(
        f"{text!r}: say regions x deployments in all, as 50x2000; at most {MOST_REGIONS}x{MOST_DEPLOYMENTS}."
    )


def _memory(pid: int) -> str:
    """In words, where the system says how much a process holds."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return ""
    return f", in {pages * os.sysconf('SC_PAGE_SIZE') / 2**20:,.0f} MiB so far"


def _claim(folder: Path) -> int:
    """The demo's folder, for this process alone; the answer holds the lock until it is closed."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CommandError(f"The demo cannot write into {folder}: {error.strerror}. Set PANE_DATA.") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise CommandError(
            f"A demo runs already on {folder}. End it, or set PANE_DATA to another folder for this one."
        ) from error
    if shutil.disk_usage(folder).free < 100 * 2**20:
        raise CommandError(f"The disk that holds {folder} is full. The demo needs 100 MB.")
    return handle


def _start_fleet(folder: Path, options: dict[str, Any]) -> Companion:
    sizes = [f"--{name}={options[name]}" for name in ("seed", "regions", "deployments", "machines", "pace", "store")]
    held = None
    try:
        with undisturbed():
            fleet = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "dashboard.demo", f"--folder={folder}", *sizes],
                cwd=settings.BASE_DIR,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,  # a Ctrl-C is for us; the fleet ends when its standard input does
            )
            assert fleet.stdin
            held = Companion(fleet.pid, os.dup(fleet.stdin.fileno()))
            fleet.stdin.close()
        _until_ready(fleet)
    except BaseException:
        if held:
            held.end()
        raise
    return held


def _until_ready(fleet: subprocess.Popen[bytes]) -> None:
    assert fleet.stdout
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        readable, _, _ = select.select([fleet.stdout], [], [], 0.2)
        if readable and fleet.stdout.readline().strip() == b"ready":
            return
        if fleet.poll() is not None:
            raise CommandError("The simulated fleet ended before it was up; what it said is above.")
    raise CommandError(f"The simulated fleet was not up after {PATIENCE:.0f} s. Try a smaller one: --deployments 60.")
