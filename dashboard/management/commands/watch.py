"""`manage.py watch`: follow every cluster and keep the copy and the log."""

import asyncio
import contextlib
import gc
import signal
from typing import Any

from django.core.management.base import BaseCommand

from regions.watcher import Options, Watcher


class Command(BaseCommand):
    help = "Follow the management cluster and its regions. A second one stands by and takes over."
    requires_system_checks: list[str] = []  # they load every page, for a third of a second; whoever serves them checks

    def handle(self, *args: Any, **options: Any) -> None:
        asyncio.run(_watch())


async def _watch() -> None:
    # What was imported lives as long as the process: the collector need not look at it again and again.
    gc.collect()
    gc.freeze()
    work = asyncio.create_task(Watcher(Options.from_settings()).run())
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, work.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await work
