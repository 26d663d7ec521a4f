"""Writing the trail, and proving that nobody altered it.

A row's digest is that of the row before it and of all that it says; the newest is kept beside the rows, so that a row
that is altered, taken out, put in or cut off at the end is found. An act is recorded twice: that it is asked for,
before anything is done, and what came of it.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from regions.audit.origin import Origin, here
from regions.domain.refs import Ref
from regions.models import AuditEntry, AuditHead

ASKED = "asked"
START = "0" * 64
CHUNK = 2_000
SEALED = (
    "id",
    "at",
    "act",
    "actor",
    "means",
    "address",
    "action",
    "cluster",
    "kind",
    "namespace",
    "name",
    "outcome",
    "detail",
)


@dataclass(frozen=True, slots=True)
class Act:
    """Something that was asked for and recorded; say what came of it by `ended`."""

    id: str
    action: str
    about: Ref | None
    origin: Origin

    def ended(self, outcome: str, **detail: Any) -> None:
        """Record what came of it."""
        _append(self.id, self.origin, self.action, self.about, outcome, detail)


def begin(action: str, about: Ref | None = None, *, actor: str = "", **detail: Any) -> Act:
    """Record that something is asked for, before anything of it is done: it is in the database when this returns,
    unless a transaction is open around it."""
    act = Act(uuid4().hex, action, about, _origin(actor))
    _append(act.id, act.origin, action, about, ASKED, detail)
    return act


def happened(action: str, outcome: str, about: Ref | None = None, *, actor: str = "", **detail: Any) -> None:
    """Record what is over as it is told: a sign-in that failed, something that was refused."""
    _append(uuid4().hex, _origin(actor), action, about, outcome, detail)


def _origin(actor: str) -> Origin:
    """Where it comes from, with the name of whom it is known to be of."""
    return replace(here(), actor=actor) if actor else here()


def _append(act: str, origin: Origin, action: str, about: Ref | None, outcome: str, detail: dict[str, Any]) -> None:
    with transaction.atomic():
        AuditHead.objects.get_or_create(pk=1, defaults={"digest": START, "before": START})
        head = AuditHead.objects.select_for_update().get(pk=1)
        row = AuditEntry(
            id=head.newest + 1,
            at=timezone.now(),
            act=act,
            actor=origin.actor[:150],
            means=origin.means[:150],
            address=origin.address[:64],
            action=action[:63],
            cluster=about.cluster[:253] if about else "",
            kind=about.kind[:63] if about else "",
            namespace=about.namespace[:253] if about else "",
            name=about.name[:253] if about else "",
            outcome=outcome[:63],
            detail=json.loads(json.dumps(detail, default=str)),
        )
        row.digest = seal(head.digest, row)
        row.save(force_insert=True)
        AuditHead.objects.filter(pk=1).update(newest=row.id, digest=row.digest)
    if settings.PANE_AUDIT_STDOUT:
        print(json.dumps(told(row), ensure_ascii=False), file=sys.stdout, flush=True)  # noqa: T201


def seal(before: str, row: AuditEntry) -> str:
    """The digest of a row: of what the row before it has, and of everything that it says."""
    said = json.dumps(told(row, digest=False), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return sha256(f"{before}\n{said}".encode()).hexdigest()


def told(row: AuditEntry, *, digest: bool = True) -> dict[str, Any]:
    """A row as JSON has it."""
    found = {name: getattr(row, name) for name in SEALED}
    found["at"] = row.at.astimezone(tz=timezone.get_default_timezone()).isoformat()
    return found | ({"digest": row.digest} if digest else {})


def in_doubt(rows: Iterable[AuditEntry]) -> set[str]:
    """The acts among these of which nothing says what came: whoever did them is still at it, or was killed."""
    asked = {row.act for row in rows if row.outcome == ASKED}
    ended = AuditEntry.objects.filter(act__in=asked).exclude(outcome=ASKED).values_list("act", flat=True)
    return asked - set(ended)


def verify() -> str:
    """What is wrong with the trail, in a sentence; empty: every row is as it was written, and none is missing."""
    head = AuditHead.objects.filter(pk=1).first()
    if head is None:
        return "There are rows and no head: it was taken away." if AuditEntry.objects.exists() else ""
    before, place = head.before, head.oldest
    for row in _rows(head.oldest, head.newest):
        if row.id != place:
            return f"Row {place} is missing: the next one is {row.id}."
        if seal(before, row) != row.digest:
            return (
                f"Row {row.id} of {row.at:%Y-%m-%d %H:%M:%S} UTC is not as it was written, or the one before it is not."
            )
        before, place = row.digest, place + 1
    if place != head.newest + 1:
        return f"Row {place} is missing, and all after it up to {head.newest}."
    if before != head.digest:
        return "The newest row is not the one that was written last."
    if AuditEntry.objects.filter(id__gt=head.newest).exists() or AuditEntry.objects.filter(id__lt=head.oldest).exists():
        return "There are rows that the trail does not know of."
    return ""


def _rows(first: int, last: int) -> Iterator[AuditEntry]:
    while first <= last:
        found = list(AuditEntry.objects.filter(id__gte=first, id__lte=last).order_by("id")[:CHUNK])
        if not found:
            return
        yield from found
        first = found[-1].id + 1


def prune(now: datetime | None = None) -> int:
    """Let go of what is older than PANE_AUDIT_DAYS; how many rows. What is left can be verified as before."""
    end = (now or timezone.now()) - timedelta(days=settings.PANE_AUDIT_DAYS)
    with transaction.atomic():
        head = AuditHead.objects.select_for_update().filter(pk=1).first()
        last = AuditEntry.objects.filter(at__lt=end).order_by("-id").first() if head else None
        if head is None or last is None:
            return 0
        gone, _ = AuditEntry.objects.filter(id__lte=last.id).delete()
        AuditHead.objects.filter(pk=1).update(oldest=last.id + 1, before=last.digest)
    return gone
