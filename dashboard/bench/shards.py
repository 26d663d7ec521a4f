"""One `watch` against several that split the clusters: the first sync of the demo fleet into PostgreSQL.

On few cores the clock says little, for the fleet's API servers and PostgreSQL want them, too: what bounds a split fleet
where there are cores enough is the processor that its busiest watcher needs.
"""

import importlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from dashboard.bench.processes import ROOT, Child, Ground, environment, processor_seconds, running
from dashboard.bench.processor import ONCE, fleet
from dashboard.bench.report import Line, Part, Unavailable

SPLIT = (1, 2)
REST = 30.0  # seconds in which nothing happens, but probes, beats and looks
Figures = dict[str, float]
SHOWN = {
    "wall": ("first sync, wall", "{:.1f} s"),
    "busiest": ("processor of the busiest watcher", "{:.1f} s"),
    "all": ("processor of all watchers together", "{:.1f} s"),
    "rate": ("objects a second of the busiest watcher's processor", "{:.0f}"),
    "memory": ("memory of the largest watcher", "{:.0f} MiB"),
    "open": ("descriptors of the one that has most", "{:.0f}"),
    "rest": ("processor of the busiest while nothing happens, of one core", "{:.1%}"),
}


def run(ground: Ground, quick: bool, say: Callable[[str], None]) -> Part:
    """Of one watcher and of two, in turn, on one and the same fleet."""
    try:
        postgres = importlib.import_module("tests.rig.postgres")
    except ImportError as error:
        raise Unavailable("this part needs the folder tests/, which is not here") from error
    if (programs := postgres.find()) is None:
        raise Unavailable(postgres.HOW)
    deployments, rounds = int(os.environ.get("PANE_BENCH_DEPLOYMENTS", "30" if quick else "1000")), 1 if quick else 3
    regions = int(os.environ.get("PANE_BENCH_REGIONS", "6"))
    part = Part("shards", f"the demo fleet with {deployments:,} deployments in {regions} regions, into PostgreSQL")
    found: dict[int, list[Figures]] = {of: [] for of in SPLIT}
    with (
        tempfile.TemporaryDirectory(prefix="pane-shards-") as kept,
        fleet(Path(kept), deployments, regions) as kubeconfig,
    ):
        for number in range(rounds):
            for of in SPLIT if number % 2 == 0 else reversed(SPLIT):
                say(f"shards: round {number + 1} of {rounds}, {of} watching")
                server = postgres.Postgres(programs)
                try:
                    server.start()
                    found[of].append(_measure(server, Path(tempfile.mkdtemp(dir=kept)), kubeconfig, of, regions))
                finally:
                    server.remove()
    one, split = found[SPLIT[0]], found[SPLIT[-1]]
    for name, (what, shown) in SHOWN.items():
        here, there = (statistics.median(figures[name] for figures in some) for some in (split, one))
        ratios = [two[name] / alone[name] for two, alone in zip(split, one, strict=True)]
        spread = f"{statistics.median(ratios):.2f} × ({min(ratios):.2f}–{max(ratios):.2f})"
        part.lines.append(Line(what, shown.format(here), shown.format(there), spread))
    part.notes.append(f"Pane's column is {SPLIT[-1]} watchers, the peer's one; {one[0]['objects']:,.0f} objects.")
    part.figures = {str(of): some for of, some in found.items()}
    return part


def _measure(server: Any, data: Path, kubeconfig: Path, of: int, regions: int) -> Figures:
    more = {"PANE_KUBECONFIG": str(kubeconfig), "PANE_ALLOW_LOOPBACK": "1", "PANE_DATABASE_URL": server.url, **ONCE}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=environment(data, **more), check=True)  # noqa: S603
    with ExitStack() as stack:
        begun = time.monotonic()
        watchers = []
        for number in range(1, of + 1):
            words = [sys.executable, "manage.py", "watch"]
            shard = {"PANE_WATCH_SHARD": f"{number}/{of}"}
            child = Child(words, environment(data, **more, **shard), data / f"watch-{number}.log")
            watchers.append(stack.enter_context(running(child)))
        synced = "SELECT count(*) FROM regions_cluster WHERE synced_at IS NOT NULL"
        watchers[0].until("all is synced", lambda: _count(server, synced) > regions, pause=0.1, patience=1800)
        objects, whole_at = _steady(server)
        used = [processor_seconds(watcher.pid) for watcher in watchers]
        time.sleep(REST)
        rested = [processor_seconds(one.pid) - before for one, before in zip(watchers, used, strict=True)]
        return {
            "objects": objects,
            "wall": whole_at - begun,
            "busiest": max(used),
            "all": sum(used),
            "rate": objects / max(used),
            "memory": max(watcher.resident() for watcher in watchers) / 2**20,
            "open": max(len(os.listdir(f"/proc/{watcher.pid}/fd")) for watcher in watchers),
            "rest": max(rested) / REST,
        }


def _count(server: Any, statement: str) -> int:
    return int(server.ask(statement)[0][0])


def _steady(server: Any) -> tuple[int, float]:
    """How many objects there are and since when, once no more come: kinds that objects name are followed later."""
    last, since = -1, time.monotonic()
    while time.monotonic() < since + 5:
        if (now := _count(server, "SELECT count(*) FROM regions_resource")) != last:
            last, since = now, time.monotonic()
        time.sleep(0.2)
    return last, since
