"""How long something took or is ago, in kubectl's words. static/js/ages.js says the same while the page is open."""

import re
from datetime import datetime

from regions.domain.words import span

__all__ = ["retold", "span", "words"]


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
