"""The demo fleet in two sizes: how start, memory, first sync and the list page grow with it."""

import math
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from dashboard.bench.http import Caller
from dashboard.bench.processes import Child, Ground, environment, running, watch, web
from dashboard.bench.report import Line, Part, ms, seconds
from dashboard.bench.sync import select, synced

REGIONS = 6
Figures = dict[str, float]


def run(ground: Ground, quick: bool, say: Callable[[str], None]) -> Part:
    small, large = (30, 60) if quick else (1_000, 10_000)
    part = Part("fleet", f"the demo fleet with {small:,} and with {large:,} deployments in {REGIONS} regions")
    found = {}
    for size in (small, large):
        say(f"fleet: {size:,} deployments")
        found[size] = _measure(ground, size, 3 if quick else 40)
    for name, (what, shown) in FIGURES.items():
        little, much = found[small][name], found[large][name]
        growth = math.log(much / little) / math.log(large / small)
        part.lines.append(Line(what, shown(much), shown(little), f"grows with n^{growth:.2f}"))
    objects = found[large]["objects"]
    part.notes.append(f"Pane's column is the larger fleet ({objects:,.0f} objects), the peer's the smaller one.")
    part.figures = {str(size): figures for size, figures in found.items()}
    return part


def _measure(ground: Ground, deployments: int, pages: int) -> Figures:
    data = ground.copy()
    folder = data / "demo"
    begun = time.monotonic()
    with running(_fleet(data, folder, deployments)) as fleet:
        fleet.until("the fleet is up", lambda: "ready" in fleet.log_end(), pause=0.05)
        started = time.monotonic() - begun
        server, port = web(data)
        with running(server):
            kubeconfig = folder / "management.kubeconfig"
            begun = time.monotonic()
            with running(watch(data, kubeconfig)) as watcher:
                watcher.until("every cluster is synced", lambda: len(synced(data)) > REGIONS, pause=0.05)
                whole = time.monotonic() - begun
                page = Caller(f"http://127.0.0.1:{port}", {"Cookie": ground.cookie})
                page.ask("GET", "/deployments/")
                taken = [_timed(page) for _ in range(pages)]
                return {
                    "start": started,
                    "fleet_bytes": fleet.resident(),
                    "sync": whole,
                    "watch_bytes": watcher.resident(),
                    "list": statistics.median(taken),
                    "objects": _objects(data),
                }


def _fleet(data: Path, folder: Path, deployments: int) -> Child:
    """The servers without the story's own events: what is measured stands still."""
    command = [
        sys.executable,
        "-m",
        "dashboard.demo",
        "--folder",
        str(folder),
        "--regions",
        str(REGIONS),
        "--deployments",
        str(deployments),
        "--pace",
        "0.001",
    ]
    return Child(command, environment(data), data / "fleet.log")


def _timed(page: Caller) -> float:
    begun = time.perf_counter()
    status, _ = page.ask("GET", "/deployments/")
    if status != 200:
        raise RuntimeError(f"/deployments/ answered {status}")
    return time.perf_counter() - begun


def _objects(data: Path) -> float:
    return float(select(data, "select count(*) from regions_resource")[0][0])


def _mib(value: float) -> str:
    return f"{value / 2**20:.0f} MiB"


FIGURES: dict[str, tuple[str, Callable[[float], str]]] = {
    "start": ("time until all API servers of the fleet answer", seconds),
    "fleet_bytes": ("memory of the fleet", _mib),
    "sync": ("first sync of all clusters", seconds),
    "watch_bytes": ("memory of `watch` after it", _mib),
    "list": ("/deployments/, median", ms),
}
