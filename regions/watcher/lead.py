"""Who writes: one watcher leads, the others stand by and take over when it no longer beats."""

import asyncio
import logging
import os
import socket
import uuid
from importlib import import_module

from django.db import DatabaseError, InterfaceError

from regions import journal
from regions.clusters.options import Options
from regions.domain.shards import WHOLE
from regions.metrics.stores.options import MetricsOptions as MeterOptions
from regions.watcher.fleet import Fleet
from regions.watcher.recorder import Recorder, now
from regions.watcher.recovery import kept_up

log = logging.getLogger(__name__)

STAND_BY = 2.0  # seconds between two looks at the lease


class Watcher:
    """Follows all clusters while it holds the lease. `run` returns only when cancelled."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.name = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:6]}"

    async def run(self) -> None:
        while True:
            recorder = Recorder(self.options.shard)
            try:
                await self._lead_once(recorder)
            except* journal.LeaseLost:
                log.warning("Another watcher has taken over; standing by")
            except* (DatabaseError, InterfaceError) as errors:
                # What a broken commit wrote is not known here: begin again from what the database says.
                failure = errors.exceptions[0]
                said = str(failure).partition("\n")[0][:300]  # a database's first line; what follows quotes statements
                log.warning("The database failed (%s: %s); beginning again", type(failure).__name__, said)
            except* Exception:
                # A fault of ours: it must not leave everybody without a watcher.
                log.exception("Watching failed here; beginning again")
            finally:
                await recorder.close()
            await asyncio.sleep(STAND_BY)

    async def _lead_once(self, recorder: Recorder) -> None:
        shard = self.options.shard
        previous = await recorder.call(journal.holder, shard)
        blind_since = previous.beat_at if previous else None
        while (term := await recorder.call(journal.claim, self.name, now(), shard)) is None:
            await asyncio.sleep(STAND_BY)
            previous = await recorder.call(journal.holder, shard)
            blind_since = previous.beat_at if previous else None
        recorder.term = term
        log.info("Leading with term %d%s", term, "" if shard == WHOLE else f", shard {shard}")
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(recorder.record())
                tasks.create_task(recorder.tend(self.options.keep, self.options.keep_bytes))
                tasks.create_task(Fleet(self.options, recorder, blind_since).run())
                if shard.first:
                    tasks.create_task(kept_up("Metering", lambda: _meter(term)))
        except asyncio.CancelledError:
            await recorder.call(journal.release, term)
            raise


async def _meter(term: int) -> None:
    # It takes as long to import as all else that asks for the first lists: done beside them, not before.
    poller = await asyncio.to_thread(import_module, "regions.metrics.polling.poller")
    await poller.Poller(MeterOptions.from_settings(), term).run()
