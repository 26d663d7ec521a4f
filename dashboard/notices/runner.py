"""Makes notices and delivers them, beside the watcher. Two may run: rows are claimed before anything is sent."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connections, transaction

from dashboard.models import Delivery, Notice
from dashboard.notices import making, messages
from dashboard.notices.sending import SendOutcome, send

log = logging.getLogger(__name__)

PERIOD = 2.0  # seconds
PAUSES = [timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2)]
"""Before the second attempt, the third, …; after the last it is given up."""
CLAIM = timedelta(minutes=3)  # who was killed while sending is followed by another; longer than AT_ONCE deadlines
AT_ONCE = 8
FORGET = 3600.0


async def run() -> None:
    """Until cancelled. Whatever fails is said once and tried again: watching must not end for it."""
    loop = asyncio.get_running_loop()
    thread = ThreadPoolExecutor(1, thread_name_prefix="notices")
    troubled, forget_at = False, 0.0
    try:
        while True:
            try:
                await loop.run_in_executor(thread, making.make, datetime.now(UTC))
                due = await loop.run_in_executor(thread, claim, datetime.now(UTC))
                for delivery, content, headers in due:
                    outcome = await send(
                        delivery.rule.url, content, headers, allow_loopback=settings.PANE_ALLOW_LOOPBACK
                    )
                    await loop.run_in_executor(thread, settle, delivery, outcome, datetime.now(UTC))
                if loop.time() >= forget_at:
                    await loop.run_in_executor(thread, making.forget, datetime.now(UTC))
                    forget_at = loop.time() + FORGET
                troubled = False
            except Exception:
                if not troubled:
                    log.exception("Notices cannot be made or sent; trying again")
                troubled = True
            await asyncio.sleep(PERIOD)
    finally:
        await asyncio.shield(loop.run_in_executor(thread, connections.close_all))
        thread.shutdown(wait=False)


Due = tuple[Delivery, bytes, dict[str, str]]


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
        told = {notice.pk: notice for notice in Notice.objects.filter(pk__in=row.notices)}
        content = messages.body(row, [told[pk] for pk in row.notices if pk in told])
        found.append((row, content, messages.headers(row, content, now)))
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
