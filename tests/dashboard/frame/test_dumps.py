"""`pane backup` and `pane restore`, on whichever database the tests run."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from dashboard.people import links
from regions import journal
from regions.models import AuditEntry, Change, Lease, Resource
from tests.pages.conftest import seeded

__all__ = ["seeded"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def saved(transactional_db: None, seeded: int, tmp_path: Path) -> Path:
    """A copy of a database that knows something, whose watcher has ended since."""
    file = tmp_path / "pane.backup"
    call_command("backup", str(file))
    Lease.objects.update(beat_at=timezone.now() - timedelta(minutes=5))
    return file


def test_what_was_saved_comes_back_and_cursors_from_before_are_told_of_a_gap(saved: Path):
    assert saved.stat().st_mode & 0o077 == 0
    before, held = str(journal.cursor()), (Change.objects.count(), Resource.objects.count())
    assert min(held) > 10
    term = Lease.objects.get().term
    Change.objects.all().delete()
    User.objects.create_user("later")
    call_command("restore", str(saved))
    assert (Change.objects.count(), Resource.objects.count()) == held
    assert not User.objects.filter(username="later").exists()
    assert journal.read(before, None, 10).gap
    assert not journal.read(str(journal.cursor()), None, 10).gap
    with pytest.raises(journal.LeaseLost):  # of a watcher that was only paused
        journal.beat(term, timezone.now())


def test_tables_of_a_newer_version_are_not_in_its_way(saved: Path):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE newer (id integer PRIMARY KEY, who integer REFERENCES auth_user (id))")
    call_command("restore", str(saved))
    assert "newer" not in connection.introspection.table_names()


def test_nobody_is_signed_in_afterwards_and_the_trail_says_that_it_was_put_back(transactional_db: None, tmp_path: Path):
    ada, client = User.objects.create_user("ada"), Client()
    client.force_login(ada)
    link = links.make(ada)
    call_command("backup", str(tmp_path / "pane.backup"))
    client.logout()
    call_command("restore", str(tmp_path / "pane.backup"))
    assert not Session.objects.exists()
    assert links.usable(link.rstrip("/").rsplit("/", 1)[-1]) is None
    told = AuditEntry.objects.latest("id")
    assert (told.action, told.outcome, told.detail) == ("restore", "done", {"file": "pane.backup"})


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite is a file: nobody connects to it by TLS")
def test_a_connection_that_is_to_be_encrypted_is_so_for_pg_dump(saved: Path, monkeypatch: pytest.MonkeyPatch):
    asked = {"sslmode": "verify-full", "sslrootcert": str(saved.parent / "ca.crt")}  # which is not there
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", connection.settings_dict["OPTIONS"] | asked)
    with pytest.raises(CommandError, match=r"SSL|certificate"):
        call_command("backup", str(saved.parent / "another"))


def test_it_is_not_put_back_under_a_watcher(saved: Path):
    Lease.objects.update(beat_at=timezone.now())
    with pytest.raises(CommandError, match="A watcher is at work"):
        call_command("restore", str(saved))


def test_nothing_is_written_over(saved: Path):
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", str(saved))


def test_what_is_no_copy_changes_nothing(saved: Path, tmp_path: Path):
    wrong, held = tmp_path / "wrong", Change.objects.count()
    wrong.write_bytes(b"no database at all\n" * 100)
    said = "is no copy of a database" if connection.vendor == "sqlite" else "pg_restore did not succeed"
    with pytest.raises(CommandError, match=said):
        call_command("restore", str(wrong))
    assert Change.objects.count() == held


def test_a_copy_that_was_cut_off_changes_nothing(saved: Path):
    held = Change.objects.count()
    saved.write_bytes(saved.read_bytes()[: -saved.stat().st_size // 3])
    with pytest.raises(CommandError):
        call_command("restore", str(saved))
    assert Change.objects.count() == held
