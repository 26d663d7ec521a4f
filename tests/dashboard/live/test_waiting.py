"""The tail sleeps until the database has been written to, by whomever."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from django.db import connections
from django.utils import timezone

from dashboard.live import waiting
from dashboard.live.waiting import Waiting
from regions import journal
from regions.domain.notes import Heard

WHENEVER = 30.0  # seconds until a test gives up


@pytest.fixture(autouse=True)
def _no_end_by_itself(monkeypatch):
    monkeypatch.setattr(waiting, "LONGEST", 10 * WHENEVER)


@pytest.fixture
def sleeper():
    """A wait in a thread and with a connection of its own, as the tail's; and when it has begun."""
    ours, marked = Waiting(), Event()

    def sleep() -> None:
        ours.mark()
        marked.set()
        ours.wait()
        connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        asleep = pool.submit(sleep)
        assert marked.wait(WHENEVER)
        yield ours, asleep
        ours.end()


@pytest.mark.django_db(transaction=True)
def test_what_another_process_commits_ends_the_wait(sleeper):
    _, asleep = sleeper
    term = journal.claim("other", timezone.now())
    assert term is not None
    asleep.result(timeout=WHENEVER)


@pytest.mark.django_db(transaction=True)
def test_a_link_that_moves_without_a_change_ends_it_too():
    now = timezone.now()
    term = journal.claim("other", now)
    assert term is not None
    journal.record(term, [Heard("eu", now, {"state": "connected", "heard_at": now, "message": ""})], now)
    ours = Waiting()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(ours.mark).result(timeout=WHENEVER)
        asleep = pool.submit(ours.wait)
        later = now + timedelta(seconds=1)
        journal.record(term, [Heard("eu", later, {"state": "silent", "message": "gone"})], later)
        asleep.result(timeout=WHENEVER)
        pool.submit(connections.close_all).result(timeout=WHENEVER)


@pytest.mark.django_db(transaction=True)
def test_who_ends_waits_for_nobody(sleeper):
    ours, asleep = sleeper
    assert not asleep.done()
    ours.end()
    asleep.result(timeout=WHENEVER)
