"""What a part found, its table and its JSON, and where it was measured."""

import math
import os
import platform
import sqlite3
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any


class Unavailable(Exception):
    """What a part needs is not on this machine; its sentence says what."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table. `met` is None where there is no aim."""

    what: str
    pane: str
    peer: str = ""
    against: str = ""  # ratio or difference
    aim: str = ""
    met: bool | None = None


@dataclass(slots=True)
class Part:
    """What one part measured: `figures` are plain numbers (seconds, bytes, ratios) for programs."""

    name: str
    about: str
    lines: list[Line] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    skipped: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def summary(values: Sequence[float]) -> dict[str, float]:
    """Median, tail and range, in the unit of the values."""
    return {
        "count": len(values),
        "min": min(values),
        "median": statistics.median(values),
        "p95": percentile(values, 95),
        "p99": percentile(values, 99),
        "max": max(values),
    }


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if abs(seconds) >= 0.01 else f"{seconds * 1000:.1f} ms"


def seconds(value: float) -> str:
    return f"{value:.2f} s"


def spread(values: Sequence[float]) -> str:
    """Median and range, in seconds."""
    if len(values) == 1:
        return seconds(values[0])
    return f"{statistics.median(values):.2f} s ({min(values):.2f}–{max(values):.2f})"


def machine() -> dict[str, str]:
    """The machine and the versions that figures belong to."""
    cpu = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    memory = next((line.split()[1] for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), "0")
    packages = {name: version(name) for name in ("django", "uvicorn", "websockets", "aiohttp", "msgspec")}
    return {
        "cpu": f"{os.cpu_count()} × {cpu}",
        "memory": f"{int(memory) / 2**20:.0f} GiB",
        "system": platform.system(),
        "load": f"{os.getloadavg()[0]:.1f} at the start",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **packages,
    }


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def table(parts: Sequence[Part]) -> str:
    """All parts as a Markdown table, readable on a screen, with the notes of each below."""
    head = Line("measured", "Pane", "peer", "against it", "aim")
    rows = [(head.what, head.pane, head.peer, head.against, head.aim, "met")]
    for part in parts:
        rows.append((f"**{part.name}**: {part.about}", "", "", "", "", ""))
        if part.skipped:
            rows.append((f"not measured: {part.skipped}", "", "", "", "", ""))
        for line in part.lines:
            met = {None: "", True: "yes", False: "no"}[line.met]
            rows.append((line.what, line.pane, line.peer, line.against, line.aim, met))
    # A sentence that spans the table must not stretch its first column for all others.
    widths = [max(len(row[place]) for row in rows if place or any(row[1:])) for place in range(6)]
    text = [_row(rows[0], widths), "|" + "|".join("-" * (width + 2) for width in widths) + "|"]
    text += [_row(row, widths) for row in rows[1:]]
    for part in parts:
        text += ["", *(f"- {part.name}: {note}" for note in part.notes)] if part.notes else []
    return "\n".join(text)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"
