"""`manage.py watch`: follow every cluster, keep the copy and the log, and tell people what turns."""

import asyncio
import contextlib
import gc
import signal
from collections.abc import Coroutine
from importlib import import_module
from typing import Any

from django.core.management.base import BaseCommand

from regions.watcher import Options, Watcher


class Command(BaseCommand):
    help = "Follow the management cluster and its regions. A second one stands by and takes over."
    requires_system_checks: list[str] = []  # they load every page, for a third of a second; whoever serves them checks

    def handle(self, *args: Any, **options: Any) -> None:
        asyncio.run(_watch())


async def _all(*parts: Coroutine[Any, Any, None]) -> None:
    async with asyncio.TaskGroup() as tasks:
        for part in parts:
            tasks.create_task(part)


async def _tell() -> None:
    # What messages are made of is imported beside the first lists, not before.
    runner = await asyncio.to_thread(import_module, "dashboard.notices.runner")
    await runner.run()


async def _watch() -> None:
    # What was imported lives as long as the process: the collector need not look at it again and again.
    gc.collect()
    gc.freeze()
    work = asyncio.create_task(_all(Watcher(Options.from_settings()).run(), _tell()))
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, work.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await work
