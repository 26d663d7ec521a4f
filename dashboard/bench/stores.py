"""Metrics stores that answer in no time of their own but a wait: `python -m dashboard.bench.stores N CLUSTERS`.

Each listens on a port of its own, and waits between 20 and 150 ms before it answers a merged query with a row for each
query in it and each of its clusters. Prints its ports as JSON. The first port is for who measures: `/requests` says how
many each was asked, `/hang/3` makes the fourth hang, `/heal/3` ends that.
"""

import asyncio
import json
import random
import re
import sys
from urllib.parse import parse_qs, urlsplit

KPI = re.compile(r'"kpi", "(\w+)"')


class Stores:
    def __init__(self, count: int, clusters: int) -> None:
        chance = random.Random(7)  # noqa: S311
        self.waits = [chance.uniform(0.02, 0.15) for _ in range(count)]
        self.clusters = clusters
        self.requests = [0] * count
        self.hanging: dict[int, asyncio.Event] = {}
        self._answers: dict[tuple[int, str], bytes] = {}

    async def run(self) -> None:
        ports = [await self._listen(None), *[await self._listen(place) for place in range(len(self.waits))]]
        print(json.dumps(ports), flush=True)  # noqa: T201
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)

    async def _listen(self, place: int | None) -> int:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                while head := await reader.readuntil(b"\r\n\r\n"):
                    target = head.split(b" ", 2)[1].decode()
                    body = await self._answer(place, target)
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
                    await writer.drain()
            except (asyncio.IncompleteReadError, ConnectionError):
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 20, backlog=1000)
        return int(server.sockets[0].getsockname()[1])

    async def _answer(self, place: int | None, target: str) -> bytes:
        if place is None:
            return self._control(target)
        self.requests[place] += 1
        if held := self.hanging.get(place):
            await held.wait()
        await asyncio.sleep(self.waits[place])
        query = parse_qs(urlsplit(target).query).get("query", [""])[0]
        if (place, query) not in self._answers:
            self._answers[place, query] = self._rows(place, query)
        return self._answers[place, query]

    def _rows(self, place: int, query: str) -> bytes:
        rows = [
            {"metric": {"cluster": f"c{place}-{number}", "clusterNamespace": "team", "kpi": id}, "value": [0, "0.5"]}
            for id in KPI.findall(query)
            for number in range(self.clusters)
        ]
        return json.dumps({"status": "success", "data": {"resultType": "vector", "result": rows}}).encode()

    def _control(self, target: str) -> bytes:
        _, what, *rest = target.split("/")
        if what == "hang":
            self.hanging |= {int(place): asyncio.Event() for place in rest}
        if what == "heal":
            for place in rest:
                self.hanging.pop(int(place)).set()
        return json.dumps(self.requests).encode()


if __name__ == "__main__":
    asyncio.run(Stores(int(sys.argv[1]), int(sys.argv[2])).run())
