"""When a message goes: soon, or as a digest; and never in the quiet hours of its rule. Pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

HOURLY, DAILY = "hourly", "daily"
MORNING = time(8)
"""When a digest of the day goes, in the zone of its rule."""


def due(soonest: datetime, digest: str, quiet: tuple[time, time] | None, zone: ZoneInfo) -> datetime:
    """The first moment from `soonest` on at which a message may go. Times are aware; the hours are those of `zone`."""
    at = soonest
    if digest == HOURLY:
        at = (soonest + timedelta(minutes=59, seconds=59)).replace(minute=0, second=0, microsecond=0)
    elif digest == DAILY:
        at = _next(soonest, MORNING, zone)
    if quiet and _within(at.astimezone(zone).time(), *quiet):
        at = _next(at, quiet[1], zone)
    return at


def _within(now: time, begin: time, end: time) -> bool:
    """From begin up to, and without, end; over midnight when end is the earlier one."""
    return begin <= now < end if begin <= end else now >= begin or now < end


def _next(after: datetime, hour: time, zone: ZoneInfo) -> datetime:
    local = after.astimezone(zone)
    at = datetime.combine(local.date(), hour, zone)
    return at if at >= local else datetime.combine(local.date() + timedelta(days=1), hour, zone)
