"""The end of the server is the end of the hub: its threads and their database connections go with it."""

import gc
from typing import Any

from dashboard.live.hub import stop_hub
from dashboard.people.sockets import Receive, Send

COLLECT_EVERY = 20_000
"""Objects more than before that make the collector look for garbage."""


async def lifespan(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            # What was imported lives as long as the process, and a large page is many small objects that live as long
            # as its drawing: looking for garbage among them at every 700 took a third of it.
            gc.collect()
            gc.freeze()
            gc.set_threshold(COLLECT_EVERY, 20, 20)
            await send({"type": "lifespan.startup.complete"})
        else:
            await stop_hub()
            await send({"type": "lifespan.shutdown.complete"})
            return
