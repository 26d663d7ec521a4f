"""Colours of badges, and the addresses under which they may be given away."""

from django import template

from dashboard.badges.views import address
from regions.inventory.basics import Target

register = template.Library()

# White letters stand on all of these with a contrast of 4.5 or more.
COLOURS = {
    "Failed": "#c01f2a",
    "Degraded": "#a85400",
    "Contradicted": "#7a6400",
    "Unknown": "#6b6577",
    "Progressing": "#1f63bd",
    "Deleting": "#83439b",
    "Paused": "#5b6879",
    "Validated": "#0b7378",
    "Ready": "#1b7a42",
}


@register.filter
def badge_colour(health: str) -> str:
    """Of a health; grey for what is gone."""
    return COLOURS.get(health, "#6b6577")


@register.simple_tag
def badge_path(target: Target) -> str:
    """The signed path of the badge of this object; empty for what has none."""
    return address(target.kind, target.namespace, target.name)
