"""The socket for programs: nothing left out, nothing twice, whatever the pace of the reader."""

import contextlib
import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from websockets.sync.client import connect

from regions import journal
from regions.domain.notes import Blind
from regions.models import Change, Log
from tests.dashboard.live.harness import DEADLINE, Served, closed_with


@pytest.fixture
def term(served: Served) -> int:
    found = journal.claim("test", timezone.now())
    assert found is not None
    return found


def happen(term: int, count: int, region: str = "eu") -> None:
    """Add changes as the journal would, `count` of them."""
    now = timezone.now()
    Change.objects.bulk_create(
        Change(
            at=now,
            seen_at=now,
            source="observed",
            cluster="~management",
            region=region,
            kind="ClusterDeployment",
            namespace="team",
            name=f"c{number}",
            reason="Ready",
            message=f"change {number} " + "x" * 400,
        )
        for number in range(count)
    )


def listen(served: Served, query: str = "") -> Any:
    return connect(f"{served.ws}/ws/changes/{query}", additional_headers=served.bearer, max_size=None)


def heard(connection: Any, count: int) -> list[dict[str, Any]]:
    return [json.loads(connection.recv(timeout=DEADLINE)) for _ in range(count)]


def ids() -> list[int]:
    return list(Change.objects.order_by("id").values_list("id", flat=True))


def test_a_program_gets_every_change_from_its_cursor_on(served, term):
    happen(term, 3)
    before = journal.cursor()
    happen(term, 1_200)  # more than two pages of the log
    with listen(served, f"?after={before}") as connection:
        old = heard(connection, 1_200)
        happen(term, 5)
        new = heard(connection, 5)
    assert [change["id"] for change in old + new] == ids()[3:]
    assert new[-1]["cursor"] == journal.cursor()
    assert set(new[-1]) == {
        "id",
        "cursor",
        "at",
        "cluster",
        "region",
        "kind",
        "namespace",
        "name",
        "source",
        "severity",
        "reason",
        "message",
        "series",
    }


def test_without_a_cursor_it_begins_now(served, term):
    happen(term, 3)
    earlier = ids()
    told: list[int] = []
    with listen(served) as connection:
        while not told:  # now is when the server gets to it
            happen(term, 1)
            with contextlib.suppress(TimeoutError):
                told.append(json.loads(connection.recv(timeout=0.5))["id"])
        happen(term, 2)
        while told[-1] != ids()[-1]:
            told += [change["id"] for change in heard(connection, 1)]
    assert told == ids()[-len(told) :]
    assert set(told).isdisjoint(earlier)


def test_a_topic_brings_only_what_is_about_it(served, term):
    happen(term, 3, region="eu")
    with listen(served, f"?topic=region:us&after={journal.cursor()}") as connection:
        happen(term, 2, region="eu")
        happen(term, 1, region="us")
        happen(term, 1, region="eu")
        happen(term, 1, region="us")
        assert [change["region"] for change in heard(connection, 2)] == ["us", "us"]


def test_a_slow_reader_loses_nothing(served, term):
    happen(term, 1)
    before = journal.cursor()
    with listen(served, f"?after={before}") as connection:
        happen(term, 1)
        first = heard(connection, 1)
        for _ in range(12):  # more than may wait for it, more than the kernel takes
            happen(term, 400)
            time.sleep(0.15)
        rest = heard(connection, 12 * 400)
    assert [change["id"] for change in first + rest] == ids()[1:]


def test_a_time_of_blindness_is_said(served, term):
    now = timezone.now()
    with listen(served, f"?after={journal.cursor()}") as connection:
        journal.record(term, [Blind("eu", now - timedelta(minutes=4), now, "The watch was away for four minutes")], now)
        gap = heard(connection, 1)[0]["gap"]
    assert gap["why"] == "The watch was away for four minutes"
    assert gap["from"] < gap["to"]


@pytest.mark.parametrize("cursor", ["another.1", "nonsense"])
def test_a_cursor_of_another_log_is_a_gap_and_then_all_there_is(served, term, cursor):
    happen(term, 3)
    with listen(served, f"?after={cursor}") as connection:
        gap, *changes = heard(connection, 4)
    assert gap["gap"]["why"]
    assert [change["id"] for change in changes] == ids()


def test_what_is_no_longer_kept_is_a_gap(served, term):
    happen(term, 5)
    before = f"{Log.objects.get().name}.{ids()[0]}"
    Change.objects.update(seen_at=timezone.now() - timedelta(days=9))
    happen(term, 2)
    journal.prune(term, timezone.now() - timedelta(days=7))
    with listen(served, f"?after={before}") as connection:
        gap, *changes = heard(connection, 3)
    assert "no longer kept" in gap["gap"]["why"]
    assert [change["id"] for change in changes] == ids()


def test_a_topic_that_is_none_is_refused(served):
    with listen(served, "?topic=everything") as connection:
        assert closed_with(connection) == 4400
