"""How a moment, a span of time, a multi-line message and a list of names are said in one line."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

LONGEST = 500
"""Messages that we say ourselves are never longer."""

_MINUTE = 60
_BULLET = re.compile(r"^\s*(?:[*•-]\s+)?")


def clock(moment: datetime, now: datetime) -> str:
    """A moment as one says it: the time today, with the day when it was another day, with the year when long ago."""
    if moment.date() == now.date():
        return f"{moment:%H:%M} UTC"
    if moment.year == now.year:
        return f"{moment.day} {moment:%b %H:%M} UTC"
    return f"{moment.day} {moment:%b %Y %H:%M} UTC"


def dated(at: datetime) -> str:
    """A moment for a sentence that is kept: always with its day, for it is read on others, too."""
    return f"{at.day} {at:%b %Y %H:%M} UTC"


def short(text: str, limit: int = LONGEST) -> str:
    """The text, cut with an ellipsis if it is longer than allowed."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def one_line(text: str, limit: int = LONGEST) -> str:
    """A message in one line: bullets become clauses, a heading stays with what it heads."""
    said = ""
    for line in text.splitlines():
        clause = " ".join(_BULLET.sub("", line).split())
        if not clause:
            continue
        if said:
            said += " " if said.endswith((":", ".")) else "; "
        said += clause
    return short(said, limit)


def listed(names: Iterable[str], most: int = 5) -> str:
    """Names separated by commas; from the sixth on, how many more."""
    found = list(names)
    if len(found) <= most:
        return ", ".join(found)
    return ", ".join(found[:most]) + f" and {len(found) - most} more"


def counted(number: int, noun: str) -> str:
    """`1 service`, `2 services`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def span(seconds: float) -> str:
    """Two units at most, as kubectl prints an age: 45s, 3m20s, 47m, 5h10m, 30h, 3d4h, 200d, 2y17d."""
    seconds = int(max(seconds, 0))
    if seconds < 2 * _MINUTE:
        return f"{seconds}s"
    minutes = seconds // _MINUTE
    if minutes < 10:
        return _two(minutes, "m", seconds % _MINUTE, "s")
    if minutes < 180:
        return f"{minutes}m"
    hours = seconds // 3600
    if hours < 8:
        return _two(hours, "h", minutes % 60, "m")
    if hours < 48:
        return f"{hours}h"
    days = hours // 24
    if hours < 192:
        return _two(days, "d", hours % 24, "h")
    if days < 2 * 365:
        return f"{days}d"
    if days < 8 * 365:
        return _two(days // 365, "y", days % 365, "d")
    return f"{days // 365}y"


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large}{large_unit}{small}{small_unit}" if small else f"{large}{large_unit}"


def lasted(time: timedelta) -> str:
    """A span of time in the same words."""
    return span(time.total_seconds())
