"""A database that takes nothing more, because its disk is full."""

import sqlite3

FULL = (
    "The disk of Pane's database is full: nothing newer is recorded, and what clusters say waits until there is room."
)
_STATE = "53100"  # SQLSTATE disk_full
_CODES = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_WRITE)


def is_full(error: BaseException) -> bool:
    """Whether this is what the database said, or what that was made of. It rolled back, and is whole."""
    said: BaseException | None = error
    while said is not None:
        if getattr(said, "sqlstate", None) == _STATE or getattr(said, "sqlite_errorcode", None) in _CODES:
            return True
        said = said.__cause__
    return False
