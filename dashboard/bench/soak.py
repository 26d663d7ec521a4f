"""Pane left alone for hours on a demo fleet that lives: what grows, by the hour.

Slopes are of the last two thirds: what is filled once and then stays (caches, compiled code, rings) is no leak.
"""

import os
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from dashboard.bench.processes import Child, Ground, environment, running, watch, web
from dashboard.bench.report import Line, Part, Unavailable
from dashboard.bench.sync import select, synced
from dashboard.bench.wall import PAGE, open_page, sample

HOURS = 8.0
FLEET = ("--regions", "6", "--deployments", "60")
DROP = 30.0  # seconds between two drops of every page's connection
MOST = 1.0  # MiB an hour, of a process
Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Grows:
    """What is looked at, in which unit, and by how much an hour it may grow."""

    what: str
    unit: str
    divisor: float
    most: float


GROWS = {
    "watch_resident": Grows("memory of `watch`", "MiB", 2**20, MOST),
    "web_resident": Grows("memory of the web server", "MiB", 2**20, MOST),
    "watch_open": Grows("descriptors of `watch`", "", 1, 1),
    "web_open": Grows("descriptors of the web server", "", 1, 1),
    "wall_heap": Grows("the wall: heap, garbage left out", "MiB", 2**20, MOST),
    "wall_nodes": Grows("the wall: DOM nodes", "", 1, 100),
    "wall_listeners": Grows("the wall: listeners", "", 1, 1),
    "list_heap": Grows("/deployments/: heap, garbage left out", "MiB", 2**20, MOST),
    "list_nodes": Grows("/deployments/: DOM nodes", "", 1, 100),
}


def run(ground: Ground, quick: bool, say: Callable[[str], None]) -> Part:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise Unavailable("there is no Chromium here")
    hours = (ground.minutes or (0.2 if quick else HOURS * 60)) / 60
    say(f"soak: {hours:.2g} hours")
    samples, changes = _soak(ground, chromium, hours * 3600, say)
    part = Part("soak", f"{hours:.2g} hours, {changes:,} changes, every page's connection broken every {DROP:.0f} s")
    settled = samples[len(samples) // 3 :]
    for name, one in GROWS.items():
        by_hour = slope([(each["at"] / 3600, each[name] / one.divisor) for each in settled])
        first, last = (each[name] / one.divisor for each in (samples[0], samples[-1]))
        size = f"{first:,.1f} → {last:,.1f} {one.unit}" if one.unit else f"{first:,.0f} → {last:,.0f}"
        per = f"{by_hour:+.2f} {one.unit}/h" if one.unit else f"{by_hour:+.1f}/h"
        part.lines.append(Line(one.what, size.strip(), against=per, aim=f"≤ {one.most:g}/h", met=by_hour <= one.most))
    part.notes.append(f"{len(samples)} samples; slopes over the last {len(settled)}")
    part.figures = {"hours": hours, "changes": changes, "samples": samples}
    return part


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Growth of the second by the first: the median between any two (Theil and Sen), which a page that is just being
    redrawn does not move."""
    pairs = combinations(points, 2)
    return statistics.median((later[1] - early[1]) / (later[0] - early[0]) for early, later in pairs)


def _soak(ground: Ground, chromium: str, lasts: float, say: Callable[[str], None]) -> tuple[list[Figures], int]:
    from playwright.sync_api import sync_playwright

    data = ground.copy()
    demo = data / "demo"
    command = [sys.executable, "-m", "dashboard.demo", "--folder", str(demo), *FLEET]
    with ExitStack() as stack:
        fleet = stack.enter_context(running(Child(command, environment(data), data / "fleet.log")))
        fleet.until("the fleet is up", lambda: "ready" in fleet.log_end(), pause=0.1)
        server, port = web(data)
        stack.enter_context(running(server))
        watcher = stack.enter_context(running(watch(data, demo / "management.kubeconfig")))
        watcher.until("every cluster is synced", lambda: len(synced(data)) > int(FLEET[1]), pause=0.2)
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        stack.callback(browser.close)
        pages = {
            name: open_page(browser, ground, port, path) for name, path in (("wall", PAGE), ("list", "/deployments/"))
        }
        samples: list[Figures] = []
        begun = sample_at = drop_at = time.monotonic()
        while (now := time.monotonic()) < begun + lasts or len(samples) < 6:
            if now >= drop_at:
                drop_at = now + DROP
                for page, _ in pages.values():
                    page.evaluate("globalThis.opened?.close()")
            if now >= sample_at:
                sample_at = now + min(60.0, lasts / 60)
                samples.append(_figures(now - begun, {"watch": watcher, "web": server}, pages))
                if len(samples) % 60 == 0:
                    say(f"soak: {(now - begun) / 3600:.2f} hours")
            pages["wall"][0].wait_for_timeout(200)
        return samples, int(select(data, "SELECT count(*) FROM regions_change")[0][0])


def _figures(at: float, processes: dict[str, Child], pages: dict[str, tuple[Any, Any]]) -> Figures:
    found: Figures = {"at": at}
    for name, child in processes.items():
        found[f"{name}_resident"] = child.resident()
        found[f"{name}_open"] = len(os.listdir(f"/proc/{child.pid}/fd"))
    for name, (_, tools) in pages.items():
        held = sample(tools, at, 0)
        found |= {f"{name}_heap": held.heap, f"{name}_nodes": held.nodes, f"{name}_listeners": held.listeners}
    return found
