"""Lease, cursor and forgetting."""

from datetime import UTC, datetime, timedelta

import pytest

from regions import journal
from regions.domain.notes import Blind
from regions.journal import lease
from regions.models import Change, Log

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)


def note(minutes: int) -> Blind:
    at = NOON + timedelta(minutes=minutes)
    return Blind("fra1", at, at, "for the test")


@pytest.fixture
def term() -> int:
    return journal.claim("first", NOON)


def test_while_one_beats_no_other_can_claim(term):
    assert journal.claim("second", NOON + timedelta(seconds=5)) is None
    journal.beat(term, NOON + timedelta(seconds=6))
    assert journal.claim("second", NOON + timedelta(seconds=13)) is None


def test_who_has_not_beaten_for_long_is_followed_and_writes_nothing_more(term):
    second = journal.claim("second", NOON + timedelta(seconds=9))
    assert second == term + 1
    with pytest.raises(journal.LeaseLost):
        journal.record(term, [note(0)], NOON)
    with pytest.raises(journal.LeaseLost):
        journal.beat(term, NOON)
    assert not Change.objects.exists()


def test_a_lease_that_was_given_back_is_free_at_once(term):
    journal.release(term)
    assert journal.claim("second", NOON) == term + 1


def test_a_cursor_reads_on_from_where_it_was_taken(term):
    journal.record(term, [note(0), note(1)], NOON)
    here = journal.cursor()
    journal.record(term, [note(2), note(3), note(4)], NOON)
    first = journal.read(here, limit=2)
    assert [change.at.minute for change in first.changes] == [2, 3]
    rest = journal.read(first.cursor)
    assert [change.at.minute for change in rest.changes] == [4]
    assert (rest.cursor, rest.gap) == (journal.cursor(), "")
    assert journal.read(rest.cursor).changes == []


def test_a_topic_reads_only_what_it_names(term):
    here = journal.cursor()
    journal.record(term, [note(0)], NOON)
    assert len(journal.read(here, "region:fra1").changes) == 1
    assert len(journal.read(here, "object:Region//fra1").changes) == 1
    assert journal.read(here, "region:oslo").changes == []
    assert journal.read(here, "region:oslo").cursor == journal.cursor()


@pytest.mark.parametrize("cursor", ["", "nonsense", "zzz.3", "{log}.99999", "{log}.-1", "{log}.٣"])
def test_a_cursor_of_another_log_or_of_none_is_a_gap(term, cursor):
    journal.record(term, [note(0)], NOON)
    log = journal.cursor().partition(".")[0]
    found = journal.read(cursor.format(log=log))
    assert found.gap
    assert len(found.changes) == 1


def test_what_was_forgotten_is_a_gap_for_those_who_had_not_read_it(term):
    old = journal.cursor()
    journal.record(term, [note(0)], NOON)
    read = journal.cursor()
    journal.record(term, [note(1)], NOON + timedelta(days=8))
    assert journal.prune(term, NOON + timedelta(days=1)) == 2  # the change, and the blindness that it told of
    assert journal.read(old).gap
    assert journal.read(read).gap == ""
    assert [change.at.minute for change in journal.read(read).changes] == [1]
    assert journal.prune(term, NOON + timedelta(days=1)) == 0


def test_after_a_failover_of_postgresql_cursors_from_before_are_a_gap(monkeypatch: pytest.MonkeyPatch):
    lines = iter(["00000001", "00000001", "", "00000002", "00000002"])
    monkeypatch.setattr(lease, "timeline", lambda: next(lines))
    names = []
    for turn in range(5):
        journal.claim("somebody", NOON + timedelta(minutes=turn))
        names.append(Log.objects.get().name)
    assert names[0] == names[1] == names[2] != names[3] == names[4]  # who says nothing says no other one
    assert journal.read(f"{names[0]}.0").gap


def test_a_log_that_knew_no_timeline_keeps_its_name(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lease, "timeline", lambda: "")
    journal.claim("the version before", NOON)
    here = journal.cursor()
    monkeypatch.setattr(lease, "timeline", lambda: "00000007")
    journal.claim("this one", NOON + timedelta(minutes=1))
    assert not journal.read(here).gap


def test_more_than_may_be_kept_is_forgotten_oldest_first(term):
    for turn in range(10):
        at = NOON + timedelta(minutes=turn)
        journal.record(term, [Blind("fra1", at, at, "x" * 1000)] * 50, at)
    size = journal.history_size()
    assert journal.oldest_kept(NOON - timedelta(days=7), 0) == NOON - timedelta(days=7)
    assert journal.oldest_kept(NOON - timedelta(days=7), size) == NOON - timedelta(days=7)
    before = journal.oldest_kept(NOON - timedelta(days=7), size // 2)
    while journal.prune(term, before):
        pass
    assert size // 3 < journal.history_size() <= size // 2
    kept = list(Change.objects.order_by("id").values_list("seen_at", flat=True))
    assert (kept[0], kept[-1]) == (before, NOON + timedelta(minutes=9))
    assert journal.oldest_kept(NOON + timedelta(hours=1), size) == NOON + timedelta(hours=1)  # days still count
