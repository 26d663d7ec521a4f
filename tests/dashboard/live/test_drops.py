"""Connections that break, again and again: nothing is lost, nothing comes twice, nothing stays old."""

import contextlib
import json
import random
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from regions import journal
from regions.models import Change, Log
from tests.dashboard.live.harness import DEADLINE, Served
from tests.dashboard.live.test_changes_socket import happen, heard, ids, listen
from tests.rig.length import times

DROPS = times(25, 100)


@pytest.fixture
def term(served: Served) -> int:
    found = journal.claim("test", timezone.now())
    assert found is not None
    return found


def trouble(count: int) -> None:
    """Add changes each of which is a line of the feed."""
    now = timezone.now()
    Change.objects.bulk_create(
        Change(
            at=now,
            seen_at=now,
            source="reported",
            severity="warning",
            cluster="eu",
            region="eu",
            kind="Machine",
            namespace="team",
            name=f"m{number}",
            reason=f"Trouble{random.randrange(10**6)}",
            message="It is so",
        )
        for number in range(count)
    )


class Busy:
    """A log that grows meanwhile."""

    def __init__(self, term: int) -> None:
        self.term = term
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._work)

    def __enter__(self) -> "Busy":
        self.thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.over.set()
        self.thread.join()

    def _work(self) -> None:
        dice = random.Random(3)
        while not self.over.wait(0.02):
            trouble(dice.randrange(1, 4))
        connections.close_all()


def broken(connection: Any) -> None:
    """As when a cable is pulled: without a word."""
    connection.socket.close()


def test_a_program_that_is_dropped_again_and_again_misses_nothing_and_hears_nothing_twice(served, term):
    happen(term, 1)
    cursor, told, dice = journal.cursor(), [], random.Random(5)
    with Busy(term):
        for _ in range(DROPS):
            with listen(served, f"?after={cursor}") as connection:
                for change in heard(connection, dice.randrange(1, 4)):
                    assert "gap" not in change
                    told.append(change["id"])
                    cursor = change["cursor"]
                broken(connection)
    with listen(served, f"?after={cursor}") as connection:
        while told[-1] != ids()[-1]:
            told += [change["id"] for change in heard(connection, 1)]
    assert told == ids()[1:]


def test_what_was_forgotten_between_two_drops_is_one_gap(served, term):
    happen(term, 20)
    with listen(served, f"?after={Log.objects.get().name}.0") as connection:
        cursor = heard(connection, 5)[-1]["cursor"]
        broken(connection)
    Change.objects.filter(id__lte=ids()[11]).update(seen_at=timezone.now() - timedelta(days=9))
    journal.prune(term, timezone.now() - timedelta(days=7))
    told = []
    with listen(served, f"?after={cursor}") as connection:
        told += heard(connection, 1 + 8)
    assert ["gap" in one for one in told] == [True] + [False] * 8
    assert [one["id"] for one in told[1:]] == ids()


class Browser:
    """What a page holds, and what its script does with what it hears."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.cursor = "none.0"
        self.parts: dict[str, str] = {}
        self.orders: dict[str, list[str]] = {}

    def look(self, messages: int, within: float = 3.0) -> None:
        """Open the socket from where it stands, hear some, and lose it."""
        address = f"{self.served.ws}/ws/live/"
        with connect(address, additional_headers=self.served.bearer, max_size=None) as connection:
            connection.send(json.dumps({"url": "/feed/", "cursor": self.cursor}))
            end = time.monotonic() + within
            with contextlib.suppress(TimeoutError, ConnectionClosed):
                while messages and (left := end - time.monotonic()) > 0:
                    message = json.loads(connection.recv(timeout=left))
                    if "fragments" in message:
                        self.cursor = message["cursor"]
                        self.parts |= message["fragments"]
                        self.orders |= message["orders"]
                        messages -= 1
            broken(connection)

    def shows(self) -> dict[str, str]:
        """The rows on the screen, in their order, without ages."""
        from dashboard.live.view_runner import AGE

        return {dom_id: AGE.sub(r"\1", self.parts[dom_id]) for dom_id in self.orders.get("feed", ())}


def test_a_feed_that_is_dropped_a_hundred_times_shows_no_old_row(served, term):
    trouble(5)
    page, dice = Browser(served), random.Random(9)
    with Busy(term):
        for _ in range(DROPS):
            page.look(dice.randrange(0, 2), within=0.2)
    deadline = time.monotonic() + DEADLINE
    while True:
        page.look(1, within=1.0)
        fresh = Browser(served)
        fresh.look(1)
        if page.shows() == fresh.shows() and page.cursor >= fresh.cursor:
            break
        assert time.monotonic() < deadline, "the page that was dropped does not show what a new one does"
    assert next(one for one in page.shows() if one.startswith("change-")) == f"change-{ids()[-1]}"
