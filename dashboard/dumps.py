"""The database as one file, and back: SQLite's own copy while it is in use, or what pg_dump and pg_restore make."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from regions import inventory, journal


def save(file: Path) -> None:
    """Write a consistent copy; others may read and write meanwhile. CommandError in a sentence if it cannot be."""
    if file.exists():
        raise CommandError(f"{file} is there already: say another name, or take it away.")
    if not file.parent.is_dir():
        raise CommandError(f"There is no folder {file.parent}.")
    try:
        if connection.vendor == "sqlite":
            _copy_out(file)
        else:
            _postgres("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={file}")
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def restore(file: Path) -> None:
    """Put a copy back in place of all that is there, bring it up to date, and begin the log anew.

    CommandError in a sentence if it cannot be: nothing has changed then.
    """
    if not file.is_file():
        raise CommandError(f"There is no file {file}.")
    if _watched():
        raise CommandError("A watcher is at work on this database: end it, and every `serve`, and try again.")
    if connection.vendor == "sqlite":
        _copy_in(file)
    else:
        connection.close()  # what is dropped must not be in use by us
        words = ("--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction")
        _postgres("pg_restore", *words, f"--dbname={connection.settings_dict['NAME']}", str(file))
    call_command("migrate", verbosity=0, interactive=False)
    journal.begin_anew()


def _watched() -> bool:
    try:
        return inventory.freshness().alive
    except DatabaseError:  # there are no tables yet
        return False


def _copy_out(file: Path) -> None:
    connection.ensure_connection()
    file.touch(mode=0o600)
    with closing(sqlite3.connect(file)) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")


def _copy_in(file: Path) -> None:
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as copy:
        try:
            sound = copy.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            ours = copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'regions_log'").fetchone()
        except sqlite3.DatabaseError as error:
            raise CommandError(f"{file} is no copy of a database that `backup` made: {error}.") from error
        if not sound or not ours:
            raise CommandError(f"{file} is {'no copy of Pane' if sound else 'damaged'}: nothing was changed.")
        connection.ensure_connection()
        copy.backup(connection.connection)
    connection.close()


def _postgres(program: str, *words: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise CommandError(f"{program} is not on PATH: install the client programs of your PostgreSQL's version.")
    said = connection.settings_dict
    # By the environment: a command line can be read by everybody on the machine.
    given = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    own = {name: str(said[key]) for name, key in given.items() if said.get(key)}
    done = subprocess.run(  # noqa: S603
        [found, *words], env={**os.environ, **own}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["it said nothing"])[0]
        raise CommandError(f"{program} did not succeed: {why}")
