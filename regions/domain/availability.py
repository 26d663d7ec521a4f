"""How long something was well, of the time that it was watched: from the turns of its health in the log.

Available is Ready, and Progressing once it had been ready (it is being changed); unavailable is what needs somebody
(Failed, Degraded, contradicted). What counts as neither: time before it was ready first, while it is deleted, paused
or only validated, while it is Unknown, and time in which nobody watched. What was there before the window counts as
having been ready: only what came into being within it is known not to have been.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from regions.domain.health_scale import ILL, Health
from regions.domain.words import lasted

NONE = timedelta()
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one moment to a later one."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class HealthTurn:
    """Its health changed. `was` is empty when it came into being."""

    at: datetime
    health: str
    was: str = ""


@dataclass(frozen=True, slots=True)
class Spell:
    """One health that did not change between two moments; empty: it was not there."""

    start: datetime
    end: datetime
    health: str


@dataclass(frozen=True, slots=True)
class Availability:
    """What of a window counts, and what of that it was available. `watched` also holds what counts as neither."""

    window: timedelta
    watched: timedelta
    available: timedelta
    unavailable: timedelta

    @property
    def counted(self) -> timedelta:
        return self.available + self.unavailable

    @property
    def share(self) -> float | None:
        """Between 0 and 1; None: nothing of it counts."""
        return self.available / self.counted if self.counted else None

    @property
    def sentence(self) -> str:
        """Of what the share is one."""
        if not self.watched:
            return "Nobody watched"
        whole = self.window - self.watched < _MINUTE
        watched = f"the {lasted(self.watched)}{'' if whole else f' of {lasted(self.window)}'} that were watched"
        if not self.counted:
            return f"Nothing of {watched} counts: it was not ready yet, paused, deleted or Unknown"
        idle = self.watched - self.counted
        return f"of {watched}" + (f", less {lasted(idle)} that counts as neither" if idle >= _MINUTE else "")

    def __add__(self, other: "Availability") -> "Availability":
        return Availability(
            self.window + other.window,
            self.watched + other.watched,
            self.available + other.available,
            self.unavailable + other.unavailable,
        )


NOTHING = Availability(NONE, NONE, NONE, NONE)


@dataclass(frozen=True, slots=True)
class ErrorBudget:
    """What an objective allows to be unavailable, and what of it was used. `burn` is 1 where it is used up evenly."""

    objective: float  # between 0 and 1
    allowed: timedelta
    used: timedelta

    @property
    def burn(self) -> float | None:
        """How many times what is allowed was used; None: nothing is allowed, or nothing counts."""
        return self.used / self.allowed if self.allowed else None

    @property
    def met(self) -> bool:
        return self.used <= self.allowed


def budget(found: Availability, objective: float) -> ErrorBudget:
    """The error budget of what was counted, as in the SRE book: (1 - objective) of it."""
    return ErrorBudget(objective, found.counted * (1 - objective), found.unavailable)


def spells(turns: Sequence[HealthTurn], now_is: str, start: datetime, end: datetime) -> Iterator[Spell]:
    """What its health was through a window, oldest first. `turns` are all of that window, oldest first; `now_is` is
    its health after the last of them, empty when it is gone."""
    begun, health = start, turns[0].was if turns else now_is
    for turn in turns:
        at = min(max(turn.at, begun), end)
        if at > begun or not health:  # deleted and made anew in one moment is still another
            yield Spell(begun, at, health)
        begun, health = at, turn.health
    if end > begun:
        yield Spell(begun, end, health)


def measure(found: Iterable[Spell], gaps: Sequence[Stretch], window: Stretch) -> Availability:
    """How long it was available. `gaps` are disjoint and in order (`merged`): what nobody watched is neither."""
    known, had_been_ready = dict.fromkeys(("seen", "up", "down"), NONE), True
    for spell in found:
        seen = _less(spell, gaps)
        ready = spell.health == Health.READY
        had_been_ready = _had_been_ready(had_been_ready, spell)
        moving = spell.health == Health.PROGRESSING and had_been_ready
        known["seen"] += seen
        if ready or moving:
            known["up"] += seen
        elif spell.health in ILL and had_been_ready:
            known["down"] += seen
    total = window.end - window.start
    return Availability(total, known["seen"], known["up"], known["down"])


def _had_been_ready(before: bool, spell: Spell) -> bool:
    """By the end of this spell; what is made anew under the name of what is gone is another."""
    return bool(spell.health) and (before or spell.health == Health.READY)


def merged(gaps: Iterable[Stretch], window: Stretch) -> tuple[Stretch, ...]:
    """Stretches within a window, in order, those that touch as one."""
    found: list[Stretch] = []
    for gap in sorted(gaps, key=lambda one: one.start):
        start, end = max(gap.start, window.start), min(gap.end, window.end)
        if start >= end:
            continue
        if found and start <= found[-1].end:
            found[-1] = Stretch(found[-1].start, max(found[-1].end, end))
        else:
            found.append(Stretch(start, end))
    return tuple(found)


def _less(spell: Spell, gaps: Sequence[Stretch]) -> timedelta:
    """How long a spell was watched; where it was not there, nothing was to be watched."""
    if not spell.health:
        return NONE
    seen, place = spell.end - spell.start, bisect_right(gaps, spell.start, key=lambda gap: gap.end)
    while place < len(gaps) and (gap := gaps[place]).start < spell.end:
        seen -= min(gap.end, spell.end) - max(gap.start, spell.start)
        place += 1
    return seen


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that had been well needed somebody. `end` is None while it still does; `earlier`: it had begun before
    what is told, so `start` is only from when on it is."""

    start: datetime
    end: datetime | None
    worst: str
    earlier: bool = False


def incidents(found: Iterable[Spell], end: datetime) -> Iterator[Incident]:
    """Each time that it left what is well, until it was Ready again; what was never ready is not broken, it is not
    made yet."""
    begun: Spell | None = None
    worst, had_been_ready, first, earlier = "", True, True, False
    for spell in found:
        if spell.health in ILL and had_been_ready:
            begun, earlier = begun or spell, earlier or first
            worst = min(worst or spell.health, spell.health, key=lambda one: Health(one).rank)
        elif begun and spell.health in (Health.READY, ""):
            yield Incident(begun.start, spell.start, worst, earlier)
            begun, worst, earlier = None, "", False
        had_been_ready, first = _had_been_ready(had_been_ready, spell), False
    if begun:
        yield Incident(begun.start, None, worst, earlier)


FLAPS = 4
WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Flapping:
    """It turned between ready and not so often within such a time; the last such time ended then."""

    times: int
    within: timedelta
    last_at: datetime

    @property
    def sentence(self) -> str:
        return f"turned {self.times} times between ready and not within {lasted(self.within)}"


def flapping(turns: Sequence[HealthTurn], times: int = FLAPS, within: timedelta = WITHIN) -> Flapping | None:
    """The worst of the windows in which it turned at least so often; None: there was none. What came into being or
    went counts as no turn."""
    both = (one for one in turns if one.was and one.health)
    at = [one.at for one in both if (one.was == Health.READY) != (one.health == Health.READY)]
    best: Flapping | None = None
    first = 0
    for last, moment in enumerate(at):
        while moment - at[first] > within:
            first += 1
        count = last - first + 1
        if count >= times and (best is None or count >= best.times):
            best = Flapping(count, within, moment)
    return best
