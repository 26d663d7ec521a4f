"""The turns of health in the log, kept: rows never change, so whoever asks again reads only what came since.

They lie in an index of their own (`change_turns`), a small part of the log: what is learned from them never scans it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from django.db.models import F, QuerySet

from regions import journal
from regions.domain.availability import HealthTurn
from regions.journal import Cursor
from regions.models import Change, Log

MOST = 200_000
"""Turns of one kind that are kept, newest."""
OF_ONE = 2_000


@dataclass(frozen=True, slots=True)
class LoggedTurn:
    """A turn of one object, with what it was made of and where it was by then."""

    id: int
    key: tuple[str, str]  # namespace and name
    region: str
    template: str
    turn: HealthTurn


_FIELDS = ("id", "namespace", "name", "region", "columns__template", "at", "health", "previous_health")
_kept: dict[tuple[str, str], list[LoggedTurn]] = {}
_lock = Lock()


def turns_of_kind(kind: str, since: datetime) -> Iterator[LoggedTurn]:
    """All turns of this kind since then that are kept, oldest first."""
    here = Cursor.parse(journal.cursor())
    pruned_to = Log.objects.values_list("pruned_to", flat=True).first() or 0
    with _lock:
        for other in [one for one in _kept if here is None or one[0] != here.log]:
            del _kept[other]
        known = _kept.get((here.log, kind), []) if here else []
        last = known[-1].id if known else 0
        fresh = [_logged(row) for row in _rows(kind).filter(id__gt=last).order_by("-id").values_list(*_FIELDS)[:MOST]]
        found = [one for one in (*known, *reversed(fresh)) if one.id > pruned_to][-MOST:]
        if here and here.log != "-":
            _kept[here.log, kind] = found
    return (one for one in found if one.turn.at >= since)


def turns_of(kind: str, namespace: str, name: str, since: datetime) -> list[HealthTurn]:
    """The turns of one object since then, oldest first."""
    rows = _rows(kind).filter(namespace=namespace, name=name, at__gte=since).order_by("-id")
    return [one.turn for one in reversed([_logged(row) for row in rows.values_list(*_FIELDS)[:OF_ONE]])]


def _rows(kind: str) -> QuerySet[Change]:
    return Change.objects.filter(kind=kind).exclude(health=F("previous_health"))


def _logged(row: tuple[int, str, str, str, str | None, datetime, str, str]) -> LoggedTurn:
    id, namespace, name, region, template, at, health, was = row
    return LoggedTurn(id, (namespace, name), region, template or "", HealthTurn(at, health, was))


def by_object(found: Iterable[LoggedTurn]) -> dict[tuple[str, str], list[LoggedTurn]]:
    """The same by the object that they are of, each oldest first."""
    turned: dict[tuple[str, str], list[LoggedTurn]] = {}
    for one in found:
        turned.setdefault(one.key, []).append(one)
    return turned
