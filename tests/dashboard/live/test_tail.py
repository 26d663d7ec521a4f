"""What the tail remembers of the log, and what a slow socket keeps."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from dashboard.live import tail
from dashboard.live.outbox import MOST_PENDING, Outbox, Parcel
from dashboard.live.tail import Entry, Look, Tail, WatcherBeat, look
from regions import journal
from regions.domain import topics
from regions.domain.notes import Blind, Heard
from regions.journal import Cursor

EU = frozenset({"region:eu"})


@pytest.fixture
def followed() -> tuple[Tail, list[tuple[list[Entry], bool]]]:
    told: list[tuple[list[Entry], bool]] = []
    return Tail(lambda entries, lost: told.append((entries, lost))), told


async def test_a_page_drawn_before_the_tail_began_is_not_taken_for_fresh(followed):
    following, _ = followed
    following._take(Look(Cursor("log", 7)))
    assert following.moved_since(Cursor("log", 7), EU)
    assert following.moved_since(Cursor("other", 7), EU)
    assert following.moved_since(None, EU)
    await following.stop()


async def test_what_moves_without_a_change_moves_the_pages_of_its_region(followed):
    following, told = followed
    following._take(Look(Cursor("log", 7), links={"eu": 1, "us": 4}))
    following._take(Look(Cursor("log", 8), links={"eu": 1, "us": 4}))
    assert not following.moved_since(Cursor("log", 8), EU)
    following._take(Look(Cursor("log", 8), links={"eu": 2, "us": 4}))
    assert following.moved_since(Cursor("log", 8), EU)
    assert not following.moved_since(Cursor("log", 8), frozenset({"region:us"}))
    (entry,) = told[-1][0]
    assert entry.topics == {"fleet", "region:eu", "kind:Region", "object:Region//eu"}
    await following.stop()


async def test_when_the_watcher_dies_or_returns_every_page_moves(followed):
    following, told = followed
    following._take(Look(Cursor("log", 7), watcher=WatcherBeat(True, None)))
    following._take(Look(Cursor("log", 7), watcher=WatcherBeat(False, None)))
    assert [entry.topics for entry in told[-1][0]] == [None]
    await following.stop()


async def test_a_watcher_of_whom_nobody_can_be_asked_is_by_and_by_taken_for_gone(followed):
    following, _ = followed
    now = timezone.now()
    for ago, alive in ((5, True), (31, False)):
        following._take(Look(Cursor("log", 7), watcher=WatcherBeat(True, now - timedelta(seconds=ago))))
        following._doubt()
        assert following.watcher.alive is alive
    await following.stop()


async def test_what_was_lost_is_said_and_nothing_older_is_vouched_for(followed):
    following, told = followed
    following._take(Look(Cursor("log", 7)))
    following._take(Look(Cursor("new", 3), lost="The log was begun anew"))
    assert told == [([], True)]
    assert following.moved_since(Cursor("log", 7), EU)
    assert following.moved_since(Cursor("new", 2), EU)
    await following.stop()


@pytest.mark.django_db
def test_far_behind_is_redrawn_instead_of_replayed(monkeypatch):
    monkeypatch.setattr(tail, "FAR_BEHIND", 3)
    monkeypatch.setattr(tail, "PAGE", 3)
    now = timezone.now()
    term = journal.claim("test", now)
    journal.record(term, [Blind("eu", now, now, "so that the log has an end")], now)  # ids need not begin at 1
    before = Cursor.parse(journal.cursor())
    journal.record(term, [Blind("eu", now, now, "for the test")] * 3, now)
    assert len(look(before).changes) == 3
    journal.record(term, [Blind("eu", now, now, "for the test")], now)
    behind = look(before)
    assert (behind.changes, bool(behind.lost)) == ([], True)
    assert str(behind.here) == journal.cursor()


@pytest.mark.django_db
def test_a_look_sees_links_and_the_watcher():
    now = timezone.now()
    term = journal.claim("test", now)
    before = look(None)
    journal.record(term, [Heard("eu", now, {"state": "connected", "version": "v1.34.2"})], now)
    after = look(before.here)
    assert before.links == {}
    assert set(after.links) == {"eu"}
    assert after.watcher.alive


def parcel(cursor: str, **fragments: str) -> Parcel:
    return Parcel.of(cursor, fragments, {})


async def test_whoever_keeps_up_is_sent_the_text_that_all_are_sent():
    outbox, shared = Outbox(), parcel("log.1", a="1")
    outbox.put(shared)
    assert (await outbox.take())[0] is shared.text


async def test_whoever_is_slow_is_sent_the_last_state_of_each_part_once():
    outbox = Outbox()
    for turn in range(1000):
        assert outbox.put(parcel(f"log.{turn}", a=str(turn), **{f"b{turn % 7}": str(turn)}))
    outbox.say("beat", "first")
    outbox.say("beat", "last")
    message, beat = await outbox.take()
    assert json.loads(message)["cursor"] == "log.999"
    assert json.loads(message)["fragments"]["a"] == "999"
    assert len(json.loads(message)["fragments"]) == 8
    assert beat == "last"


async def test_more_parts_than_are_kept_ask_for_the_whole_set():
    outbox = Outbox()
    kept = [outbox.put(parcel(f"log.{turn}", **{f"part{turn}": "x"})) for turn in range(MOST_PENDING + 100)]
    assert kept[0]
    assert not kept[-1]
    outbox.replace(parcel("log.9999", only="this"))
    assert json.loads((await outbox.take())[0])["fragments"] == {"only": "this"}


async def test_new_figures_move_the_pages_that_show_them_and_no_others(followed):
    following, told = followed
    following._take(Look(Cursor("log", 7), pulses={"": 1}))
    following._take(Look(Cursor("log", 8), pulses={"": 2, "eu": 1}))
    (entry,) = told[-1][0]
    assert entry.touches(frozenset({topics.METRICS}))
    assert entry.touches(frozenset({topics.metrics("eu")}))
    assert not entry.touches(frozenset({topics.metrics("us")}))
    assert not entry.touches(frozenset({topics.region("eu"), topics.FLEET}))
    following._take(Look(Cursor("log", 8), pulses={"": 2, "eu": 1}))
    assert len(told) == 1
    await following.stop()
