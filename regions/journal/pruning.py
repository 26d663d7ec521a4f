"""Forgetting: changes are kept for days, or as many as there is room for, not for ever."""

import json
from datetime import datetime
from statistics import fmean
from typing import Any

from django.db import models, transaction
from django.db.models import Max, Min, Q

from regions.journal.lease import hold
from regions.models import Blindness, Change, Log, PastLink, Version

CHUNK = 5000
HISTORY: tuple[type[models.Model], ...] = (Change, Version, PastLink)
SAMPLE = 200  # rows of each end
FIXED, INDEXED = 150, 1.5
"""What a row needs beside what is written in it, and with its indexes: measured on SQLite (a demo's log, 586 rows)."""
SPARE = 0.9  # of what may be kept: room to grow until the next look


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


def oldest_kept(before: datetime, most: int) -> datetime:
    """From when on the log is to be kept: from `before`, or later where what is kept needs more than `most` bytes (0:
    there is no limit).
    """
    size = history_size() if most else 0
    if size <= most:
        return before
    first, last = _ends(Change)
    cut = Change.objects.filter(id__gt=last - (last - first) * most * SPARE / size).order_by("id")
    return max(before, cut.values_list("seen_at", flat=True).first() or before)


def history_size() -> int:
    """Bytes that the log and what was need, about: by some rows of each end, and how many ids lie between these.

    Databases give nothing back of their files when rows go, so these do not tell it.
    """
    return round(sum(_size(model) for model in HISTORY))


def _size(model: type[models.Model]) -> float:
    first, last = _ends(model)
    rows = model._default_manager.order_by("id").values_list()
    some = [*rows[:SAMPLE], *rows.reverse()[:SAMPLE]]
    written = fmean(sum(map(_written, row)) for row in some) if some else 0.0
    return (last - first + 1) * (written + FIXED) * INDEXED if some else 0.0


def _ends(model: type[models.Model]) -> tuple[int, int]:
    found = model._default_manager.aggregate(first=Min("id"), last=Max("id"))
    return found["first"] or 0, found["last"] or 0


def _written(value: Any) -> int:
    match value:
        case str():
            return len(value.encode())
        case bytes() | memoryview():
            return len(value)
        case dict() | list():
            return len(json.dumps(value))
        case _:
            return 8
