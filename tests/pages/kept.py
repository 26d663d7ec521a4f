"""A fleet that was recorded once is put back as rows: recording it anew for each test took half of all processor time
of the suites."""

import uuid
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import models, transaction

from regions import journal
from regions.domain.notes import Heard
from regions.models import Lease, Log

FRESH = timedelta(seconds=20)
"""How old the moment of a recording may be: "14 minutes ago" must still be said of it."""

_Rows = list[tuple[type[models.Model], list[models.Model]]]
_kept: dict[Callable[[datetime], int], tuple[datetime, _Rows]] = {}


def recorded(fleet: Callable[[datetime], int], live: Iterable[str], now: datetime) -> int:
    """The term of `fleet(now)`, which is recorded, or put back when that was done less than FRESH ago.

    Clusters in `live` are heard at `now`. A database that holds something already gets all of it recorded.
    """
    tables: list[Any] = [model for model in apps.get_app_config("regions").get_models() if model._meta.managed]
    if any(model._base_manager.exists() for model in tables):
        return fleet(now)
    at, rows = _kept.get(fleet, (None, []))
    if at is None or not timedelta() <= now - at < FRESH:
        term = fleet(now)
        _kept[fleet] = (now, [(model, list(model._base_manager.all())) for model in tables])
        return term
    with transaction.atomic():
        for model, of_model in rows:
            model._base_manager.bulk_create(of_model)
        # What this process remembers by the log's name is of another test.
        Log.objects.update(name=uuid.uuid4().hex[:8])
        term = Lease.objects.get().term
        journal.beat(term, now)
        journal.record(term, [Heard(cluster, now, {"heard_at": now}) for cluster in live], now)
    return term
