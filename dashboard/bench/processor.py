"""What the copy costs: processor seconds of `watch` on the demo fleet, from outside, and what lies in the database.

First from an empty database; then again with what that wrote, where streams go on; then again where every list is asked
for anew; then a web server is started on it. Processor seconds, which a busy machine distorts less than the clock.
Another revision runs beside this one: only its `migrate`, `watch` and web server are used, so it need not know of this.

Metrics stores are asked once after each start, and no more: their rounds have the clock's pace, so how many of them lie
within a restart was how busy the machine is, and that was most of what a restart seemed to cost.
"""

import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from dashboard.bench.against import Side
from dashboard.bench.processes import (
    ROOT,
    Child,
    Ground,
    answers_to,
    environment,
    free_port,
    processor_seconds,
    running,
)
from dashboard.bench.report import Line, Part
from dashboard.bench.sync import select, synced

REGIONS = 6
REST = 3.0  # seconds in which nothing more must come
Figures = dict[str, float]
ONCE = {"PANE_KOF_SECONDS": "86400"}
SHOWN = {
    "first_list_processor": ("`watch` until its first list is asked for, processor", "{:.2f} s"),
    "sync_processor": ("first sync, processor", "{:.2f} s"),
    "sync_object": ("first sync, processor an object", "{:.3f} ms"),
    "sync_wall": ("first sync, wall", "{:.2f} s"),
    "resume_processor": ("restart, streams go on, processor", "{:.2f} s"),
    "relist_processor": ("restart, every list anew, processor", "{:.2f} s"),
    "relist_share": ("the same as a part of the first sync", "{:.2f}"),
    "web_processor": ("web server until its first page, processor", "{:.2f} s"),
    "database_object": ("database an object", "{:.0f} bytes"),
    "memory": ("memory of `watch` after the first sync", "{:.0f} MiB"),
}


def run(ground: Ground, quick: bool, say: Callable[[str], None]) -> Part:
    """Of this revision alone."""
    return between([Side("here", ROOT, sys.executable)], 1, quick, say)


def between(sides: Sequence[Side], rounds: int, quick: bool, say: Callable[[str], None]) -> Part:
    """Of each side in turn, against one and the same fleet; ratios of the first to the last."""
    deployments = int(os.environ.get("PANE_BENCH_DEPLOYMENTS", "30" if quick else "1000"))
    found: dict[str, list[Figures]] = {side.name: [] for side in sides}
    part = Part("sync --processor", f"`watch` on the demo fleet with {deployments:,} deployments in {REGIONS} regions")
    with (
        tempfile.TemporaryDirectory(prefix="pane-processor-") as kept,
        fleet(Path(kept), deployments, REGIONS) as kubeconfig,
    ):
        for number in range(rounds):
            for side in sides if number % 2 == 0 else reversed(sides):
                load = os.getloadavg()[0]
                say(f"sync --processor: round {number + 1} of {rounds}, {side.name} (load {load:.1f})")
                part.notes.append(f"load {load:.1f} before round {number + 1} of {side.name}")
                data = Path(tempfile.mkdtemp(prefix="data-", dir=kept))
                found[side.name].append(_measure(side, data, kubeconfig))
    ours, theirs = found[sides[0].name], found[sides[-1].name]
    for name, (what, shown) in SHOWN.items():
        here, there = [one[name] for one in ours], [one[name] for one in theirs]
        pairs = [mine / other for mine, other in zip(here, there, strict=True)]
        ratio = f"{statistics.median(pairs):.2f} × ({min(pairs):.2f}–{max(pairs):.2f})" if len(sides) > 1 else ""
        peer = shown.format(statistics.median(there)) if len(sides) > 1 else ""
        part.lines.append(Line(what, shown.format(statistics.median(here)), peer, ratio))
    part.figures = {"deployments": deployments, "objects": ours[0]["objects"], **found}
    return part


def _measure(side: Side, data: Path, kubeconfig: Path) -> Figures:
    more = {"PANE_KUBECONFIG": str(kubeconfig), "PANE_ALLOW_LOOPBACK": "1", **ONCE}
    command = [side.python, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=side.folder, env=environment(data, **more), check=True)  # noqa: S603

    def watch() -> Child:
        words = [side.python, "manage.py", "watch"]
        return Child(words, environment(data, **more), data / "watch.log", side.folder)

    begun = time.monotonic()
    with running(watch()) as watcher:
        watcher.until("the first list is asked for", lambda: _count(data, "regions_stream"), 0.005, patience=600)
        first = processor_seconds(watcher.pid)
        watcher.until("every cluster is synced", lambda: len(_or_none(data)) > REGIONS, pause=0.05, patience=1800)
        objects = _steady(data)
        wall, used = time.monotonic() - begun - REST, processor_seconds(watcher.pid)
        memory = watcher.resident() / 2**20
    with closing(sqlite3.connect(data / "pane.sqlite3")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = (data / "pane.sqlite3").stat().st_size
    figures = {
        "objects": objects,
        "first_list_processor": first,
        "sync_processor": used,
        "sync_wall": wall,
        "memory": memory,
    }
    figures |= {"sync_object": used / objects * 1000, "database_object": size / objects}
    for name in ("resume", "relist"):
        if name == "relist":
            with closing(sqlite3.connect(data / "pane.sqlite3")) as database, database:
                database.execute("UPDATE regions_stream SET resource_version = ''")
        with running(watch()) as watcher:
            watcher.until("every stream goes on", partial(_goes_on, data, _beat(data)), patience=1800)
            figures[f"{name}_processor"] = processor_seconds(watcher.pid)
    figures["web_processor"] = _first_page(side, data, more)
    return figures | {"relist_share": figures["relist_processor"] / used}


def _first_page(side: Side, data: Path, more: dict[str, str]) -> float:
    """Processor seconds of a web server that has answered its first page, whole: that on which one signs in."""
    port = free_port()
    words = [side.python, "-m", "dashboard.bench.serving", str(port)]
    with running(Child(words, environment(data, **more), data / "web.log", side.folder)) as web:
        web.until("the web server listens", lambda: answers_to(port), 0.005, patience=600)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=600) as answer:
            answer.read()
        return processor_seconds(web.pid)


@contextmanager
def fleet(folder: Path, deployments: int, regions: int) -> Iterator[Path]:
    """The kubeconfig of management of a fleet in which nothing happens."""
    demo = folder / "demo"
    sizes = ["--regions", str(regions), "--deployments", str(deployments), "--pace", "0.001"]
    command = [sys.executable, "-m", "dashboard.demo", "--folder", str(demo), *sizes]
    with running(Child(command, environment(folder), folder / "fleet.log")) as fleet:
        fleet.until("the fleet is up", lambda: "ready" in fleet.log_end(), pause=0.1, patience=1800)
        yield demo / "management.kubeconfig"


def _or_none(data: Path) -> set[str]:
    try:
        return synced(data)
    except sqlite3.Error:
        return set()  # it has only just begun


def _count(data: Path, table: str) -> int:
    try:
        return int(select(data, f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608 names of ours
    except sqlite3.Error:
        return 0  # it has only just begun


def _steady(data: Path) -> int:
    """How many objects there are, once no more come: kinds that objects name are followed after the others."""
    last = -1
    while (now := _count(data, "regions_resource")) != last:
        last = now
        time.sleep(REST)
    return now


def _beat(data: Path) -> str:
    """When anything was last heard of any cluster."""
    return str(select(data, "SELECT max(heard_at) FROM regions_cluster")[0][0])


def _goes_on(data: Path, since: str) -> bool:
    """Whether every cluster answered after that moment, and every stream that may be watched is."""
    heard = "SELECT count(*) FROM regions_cluster WHERE state = 'connected' AND heard_at > ?".replace("?", f"'{since}'")
    waits = (
        "SELECT count(*) FROM regions_stream WHERE state = 'listing' OR (state = 'watching' AND resource_version = '')"
    )
    return int(select(data, heard)[0][0]) > REGIONS and int(select(data, waits)[0][0]) == 0
