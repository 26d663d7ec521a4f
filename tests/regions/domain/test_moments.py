"""A moment as people write it."""

from datetime import UTC, datetime

import pytest

from regions.domain.feed_filters import moment

NOW = datetime(2026, 12, 1, 9, 30, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("03:00", "2026-12-01T03:00:00"),
        ("9:30", "2026-12-01T09:30:00"),
        ("23:15", "2026-11-30T23:15:00"),  # today it has not been so late yet
        ("2h", "2026-12-01T07:30:20"),
        ("2026-11-25 14:00", "2026-11-25T14:00:00"),
    ],
)
def test_a_time_of_the_day_is_when_it_last_was_so_late(text, at):
    assert moment(text, NOW) == datetime.fromisoformat(at).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["24:00", "3:5", "12:60", "at 03:00", "٣:٠٠"])
def test_what_is_no_time_is_none(text):
    assert moment(text, NOW) is None
