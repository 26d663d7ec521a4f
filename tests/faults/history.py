"""What was written to clusters, held against what the log says of it: the history checker.

Each write sets a step in an object's status. Steps of a cluster count from 1 and are written one after the other, all
to objects of one kind, so that etcd's order is their number, and a watch has to tell them in that order.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

STEP = re.compile(r"\bstep (\d+)\b")


@dataclass(frozen=True, slots=True)
class Told:
    """A row of the log, or a change as a program was sent it."""

    id: int
    cluster: str
    source: str
    message: str
    at: datetime
    blind_from: datetime | None = None

    @property
    def step(self) -> int | None:
        found = STEP.search(self.message) if self.source == "observed" else None
        return int(found[1]) if found else None


@dataclass(slots=True)
class Verdict:
    """What is wrong, as cluster and step; `excused` are steps that a gap in the log speaks of."""

    written: int = 0
    lost: list[tuple[str, int]] = field(default_factory=list)
    doubled: list[tuple[str, int]] = field(default_factory=list)
    reordered: list[tuple[str, int]] = field(default_factory=list)
    excused: int = 0

    @property
    def sound(self) -> bool:
        return not (self.lost or self.doubled or self.reordered)

    def __str__(self) -> str:
        wrong = (("lost", self.lost), ("doubled", self.doubled), ("reordered", self.reordered))
        said = ", ".join(f"{len(steps)} {what} {steps[:5]}" for what, steps in wrong if steps) or "nothing wrong"
        return f"{self.written} written, {self.excused} within gaps that are said: {said}"


class History:
    """When which step was written to which cluster."""

    def __init__(self) -> None:
        self.written: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)

    def wrote(self, cluster: str, begun_at: datetime, done_at: datetime | None = None) -> None:
        """The next step is in the cluster since some moment between these two."""
        self.written[cluster].append((begun_at, done_at or begun_at))

    def stands(self) -> dict[str, int]:
        """How many steps each cluster has taken."""
        return {cluster: len(times) for cluster, times in self.written.items()}

    def judge(self, told: Sequence[Told], upto: dict[str, int] | None = None) -> Verdict:
        """Hold the log, oldest first, against what was written; of each cluster only up to a step, if one is given."""
        verdict = Verdict()
        gaps = [row for row in told if row.source == "gap"]
        for cluster, times in self.written.items():
            last = len(times) if upto is None else upto.get(cluster, 0)
            verdict.written += last
            steps = [row.step for row in told if row.cluster == cluster and row.step is not None and row.step <= last]
            verdict.doubled += [(cluster, step) for step, count in Counter(steps).items() if count > 1]
            for step in _out_of_order(dict.fromkeys(steps)):
                # A list says how things are, in the order of names: what it tells of a time that is a gap has no other.
                if not any(_covers(gap, cluster, *times[step - 1]) for gap in gaps):
                    verdict.reordered.append((cluster, step))
            for step in set(range(1, last + 1)) - set(steps):
                if any(_covers(gap, cluster, *times[step - 1]) for gap in gaps):
                    verdict.excused += 1
                else:
                    verdict.lost.append((cluster, step))
        verdict.lost.sort()
        return verdict


def _covers(gap: Told, cluster: str, begun_at: datetime, done_at: datetime) -> bool:
    within = gap.blind_from is not None and gap.blind_from <= done_at and begun_at <= gap.at
    return gap.cluster == cluster and within


def _out_of_order(steps: Iterable[int]) -> list[int]:
    found, highest = [], 0
    for step in steps:
        if step < highest:
            found.append(step)
        highest = max(step, highest)
    return found
