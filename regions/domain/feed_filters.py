"""What a feed is asked for, as its address says it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta

SEVERITIES = ("normal", "warning", "error", "problems")
SOURCES = ("observed", "reported", "gap")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):[0-5][0-9]")
_SPAN = re.compile(r"(\d{1,4})\s*(m|h|d|w)", re.IGNORECASE)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
TIME = "Say a time such as 2026-11-25 14:00 (UTC), or how long ago: 30m, 2h, 3d."


@dataclass(frozen=True, slots=True)
class FeedFilters:
    """Nothing is chosen where it is empty. Deployment and credential are `namespace/name`."""

    text: str = ""
    reason: str = ""
    severity: str = ""  # normal, warning, error; problems: warning or error
    region: str = ""
    kind: str = ""
    source: str = ""
    deployment: str = ""
    credential: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def narrows(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))


def parse(query: Mapping[str, str], now: datetime) -> tuple[FeedFilters, dict[str, str]]:
    """The filters of an address, and a sentence for each parameter that makes no sense (it is then left out)."""
    problems: dict[str, str] = {}
    said = {
        name: query.get(name, "").strip()[:510]
        for name in (
            "text",
            "reason",
            "severity",
            "region",
            "kind",
            "source",
            "deployment",
            "credential",
            "since",
            "until",
        )
    }
    for name, known in (("severity", SEVERITIES), ("source", SOURCES)):
        if said[name] and said[name] not in known:
            problems[name] = f"There is no {name} “{said[name]}”; there are {', '.join(known)}."
            said[name] = ""
    for name in ("deployment", "credential"):
        if said[name] and "/" not in said[name]:
            problems[name] = f"Say it as namespace/name, such as team-shop/{said[name][:60]}."
            said[name] = ""
    since, until = (_time(name, said.pop(name), now, problems) for name in ("since", "until"))
    if since and until and since > until:
        problems["until"] = f"This ends before it begins, at {since:%Y-%m-%d %H:%M}."
        until = None
    return FeedFilters(**said, since=since, until=until), problems


def _time(name: str, text: str, now: datetime, problems: dict[str, str]) -> datetime | None:
    if not text:
        return None
    found = moment(text, now)
    if found is None:
        problems[name] = TIME
    return found


def moment(text: str, now: datetime) -> datetime | None:
    """A moment as people and programs write it: ISO 8601 (UTC unless it says otherwise), a day, a time of the day (when
    it last was so late), or how long ago.

    None for what is none, or lies where nobody can mean it: from there no span could be taken off.
    """
    text = text.strip()
    if span := _SPAN.fullmatch(text.removesuffix("ago").strip()):
        return now - timedelta(**{_UNITS[span[2].lower()]: int(span[1])})
    if _CLOCK.fullmatch(text):
        hour, minute = map(int, text.split(":"))
        today = now.astimezone(UTC).replace(hour=hour, minute=minute, second=0, microsecond=0)
        return today if today <= now else today - timedelta(days=1)
    try:
        found = datetime.fromisoformat(text)
        found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return found if 1970 <= found.year < 9999 else None
