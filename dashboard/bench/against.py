"""Another revision on the same machine in the same run: both sides in turn, round by round, and the ratios of the two.

Each side runs its own `manage.py bench`, from a folder of its own and with an environment of its own where its lock
file is another. Processor seconds of the side's processes are read from outside, alike for both.
"""

import json
import os
import statistics
import subprocess
import sys
import tarfile
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dashboard.bench.processes import ROOT, TICK
from dashboard.bench.report import Line, Part, Unavailable

LOCK = "requirements.lock"
LOOK = 0.1  # seconds between two looks at how much a process has used
COUNTED = ("watch", "serving", "metered")  # processes of Pane itself, by a word of their command


@dataclass(slots=True)
class Side:
    """A revision that can be run: its folder, its Python, and what its rounds found (figure → a value a round)."""

    name: str
    folder: Path
    python: str
    figures: dict[str, list[float]] = field(default_factory=dict)


def run(names: Sequence[str], revision: str, rounds: int, quick: bool, say: Callable[[str], None]) -> list[Part]:
    """Every named part as measured here and at `revision`; raises Unavailable where that cannot be had."""
    with tempfile.TemporaryDirectory(prefix="pane-against-") as kept:
        theirs = checked_out(revision, Path(kept), say)
        ours = Side("here", ROOT, sys.executable)
        parts = []
        for name in names:
            for side in (ours, theirs):
                side.figures.clear()
            for number in range(rounds):
                # Who comes first changes each time: neither always finds the machine warm.
                for side in (ours, theirs) if number % 2 == 0 else (theirs, ours):
                    say(f"{name}: round {number + 1} of {rounds}, {side.name} (load {os.getloadavg()[0]:.1f})")
                    for figure, value in _round(side, name, quick).items():
                        side.figures.setdefault(figure, []).append(value)
            parts.append(_compared(name, revision, rounds, ours, theirs))
        return parts


def checked_out(revision: str, folder: Path, say: Callable[[str], None]) -> Side:
    """The revision in a folder below this one, with an environment that its lock file asks for."""
    place = folder / "checkout"
    place.mkdir()
    command = ["git", "archive", "--format=tar", "--output", str(folder / "tree.tar"), revision]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise Unavailable(f"git has no revision {revision!r} here: {done.stderr.strip()[:200]}")
    with tarfile.open(folder / "tree.tar") as tree:
        tree.extractall(place, filter="data")
    if (place / LOCK).read_text() == (ROOT / LOCK).read_text():
        return Side(revision, place, sys.executable)
    say(f"{revision} has another {LOCK}: making an environment for it")
    python = folder / "venv" / "bin" / "python"
    for step in (
        [sys.executable, "-m", "venv", str(folder / "venv")],
        [str(python), "-m", "pip", "install", "--quiet", "--no-input", "--require-hashes", "-r", str(place / LOCK)],
    ):
        done = subprocess.run(step, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise Unavailable(f"The environment of {revision} could not be made: {done.stderr.strip()[-300:]}")
    return Side(revision, place, str(python))


def _round(side: Side, name: str, quick: bool) -> dict[str, float]:
    """One run of one part on one side: its numbers, flat, and the processor seconds of its programs."""
    with tempfile.TemporaryDirectory(prefix="pane-against-round-") as folder:
        file = Path(folder) / "figures.json"
        command = [side.python, "manage.py", "bench", name, "--json", str(file), *(["--quick"] if quick else [])]
        kept = {key: value for key, value in os.environ.items() if not key.startswith("PANE_")}
        with Processor(side.folder) as used:
            done = subprocess.run(command, cwd=side.folder, env=kept, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode or not file.exists():
            raise Unavailable(f"{name} failed at {side.name}: {done.stderr.strip()[-500:]}")
        (part,) = json.loads(file.read_text())["parts"]
        if part["skipped"]:
            raise Unavailable(part["skipped"])
    return {**dict(flat(part["figures"])), **used.seconds()}


class Processor:
    """Counts processor seconds of the programs that run from a folder, by the word that tells them apart."""

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder.resolve())
        self._seen: dict[tuple[int, str], tuple[str, float]] = {}  # by process and its start
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Processor":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def seconds(self) -> dict[str, float]:
        """By program: `processor_seconds/watch` and so on."""
        found: dict[str, float] = {}
        for word, used in self._seen.values():
            found[f"processor_seconds/{word}"] = found.get(f"processor_seconds/{word}", 0.0) + used
        return found

    def _look(self) -> None:
        while not self._over.wait(LOOK):
            for process in filter(str.isdigit, os.listdir("/proc")):
                try:
                    if os.readlink(f"/proc/{process}/cwd") != self.folder:
                        continue
                    words = Path(f"/proc/{process}/cmdline").read_text().split("\0")
                    columns = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
                except (OSError, UnicodeDecodeError):
                    continue  # it ended meanwhile, or is nobody's business of ours
                word = next((name for name in COUNTED if any(part.endswith(name) for part in words)), "")
                if word:
                    used = (int(columns[11]) + int(columns[12])) / TICK  # utime and stime of proc(5)
                    self._seen[int(process), columns[19]] = (word, used)


def flat(figures: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, float]]:
    """Numbers by path; of a list of numbers its median."""
    for key, value in figures.items():
        path = f"{above}{key}"
        if isinstance(value, Mapping):
            yield from flat(value, f"{path}/")
        elif isinstance(value, bool):
            continue
        elif isinstance(value, int | float):
            yield path, float(value)
        elif isinstance(value, list) and value and all(isinstance(one, int | float) for one in value):
            yield path, statistics.median(value)


def _compared(name: str, revision: str, rounds: int, ours: Side, theirs: Side) -> Part:
    part = Part(name, f"here against {revision}: medians of {rounds} rounds in turn; below 1 is less here")
    for figure in sorted(ours.figures.keys() & theirs.figures.keys()):
        here, there = ours.figures[figure], theirs.figures[figure]
        pairs = [mine / other for mine, other in zip(here, there, strict=False) if other]
        if not pairs:
            continue
        ratio = statistics.median(here) / statistics.median(there) if statistics.median(there) else 0.0
        part.lines.append(
            Line(
                figure,
                f"{statistics.median(here):.4g}",
                f"{statistics.median(there):.4g}",
                f"{ratio:.2f} × ({min(pairs):.2f}–{max(pairs):.2f})",
            )
        )
        part.figures[figure] = {"here": here, "there": there, "ratio": ratio}
    return part
