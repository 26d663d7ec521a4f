"""New rows, many at once.

Django's `bulk_create` builds the text of each INSERT and asks every field of every row in turn: the first inventory of
a fleet spent more time in that than in anything else. And one statement holds many rows, for each that is executed or
fetched by itself lets go of the interpreter, and gets it back only when the event loop beside us, busy too, yields.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeAlias

import msgspec
from django.db import connection, models

from regions.journal.row import CopyRow
from regions.models import Manifest, Resource

Field: TypeAlias = "models.Field[Any, Any]"
Adapter = Callable[[Any], Any]
Rows = Sequence[Sequence[Any]]

VALUES = 3_000
"""In one statement. SQLite takes 32,766 since 2020, PostgreSQL 65,535."""


_FIELDS = [field for field in Resource._meta.concrete_fields if not field.primary_key]
_MANIFEST = list(Manifest._meta.concrete_fields)
_ALL = list(Resource._meta.concrete_fields)
_values = attrgetter(*(field.attname for field in _FIELDS))
_all_values = attrgetter(*(field.attname for field in _ALL))


def insert(rows: Sequence[CopyRow], bodies: Mapping[str, bytes]) -> None:
    """Insert new rows of the copy with their packed manifests (by key), and give each its primary key."""
    for row, found in zip(rows, write(Resource, _FIELDS, [_values(row) for row in rows], "id"), strict=True):
        row.id = found
    write(Manifest, _MANIFEST, [(row.id, bodies[row.key]) for row in rows])


def update(rows: Sequence[CopyRow], bodies: Mapping[str, bytes], rewritten: Container[str]) -> None:
    """Write rows that the copy has, and the manifests (by key) of those that were rewritten."""
    write(Resource, _ALL, [_all_values(row) for row in rows], replacing="id")
    manifests = [(row.id, bodies[row.key]) for row in rows if row.key in rewritten]
    write(Manifest, _MANIFEST, manifests, replacing="resource_id")


def write(
    model: type[models.Model],
    fields: Sequence[Field],
    rows: Rows,
    answer: str = "",
    replacing: str = "",
) -> list[int]:
    """Insert values as the fields hold them; the ids that the rows got, when `answer` names their column.

    `replacing` names the unique column by which a row that is there already gets these values instead.
    """
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    into = f"INSERT INTO {quote(model._meta.db_table)} ({columns})"
    end = answer and f" RETURNING {quote(answer)}"
    if replacing:
        altered = ", ".join(f"{name} = EXCLUDED.{name}" for name in columns.split(", ") if name != quote(replacing))
        end = f" ON CONFLICT ({quote(replacing)}) DO UPDATE SET {altered}"
    adapters = [_adapter(field) for field in fields]
    ids: list[int] = []
    size = max(1, VALUES // len(fields))
    with connection.cursor() as cursor:
        for start in range(0, len(rows), size):
            some = rows[start : start + size]
            if connection.vendor == "postgresql":
                ids += _by_column(cursor, into, fields, adapters, some, end)
            else:
                ids += _by_row(cursor, into, adapters, some, "" if answer else end)
    return ids if answer else []


def _by_column(
    cursor: Any, into: str, fields: Sequence[Field], adapters: Sequence[Adapter], rows: Rows, end: str
) -> list[int]:
    """One array a column, as Django's `bulk_create`: PostgreSQL reads thirty parameters instead of three thousand."""
    arrays = ", ".join(f"%s::{str(field.db_type(connection)).split('(')[0]}[]" for field in fields)
    values = [
        [adapt(value) for value in column] for adapt, column in zip(adapters, zip(*rows, strict=True), strict=True)
    ]
    cursor.execute(f"{into} SELECT * FROM UNNEST({arrays}){end}", values)  # noqa: S608 names of ours
    return [found for (found,) in cursor.fetchall()] if "RETURNING" in end else []


def _by_row(cursor: Any, into: str, adapters: Sequence[Adapter], rows: Rows, end: str) -> Iterable[int]:
    """A placeholder a value, as SQLite wants it."""
    marks = f"({', '.join(['%s'] * len(adapters))})"
    values = [adapt(value) for row in rows for adapt, value in zip(adapters, row, strict=True)]
    cursor.execute(f"{into} VALUES {', '.join([marks] * len(rows))}{end}", values)
    # We are the only writer, and SQLite numbers the rows of a statement in their order, without holes.
    return range(cursor.lastrowid - len(rows) + 1, cursor.lastrowid + 1)


def _adapter(field: Field) -> Adapter:
    """What makes a value of this field one for the database. Django asks every field of every row several things."""
    if isinstance(field, models.JSONField):
        return _as_text if _sqlite() else lambda value: field.get_db_prep_save(value, connection)
    if isinstance(field, models.DateTimeField) and _sqlite():
        return _moment
    return _as_it_is


def _sqlite() -> bool:
    return connection.vendor == "sqlite"


def _as_it_is(value: Any) -> Any:
    return value


def _as_text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


@lru_cache(maxsize=4096)  # most rows of a batch share their times
def _moment(value: datetime | None) -> str | None:
    """As Django writes it: in UTC, and without saying so."""
    return str(value.astimezone(UTC))[: -len("+00:00")] if value else None
