"""The log as people read it: repeats counted, equal reports of siblings said once, routine behind milestones.

Folding is at reading: rows never change. Pure, and the same for the same rows, so that a page kept open and one that
is reloaded agree. Nothing is lost: every change that goes in is lead, member, repeat or routine of exactly one line.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol

from regions.domain.heartbeats import without_moments
from regions.domain.milestones import explanation, is_eventful, is_milestone

GAP, ERROR, WARNING, MILESTONE, PLAIN, ROUTINE = "gap", "error", "warning", "milestone", "plain", "routine"

AGAIN = timedelta(hours=1)
"""The same words of the same object, told by another Event, are a repeat for so long."""
TOGETHER = timedelta(minutes=15)
"""Siblings that say the same within so long of each other say it together."""
ON_THE_WAY = timedelta(minutes=30)
"""What is routine leads up to the next line about the same thing, when that came within so long."""


class FoldableChange(Protocol):
    """What folding needs of a change."""

    @property
    def id(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def source(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def health(self) -> str: ...
    @property
    def series(self) -> str: ...
    @property
    def count(self) -> int: ...
    @property
    def controller(self) -> str: ...
    @property
    def cluster(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def deployment(self) -> str: ...
    @property
    def group(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def namespace(self) -> str: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class FeedLine:
    """One line of a feed."""

    lead: Any  # the change that speaks for all of them
    weight: str  # gap | error | warning | milestone | plain | routine
    members: tuple[Any, ...]  # one change for each object that says it, the lead first
    times: int  # how often it happened, of all members together
    first_at: datetime
    last_at: datetime
    note: str = ""  # what a reader should know of words that mislead
    routine: tuple[Any, ...] = ()  # what was reported on the way to it, newest first; repeats left out
    routine_times: int = 0
    ids: frozenset[int] = frozenset()  # of all changes in it

    @property
    def id(self) -> int:
        return int(self.lead.id)

    @property
    def sole_words(self) -> bool:
        """Several say the same of themselves, and no more than that it was so: their names are listed anyway."""
        if len(self.members) < 2 or self.weight in (ERROR, WARNING):
            return False
        said = {gist(one.message, one.name) for one in self.members}
        return len(said) == 1 and "it" in said.pop().split()

    @property
    def others(self) -> tuple[Any, ...]:
        return self.members[1:]


@dataclass(slots=True)
class _Entry:
    """One object's one saying, with its repeats. `first` and `last` are its oldest and newest change."""

    last: Any
    weight: str
    counts: dict[str, int]  # how often, by series
    ids: list[int]
    first: Any = None

    @property
    def times(self) -> int:
        return sum(self.counts.values())

    @property
    def lead(self) -> Any:
        # A milestone stands where it was reached; whatever else goes on stands where it was last heard.
        return self.first if self.weight in (MILESTONE, ROUTINE) else self.last


@dataclass(slots=True)
class _FoldGroup:
    """Entries that say the same."""

    entries: list[_Entry]
    routine: list[_Entry] = field(default_factory=list)


def fold(changes: Iterable[FoldableChange]) -> tuple[FeedLine, ...]:
    """The lines for these changes, which come newest first; the lines do, too."""
    rows = list(changes)
    entries = sorted(_repeats(rows), key=lambda entry: -entry.lead.id)
    _echoes(entries)
    groups = _siblings(entries)
    conditions = _conditions(rows)
    lines = [_line(group, conditions) for group in _on_the_way(groups, entries)]
    return tuple(sorted(lines, key=lambda line: -line.id))


def weight(change: FoldableChange) -> str:
    """How much one change has to say by itself."""
    if change.source == GAP:
        return GAP
    if change.severity in (ERROR, WARNING):
        return change.severity
    if change.source == "reported":
        return MILESTONE if is_milestone(change.group, change.kind, change.reason) else ROUTINE
    return PLAIN if is_eventful(change.kind, change.reason, change.health) else ROUTINE


def subject(change: FoldableChange) -> str:
    """Whose story a change belongs to: a deployment's, or what happens in a region, or on a cluster."""
    return change.deployment or change.region or change.cluster


@lru_cache(maxsize=8192)
def gist(message: str, name: str) -> str:
    """A message without what differs each time, or from one sibling to the next."""
    said = without_moments(message)
    if name:
        said = said.replace(f"'{name}'", "it").replace(f'"{name}"', "it").replace(name, "it")
    return _IDS.sub("…", said)


_IDS = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b[a-z]{1,8}-[0-9a-f]{8,17}\b|\b[0-9a-f]{12,}\b"
)


def _repeats(rows: Sequence[FoldableChange]) -> list[_Entry]:
    entries: list[_Entry] = []
    by_series: dict[str, _Entry] = {}
    by_words: dict[tuple[str, ...], _Entry] = {}
    for row in rows:
        if row.source == GAP:
            entries.append(_Entry(row, GAP, {"": 1}, [row.id], row))
            continue
        words = (row.cluster, row.kind, row.namespace, row.name, row.reason, row.health, gist(row.message, ""))
        entry = by_series.get(row.series) if row.series else None
        if entry is None and (entry := by_words.get(words)) and entry.first.at - row.at > AGAIN:
            entry = None
        if entry is None:
            entry = _Entry(row, weight(row), {}, [])
            entries.append(entry)
        by_words[words] = entry
        if row.series:
            by_series[row.series] = entry
        # Rows of one Event count by themselves how often it happened.
        key = row.series or str(row.id)
        entry.counts[key] = max(entry.counts.get(key, 0), row.count)
        entry.ids.append(row.id)
        entry.first = row
    return entries


_ECHO = timedelta(minutes=5)


def _echoes(entries: Sequence[_Entry]) -> None:
    """What we saw ourselves of a part, right beside its own word for it, is routine."""
    told: dict[tuple[str, ...], list[datetime]] = {}
    for entry in entries:
        if entry.weight == MILESTONE:
            told.setdefault(_object(entry.lead), []).append(entry.lead.at)
    for entry in entries:
        one = entry.lead
        own = entry.weight == PLAIN and one.reason == "HealthChanged" and one.kind != "ClusterDeployment"
        if own and any(abs(one.at - at) <= _ECHO for at in told.get(_object(one), ())):
            entry.weight = ROUTINE


def _object(change: FoldableChange) -> tuple[str, ...]:
    return (change.cluster, change.kind, change.namespace, change.name)


def _siblings(entries: Sequence[_Entry]) -> list[_FoldGroup]:
    groups: list[_FoldGroup] = []
    last: dict[tuple[str, ...], _FoldGroup] = {}
    for entry in entries:
        if entry.weight == ROUTINE:
            continue
        one = entry.lead
        key = _alike(entry)
        group = last.get(key) if key else None
        if group is None or abs(group.entries[-1].lead.at - one.at) > TOGETHER:
            group = _FoldGroup([])
            groups.append(group)
            if key:
                last[key] = group
        group.entries.append(entry)
    return groups


def _alike(entry: _Entry) -> tuple[str, ...] | None:
    """Equal for entries that say the same of different objects; None for what stands alone."""
    one = entry.lead
    if entry.weight == GAP:
        return None
    if one.kind in ("ClusterDeployment", "Region"):
        # Each has its own story; but when many of a region fall ill of one thing, that is one thing.
        if entry.weight not in (ERROR, WARNING):
            return None
        whose = one.region
    else:
        whose = subject(one)
    said = gist(one.message, one.name) if entry.weight in (ERROR, WARNING) else ""
    return (whose, one.cluster, one.source, one.group, one.kind, one.reason, one.health, entry.weight, said)


def _on_the_way(groups: Sequence[_FoldGroup], entries: Sequence[_Entry]) -> list[_FoldGroup]:
    """The groups, with each routine entry behind the next line of its story, or behind one of its own kind."""
    of: dict[int, _FoldGroup] = {id(entry): group for group in groups for entry in group.entries}
    everything = list(groups)
    newest: dict[str, tuple[_FoldGroup, datetime]] = {}
    for entry in entries:
        whose = subject(entry.lead)
        if entry.weight == GAP:
            continue
        if entry.weight != ROUTINE:
            newest[whose] = (of[id(entry)], entry.lead.at)
            continue
        found = newest.get(whose)
        if found is None or found[1] - entry.lead.at > ON_THE_WAY:
            group = _FoldGroup([entry])
            everything.append(group)
        else:
            group = found[0]
            group.routine.append(entry)
        newest[whose] = (group, entry.lead.at)
    return everything


def _conditions(rows: Sequence[FoldableChange]) -> dict[str, list[tuple[datetime, str]]]:
    """What HelmReleaseReady was seen to become, by deployment, newest first."""
    found: dict[str, list[tuple[datetime, str]]] = {}
    for row in rows:
        if row.source == "observed" and row.kind == "ClusterDeployment" and (seen := _BECAME.search(row.message)):
            found.setdefault(row.deployment, []).append((row.at, seen[1]))
    return found


_BECAME = re.compile(r"\bHelmReleaseReady (?:became|is still|is) (True|False|Unknown)\b")


def _line(group: _FoldGroup, conditions: dict[str, list[tuple[datetime, str]]]) -> FeedLine:
    first = group.entries[0]
    lead = first.lead
    times = sum(entry.times for entry in group.entries)
    seen = ""
    if lead.reason == "HelmReleaseIsReady":
        near = [(abs(at - lead.at), status) for at, status in conditions.get(lead.deployment, ())]
        seen = min(near)[1] if near and min(near)[0] <= _ECHO else ""
    routine = sorted(group.routine, key=lambda entry: -entry.last.id)
    own = [entry for entry in group.entries if first.weight == ROUTINE]
    rows = [entry.last for entry in (*own, *routine)] if own else [entry.last for entry in routine]
    inside = [*group.entries, *group.routine]
    note = ""
    if lead.source == "reported":
        note = explanation(lead.kind, lead.reason, lead.controller, first.times, seen)
    return FeedLine(
        lead=lead,
        weight=first.weight,
        members=tuple(entry.lead for entry in group.entries),
        times=times,
        first_at=min(entry.first.at for entry in group.entries),
        last_at=max(entry.last.at for entry in group.entries),
        note=note,
        routine=tuple(rows),
        routine_times=sum(entry.times for entry in (*own, *routine)),
        ids=frozenset(id for entry in inside for id in entry.ids),
    )
