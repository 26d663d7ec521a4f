"""What the database does not take is found, left out and said; the rest is recorded in its order."""

import asyncio
import contextlib
import logging
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.db import DataError, OperationalError, connection

from regions import journal
from regions.domain.kinds import KINDS
from regions.domain.notes import Gone, Note, Put, Reached, Swept
from regions.domain.viewer import Viewer
from regions.inventory import get_region
from regions.models import Change, Resource, Stream
from regions.watcher.recorder import Recorder, of_the_notes

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
MACHINE = next(kind for kind in KINDS if kind.name == "Machine")
SECRET = "hunter2-hunter2"


def machine(name: str, version: int, **meta: Any) -> dict[str, Any]:
    found = {"name": name, "namespace": "default", "uid": f"uid-{name}", "resourceVersion": str(version), **meta}
    status = {"phase": f"phase {version}"}
    return {"apiVersion": "cluster.x-k8s.io/v1beta2", "kind": "Machine", "metadata": found, "status": status}


def put(manifest: dict[str, Any]) -> Put:
    return Put("fra1", MACHINE, manifest, NOON)


@asynccontextmanager
async def recording() -> AsyncIterator[Recorder]:
    recorder = Recorder()
    recorder.term = await recorder.call(journal.claim, "test", NOON) or 0
    task = asyncio.create_task(recorder.record())
    try:
        yield recorder
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await recorder.close()


async def recorded(*notes: Note) -> None:
    """These, in one batch, and then a last one that says that all before it is done."""
    async with recording() as recorder:
        await recorder.note(*notes, put(machine("last", 999)))
        await asyncio.wait_for(_until_there("last"), 30)


async def _until_there(name: str) -> None:
    there = sync_to_async(Resource.objects.filter(name=name).exists)
    while not await there():  # noqa: ASYNC110 it is in the database, not in this process
        await asyncio.sleep(0.05)


@sync_to_async
def names() -> list[str]:
    return sorted(Resource.objects.values_list("name", flat=True))


@sync_to_async
def the_stream() -> Stream:
    return Stream.objects.get(cluster="fra1", name=MACHINE.stream)


ODD = {
    "an apiVersion that is no text": lambda: put({**machine("odd", 2), "apiVersion": 7}),
    "a uid that is a mapping": lambda: put(machine("odd", 2, uid={"x": 1})),
    "a status that no JSON holds": lambda: put({**machine("odd", 2), "spec": SECRET, "status": object()}),
}  # fmt: skip


@pytest.mark.parametrize("what", ODD)
async def test_a_note_that_cannot_be_recorded_is_left_out_and_all_others_are_recorded(
    what: str, caplog: pytest.LogCaptureFixture
) -> None:
    sound = [put(machine(f"m-{number}", number)) for number in range(1, 8)]
    with caplog.at_level(logging.ERROR):
        await recorded(*sound[:3], ODD[what](), *sound[3:])
    assert await names() == ["last", *(f"m-{number}" for number in range(1, 8))]
    assert "Machine" in caplog.text
    assert "left out" in caplog.text
    assert SECRET not in caplog.text
    stream = await the_stream()
    assert [one["what"] for one in stream.unrecorded] == [
        caplog.records[0].getMessage().split(": ")[1].split(" cannot")[0]
    ]
    change = await sync_to_async(Change.objects.get)(reason="NotRecorded")
    assert change.cluster == "fra1"
    assert "could not be recorded" in change.message


async def test_a_value_that_is_longer_than_its_column_costs_its_own_note() -> None:
    """On PostgreSQL; SQLite holds no column to its length."""
    await recorded(put(machine("m-1", 1)), put(machine("odd", 2, uid="u" * 65)), put(machine("m-2", 3)))
    left_out = [] if connection.vendor == "sqlite" else ["odd"]
    assert await names() == sorted({"last", "m-1", "m-2", "odd"} - set(left_out))
    said = [one for stream in await sync_to_async(lambda: list(Stream.objects.all()))() for one in stream.unrecorded]
    assert [one["what"] for one in said] == [f"Machine default/{name}" for name in left_out]


async def test_what_was_left_out_is_no_longer_said_once_it_is_recorded_or_gone() -> None:
    await recorded(put({**machine("a", 1), "apiVersion": 7}), put({**machine("b", 1), "apiVersion": 7}))
    assert {one["what"] for one in (await the_stream()).unrecorded} == {"Machine default/a", "Machine default/b"}
    async with recording() as recorder:
        await recorder.call(journal.record, recorder.term, [put(machine("a", 2))], NOON)
        assert [one["what"] for one in (await the_stream()).unrecorded] == ["Machine default/b"]
        left = Swept("fra1", MACHINE, frozenset({("default", "a")}), NOON)
        await recorder.call(journal.record, recorder.term, [left], NOON)
        assert (await the_stream()).unrecorded == []


async def test_of_an_object_that_flaps_the_log_tells_once() -> None:
    await recorded(*(put({**machine("odd", version), "apiVersion": version}) for version in range(1, 6)))
    assert await sync_to_async(Change.objects.filter(reason="NotRecorded").count)() == 1


async def test_the_page_of_the_region_says_what_is_left_out(settings: Any) -> None:
    region = {"apiVersion": "k0rdent.mirantis.com/v1beta1", "kind": "Region", "spec": {}, "status": {},
              "metadata": {"name": "fra1", "uid": "r", "resourceVersion": "1"}}  # fmt: skip
    kind = next(kind for kind in KINDS if kind.name == "Region")
    await recorded(Put("~management", kind, region, NOON), put({**machine("odd", 2), "apiVersion": 7}))
    detail = await sync_to_async(get_region)("fra1", viewer=Viewer("ada"))
    assert [one.what for one in detail.unrecorded] == ["Machine default/odd"]


async def test_a_note_about_how_far_a_stream_has_come_can_be_left_out_too() -> None:
    await recorded(Reached("fra1", MACHINE.stream, "watching", {"no": "version"}, NOON))  # type: ignore[arg-type]
    assert await names() == ["last"]


async def test_the_deletion_of_something_odd_is_left_out_alone() -> None:
    await recorded(put(machine("m-1", 1)), Gone("fra1", MACHINE, {"metadata": {"name": "x", "labels": 1}}, NOON))
    assert await names() == ["last", "m-1"]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (DataError(), True), (AttributeError(), True), (UnicodeEncodeError("utf-8", "x", 0, 1, "no"), True),
        (OperationalError("server closed the connection"), False), (journal.LeaseLost(), False),
    ],
)  # fmt: skip
def test_a_lost_lease_or_database_is_no_fault_of_a_note(error: Exception, expected: bool) -> None:
    assert of_the_notes(error) is expected


async def test_sessions_that_are_over_are_forgotten():
    for key, away in (("over", -1), ("open", 1)):
        until = datetime.now(UTC) + timedelta(hours=away)
        await Session.objects.acreate(session_key=key, session_data="", expire_date=until)
    async with recording() as recorder:
        tending = asyncio.create_task(recorder.tend(timedelta(days=1)))
        async with asyncio.timeout(60):
            while await Session.objects.acount() > 1:  # noqa: ASYNC110 it is in the database, not in this process
                await asyncio.sleep(0.05)
        tending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await tending
    assert (await Session.objects.aget()).session_key == "open"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite alone can be told how large it may become")
async def test_what_does_not_fit_waits_until_there_is_room():
    def limit(pages: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")  # what other tests left free would be room
            cursor.execute("PRAGMA page_count")
            (now,) = cursor.fetchone()
            cursor.execute(f"PRAGMA max_page_count = {now + pages}")

    async with recording() as recorder:
        await recorder.call(limit, 0)
        # Nothing that packing would make small.
        large = ({**machine(f"m{n}", n), "spec": {"bootstrap": random.randbytes(10_000).hex()}} for n in range(200))
        await recorder.note(*map(put, large))
        await _until_full(recorder, True)
        term = recorder.term
        await recorder.call(limit, 100_000)
        await asyncio.wait_for(_until_there("m199"), 30)
        await _until_full(recorder, False)
        assert recorder.term == term
    assert await Resource.objects.acount() == 200


async def _until_full(recorder: Recorder, full: bool) -> None:
    async with asyncio.timeout(30):
        while True:
            if recorder.full is full:
                return
            await asyncio.sleep(0.01)
