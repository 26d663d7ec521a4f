"""Forgetting: changes are kept for days, not for ever."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from regions.journal.lease import hold
from regions.models import Blindness, Change, Log, PastLink, Version

CHUNK = 5000


def prune(term: int, before: datetime) -> int:
    """Forget the changes seen before that time, and say so to older cursors. Returns how many rows went.

    Works in chunks, so that the writer is never held up for long; call it again while it returns something.
    """
    with transaction.atomic():
        hold(term)
        # Ids grow with seen_at, so the oldest ids are the oldest rows.
        ids = list(Change.objects.order_by("id").values_list("id", "seen_at")[:CHUNK])
        last = max((id for id, seen_at in ids if seen_at < before), default=0)
        gone = _prune_past(before)
        if last:
            Log.objects.update(pruned_to=last)
            gone += Change.objects.filter(id__lte=last).delete()[0]
        return gone


def _prune_past(before: datetime) -> int:
    """A version that ended before this moment says only how things were before it."""
    gone = 0
    for model in (Version, PastLink, Blindness):
        ended = list(model.objects.order_by("id").values_list("id", "until")[:CHUNK])
        last = max((id for id, until in ended if until < before), default=0)
        if last:
            gone += model.objects.filter(id__lte=last, until__lt=before).delete()[0]
    Log.objects.filter(Q(past_from__isnull=True) | Q(past_from__lt=before)).update(past_from=before)
    return gone
