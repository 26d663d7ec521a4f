"""Maintenance and acknowledgements: said by people, kept with the copy, told in the log, ending by themselves."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from regions import journal
from regions.clusters.rights import Decision, ResourceAttributes, may
from regions.domain.health import Health
from regions.domain.kinds import K0RDENT
from regions.domain.maintenance import ACKNOWLEDGED, MAINTENANCE, Upkeep
from regions.domain.refs import MANAGEMENT
from regions.domain.roles import Right
from regions.domain.viewer import Viewer
from regions.journal.telling import said
from regions.models import Resource
from regions.models import Upkeep as Row
from regions.permitted import permits_object

LONGEST = timedelta(days=90)


class NotThere(LookupError):
    """There is no such object in the copy; its text is a sentence."""


def active(now: datetime) -> tuple[Upkeep, ...]:
    """What is in force: begun, not ended, its time not over."""
    rows = Row.objects.filter(ended_at=None, starts_at__lte=now).exclude(until__lte=now).order_by("id")
    return tuple(map(value_of, rows))


def listing(*, viewer: Viewer, now: datetime | None = None, limit: int = 100) -> dict[str, tuple[Row, ...]]:
    """What is in force, what is planned, and what is over, newest first."""
    now = now or timezone.now()
    over = Q(ended_at__isnull=False) | Q(until__lte=now)
    rows = Row.objects.order_by("-created_at")
    found = {
        "active": tuple(rows.filter(starts_at__lte=now).exclude(over)),
        "planned": tuple(rows.filter(starts_at__gt=now).exclude(over).order_by("starts_at")),
        "over": tuple(rows.filter(over)[:limit]),
    }
    return {name: tuple(row for row in rows if _shown(row, viewer)) for name, rows in found.items()}


def _shown(row: Row, viewer: Viewer) -> bool:
    """Whether the viewer may be shown what was said: whoever may see the object may."""
    if not viewer.confined:
        return True
    resource = resource_of(row)
    return resource is not None and permits_object(viewer, resource)


def wrong_time(kind: str, starts_at: datetime, until: datetime | None, now: datetime) -> str:
    """What is wrong with these times, in words; empty when nothing is."""
    if until is None:
        return "Say until when: maintenance ends by itself." if kind == MAINTENANCE else ""
    if until <= max(now, starts_at):
        return "That is over before it begins."
    if until - now > LONGEST:
        return f"That is longer than {LONGEST.days} days; say something shorter."
    return ""


def find(kind: str, namespace: str, name: str, *, viewer: Viewer | None = None) -> Resource:
    """The object on management that may be spoken of. Raises NotThere: also for what is not this viewer's to see."""
    row = Resource.objects.filter(cluster=MANAGEMENT, kind=kind, namespace=namespace, name=name).first()
    if row is None or not permits_object(viewer, row):
        raise NotThere(f"There is no {kind} {namespace + '/' if namespace else ''}{name}.")
    return row


def right_to_say(resource: Resource, viewer: Viewer) -> Decision:
    """Whether this person may say something of this object: who may change it may.

    Maintenance silences what others rely on to hear; nobody does that to what they may not touch.
    """
    return may(viewer, _changing(resource.group, resource, resource.kind, resource.region))


def right_to_end(row: Row, viewer: Viewer) -> Decision:
    """Whether this person may end what was said, by whomever: by the same rule, also when the object is gone."""
    resource = resource_of(row)
    group = resource.group if resource else K0RDENT
    return may(viewer, _changing(group, row, row.object_kind, resource.region if resource else ""))


def _changing(group: str, row: Resource | Row, kind: str, region: str) -> ResourceAttributes:
    return ResourceAttributes("patch", group, kind, row.namespace, row.name, region or MANAGEMENT, Right.MAINTENANCE)


def begin(
    kind: str,
    row: Resource,
    reason: str,
    until: datetime | None,
    *,
    viewer: Viewer,
    starts_at: datetime | None = None,
    health: Health | None = None,
) -> Row:
    """Say it; whether they may is asked before (`right_to_say`).

    Of two on one object and of one kind the newer counts: the older ends.
    """
    now = timezone.now()
    with transaction.atomic():
        made = Row.objects.create(
            kind=kind,
            object_kind=row.kind,
            namespace=row.namespace,
            name=row.name,
            reason=reason[:200],
            person=viewer.name,
            created_at=now,
            starts_at=starts_at or now,
            until=until,
            health=(health or Health(row.health)).value if kind == ACKNOWLEDGED else "",
        )
        older = Row.objects.filter(
            kind=kind,
            object_kind=row.kind,
            namespace=row.namespace,
            name=row.name,
            ended_at=None,
            starts_at__lte=made.starts_at,
        ).exclude(pk=made.pk)
        older.update(ended_at=now, ended_why=f"{viewer.name} said it anew")
        if made.starts_at <= now:
            told(made, row, now)
    return made


def one(pk: int) -> Row | None:
    """What somebody said and that has not ended; None when it has, or never was."""
    return Row.objects.filter(pk=pk, ended_at=None).first()


def end(pk: int, *, viewer: Viewer) -> Row | None:
    """End it now; whether they may is asked before (`right_to_end`). None when it has ended already or never was."""
    now = timezone.now()
    with transaction.atomic():
        row = Row.objects.select_for_update().filter(pk=pk, ended_at=None).first()
        if row is None:
            return None
        ended(row, f"{viewer.name} ended it", now)
    return row


def told(row: Row, resource: Resource, now: datetime) -> None:
    """Tell the log that it is in force. Inside a transaction."""
    row.told_at = now
    row.save(update_fields=["told_at"])
    reason = "MaintenanceBegan" if row.kind == MAINTENANCE else "Acknowledged"
    journal.tell([said(resource, reason, value_of(row).sentence, now)])


def ended(row: Row, why: str, now: datetime) -> None:
    """End it and tell the log why. Inside a transaction."""
    row.ended_at, row.ended_why = now, why[:200]
    row.save(update_fields=["ended_at", "ended_why"])
    resource = resource_of(row)
    if resource is not None and row.told_at:
        what = "Maintenance" if row.kind == MAINTENANCE else "Acknowledgement"
        reason = "MaintenanceEnded" if row.kind == MAINTENANCE else "AcknowledgementEnded"
        journal.tell([said(resource, reason, f"{what} ended: {why}", now)])


def resource_of(row: Row) -> Resource | None:
    """What it speaks of, while that is there."""
    return Resource.objects.filter(
        cluster=MANAGEMENT, kind=row.object_kind, namespace=row.namespace, name=row.name
    ).first()


def value_of(row: Row) -> Upkeep:
    """The same as the rules take it."""
    return Upkeep(
        id=row.pk,
        kind=row.kind,
        object_kind=row.object_kind,
        namespace=row.namespace,
        name=row.name,
        reason=row.reason,
        person=row.person,
        starts_at=row.starts_at,
        until=row.until,
        health=row.health,
    )
