"""Indexes that lists of deployments are answered from: one kind in them, and on SQLite all that such a list asks of."""

from collections.abc import Sequence
from typing import Any

from django.db import models


class CoveringIndex(models.Index):
    """An index with more columns at its end (`also`) on SQLite, where fetching rows costs most.

    PostgreSQL reads rows quickly, and refuses one whose index entry would be long.
    """

    def __init__(self, *expressions: Any, also: Sequence[str] = (), **options: Any) -> None:
        super().__init__(*expressions, **options)
        self.also = tuple(also)

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        path, expressions, options = super().deconstruct()
        return path, expressions, {**options, "also": self.also}

    def create_sql(self, model: Any, schema_editor: Any, using: str = "", **options: Any) -> Any:
        if schema_editor.connection.vendor != "sqlite":
            return super().create_sql(model, schema_editor, using, **options)
        whole = models.Index(fields=[*self.fields, *self.also], name=self.name, condition=self.condition)
        return whole.create_sql(model, schema_editor, using, **options)


class Literal(models.Value):
    """A word of ours that stands in the statement itself: of a parameter SQLite does not know that a partial index,
    which has only rows with that word, will do."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        word = str(self.value)
        assert word.isalpha()
        return f"'{word}'", []
