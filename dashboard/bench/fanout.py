"""Hundreds of open pages, against `websockets.broadcast` of as much to as many."""

import asyncio
import json
import statistics
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import cycle, pairwise
from pathlib import Path

from dashboard.bench.http import Caller
from dashboard.bench.processes import Child, Ground, answers_to, environment, free_port, running, scribe, web
from dashboard.bench.report import Line, Part, ms, percentile, summary
from dashboard.bench.sockets import Heard, Socket, connect

AIM = 3.0
RATE = 10  # events a second
PAGE = "/deployments/"


@dataclass
class Round:
    """Seconds until each socket had it: `sent`, from the moment that the server had the message; `whole`, from before
    the event was recorded."""

    sent: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    bytes: list[int] = field(default_factory=list)
    messages: int = 0


def run(ground: Ground, quick: bool, say: Callable[[str], None]) -> Part:
    sockets, lasts, rounds = (20, 3.0, 1) if quick else (500, 12.0, 3)
    part = Part("fanout", f"{sockets} sockets, {RATE} events a second; peer: websockets.broadcast of as many bytes")
    measured: list[list[Round]] = [[], [], [], []]
    pages, plain_pages, programs, plain_programs = measured
    for number in range(rounds):
        for path, ours, theirs in (
            ("/ws/live/", pages, plain_pages),
            ("/ws/changes/?topic=fleet", programs, plain_programs),
        ):
            say(f"fanout: round {number + 1} of {rounds}, {path.partition('?')[0]}")
            ours.append(asyncio.run(_pane(ground, sockets, lasts, path)))
            size = round(statistics.median(ours[-1].bytes))
            theirs.append(asyncio.run(_plain(ground.folder, sockets, lasts, size)))
    for what, ours, theirs in (("pages", pages, plain_pages), ("programs", programs, plain_programs)):
        own = summary([one for each in ours for one in each.sent])
        way = summary([one for each in ours for one in each.whole])
        peer = summary([one for each in theirs for one in each.sent])
        ratios = [percentile(a.sent, 99) / percentile(b.sent, 99) for a, b in zip(ours, theirs, strict=True)]
        ratio = statistics.median(ratios)
        size = round(statistics.median([one for each in ours for one in each.bytes]))
        aim = (f"≤ {AIM:.0f} ×", ratio <= AIM)
        part.lines += [
            Line(f"{what} ({size:,} bytes): a message to every socket, median", ms(own["median"]), ms(peer["median"])),
            Line(f"{what}: the same, p99", ms(own["p99"]), ms(peer["p99"]), f"{ratio:.1f} ×", *aim),
            Line(f"{what}: the whole way, from before it is recorded, median", ms(way["median"])),
            Line(f"{what}: the same, p99", ms(way["p99"])),
        ]
        part.figures[what] = {
            "sent": own,
            "whole": way,
            "plain": peer,
            "ratios": ratios,
            "bytes": size,
            "messages": sum(each.messages for each in ours),
        }
    part.notes.append("the ratio of p99 is taken in each round; the table has the median of the rounds")
    return part


async def _pane(ground: Ground, sockets: int, lasts: float, path: str) -> Round:
    data = ground.copy()
    log, marks = data / "changes", data / "marks"
    with ExitStack() as stack:
        # 100 deployments, all on the page that is open; each event changes one of them.
        stack.enter_context(
            running(scribe(data, "churn", "--deployments=100", f"--rate={RATE}", "--spread=40", f"--log={log}"))
        )
        server, port = await asyncio.to_thread(web, data, marks)
        stack.enter_context(running(server))
        page = Caller(f"http://127.0.0.1:{port}", {"Cookie": ground.cookie})
        await asyncio.to_thread(page.ask, "GET", PAGE)
        heard = await listen(port, path, {"Authorization": f"Bearer {ground.token}"}, sockets, lasts)
    if path == "/ws/live/":
        return of_pages(heard, times(log), moments(data / "marks.drawn"))
    return of_programs(heard, times(log), times(marks))


async def _plain(folder: Path, sockets: int, lasts: float, size: int) -> Round:
    port = free_port()
    command = [sys.executable, "-m", "dashboard.bench.broadcasting", str(port), str(RATE), str(size), str(sockets)]
    with running(Child(command, environment(folder), folder / "broadcast.log")) as server:
        await asyncio.to_thread(server.until, "it listens", lambda: answers_to(port))
        heard = await listen(port, "/", {}, sockets, lasts)
    found = Round()
    for messages in heard:
        for at, text, _ in messages:
            found.sent.append(at - float(text.split()[1]))
            found.messages += 1
    found.whole = found.sent
    return found


Messages = list[tuple[float, bytes, int]]
"""When a message came, how it begins, how long it is."""


async def listen(
    port: int,
    path: str,
    headers: dict[str, str] | Sequence[dict[str, str]],
    sockets: int,
    lasts: float,
    page: str = PAGE,
    stuck: int = 0,
) -> list[Messages]:
    """What each of so many sockets hears in so many seconds, once all are open. `stuck` more read nothing.

    `headers`: of every socket, or in turn of one after the other.
    """
    turns = cycle([headers] if isinstance(headers, dict) else headers)
    heard: list[Messages] = [[] for _ in range(sockets)]

    def keeper(place: Messages) -> Heard:
        return lambda at, text: place.append((at, text[:200], len(text)))

    opened: list[Socket] = []
    try:
        for some in range(0, sockets, 25):
            opened += await asyncio.gather(
                *(connect(port, path, next(turns), keeper(place)) for place in heard[some : some + 25])
            )
        for _ in range(stuck):
            opened.append(await connect(port, path, next(turns), lambda at, text: None))
        if path == "/ws/live/":
            for socket in opened:
                socket.send(json.dumps({"url": page, "cursor": "none.0", "pulse": page.startswith("/wall/")}).encode())
        for socket in opened[sockets:]:
            socket.transport.pause_reading()
        await asyncio.sleep(3)
        for place in heard:
            place.clear()
        await asyncio.sleep(lasts)
        return [list(place) for place in heard]
    finally:
        for socket in opened:
            socket.transport.abort()


def of_pages(heard: list[Messages], recorded: dict[int, float], drawn: dict[int, list[float]]) -> Round:
    """A page is sent states: an event has arrived with the first message whose cursor is not before it."""
    found = Round()
    for messages in heard:
        parcels = [(at, _cursor(text), size) for at, text, size in messages if text.startswith(b'{"cursor"')]
        for (_, before, _), (at, cursor, size) in pairwise(parcels):
            found.bytes.append(size)
            found.messages += 1
            # One state of the log may be drawn several times, as when only a link moved: this is the last before it.
            if before_it := [when for when in drawn.get(cursor, ()) if when <= at]:
                found.sent.append(at - max(before_it))
            found.whole += [at - recorded[number] for number in range(before + 1, cursor + 1) if number in recorded]
    return found


def of_programs(heard: list[Messages], recorded: dict[int, float], told: dict[int, float]) -> Round:
    found = Round()
    for messages in heard:
        for at, text, size in messages:
            number = int(text.partition(b'"id":')[2].split(b",")[0])
            found.bytes.append(size)
            found.messages += 1
            if number in told and number in recorded:
                found.sent.append(at - told[number])
                found.whole.append(at - recorded[number])
    return found


def _cursor(text: bytes) -> int:
    return int(text.split(b'"')[3].rpartition(b".")[2])


def times(path: Path) -> dict[int, float]:
    """The first moment noted for each number."""
    return {number: moments[0] for number, moments in moments(path).items()}


def moments(path: Path) -> dict[int, list[float]]:
    found: dict[int, list[float]] = {}
    for line in path.read_text().splitlines():
        if line.count(" ") == 1:
            number, at = line.split()
            found.setdefault(int(number), []).append(float(at))
    return found
