"""An older version and this one on one database, one after the other and side by side: tables are brought up to date
under the old one, the new one starts beside it, the old one ends; then all of it back."""

import sqlite3
import subprocess
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.clusters import REGION, Stepper, demo_clusters
from tests.faults.history import History
from tests.faults.processes import Program, Replica, installed, log_of, until
from tests.house.checkout import ROOT
from tests.rig.fleet import MANAGEMENT

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]
BEFORE = "c069d1a75247"
"""Before the newest migrations, until there is a release: then its tag."""


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """The code of the version before this one."""
    found = subprocess.run(
        ["git", "cat-file", "-e", f"{BEFORE}^{{commit}}"], cwd=ROOT, capture_output=True, check=False
    )
    if found.returncode:
        pytest.skip(f"This clone does not hold {BEFORE}: fetch all of its history to try an upgrade from there.")
    tree, place = tmp_path / "older.tar", tmp_path / "older"
    subprocess.run(["git", "archive", "--format=tar", f"--output={tree}", BEFORE], cwd=ROOT, check=True)
    with tarfile.open(tree) as packed:
        packed.extractall(place, filter="data")
    return place


def leads(file: str, watcher: Replica) -> bool:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)) as reading:
        (holder,) = reading.execute("SELECT holder FROM regions_lease").fetchone()
    return f"/{watcher.process.pid}/" in holder


def test_an_upgrade_under_load_and_back(tmp_path: Path, older: Path):
    history = History()
    with demo_clusters() as clusters:
        folder, kubeconfig = tmp_path / "pane", clusters[MANAGEMENT].kubeconfig()
        with installed(folder, kubeconfig, code=older) as before:
            now, file = before.of(ROOT), str(folder / "pane.sqlite3")
            old_web, old_watch = before.serve(wait=False), before.watch()
            until("the old one is ready", lambda: old_web.ask("/readyz")[0] == 200, 120)
            program = Program(before.token)
            with Stepper(clusters[MANAGEMENT], history, 8, 1), Stepper(clusters[REGION], history, 8, 2):
                until("the old one tells", lambda: program.read(old_web) > 0)
                with pytest.raises(AssertionError):
                    now.manage("migrate", "--check")  # there is something to do, else this shows nothing
                now.manage("migrate", "-v", "0")
                new_web, new_watch = now.serve(), now.watch()
                seen = len(program.told)
                until(
                    "both tell, from one cursor",
                    lambda: program.read(old_web, new_web) and len(program.told) > seen + 20,
                )
                old_watch.kill()
                until(
                    "the new one leads and is ready",
                    lambda: new_web.ask("/readyz")[0] == 200 and leads(file, new_watch),
                )
                seen = len(program.told)
                until(
                    "the old pages show what the new one records",
                    lambda: program.read(old_web) and len(program.told) > seen + 5,
                )
                assert old_web.ask("/feed/", cookie=before.cookie)[0] == 200
                # Back: the tables stay as they are.
                old_watch = before.watch()
                new_watch.kill()
                until("the old one leads again", lambda: leads(file, old_watch))
                seen = len(program.told)
                until("it tells", lambda: program.read(old_web, new_web) and len(program.told) > seen + 5)
            until("every step is told", lambda: not history.judge(log_of(file)).lost)
            verdict = history.judge(log_of(file))
            assert (verdict.sound, verdict.excused) == (True, 0), str(verdict)
            while program.read(old_web, new_web) or program.read(old_web, new_web):
                pass
            assert program.anew == 0  # cursors stay good
            assert history.judge(program.told).sound, str(history.judge(program.told))
