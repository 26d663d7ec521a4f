"""How a moment, a multi-line message and a list of names are said in one line."""

import re
from collections.abc import Iterable
from datetime import datetime

LONGEST = 500
"""Messages that we say ourselves are never longer."""

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
