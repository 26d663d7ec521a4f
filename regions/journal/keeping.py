"""What was, kept beside each change: see `Version`. Costs one row a change, and reads nothing."""

from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import connection

from regions.journal.inserting import write
from regions.journal.row import CopyRow
from regions.models import Change, Columns, Manifest, Resource, Version

NAMES = tuple(field.attname for field in Columns._meta.concrete_fields)
_SHOWN = ("region", "deployment", "template", "credential", "labels", "created_at", "deleting_at")
_SILENT = tuple(NAMES.index(name) for name in _SHOWN)
"""Columns that lists show, and that may move although nothing is said of it."""

Image = tuple[Any, ...]


_image = attrgetter(*NAMES)


def image(row: CopyRow | Resource) -> Image:
    """How this row is now, before it is altered."""
    found: Image = _image(row)
    return found


def moved(was: Image, row: CopyRow | Resource) -> bool:
    """Whether a list would show something else than it did."""
    return any(was[place] != getattr(row, NAMES[place]) for place in _SILENT)


class VersionKeeper:
    """Collects, in their order, the versions that one transaction ends."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._ended: list[tuple[str, Image, bytes | None, Change | None]] = []

    def end(self, key: str, was: Image, body: bytes | None, change: Change | None = None) -> None:
        """This is how it was until now. Without a body its manifest stays as it is."""
        self._ended.append((key, was, body, change))

    def end_all_of(self, cluster: str) -> None:
        """So everything was on a cluster of which nothing more is known. At once, in the database."""
        quote = connection.ops.quote_name
        names = ", ".join(f"r.{quote(name)}" for name in NAMES)
        columns = ", ".join(quote(name) for name in (*NAMES, "key", "until", "body"))
        version, resource, manifest = (quote(model._meta.db_table) for model in (Version, Resource, Manifest))
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {version} ({columns}) SELECT {names}, r.{quote('key')}, %s, m.body FROM {resource} r "  # noqa: S608 names of ours
                f"LEFT JOIN {manifest} m ON m.resource_id = r.id WHERE r.cluster = %s",
                [connection.ops.adapt_datetimefield_value(self.now), cluster],
            )

    def end_rows(self, rows: Iterable[Resource]) -> None:
        """So these were, until something other than their manifest moved."""
        for row in rows:
            self.end(row.key, image(row), None)

    def save(self) -> None:
        """Write what was collected. The changes must have their ids."""
        fields = [field for field in Version._meta.concrete_fields if not field.primary_key]
        place = {field.attname: number for number, field in enumerate(fields)}
        rows = []
        for key, was, body, change in self._ended:
            values: list[Any] = [None] * len(fields)
            for name, value in zip(NAMES, was, strict=True):
                values[place[name]] = value
            values[place["key"]], values[place["until"]] = key, self.now
            values[place["body"]], values[place["change"]] = body, change.pk if change else None
            rows.append(values)
        write(Version, fields, rows)
        self._ended.clear()
