"""Makes notices and delivers them, beside the watcher. Two may run: rows are claimed before anything is sent."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connections, transaction
from django.urls import set_script_prefix

from dashboard.models import Delivery, Notice
from dashboard.notices import channels, making
from dashboard.notices.sending import SendOutcome, send

log = logging.getLogger(__name__)

PERIOD = 2.0  # seconds
PAUSES = [timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2)]
"""Before the second attempt, the third, …; after the last it is given up."""
CLAIM = timedelta(minutes=1)  # who was killed while sending is followed by another; much longer than a deadline
AT_ONCE = 32
FORGET = timedelta(hours=1)

Call = Callable[..., Awaitable[Any]]
"""Runs a function with its arguments in a thread that holds a database connection of its own."""


async def run() -> None:
    """Until cancelled. Whatever fails is said once and tried again: watching must not end for it.

    Making and sending do not wait for each other: a receiver that hangs must not hold up what the bell shows.
    """
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_every(PERIOD, "Notices cannot be made; trying again", _make))
        tasks.create_task(_every(PERIOD, "Messages of notices cannot be sent; trying again", _send_due))
        tasks.create_task(_every(FORGET.total_seconds(), "Old notices cannot be dropped; trying again", _forget))


async def _every(period: float, trouble: str, turn: Callable[[Call], Awaitable[None]]) -> None:
    loop = asyncio.get_running_loop()
    # For the addresses in messages: of a thread that no request began.
    prefix = (f"{settings.PANE_PATH}/",)
    thread = ThreadPoolExecutor(1, thread_name_prefix="notices", initializer=set_script_prefix, initargs=prefix)
    call = partial(loop.run_in_executor, thread)
    troubled = False
    try:
        while True:
            try:
                await turn(call)
                troubled = False
            except Exception:
                if not troubled:
                    log.exception(trouble)
                troubled = True
                await call(connections.close_all)  # perhaps the server went away: the next turn opens a new one
            await asyncio.sleep(period)
    finally:
        await asyncio.shield(call(connections.close_all))
        thread.shutdown(wait=False)


async def _make(call: Call) -> None:
    await call(making.make, datetime.now(UTC))


async def _forget(call: Call) -> None:
    await call(making.forget, datetime.now(UTC))


async def _send_due(call: Call) -> None:
    """Send what is due, all of it side by side: the slowest receiver costs its own deadline, once."""
    due: list[Due] = await call(claim, datetime.now(UTC))
    ends = await asyncio.gather(*(_send_one(call, *one) for one in due), return_exceptions=True)
    for failure in filter(None, ends):  # one that cannot be written down must not cut off the others
        raise failure


async def _send_one(call: Call, delivery: Delivery, address: str, content: bytes, headers: dict[str, str]) -> None:
    outcome = await send(address, content, headers, allow_loopback=settings.PANE_ALLOW_LOOPBACK)
    await call(settle, delivery, outcome, datetime.now(UTC))


Due = tuple[Delivery, str, bytes, dict[str, str]]


def claim(now: datetime) -> list[Due]:
    """What is due, taken so that nobody else sends it, with its message as it will go."""
    with transaction.atomic():
        rows = list(
            Delivery.objects.select_for_update(of=("self",))
            .filter(ended_at=None, due_at__lte=now)
            .select_related("rule")
            .order_by("due_at")[:AT_ONCE]
        )
        for row in rows:
            row.state, row.attempts, row.due_at = Delivery.State.SENDING, row.attempts + 1, now + CLAIM
        Delivery.objects.bulk_update(rows, ["state", "attempts", "due_at"])
    found: list[Due] = []
    for row in rows:
        if not (row.rule.enabled or row.test):
            settle(row, SendOutcome(False, "The rule was switched off", final=True), now)
            continue
        told = {notice.pk: notice for notice in Notice.objects.filter(pk__in=row.notices)}
        try:
            found.append((row, *channels.message(row, [told[pk] for pk in row.notices if pk in told], now)))
        except Exception as error:
            # It must not hold up all others. What the error says may hold keys.
            log.error("A message of rule %s cannot be written (%s); given up", row.rule_id, type(error).__name__)
            settle(row, SendOutcome(False, "Pane fails at writing this message", final=True), now)
    return found


def settle(delivery: Delivery, outcome: SendOutcome, now: datetime) -> None:
    """Write down what came of an attempt, and when the next one is."""
    delivery.answer = outcome.answer[:300]
    if outcome.delivered:
        delivery.state, delivery.ended_at = Delivery.State.DELIVERED, now
    elif outcome.final or delivery.test or delivery.attempts > len(PAUSES):
        delivery.state, delivery.ended_at = Delivery.State.GIVEN_UP, now
    else:
        delivery.state, delivery.due_at = Delivery.State.RETRYING, now + PAUSES[delivery.attempts - 1]
    delivery.save(update_fields=["answer", "state", "ended_at", "due_at"])
