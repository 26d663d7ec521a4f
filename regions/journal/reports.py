"""Events that clusters report: rows of the log, each repeat a new row of the same series, none of them twice."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max

from regions.domain.events import Reported, reported
from regions.domain.notes import Put
from regions.journal.correlating import chunks, correlate
from regions.models import Change


class Reports:
    """Collects the Events of one batch."""

    def __init__(self, now: datetime, changes: list[Change]) -> None:
        self.now = now
        self.changes = changes
        self.seen: dict[str, int] = {}  # series → count that the log already has
        self.events: dict[int, Reported] = {}  # by id of the note
        self.rows: list[Change] = []

    def load(self, notes: Iterable[Put]) -> None:
        for note in notes:
            self.events[id(note)] = reported(note.manifest)
        series = [event.series for event in self.events.values()]
        for some in chunks(series):
            known = Change.objects.filter(series__in=some).values("series").annotate(most=Max("count"))
            self.seen.update((row["series"], row["most"]) for row in known)

    def add(self, note: Put) -> None:
        event = self.events[id(note)]
        series = event.series
        if self.seen.get(series, 0) >= event.count:
            return
        self.seen[series] = event.count
        row = Change(
            at=event.at or note.at,
            seen_at=self.now,
            source=Change.Source.REPORTED,
            severity=event.severity,
            cluster=note.cluster,
            region=note.cluster,
            group=event.group,
            kind=event.kind,
            namespace=event.namespace,
            name=event.name,
            uid=event.uid,
            reason=event.reason,
            message=event.message,
            series=series,
            count=event.count,
            columns={"controller": event.controller},
        )
        self.rows.append(row)
        self.changes.append(row)

    def correlate(self) -> None:
        """Say of each new row to which region, deployment and credential it belongs. Needs the batch to be saved."""
        if self.rows:
            correlate(self.rows)
