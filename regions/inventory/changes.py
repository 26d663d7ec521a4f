"""The log as people read it: newest first, repeats of an Event folded into the newest."""

from collections.abc import Iterable
from dataclasses import replace

from django.db.models import Q

from regions import journal
from regions.domain.viewer import Viewer
from regions.inventory.basics import Target
from regions.inventory.change_items import ChangeItem, ChangePage, LogGap, LogPage
from regions.models import Change
from regions.permitted import changes as permitted_changes
from regions.permitted import permits_change

LIMIT = 200


def changes(
    *,
    viewer: Viewer,
    topic: str | None = None,
    text: str = "",
    severity: str = "",
    region: str = "",
    kind: str = "",
    source: str = "",
    before: int | None = None,
    limit: int = 100,
) -> ChangePage:
    """What happened, newest first. `limit` rows of the log are read; folding may leave fewer items."""
    limit = max(1, min(limit, LIMIT))
    cursor = journal.cursor()
    query = permitted_changes(viewer).filter(journal.about(topic)).order_by("-id")
    for column, value in {"severity": severity, "region": region, "kind": kind, "source": source}.items():
        if value:
            query = query.filter(**{column: value})
    if text:
        query = query.filter(Q(message__icontains=text) | Q(reason__icontains=text) | Q(name__icontains=text))
    if before is not None:
        query = query.filter(id__lt=before)
    rows = list(query[:limit])
    log = cursor.rpartition(".")[0]
    return ChangePage(fold(item(row, log) for row in rows), rows[-1].id if len(rows) == limit else None, cursor)


def item(row: Change, log: str) -> ChangeItem:
    """One row of the log as a value; `log` names the log in its cursor."""
    return ChangeItem(
        id=row.id,
        cursor=f"{log}.{row.id}",
        at=row.at,
        source=row.source,
        severity=row.severity,
        reason=row.reason,
        message=row.message,
        target=Target(row.kind, row.namespace, row.name, row.cluster, row.region, row.deployment),
        health=row.health,
        previous_health=row.previous_health,
        series=row.series,
        count=row.count,
        first_at=row.at,
        blind_from=row.blind_from,
        seen_at=row.seen_at,
        group=row.group,
        controller=row.columns.get("controller", ""),
        credential=row.columns.get("credential", ""),
    )


def fold(items: Iterable[ChangeItem]) -> tuple[ChangeItem, ...]:
    """Repeats of one Event become its newest row, which says how many there were and since when."""
    folded: dict[object, ChangeItem] = {}
    for one in items:
        key = one.series or one.id
        newest = folded.get(key)
        folded[key] = replace(newest, repeats=newest.repeats + 1, first_at=one.at) if newest else one
    return tuple(folded.values())


def log(*, viewer: Viewer, after: str = "", topic: str | None = None, limit: int = 100) -> LogPage:
    """The log for programs, oldest first, from a cursor on; without one, the newest `limit` changes."""
    if not after:
        here = journal.Cursor.parse(journal.cursor())
        newest = permitted_changes(viewer).filter(journal.about(topic)).order_by("-id")
        first = min(newest.values_list("id", flat=True)[:limit], default=None)
        after = str(journal.Cursor(here.log, first - 1)) if here and first else journal.cursor()
    piece = journal.read(after, topic, limit)
    start = journal.Cursor.parse(after)
    kept = permitted_changes(viewer).filter(journal.about(topic))
    if start and not piece.gap:
        kept = kept.filter(id__gt=start.id)
    gaps = [LogGap(None, piece.changes[0].at if piece.changes else None, piece.gap)] if piece.gap else []
    shown = [row for row in piece.changes if permits_change(viewer, row)]
    gaps += [LogGap(row.blind_from, row.at, row.message) for row in shown if row.source == Change.Source.GAP]
    name = piece.cursor.rpartition(".")[0]
    told = [item(row, name) for row in shown if row.source != Change.Source.GAP]
    count = kept.count()
    return LogPage(tuple(told), tuple(gaps), piece.cursor, count, count > len(shown))
