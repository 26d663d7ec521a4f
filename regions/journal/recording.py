"""Recording what the watcher noted: one transaction a batch, notes in their order."""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from regions.domain.changes import difference
from regions.domain.health import Assessment, Health, assess
from regions.domain.notes import Blind, Gone, Heard, Left, Note, Put, Reached, Replaced, Swept, Unrecorded
from regions.domain.shards import WHOLE, Shard
from regions.journal.batch import Batch
from regions.journal.contradicting import kept
from regions.journal.correlating import CHUNK
from regions.journal.keeping import VersionKeeper, image
from regions.journal.lease import hold
from regions.journal.links import LinkBook
from regions.journal.packing import unpack
from regions.journal.reports import Reports
from regions.journal.rows import apply_health, observed
from regions.journal.telling import append
from regions.models import Change, Cluster, Manifest, Resource

log = logging.getLogger(__name__)


def record(term: int, notes: Sequence[Note], now: datetime) -> int:
    """Write these notes, in their order, in one transaction. Returns how many changes that made.

    A version of an object that is already known makes no change, so notes may be repeated safely. Raises LeaseLost.
    """
    with transaction.atomic():
        hold(term)
        changes: list[Change] = []
        past = VersionKeeper(now)
        batch = Batch(now, changes, past)
        batch.load(notes)
        reports = Reports(now, changes)
        reports.load(note for note in notes if isinstance(note, Put) and note.kind.name == "Event")
        links = LinkBook(now, changes)
        for note in notes:
            match note:
                case Put() if note.kind.name == "Event":
                    reports.add(note)
                case Put():
                    batch.put(note)
                case Gone() if note.kind.name != "Event":
                    batch.gone(note)
                case Swept() if note.kind.name != "Event":
                    batch.sweep(note)
                case Reached():
                    batch.reached(note)
                case Unrecorded():
                    batch.unrecorded(note)
                case Heard():
                    links.heard(note)
                case Replaced() | Left():
                    batch.drop(note.cluster)
                    links.gone(note)
                case Blind():
                    links.blind(note)
                case _:
                    pass  # an Event that ended, by age: the log keeps it
        batch.save()
        reports.correlate()
        links.bump(batch.unquiet)
        links.save()
        append(changes)
        past.save()
        return len(changes)


def tick(term: int, now: datetime, limit: int = 500, shard: Shard = WHOLE) -> int:
    """Look again at what is due though nothing was heard (settling ends, no progress for long), on clusters of this
    shard. Returns how many that were.
    """
    with transaction.atomic():
        hold(term)
        due = Manifest.objects.filter(resource__due_at__lte=now).select_related("resource").order_by("resource__due_at")
        if shard != WHOLE:
            names = Cluster.objects.values_list("name", flat=True)
            due = due.filter(resource__cluster__in=[name for name in names if shard.holds(name)])
        changes: list[Change] = []
        past = VersionKeeper(now)
        rows = []
        for held in due[:limit]:
            row = held.resource
            was = Assessment(Health(row.health), row.message)
            try:
                manifest = unpack(held.body)
                judgement = kept(row, assess(manifest, now, row.progressed_at))
                news = difference(manifest, manifest, was, judgement) if judgement.health != was.health else None
            except Exception:
                # One object that no rule can judge must not hold up all others; it keeps the health that it has.
                log.exception("%s cannot be judged again", row.key)
                judgement, news = was, None
            if news:
                before = image(row)
                apply_health(row, judgement, now)
                changes.append(observed(row, news, was.health, now, now))
                past.end(row.key, before, None, changes[-1])
            row.due_at = judgement.due_at
            rows.append(row)
        Resource.objects.bulk_update(rows, ["health", "rank", "message", "since", "due_at"], batch_size=CHUNK)
        append(changes)
        past.save()
        return len(rows)
