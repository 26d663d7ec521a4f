"""Every fault of the rig (`tests/faults`), each often and at random moments, and the log against what was written."""

import importlib
import random
from collections.abc import Callable
from typing import Any

from dashboard.bench import clusters
from dashboard.bench.processes import Ground
from dashboard.bench.report import Line, Part, Unavailable

RUNS = 20
RATE = 15.0  # steps a second and cluster


def run(ground: Ground, quick: bool, say: Callable[[str], None]) -> Part:
    """On demo API servers with SQLite and with PostgreSQL, then on real ones with PostgreSQL."""
    try:
        scene = importlib.import_module("tests.faults.scene")
    except ImportError as error:
        raise Unavailable("this part needs the folder tests/ and pytest, which are not here") from error
    seed = ground.seed if ground.seed is not None else random.SystemRandom().randrange(10**6)
    runs = ground.runs or (1 if quick else RUNS)
    part = Part(
        "faults", f"each fault {runs} times at random moments (seed {seed}), {RATE:.0f} changes a second and cluster"
    )
    grounds: list[tuple[str, bool, bool]] = [("demo API servers, SQLite", False, False)]
    if not quick:
        grounds += [("demo API servers, PostgreSQL", True, False), ("real API servers, PostgreSQL", True, True)]
    for name, on_postgresql, real in grounds:
        say(f"faults: {name}, seed {seed}")
        outcome = _befall(scene, seed, runs, on_postgresql, real)
        for fault, count in sorted(outcome.runs.items()):
            wrong = outcome.wrong.get(fault, "")
            again = f"whole again within {outcome.slowest[fault]:.1f} s"
            part.lines.append(Line(f"{name}: {fault}", f"{count} ×: {wrong or again}", met=not wrong))
        part.notes.append(
            f"{name}: {outcome.runs.total()} faults, {outcome.written:,} changes written, {outcome.excused} within "
            f"gaps that the log speaks of, {'0 lost, 0 doubled, 0 reordered' if outcome.sound else 'see above'}"
        )
        part.figures[name] = {"faults": outcome.runs.total(), "written": outcome.written, "sound": outcome.sound}
    return part


def _befall(scene: Any, seed: int, runs: int, on_postgresql: bool, real: bool) -> Any:
    if not real:
        return scene.befall(seed, runs, RATE, on_postgresql)
    rig = clusters._rig()
    rig.refresh()
    return scene.befall(seed, runs, RATE, on_postgresql, rig)
