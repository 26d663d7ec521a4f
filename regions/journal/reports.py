"""Events that clusters report: rows of the log, each repeat a new row of the same series, none of them twice."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Max

from regions.domain.events import Reported, reported
from regions.domain.kinds import K0RDENT
from regions.domain.notes import Put
from regions.domain.refs import MANAGEMENT, Ref
from regions.models import Change, Resource

CHUNK = 400


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
            at=event.at or note.at, seen_at=self.now, source=Change.Source.REPORTED, severity=event.severity,
            cluster=note.cluster, region=note.cluster, group=event.group, kind=event.kind, namespace=event.namespace,
            name=event.name, uid=event.uid, reason=event.reason, message=event.message, series=series,
            count=event.count, columns={"controller": event.controller},
        )  # fmt: skip
        self.rows.append(row)
        self.changes.append(row)

    def correlate(self) -> None:
        """Say of each new row to which region and deployment it belongs. Needs the batch to be saved."""
        keys = {_key(row): row for row in self.rows}
        known: dict[str, tuple[str, str]] = {}
        for some in chunks(keys):
            found = Resource.objects.filter(key__in=some).values_list("key", "region", "deployment")
            known.update((key, (region, deployment)) for key, region, deployment in found)
        strays = [row for row in self.rows if _key(row) not in known]
        guesses = {guess for row in strays for guess in _guesses(row)}
        deployments: dict[tuple[str, str], str] = {}
        for some in chunks(guesses):
            rows = Resource.objects.filter(kind="ClusterDeployment", key__in=some).only("namespace", "name", "region")
            deployments.update(((row.namespace, row.name), row.region) for row in rows)
        for row in self.rows:
            if _key(row) in known:
                row.region, row.deployment = known[_key(row)]
                continue
            for guess in _prefixes(row.name):
                region = deployments.get((row.namespace, guess))
                if region is not None and row.cluster in (MANAGEMENT, region):
                    row.region, row.deployment = region, f"{row.namespace}/{guess}"
                    break


def _key(row: Change) -> str:
    return Ref(row.cluster, row.group, row.kind, row.namespace, row.name).key


def _prefixes(name: str) -> Iterator[str]:
    """Longest first: an object of a deployment is called by its name, a dash, and more."""
    while name:
        yield name
        name = name.rpartition("-")[0]


def _guesses(row: Change) -> Iterator[str]:
    for name in _prefixes(row.name):
        yield Ref(MANAGEMENT, K0RDENT, "ClusterDeployment", row.namespace, name).key


def chunks(items: Iterable[str]) -> Iterator[list[str]]:
    """Pieces that fit into one query."""
    rest = list(items)
    for start in range(0, len(rest), CHUNK):
        yield rest[start : start + CHUNK]
