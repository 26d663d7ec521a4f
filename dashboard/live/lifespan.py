"""The end of the server is the end of the hub: its threads and their database connections go with it."""

from collections.abc import Callable
from typing import Any

from dashboard.live.hub import stop_hub


async def lifespan(scope: dict[str, Any], receive: Callable, send: Callable) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        else:
            await stop_hub()
            await send({"type": "lifespan.shutdown.complete"})
            return
