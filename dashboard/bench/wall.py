"""Hundreds of walls while much changes, some of which do not read; and one left open in a browser."""

import asyncio
import shutil
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from dashboard.bench.fanout import Round, listen, moments, of_pages, times
from dashboard.bench.http import Caller
from dashboard.bench.processes import Ground, running, scribe, web
from dashboard.bench.report import Line, Part, Unavailable, ms, summary

PAGE = "/wall/"
AIM = 0.5  # seconds from before a change is recorded until a wall has it, p95
RATE = 100  # changes a second
DROP = 5.0  # seconds between two forced drops
SAMPLE = 10.0
HEAP, NODES, RESIDENT = 512 * 1024, 500, 8 * 2**20  # how much more may be there at the end, for noise


@dataclass
class Sample:
    """What a wall in a browser and its server hold at one moment, garbage left out."""

    at: float
    heap: float
    nodes: float
    listeners: float
    resident: int


@dataclass
class Walls:
    """What one round found."""

    round: Round
    before: int
    after: int
    recorded: int


def run(ground: Ground, quick: bool, say: Callable[[str], None]) -> Part:
    sockets, lasts, regions, deployments = (20, 3.0, 12, 60) if quick else (200, 15.0, 40, 400)
    part = Part("wall", f"{sockets} walls of {regions} regions and {deployments} deployments, {RATE} changes a second")
    found: dict[int, Walls] = {}
    for stuck in (0, max(1, sockets // 20)):
        say(f"wall: {sockets} sockets, {stuck} beside them that do not read")
        found[stuck] = asyncio.run(_walls(ground, sockets, lasts, regions, deployments, stuck))
    (_, some), (alone, beside) = found.keys(), found.values()
    own, other = summary(alone.round.whole), summary(beside.round.whole)
    part.lines = [
        Line("from before a change is recorded until a wall has it, median", ms(own["median"])),
        Line("the same, p95", ms(own["p95"]), aim=f"≤ {ms(AIM)}", met=own["p95"] <= AIM),
        Line("the same, p99", ms(own["p99"])),
        Line(
            f"p95 beside {some} that read nothing",
            ms(other["p95"]),
            against=f"{other['p95'] / own['p95']:.2f} ×",
            aim=f"≤ {ms(AIM)}",
            met=other["p95"] <= AIM,
        ),
        Line("server, before the walls came and under them", _mib(alone.before, alone.after)),
        Line(f"server, the same with {some} that read nothing", _mib(beside.before, beside.after)),
    ]
    part.figures = {
        "whole": own,
        "beside_stuck": other,
        "stuck": some,
        "bytes": round(statistics.median(alone.round.bytes)),
        "messages": alone.round.messages,
        "changes": alone.recorded,
        "resident": [alone.before, alone.after],
        "resident_beside_stuck": [beside.before, beside.after],
    }
    _soak_lines(part, ground, quick, say)
    return part


async def _walls(ground: Ground, sockets: int, lasts: float, regions: int, deployments: int, stuck: int) -> Walls:
    data = ground.copy()
    log, marks = data / "changes", data / "marks"
    with ExitStack() as stack:
        stack.enter_context(
            running(
                scribe(
                    data,
                    "churn",
                    f"--deployments={deployments}",
                    f"--rate={RATE}",
                    f"--log={log}",
                    f"--regions={regions}",
                    "--toggle",
                )
            )
        )
        server, port = await asyncio.to_thread(web, data, marks)
        stack.enter_context(running(server))
        page = Caller(f"http://127.0.0.1:{port}", {"Cookie": ground.cookie})
        await asyncio.to_thread(page.ask, "GET", PAGE)
        before = server.resident()
        headers = {"Authorization": f"Bearer {ground.token}"}
        heard = await listen(port, "/ws/live/", headers, sockets, lasts, PAGE, stuck)
        after = server.resident()
    recorded = times(log)
    return Walls(of_pages(heard, recorded, moments(data / "marks.drawn")), before, after, len(recorded))


def _soak_lines(part: Part, ground: Ground, quick: bool, say: Callable[[str], None]) -> None:
    minutes = ground.minutes or (0.1 if quick else 5.0)
    say(f"wall: {minutes:g} minutes in a browser")
    try:
        samples, drops, changes = _soak(ground, minutes * 60)
    except Unavailable as why:
        part.notes.append(f"not left open in a browser: {why}")
        return
    # What is filled once and then stays (caches, compiled code, rings) is no leak: a third of the time fills it. What a
    # wall has to say changes all the time, hence medians.
    third = max(1, len(samples) // 3)
    for what, name, most, unit in (
        ("page heap", "heap", HEAP, 1024),
        ("DOM nodes", "nodes", NODES, 1),
        ("listeners", "listeners", 0, 1),
        ("server memory", "resident", RESIDENT, 1024),
    ):
        was, now = (
            statistics.median(getattr(sample, name) for sample in some)
            for some in (samples[third : 2 * third] or samples[:1], samples[-third:])
        )
        more = (now - was) / unit
        size = f"{was / unit:,.0f} → {now / unit:,.0f}" + (" KiB" if unit > 1 else "")
        part.lines.append(
            Line(
                f"{minutes:g} min open, {changes:,} changes, {drops} drops: {what}",
                size,
                against=f"{more:+,.0f}",
                aim=f"≤ +{most / unit:,.0f}",
                met=now - was <= most,
            )
        )
    part.figures["soak"] = {
        "minutes": minutes,
        "drops": drops,
        "changes": changes,
        "samples": [vars(sample) for sample in samples],
    }


def _soak(ground: Ground, lasts: float) -> tuple[list[Sample], int, int]:
    """A wall of 40 regions in Chromium, ten changes a second, its connection broken every few seconds."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise Unavailable("there is no Chromium here")
    from playwright.sync_api import sync_playwright

    data = ground.copy()
    log = data / "changes"
    with ExitStack() as stack:
        stack.enter_context(
            running(scribe(data, "churn", "--deployments=400", "--rate=10", f"--log={log}", "--regions=40", "--toggle"))
        )
        server, port = web(data)
        stack.enter_context(running(server))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        stack.callback(browser.close)
        page, tools = open_page(browser, ground, port, PAGE)
        page.wait_for_selector('#wall-lost[data-state="live"]', state="attached", timeout=60_000)
        samples: list[Sample] = []
        drops = 0
        begun = time.monotonic()
        sample_at = drop_at = begun
        while (now := time.monotonic()) < begun + lasts or len(samples) < 4:
            if now >= drop_at:
                page.evaluate("globalThis.opened.close()")
                drops, drop_at = drops + 1, now + DROP
            if now >= sample_at:
                samples.append(sample(tools, now - begun, server.resident()))
                sample_at = now + min(SAMPLE, lasts / 10)
            page.wait_for_timeout(100)
        assert page.locator('#wall-lost[data-state="live"]').count(), "the wall lost its signal"
    return samples, drops, len(times(log))


def open_page(browser: Any, ground: Ground, port: int, path: str) -> tuple[Any, Any]:
    """A page that follows, its socket as `globalThis.opened`, and Chromium's tools for it."""
    address = f"http://127.0.0.1:{port}"
    context = browser.new_context(base_url=address, viewport={"width": 1920, "height": 1080})
    name, _, value = ground.cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "url": address}])
    page = context.new_page()
    page.add_init_script("""
        const Real = WebSocket;
        globalThis.WebSocket = class extends Real { constructor(url) { super(url); globalThis.opened = this; } };
    """)
    page.goto(path)
    tools = context.new_cdp_session(page)
    tools.send("Performance.enable")
    return page, tools


def sample(tools: Any, at: float, resident: int) -> Sample:
    """What an open page holds, by Chromium's own counters, once its garbage is collected."""
    tools.send("HeapProfiler.collectGarbage")
    found = {one["name"]: one["value"] for one in tools.send("Performance.getMetrics")["metrics"]}
    return Sample(at, found["JSHeapUsedSize"], found["Nodes"], found["JSEventListeners"], resident)


def _mib(*sizes: int) -> str:
    return " → ".join(f"{size / 2**20:.0f}" for size in sizes) + " MiB"
