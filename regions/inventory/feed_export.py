"""The log as a file, piece by piece: however long it is, no more than a piece of it is in memory."""

import json
from collections.abc import Callable
from datetime import datetime

from django.db.models import Q

from regions import journal
from regions.domain.feed_filters import FeedFilters
from regions.domain.tables import Cell, as_csv
from regions.domain.viewer import Viewer
from regions.domain.wire import change_as_json, time_as_json
from regions.inventory.feed import bounds, where_of
from regions.journal import Cursor
from regions.models import Change

PIECE = 1_000
COLUMNS = (
    "id",
    "at",
    "seen_at",
    "source",
    "severity",
    "cluster",
    "region",
    "deployment",
    "kind",
    "namespace",
    "name",
    "reason",
    "message",
    "count",
    "series",
    "health",
    "previous_health",
    "blind_from",
)
FORMS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}


class Export:
    """What fits these filters now, oldest first. `piece` gives the next part of the file until there is none."""

    def __init__(self, filters: FeedFilters, form: str, *, viewer: Viewer) -> None:
        here = Cursor.parse(journal.cursor())
        assert here is not None
        self._log = here.log
        self._where: Q = where_of(filters, viewer)[0] & bounds(filters) & Q(id__lte=here.id)
        self._write: Callable[[list[Change]], str] = self._csv if form == "csv" else self._json
        self._after = 0
        self._begun = False

    def piece(self) -> str:
        """The next part; empty when it was the last one."""
        rows = list(Change.objects.filter(self._where, id__gt=self._after).order_by("id").defer("columns")[:PIECE])
        if rows:
            self._after = rows[-1].id
        return self._write(rows)

    def _csv(self, rows: list[Change]) -> str:
        text = as_csv(COLUMNS, ([_cell(row, name) for name in COLUMNS] for row in rows))
        begun, self._begun = self._begun, True
        return text.partition("\r\n")[2] if begun else text

    def _json(self, rows: list[Change]) -> str:
        return "".join(
            json.dumps(
                change_as_json(row, self._log)
                | {
                    "seen_at": time_as_json(row.seen_at),
                    "deployment": row.deployment,
                    "count": row.count,
                    "health": row.health,
                    "previous_health": row.previous_health,
                    "blind_from": time_as_json(row.blind_from),
                },
                ensure_ascii=False,
                separators=(",", ":"),
            )
            + "\n"
            for row in rows
        )


def _cell(row: Change, name: str) -> Cell:
    value: Cell = getattr(row, name)
    return time_as_json(value) if isinstance(value, datetime) else value
