"""The runner itself: what one receiver does must not hold up anybody else."""

import asyncio
import socket
from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from dashboard.models import Delivery, Notice, NoticeRule
from dashboard.notices import making, runner
from tests.dashboard.notices.test_delivering import ALL, fail

DEAD = 12


@pytest.fixture
def silent_port():
    """Takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield server.getsockname()[1]


def due_test(name: str, url: str) -> Delivery:
    now = timezone.now()
    rule = NoticeRule.objects.create(
        name=name, url=url, turns=ALL, severity="info", salt="b" * 32, person="boss", created_at=now
    )
    made = making.test(rule, "boss", now)
    Delivery.objects.filter(pk=made.pk).update(due_at=now - timedelta(seconds=1))
    return made


async def elsewhere(function: Callable[..., Any], *args: Any) -> Any:
    """Run it in a thread, and keep no connection there."""

    def run() -> Any:
        try:
            return function(*args)
        finally:
            connections.close_all()

    return await asyncio.to_thread(run)


@pytest.mark.django_db(transaction=True)
def test_dead_receivers_hold_up_neither_notices_nor_the_living(seeded, hook, silent_port):
    making.make(timezone.now())
    for number in range(DEAD):
        due_test(f"dead {number}", f"http://127.0.0.1:{silent_port}/")
    living = due_test("living", hook.url)
    took: dict[str, float] = {}

    async def run() -> None:
        running = asyncio.create_task(runner.run())
        began = monotonic()
        await asyncio.sleep(1)  # by now it waits for the dead
        await elsewhere(fail, seeded, "shop-prod")
        waited = {
            "made": Notice.objects.exclude(what="test"),
            "sent": Delivery.objects.filter(pk=living.pk, state="delivered"),
            "all": Delivery.objects.filter(state="given up"),
        }
        enough = {"made": 1, "sent": 1, "all": DEAD}
        while len(took) < len(waited) and monotonic() - began < 60:
            for name, rows in waited.items():
                if name not in took and await elsewhere(rows.count) >= enough[name]:
                    took[name] = monotonic() - began
            await asyncio.sleep(0.1)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(run())
    assert took["made"] < 8, "what turned waits for no receiver"
    assert took["sent"] < 8, "nor does a message to one that answers"
    assert took["all"] < 25, f"{DEAD} dead ones cost one deadline, not one each"
