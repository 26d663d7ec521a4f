"""How long something took or is ago, in kubectl's words. static/js/ages.js says the same while the page is open."""

import re
from datetime import datetime

MINUTE, HOUR, DAY = 60, 3600, 86400


def span(seconds: float) -> str:
    """Two units at most, as kubectl prints an age: 45s, 3m20s, 47m, 5h10m, 30h, 3d4h, 200d, 2y17d."""
    seconds = int(max(seconds, 0))
    if seconds < 2 * MINUTE:
        return f"{seconds}s"
    minutes = seconds // MINUTE
    if minutes < 10:
        return _two(minutes, "m", seconds % MINUTE, "s")
    if minutes < 180:
        return f"{minutes}m"
    hours = seconds // HOUR
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


def words(seconds: float, style: str = "") -> str:
    """The span with its direction: a moment to come is "in 3d4h"; style "ago" says "3d4h ago"."""
    if seconds < -1:
        return f"in {span(-seconds)}"
    return f"{span(seconds)} ago" if style == "ago" else span(seconds)


_TOLD = re.compile(r'(<time datetime="([^"]+)"[^>]*? data-age="([^"]*)"[^>]*>)[^<]*')


def retold(html: str, now: datetime) -> str:
    """The same HTML with every age in it (of the tag `age`) as it is now."""

    def age(found: re.Match[str]) -> str:
        return found[1] + words((now - datetime.fromisoformat(found[2])).total_seconds(), found[3])

    return _TOLD.sub(age, html)


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large}{large_unit}{small}{small_unit}" if small else f"{large}{large_unit}"
