"""Rows of the log, and those that a person says: the one thing that is written by whoever serves pages."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from regions.journal.correlating import CHUNK
from regions.models import Change, Lease, Log, Resource


def append(changes: Sequence[Change]) -> None:
    """Append these to the log, as the last but what needs their ids: until this transaction ends nobody else appends.

    So ids commit in order whoever writes, and no reader's cursor passes a row that is not there yet. SQLite has one
    writer at a time in any case.
    """
    if changes and connection.features.has_select_for_update:
        list(Log.objects.select_for_update().order_by("pk").values_list("pk")[:1])
    Change.objects.bulk_create(changes, batch_size=CHUNK)


def tell(changes: Sequence[Change]) -> None:
    """Append these to the log. In or outside a transaction.

    No term is needed, for nothing of the copy is written. The lease row is locked all the same: a version before this
    one appends under that alone.
    """
    with transaction.atomic():
        Lease.objects.select_for_update().get_or_create(pk=1)
        append(changes)


def said(row: Resource, reason: str, message: str, now: datetime) -> Change:
    """One row of the log: what a person said of this object."""
    return Change(
        at=now,
        seen_at=now,
        source=Change.Source.SAID,
        cluster=row.cluster,
        region=row.region,
        deployment=row.deployment,
        group=row.group,
        kind=row.kind,
        namespace=row.namespace,
        name=row.name,
        uid=row.uid,
        reason=reason,
        message=message,
        health=row.health,
        previous_health=row.health,
    )
