"""What people said begins and ends by itself: called every few seconds by whoever watches."""

from datetime import datetime

from django.db import transaction

from regions.maintenance.entries import ended, resource_of, told, value_of
from regions.models import Upkeep


def tend(now: datetime) -> int:
    """Begin what was planned, end what is over. Returns how many did."""
    rows = list(Upkeep.objects.filter(ended_at=None, starts_at__lte=now))
    if not rows:
        return 0
    # Not when `watch` starts, which seldom needs it: all that pages read with comes with it.
    from regions.inventory.visibility import look

    sight = look(now=now)
    moved = 0
    for row in rows:
        resource = resource_of(row)
        why = value_of(row).over(sight.judge(resource).health, now) if resource else "it is gone"
        if not why and row.told_at:
            continue
        with transaction.atomic():
            still = Upkeep.objects.select_for_update().filter(pk=row.pk, ended_at=None).first()
            if still is None:
                continue
            if why:
                ended(still, why, now)
            elif resource:
                told(still, resource, now)
            moved += 1
    return moved
