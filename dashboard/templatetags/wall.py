"""What the wall draws beside the common parts."""

from typing import Any

from django import template

from dashboard.wall.board_figures import loud
from regions.domain.health import Health
from regions.inventory import Counts
from regions.metrics.reads.values import Alert

register = template.Library()


@register.filter
def bars(counts: Counts) -> list[dict[str, Any]]:
    """Counts by health as lengths of one bar."""
    parts, at = [], 0.0
    for health, count in counts.items:
        width = 100 * count / counts.total
        parts.append({"health": health, "x": f"{at:.2f}%", "width": f"{width:.2f}%"})
        at += width
    return parts


@register.filter
def alert_health(alert: Alert) -> Health:
    """The voice of an alert: that of something failed when it wakes people up."""
    return Health.FAILED if loud(alert) else Health.DEGRADED
