"""Ids commit in order, whoever writes: a reader by cursor misses nothing."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from regions import journal
from regions.domain.notes import Blind
from regions.domain.shards import Shard
from regions.journal.keeping import VersionKeeper
from regions.models import Change

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]

ROUNDS = 40


def _write(name: str, clock: "Clock", done: threading.Event) -> None:
    """Take the lease away from the other, write until it is taken from us, and again."""
    try:
        for _ in range(ROUNDS):
            while (term := journal.claim(name, clock.later())) is None:
                pass  # the other was quicker
            try:
                for _ in range(4):
                    at = datetime.now(UTC)
                    journal.record(term, [Blind(name, at, at, "for the test")] * 3, at)
            except journal.LeaseLost:
                continue
    finally:
        connections.close_all()
        done.set()


class Clock:
    """Runs so fast that each claim finds the other holder silent for long."""

    def __init__(self) -> None:
        self._now = datetime(2026, 8, 20, 12, tzinfo=UTC)
        self._lock = threading.Lock()

    def later(self) -> datetime:
        with self._lock:
            self._now += timedelta(minutes=1)
            return self._now


def test_a_reader_by_cursor_sees_every_change_of_two_writers_that_fight_for_the_lease():
    assert journal.claim("before", datetime(2026, 8, 20, tzinfo=UTC))
    cursor, seen = journal.cursor(), []
    clock, done = Clock(), [threading.Event(), threading.Event()]
    writers = [threading.Thread(target=_write, args=(f"writer-{n}", clock, done[n])) for n in range(2)]
    for writer in writers:
        writer.start()
    while True:
        over = all(event.is_set() for event in done)
        piece = journal.read(cursor, limit=7)
        assert piece.gap == ""
        seen += [change.id for change in piece.changes]
        cursor = piece.cursor
        if over and not piece.changes:
            break
    for writer in writers:
        writer.join()
    assert seen == list(Change.objects.order_by("id").values_list("id", flat=True))
    assert len(seen) >= ROUNDS // 4  # where writers take turns, a lease is often lost before its first record
    assert {change.cluster for change in Change.objects.all()} == {"writer-0", "writer-1"}


def _write_of(cluster: str, term: int) -> None:
    try:
        for number in range(ROUNDS):
            at = datetime.now(UTC)
            journal.record(term, [Blind(cluster, at, at, str(number))] * 30, at)
    finally:
        connections.close_all()


def _read(cursor: str, seen: list[tuple[str, int]]) -> str:
    piece = journal.read(cursor)
    assert piece.gap == ""
    seen += [(change.cluster, int(change.message)) for change in piece.changes]
    return piece.cursor


def test_a_reader_by_cursor_sees_every_change_of_two_shards_that_write_at_once(monkeypatch: pytest.MonkeyPatch):
    """Also of one that got its ids first and commits last."""
    terms = [journal.claim(f"{number}/2", datetime.now(UTC), Shard(number, 2)) or 0 for number in (1, 2)]
    cursor, seen = journal.cursor(), list[tuple[str, int]]()
    appended, go_on, save = threading.Event(), threading.Event(), VersionKeeper.save

    def slow(self: VersionKeeper) -> None:
        if threading.current_thread() is writers[0]:
            appended.set()
            assert go_on.wait(60)
        save(self)

    monkeypatch.setattr(VersionKeeper, "save", slow)
    writers = [threading.Thread(target=_write_of, args=(f"cluster-{n}", term)) for n, term in enumerate(terms)]
    writers[0].start()
    assert appended.wait(60)
    writers[1].start()
    writers[1].join(0.5)  # it waits for the other, or would be done by now
    cursor = _read(cursor, seen)
    go_on.set()
    while any(writer.is_alive() for writer in writers):
        cursor = _read(cursor, seen)
    while cursor != (cursor := _read(cursor, seen)):
        pass
    assert len(seen) == 2 * ROUNDS * 30
    for cluster in ("cluster-0", "cluster-1"):
        told = [number for name, number in seen if name == cluster]
        assert told == sorted(told)
