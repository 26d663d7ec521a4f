"""From a change on an API server to an open browser, against `kubectl get -w -o json` showing the same change."""

import asyncio
import json
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack
from typing import Any

from dashboard.bench.clusters import A_DEPLOYMENT, DEPLOYMENTS, Clusters, started
from dashboard.bench.http import Caller
from dashboard.bench.manifests import NAMESPACE, failing, name_of
from dashboard.bench.processes import Child, Ground, running, watch, web
from dashboard.bench.report import Line, Part, ms, summary
from dashboard.bench.sockets import connect
from dashboard.bench.sync import synced

RATE = 50  # changes a second
SHOWN = 50  # deployments that change: all on the first page
AIM_MEDIAN, AIM_P95 = 0.150, 0.300
MARK = re.compile(rb"change (\d+) of the bench")
PAGE = "/deployments/"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

# In the page: when each change first stood in the document, by the clock of the machine.
OBSERVE = """() => {
  window.seenChanges = {};
  const look = () => {
    const at = performance.timeOrigin + performance.now();
    for (const found of document.querySelector("main").innerHTML.matchAll(/change (\\d+) of the bench/g))
      window.seenChanges[found[1]] ??= at / 1000;
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""

Times = dict[int, float]
"""By number of the change: when it was first seen, by the clock of the machine."""


def run(ground: Ground, quick: bool, say: Callable[[str], None]) -> Part:
    objects, lasts, rounds = (500, 4.0, 1) if quick else (2_000, 20.0, 3)
    part = Part("latency", f"{RATE} changes a second on management, which with its regions holds {objects:,} objects")
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    differences: dict[str, list[float]] = {"socket": [], "browser": []}
    ways: dict[str, list[float]] = {"kubectl": [], "socket": [], "browser": []}
    medians: dict[str, list[float]] = {"socket": [], "browser": []}
    with started() as clusters, ExitStack() as stack:
        clusters.fill(objects // A_DEPLOYMENT)
        data = ground.copy()
        server, port = web(data)
        stack.enter_context(running(server))
        watcher = stack.enter_context(running(watch(data, clusters.kubeconfig)))
        watcher.until("every cluster is synced", lambda: synced(data) >= set(clusters.by_name), pause=0.2)
        # What was made a moment ago settles for a while; and every page is to be ordered by then.
        _patch(clusters, range(SHOWN), RATE)
        time.sleep(3)
        first = SHOWN
        for number in range(rounds):
            say(f"latency: round {number + 1} of {rounds}")
            numbers = range(first, first + round(lasts * RATE))
            first = numbers.stop
            begun, seen = asyncio.run(_round(ground, clusters, port, browser, numbers, watcher))
            for name, times in seen.items():
                ways[name] += [at - begun[change] for change, at in times.items() if change in begun]
                if name != "kubectl":
                    later = [at - seen["kubectl"][change] for change, at in times.items() if change in seen["kubectl"]]
                    differences[name] += later
                    if later:
                        medians[name].append(summary(later)["median"])
            _whole(seen, numbers, part)
    kubectl = summary(ways["kubectl"])
    for name, called in (("browser", "an open browser"), ("socket", "a page's socket")):
        if not differences[name]:
            part.notes.append("no Chromium on this machine: an open browser was not measured")
            continue
        more, way = summary(differences[name]), summary(ways[name])
        part.lines += [
            Line(
                f"{called}, median",
                ms(way["median"]),
                ms(kubectl["median"]),
                f"+{ms(more['median'])}",
                f"≤ +{ms(AIM_MEDIAN)}",
                more["median"] <= AIM_MEDIAN,
            ),
            Line(
                f"{called}, p95",
                ms(way["p95"]),
                ms(kubectl["p95"]),
                f"+{ms(more['p95'])}",
                f"≤ +{ms(AIM_P95)}",
                more["p95"] <= AIM_P95,
            ),
            Line(f"{called}, p99", ms(way["p99"]), ms(kubectl["p99"]), f"+{ms(more['p99'])}"),
        ]
        part.figures[name] = {"way": way, "later_than_kubectl": more, "medians": medians[name]}
    part.figures["kubectl"] = kubectl
    part.notes.append("counted from the moment that the change is sent; a difference is taken change by change")
    return part


def _whole(seen: dict[str, Times], numbers: range, part: Part) -> None:
    """Say how many changes each has shown: what is replaced within one drawing is rightly never shown."""
    counts = {name: len(times.keys() & set(numbers)) for name, times in seen.items()}
    part.notes.append(
        "shown: "
        + ", ".join(f"{name} {count}" for name, count in counts.items() if count)
        + f" of {len(numbers)} changes"
    )


async def _round(
    ground: Ground, clusters: Clusters, port: int, browser: str | None, numbers: range, alive: Child
) -> tuple[Times, dict[str, Times]]:
    """When each change was sent, and when kubectl, a socket and a browser had it."""
    seen: dict[str, Times] = {"kubectl": {}, "socket": {}, "browser": {}}
    headers = {"Cookie": ground.cookie}
    page = Caller(f"http://127.0.0.1:{port}", headers)
    _, body = await asyncio.to_thread(page.ask, "GET", PAGE)
    found = re.search(rb'data-live-cursor="([^"]+)"', body)
    assert found, "/deployments/ is not a live page"
    offset = time.time() - time.monotonic()

    def heard(at: float, text: bytes) -> None:
        for number in MARK.findall(text):
            seen["socket"].setdefault(int(number), at + offset)

    async with AsyncExitStack() as stack:
        origin = {"Origin": f"http://127.0.0.1:{port}"}
        socket = await connect(port, "/ws/live/", {"Authorization": f"Bearer {ground.token}", **origin}, heard)
        stack.callback(socket.transport.abort)
        socket.send(json.dumps({"url": PAGE, "cursor": found[1].decode()}).encode())
        tab = await _open(stack, browser, port, ground.cookie) if browser else None
        kubectl = _kubectl(clusters, seen["kubectl"])
        stack.callback(kubectl.kill)
        await asyncio.sleep(3)
        begun = await asyncio.to_thread(_patch, clusters, numbers, RATE)
        await asyncio.sleep(3)
        if tab:
            shown = await tab.evaluate("window.seenChanges")
            seen["browser"] = {int(number): at for number, at in shown.items()}
    kubectl.wait()
    assert alive.process.poll() is None, alive.log_end()
    return begun, {name: {n: at for n, at in times.items() if n in numbers} for name, times in seen.items()}


async def _open(stack: AsyncExitStack, browser: str, port: int, cookie: str) -> Any:
    """The page in a browser, live; None without Playwright."""
    try:
        from playwright.async_api import async_playwright
    except ImportError:
        return None
    playwright = await stack.enter_async_context(async_playwright())
    arguments = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    chromium = await playwright.chromium.launch(executable_path=browser, args=arguments)
    stack.push_async_callback(chromium.close)
    context = await chromium.new_context(base_url=f"http://127.0.0.1:{port}")
    name, _, value = cookie.partition("=")
    await context.add_cookies([{"name": name, "value": value, "url": f"http://127.0.0.1:{port}"}])
    tab = await context.new_page()
    await tab.goto(PAGE)
    await tab.wait_for_selector('[data-live-status][data-state="live"]', state="attached", timeout=30_000)
    await tab.evaluate(OBSERVE)
    return tab


def _kubectl(clusters: Clusters, seen: Times) -> "subprocess.Popen[bytes]":
    """`kubectl get -w -o json`, read by a thread until it is killed."""
    command = clusters.management.kubectl_command("get", DEPLOYMENTS, "-n", NAMESPACE, "-w", "-o", "json")
    program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # noqa: S603

    def read() -> None:
        assert program.stdout
        for line in program.stdout:
            if found := MARK.search(line):
                seen.setdefault(int(found[1]), time.time())

    threading.Thread(target=read, daemon=True).start()
    return program


def _patch(clusters: Clusters, numbers: range, rate: float) -> Times:
    """One change after the other, so many a second, each of the next deployment; when each was sent."""
    sent: Times = {}
    conditions = clusters.management.request("GET", clusters.management.path_of(DEPLOYMENTS, NAMESPACE, name_of(0)))[
        "status"
    ]["conditions"]
    path = clusters.management.path_of(DEPLOYMENTS, NAMESPACE)
    begun = time.monotonic()

    def work(own: range) -> None:
        caller = clusters.caller(clusters.management)
        for number in own:
            time.sleep(max(0.0, begun + (number - numbers.start) / rate - time.monotonic()))
            patch = {"status": {"conditions": failing(conditions, f"change {number} of the bench")}}
            sent[number] = time.time()
            caller.do("PATCH", f"{path}/{name_of(number % SHOWN)}/status", patch, "application/merge-patch+json")
        caller.close()

    threads = [threading.Thread(target=work, args=(numbers[start::4],)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sent
