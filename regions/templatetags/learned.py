"""How shares and spans of time are said: `{% load learned %}`."""

from datetime import datetime, timedelta
from math import floor

from django import template

from regions.domain import words

register = template.Library()


@register.filter
def percent(share: float | None) -> str:
    """A share between 0 and 1: 99.95 %, 100 %; never 100 % of what is less. A dash for what is not known."""
    if share is None:
        return "—"
    text = f"{floor(round(share * 10_000, 6)) / 100:.2f}" if share < 1 else "100"
    return f"{text} %"


@register.filter
def objective(share: float) -> str:
    """An objective between 0 and 1, in percent, as it was set."""
    return f"{share * 100:.10g} %"


@register.filter
def times(burn: float) -> str:
    """How many times a budget was used, in percent."""
    return f"{burn * 100:,.0f} %"


@register.filter
def lasted(time: timedelta | None) -> str:
    """A span of time in words."""
    return words.lasted(time) if time is not None else "—"


@register.filter
def later(at: datetime, seconds: str) -> datetime:
    """So many seconds later."""
    return at + timedelta(seconds=int(seconds))
