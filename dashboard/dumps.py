"""The database as one file, and back: SQLite's own copy while it is in use, or what pg_dump and pg_restore make."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from dashboard.models import ProviderSession, SignInLink
from regions import journal
from regions.audit import trail

# Tables of a newer version may refer to those that come back, and are in no copy: everything of ours goes first.
EMPTY = b"""
BEGIN;
SET client_min_messages = warning;
DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = current_schema()
  LOOP EXECUTE 'DROP TABLE IF EXISTS ' || name || ' CASCADE'; END LOOP;
END $$;
"""


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
            _dump(file)
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def restore(file: Path) -> None:
    """Put a copy back in place of all that is there, bring it up to date, and begin the log anew. Nobody is signed in
    afterwards: who signed out or was shut out since the copy was made would be in again.

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
        _undump(file)
    call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        journal.begin_anew()
        for passes in (Session, UserSession, ProviderSession, SignInLink):
            passes.objects.all().delete()
        trail.happened("restore", "done", file=file.name)


def _watched() -> bool:
    try:
        return journal.watched(timezone.now())
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


def _dump(file: Path) -> None:
    words = ("--format=custom", "--no-owner", "--no-privileges", f"--file={file}")
    done = subprocess.run([_found("pg_dump"), *words], env=_environment(), capture_output=True, check=False)  # noqa: S603
    _judge("pg_dump", done.returncode, done.stderr)


def _undump(file: Path) -> None:
    """All of it in one transaction, which is not committed but by us: psql ends without, where pg_restore fails."""
    read = [_found("pg_restore"), "--clean", "--if-exists", "--no-owner", "--no-privileges", "--file=-", str(file)]
    write = [_found("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
    out, pipe = subprocess.DEVNULL, subprocess.PIPE
    with subprocess.Popen(write, env=_environment(), stdin=pipe, stdout=out, stderr=pipe) as psql:  # noqa: S603
        assert psql.stdin is not None
        try:
            psql.stdin.write(EMPTY)
            psql.stdin.flush()
            done = subprocess.run(read, stdout=psql.stdin, stderr=pipe, check=False)  # noqa: S603
            if not done.returncode:
                psql.stdin.write(b"\nCOMMIT;\n")
                psql.stdin.flush()
        except BrokenPipeError:  # psql has ended, and says why
            pass
        _, said = psql.communicate()
    _judge("psql", psql.returncode, said)
    _judge("pg_restore", done.returncode, done.stderr)


def _found(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise CommandError(f"{program} is not on PATH: install the client programs of your PostgreSQL's version.")
    return found


def _environment() -> dict[str, str]:
    """How Django connects, TLS and all, in libpq's own variables: a command line can be read by everybody here."""
    from psycopg.pq import Conninfo

    names = {each.keyword.decode(): each.envvar.decode() for each in Conninfo.get_defaults() if each.envvar}
    own = {names[key]: str(value) for key, value in connection.get_connection_params().items() if key in names}
    return {**os.environ, **own}


def _judge(program: str, status: int, said: bytes) -> None:
    if status:
        why = (said.decode(errors="replace").strip().splitlines() or ["it said nothing"])[0]
        raise CommandError(f"{program} did not succeed: {why}")
