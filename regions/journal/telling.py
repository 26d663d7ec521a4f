"""What a person says to Pane, as rows of the log: the one thing that is written by whoever serves pages."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from regions.models import Change, Lease, Resource


def tell(changes: Sequence[Change]) -> None:
    """Append these to the log. In or outside a transaction.

    No term is needed, for nothing of the copy is written; the lease row is locked all the same, as by every writer of
    the log, so that ids commit in order and no reader's cursor passes a row that is not there yet.
    """
    with transaction.atomic():
        Lease.objects.select_for_update().get_or_create(pk=1)
        Change.objects.bulk_create(changes)


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
