"""`pane backup` and `pane restore`, on whichever database the tests run."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from regions import journal
from regions.models import Change, Lease, Resource
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
