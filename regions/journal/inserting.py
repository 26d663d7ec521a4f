"""New rows, many at once.

Django's `bulk_create` builds the text of each INSERT and asks every field of every row in turn: the first inventory of
a fleet spent more time in that than in anything else. And one statement holds many rows, for each that is executed or
fetched by itself lets go of the interpreter, and gets it back only when the event loop beside us, busy too, yields.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection, models

from regions.models import Manifest, Resource

VALUES = 3_000
"""In one statement. SQLite takes 32,766 since 2020, PostgreSQL 65,535."""


def insert(rows: Sequence[Resource], bodies: dict[str, bytes]) -> None:
    """Insert new Resources with their packed manifests (by key), and give each row its primary key."""
    fields = [field for field in Resource._meta.concrete_fields if not field.primary_key]
    ids = write(Resource, fields, [[getattr(row, field.attname) for field in fields] for row in rows], "id")
    for row, found in zip(rows, ids, strict=True):
        row.pk = found
        row._state.adding = False
    write(Manifest, list(Manifest._meta.concrete_fields), [(row.pk, bodies[row.key]) for row in rows])


def write(
    model: type[models.Model],
    fields: Sequence["models.Field[Any, Any]"],
    rows: Sequence[Sequence[Any]],
    answer: str = "",
) -> list[int]:
    """Insert values as the fields hold them; the ids that the rows got, when `answer` names their column."""
    adapters = [_adapter(field) for field in fields]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    into = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES "  # noqa: S608 names of ours
    row_marks = f"({', '.join(['%s'] * len(fields))})"
    returning = answer and connection.vendor != "sqlite"
    ids: list[int] = []
    size = max(1, VALUES // len(fields))
    with connection.cursor() as cursor:
        for start in range(0, len(rows), size):
            some = rows[start : start + size]
            statement = into + ", ".join([row_marks] * len(some)) + (f" RETURNING {quote(answer)}" if returning else "")
            cursor.execute(
                statement, [adapt(value) for row in some for adapt, value in zip(adapters, row, strict=True)]
            )
            if returning:
                ids += (found for (found,) in cursor.fetchall())
            elif answer:
                # We are the only writer, and SQLite numbers the rows of a statement in their order, without holes.
                last = cursor.lastrowid
                ids += range(last - len(some) + 1, last + 1)
    return ids


def _adapter(field: "models.Field[Any, Any]") -> Callable[[Any], Any]:
    """What makes a value of this field one for the database."""
    if isinstance(field, models.DateTimeField):
        # Most rows of a batch share their times.
        @lru_cache(maxsize=1000)
        def moment(value: datetime | None) -> Any:
            return field.get_db_prep_save(value, connection)

        return moment
    if isinstance(field, models.CharField | models.TextField | models.IntegerField):
        return _as_it_is
    return lambda value: field.get_db_prep_save(value, connection)


def _as_it_is(value: Any) -> Any:
    return value
