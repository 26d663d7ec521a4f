"""Waits until the database has been written to, for next to nothing: so the tail looks at once, and only then.

SQLite counts its commits in the index of its log, and `PRAGMA data_version` reads no more than that (microseconds).
PostgreSQL is asked one short question; LISTEN would do without, and with no pooler that hands out connections by
transaction.
"""

import threading
from typing import Any

from django.db import connection

from regions.models import Change, Cluster, Lease, Pulse

PAUSES = {"sqlite": 0.004, "postgresql": 0.02}
"""Seconds between two questions."""

LONGEST = 1.0
"""Seconds after which the tail looks in any case: that a watcher no longer beats is written by nobody."""

_QUESTION = f"""
SELECT (SELECT MAX(id) FROM {Change._meta.db_table}),
       (SELECT SUM(revision) + COUNT(*) FROM {Cluster._meta.db_table}),
       (SELECT SUM(revision) + COUNT(*) FROM {Pulse._meta.db_table}),
       (SELECT MAX(beat_at) FROM {Lease._meta.db_table})
"""  # noqa: S608 names of tables


class Waiting:
    """For one thread, whose connection it uses. `mark` before a look; `wait` after it."""

    def __init__(self) -> None:
        self._ended = threading.Event()
        self._seen: Any = None

    def mark(self) -> None:
        """What is written from now on ends the next wait."""
        self._seen = _state()

    def wait(self) -> None:
        """Return when something may have been written since the mark, after `LONGEST`, or when it is over."""
        pause = PAUSES[connection.vendor]
        for _ in range(round(LONGEST / pause)):
            if self._ended.wait(pause) or _state() != self._seen:
                return

    def end(self) -> None:
        """From any thread: nobody needs to wait any more."""
        self._ended.set()


def _state() -> Any:
    """What is another after each commit that the tail would want to look at."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        own = connection.connection
        # The version counts what others commit; the rest what this connection did, where tests share it.
        return own.execute("PRAGMA data_version").fetchone(), own.total_changes
    with connection.cursor() as cursor:
        cursor.execute(_QUESTION)
        return cursor.fetchone()
