"""What `watch` needs in memory for each object that it watches."""

import time
from collections.abc import Callable

from dashboard.bench.clusters import A_DEPLOYMENT, Clusters, started
from dashboard.bench.processes import Ground, running, watch
from dashboard.bench.report import Line, Part
from dashboard.bench.sync import synced

AIM = 3 * 1024
REST = 15.0  # seconds after the inventory is whole, so that what only the start needed is given back


def run(ground: Ground, quick: bool, say: Callable[[str], None]) -> Part:
    few, many, times = (100, 1_100, 1) if quick else (1_000, 21_000, 3)
    part = Part("memory", f"resident memory of `watch` with {few:,} and with {many:,} objects")
    with started() as clusters:
        small: list[int] = []
        large: list[int] = []
        for wanted, found in ((few, small), (many, large)):
            say(f"memory: {wanted:,} objects")
            clusters.fill(wanted // A_DEPLOYMENT)
            for _ in range(times):
                found.append(_resident(ground, clusters, 3.0 if quick else REST))
    little, much = sorted(small)[len(small) // 2], sorted(large)[len(large) // 2]
    each = (much - little) / (many - few)
    part.lines = [
        Line(f"watch with {few:,} objects", _mib(small)),
        Line(f"watch with {many:,} objects", _mib(large)),
        Line("each object more", f"{each / 1024:.2f} KiB", aim=f"≤ {AIM // 1024} KiB", met=each <= AIM),
    ]
    part.figures = {"few": few, "many": many, "few_bytes": small, "many_bytes": large, "bytes_an_object": each}
    return part


def _resident(ground: Ground, clusters: Clusters, rest: float) -> int:
    data = ground.copy()
    with running(watch(data, clusters.kubeconfig)) as watcher:
        watcher.until("every cluster is synced", lambda: synced(data) >= set(clusters.by_name), pause=0.2)
        time.sleep(rest)
        return watcher.resident()


def _mib(values: list[int]) -> str:
    return " / ".join(f"{value / 2**20:.0f}" for value in values) + " MiB"
