"""The disk that holds the database is full for a while: that is said, nothing breaks, and all of it is told later."""

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import need
from tests.faults.clusters import REGION, Stepper, demo_clusters
from tests.faults.history import History
from tests.faults.processes import Installed, Replica, installed, log_of, until
from tests.rig import postgres
from tests.rig.fleet import MANAGEMENT
from tests.rig.length import LONG

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]
SAID = "disk of Pane&#x27;s database is full"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    need(os.getuid() == 0, "Only root may mount a small disk here.")
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m,mode=755", "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(disk: Path) -> Path:
    """Take all the room there is."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                pass
    return ballast


def figure(pane: Installed, web: Replica, name: str) -> float:
    status, body = web.ask("/-/metrics", pane.token)
    lines = body.decode().splitlines() if status == 200 else []
    return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name} ")), -1.0)


def test_sqlite_on_a_full_disk_is_said_and_mends(tmp_path: Path, small_disk: Path):
    history = History()
    folder = small_disk / "pane"
    with demo_clusters() as clusters, installed(folder, clusters[MANAGEMENT].kubeconfig()) as pane:
        web, _ = pane.serve(wait=False), pane.watch()
        until("it watches", lambda: figure(pane, web, "pane_watching") == 1, 120)
        with Stepper(clusters[REGION], history, 25, 1) as stepper:
            until("steps are told", lambda: log_of(str(folder / "pane.sqlite3")))
            ballast = fill(small_disk)
            until("figures say it", lambda: figure(pane, web, "pane_database_full") == 1, 120)
            assert "is full" in web.ask("/readyz")[1].decode()
            assert SAID in web.ask("/feed/", cookie=pane.cookie)[1].decode()
            assert "Whether its disk is full" in web.ask("/-/status/", cookie=pane.cookie)[1].decode()
            known = len(log_of(str(folder / "pane.sqlite3")))
            ballast.unlink()
            until("it is over", lambda: figure(pane, web, "pane_database_full") == 0, 120)
            until("the log goes on", lambda: len(log_of(str(folder / "pane.sqlite3"))) > known)
            stepper.stop()
        until("every step is told", lambda: not history.judge(log_of(str(folder / "pane.sqlite3"))).lost)
        verdict = history.judge(log_of(str(folder / "pane.sqlite3")))
        assert (verdict.sound, verdict.excused) == (True, 0), str(verdict)
        until("no page says it", lambda: SAID not in web.ask("/feed/", cookie=pane.cookie)[1].decode())
    with sqlite3.connect(folder / "pane.sqlite3") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.skipif(not LONG, reason="the long form: PANE_TEST_LONG=1")
def test_postgresql_on_a_full_disk_is_said_and_mends(tmp_path: Path, small_disk: Path):
    """Whether its server refuses what does not fit, or ends because its own log does not: that is PostgreSQL's."""
    programs, history = postgres.find(), History()
    need(programs, postgres.HOW)
    assert programs
    server = postgres.Postgres(programs, below=small_disk)
    try:
        server.start("max_wal_size=32MB", "min_wal_size=32MB")
        with (
            demo_clusters() as clusters,
            installed(tmp_path / "pane", clusters[MANAGEMENT].kubeconfig(), server.url) as pane,
        ):
            web, _ = pane.serve(wait=False), pane.watch()
            until("it watches", lambda: figure(pane, web, "pane_watching") == 1, 120)
            with Stepper(clusters[REGION], history, 25, 1) as stepper:
                until("steps are told", lambda: log_of(server.url))
                ballast = fill(small_disk)
                until("it is said", lambda: b"is full" in (said := web.ask("/readyz")[1]) or b"not answer" in said, 120)
                ballast.unlink()
                if not server.running:
                    server.start()
                until("it watches again", lambda: figure(pane, web, "pane_watching") == 1, 120)
                stepper.stop()
            until("every step is told", lambda: not history.judge(log_of(server.url)).lost)
            verdict = history.judge(log_of(server.url))
            assert (verdict.sound, verdict.excused) == (True, 0), str(verdict)
    finally:
        server.remove()
