"""Hundreds of open feeds at a hundred changes a second, one of which is never read."""

import asyncio
import statistics
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from dashboard.bench.fanout import listen, moments, of_pages, times
from dashboard.bench.processes import Ground, running, scribe, web
from dashboard.bench.report import Line, Part, ms, summary

AIM = 0.5  # seconds from before a change is recorded until a page has it, p95
RATE = 100  # changes a second
PAGE = "/feed/"


def run(ground: Ground, quick: bool, say: Callable[[str], None]) -> Part:
    sockets, lasts, rounds = (20, 3.0, 1) if quick else (200, 15.0, 3)
    part = Part("feed", f"{sockets} open feeds, {RATE} changes a second, one of them never read")
    whole: list[float] = []
    grown: list[int] = []
    bytes_: list[int] = []
    for number in range(rounds):
        say(f"feed: round {number + 1} of {rounds}")
        found, before, after = asyncio.run(_round(ground, sockets, lasts))
        whole += found.whole
        bytes_ += found.bytes
        grown.append(after - before)
    way = summary(whole)
    part.lines += [
        Line("from before a change is recorded to the page, median", ms(way["median"])),
        Line("the same, p95", ms(way["p95"]), aim=f"≤ {ms(AIM)}", met=way["p95"] <= AIM),
        Line("the same, p99", ms(way["p99"])),
        Line("a message, median", f"{statistics.median(bytes_):,.0f} bytes"),
        Line("the server's memory grew by", " / ".join(f"{one / 2**20:.1f} MiB" for one in grown)),
    ]
    part.figures |= {"whole": way, "grown": grown}
    return part


async def _round(ground: Ground, sockets: int, lasts: float) -> tuple[Any, ...]:
    data = ground.copy()
    log, marks = data / "changes", data / "marks"
    with ExitStack() as stack:
        stack.enter_context(
            running(scribe(data, "churn", "--deployments=1000", f"--rate={RATE}", "--spread=1000", f"--log={log}"))
        )
        server, port = await asyncio.to_thread(web, data, marks)
        stack.enter_context(running(server))
        before = server.resident()
        headers = {"Authorization": f"Bearer {ground.token}"}
        heard = await listen(port, "/ws/live/", headers, sockets, lasts, PAGE, stuck=1)
        after = server.resident()
    return of_pages(heard, times(log), moments(data / "marks.drawn")), before, after
