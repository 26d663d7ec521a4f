"""Who writes to SQLite waits in a queue.

SQLite has one writer at a time, and whoever waits only looks now and then whether it is free. Behind one that writes
without pause (the first look at a large fleet, on a busy machine) nobody finds it free: with transactions of a second
each, others waited 20 s and failed; so the watcher began again, and people met errors. In a queue each waits for those
before it.

The queue is an exclusive `flock` on a file beside the database, held until the write lock is had: who comes back for
more stands behind those who wait. Locks on the database file itself are SQLite's own.
"""

import fcntl
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from typing import Any

from django.db.backends.sqlite3 import base

QUEUE = "-queue"
"""What the file is called after the database's name."""
WRITES = re.compile(r"\s*(?:BEGIN IMMEDIATE|INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)


class QueueingCursor(base.SQLiteCursorWrapper):
    """Stands in the queue before a statement that takes the write lock; within a transaction it is had already."""

    def execute(self, query: str, params: Any = None) -> Any:
        with _turn(self.connection, query):
            return super().execute(query, params)

    def executemany(self, query: str, param_list: Any) -> Any:
        with _turn(self.connection, query):
            return super().executemany(query, param_list)


class QueueingConnection(sqlite3.Connection):
    """A connection with a place of its own in the queue."""

    queue: FileIO | None = None

    def close(self) -> None:
        super().close()
        if self.queue:
            self.queue.close()


@contextmanager
def _turn(connection: sqlite3.Connection, query: str) -> Iterator[None]:
    queue: FileIO | None = getattr(connection, "queue", None)
    if queue is None or connection.in_transaction or not WRITES.match(query):
        yield
        return
    fcntl.flock(queue, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(queue, fcntl.LOCK_UN)


class DatabaseWrapper(base.DatabaseWrapper):
    """As Django's own, but for the queue."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        found: QueueingConnection = super().get_new_connection({**conn_params, "factory": QueueingConnection})
        if not self.is_in_memory_db():
            found.queue = FileIO(f"{conn_params['database']}{QUEUE}", "a")
        return found

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=QueueingCursor)
