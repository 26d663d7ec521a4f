"""Forgetting: changes are kept for days, not for ever."""

from datetime import datetime

from django.db import transaction

from regions.journal.lease import hold
from regions.models import Change, Log

CHUNK = 5000


def prune(term: int, before: datetime) -> int:
    """Forget the changes seen before that time, and say so to older cursors. Returns how many went.

    Works in chunks, so that the writer is never held up for long; call it again while it returns something.
    """
    with transaction.atomic():
        hold(term)
        # Ids grow with seen_at, so the oldest ids are the oldest rows.
        ids = list(Change.objects.order_by("id").values_list("id", "seen_at")[:CHUNK])
        last = max((id for id, seen_at in ids if seen_at < before), default=0)
        if not last:
            return 0
        Log.objects.update(pruned_to=last)
        return Change.objects.filter(id__lte=last).delete()[0]
