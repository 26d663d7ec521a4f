"""`/backups/`."""

import re

from django.utils import timezone

from regions import journal
from tests.pages import objects as o
from tests.pages.seed import put


def row(html: str, region: str) -> str:
    """The line of a region in the table of last good backups, as text."""
    part = html.partition(f'<a href="/regions/{region}/"')[2].partition("</tr>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", part))


def test_regions_without_a_good_backup_come_first_and_are_named(seeded, ada, read):
    assert "No good backup is known of ap-south, dc-lund." in read("/backups/")
    assert "none known" in row(ada.get("/backups/").content.decode(), "dc-lund")


def test_a_failed_attempt_does_not_hide_the_last_good_one(seeded, ada):
    text = row(ada.get("/backups/").content.decode(), "us-east")
    assert "11d ago by before-upgrade" in text
    assert "PartiallyFailed" in text
    assert "2 items could not be backed up" in text


def test_a_good_backup_says_its_age_and_when_the_next_is_due(seeded, ada):
    text = row(ada.get("/backups/").content.decode(), "eu-central")
    assert "6h" in text
    assert "Completed" in text
    assert "in 34m" in text or "in 35m" in text


def test_a_backup_in_progress_is_not_a_good_one(seeded, ada):
    now = timezone.now()
    running = o.thing(
        "ManagementBackup",
        "lund",
        created=now,
        spec={},
        status={
            "regions": [{"region": "dc-lund", "lastBackup": {"phase": "InProgress"}, "lastBackupTime": o.stamp(now)}]
        },
    )
    journal.record(seeded, [put("~management", running, now)], now)
    text = row(ada.get("/backups/").content.decode(), "dc-lund")
    assert "none known" in text
    assert "InProgress" in text


def test_without_a_fleet_the_page_says_that_nothing_is_connected(read):
    assert "Not connected to a management cluster yet" in read("/backups/")
