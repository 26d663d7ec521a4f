"""Weeks as ISO 8601 counts them: from Monday 00:00 UTC, called 2026-W48."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

_NAMED = re.compile(r"(\d{4})-W(\d{2})")
WEEK = timedelta(days=7)
FIRST = 2000


@dataclass(frozen=True, slots=True)
class Week:
    """`end` is the start of the next one."""

    start: datetime

    @property
    def end(self) -> datetime:
        return self.start + WEEK

    @property
    def name(self) -> str:
        year, number, _ = self.start.isocalendar()
        return f"{year}-W{number:02}"

    @property
    def days(self) -> str:
        """Its first and last day, in words."""
        last = self.end - timedelta(days=1)
        return f"{self.start.day} {self.start:%b} to {last.day} {last:%b %Y}"

    def later(self, weeks: int) -> "Week":
        return Week(self.start + weeks * WEEK)


def week_of(at: datetime) -> Week:
    """The week that a moment lies in."""
    day = at.astimezone(UTC).date()
    monday = day - timedelta(days=day.weekday())
    return Week(datetime(monday.year, monday.month, monday.day, tzinfo=UTC))


def week_named(name: str) -> Week | None:
    """The week of this name; None: there is none, or it lies before 2000, of which nobody asks in earnest."""
    found = _NAMED.fullmatch(name)
    if found and int(found[1]) < FIRST:
        return None
    try:
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else None
        return Week(datetime(monday.year, monday.month, monday.day, tzinfo=UTC)) if monday else None
    except ValueError:
        return None
