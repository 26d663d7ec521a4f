"""The plain peer: `websockets.broadcast` to all, so often, so much. `python -m dashboard.bench.broadcasting …`"""

import asyncio
import sys
import time

from websockets.asyncio.server import ServerConnection, broadcast, serve

from dashboard.parent_guard import hold


async def main(port: int, rate: float, size: int, sockets: int) -> None:
    """Wait for so many sockets; then send "<number> <monotonic time> xxx…" to all, `rate` times a second."""
    connections: set[ServerConnection] = set()
    complete = asyncio.Event()

    async def keep(connection: ServerConnection) -> None:
        connections.add(connection)
        if len(connections) == sockets:
            complete.set()
        try:
            await connection.wait_closed()
        finally:
            connections.discard(connection)

    async with serve(keep, "127.0.0.1", port, compression=None, backlog=2048):
        await complete.wait()
        await asyncio.sleep(1)
        begun, number = time.monotonic(), 0
        while True:
            await asyncio.sleep(max(0.0, begun + number / rate - time.monotonic()))
            broadcast(connections, f"{number} {time.monotonic()} ".ljust(size, "x"))
            number += 1


if __name__ == "__main__":
    hold()
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
