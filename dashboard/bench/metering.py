"""Fifty metrics stores asked in one round, against one plain curl each; and what some that hang cost the others."""

import json
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

from dashboard.bench.http import Caller
from dashboard.bench.processes import Child, Ground, environment, running, web
from dashboard.bench.report import Line, Part, Unavailable, ms, percentile, spread
from dashboard.bench.sync import select

SECONDS = 15  # between two rounds of the meter, as it is set by default
NAMED, BACK = 45.0, 30.0
AIM_ROUND, AIM_PAGE = 1.5, 1.1


class Stores:
    """The stores, in a process of their own."""

    def __init__(self, count: int, clusters: int) -> None:
        command = [sys.executable, "-m", "dashboard.bench.stores", str(count), str(clusters)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
        assert self.process.stdout
        self.control, *self.ports = json.loads(self.process.stdout.readline())
        self.urls = [f"http://127.0.0.1:{port}" for port in self.ports]

    def tell(self, what: str, *places: int) -> list[int]:
        """How many requests each store was asked, after this was done."""
        path = "/".join([what, *map(str, places)])
        with urlopen(f"http://127.0.0.1:{self.control}/{path}", timeout=10) as answer:
            return list(json.load(answer))

    def end(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(10)


def run(ground: Ground, quick: bool, say: Callable[[str], None]) -> Part:
    if not shutil.which("curl"):
        raise Unavailable("there is no curl to compare with")
    count, clusters, rounds, window = (8, 3, 3, 6) if quick else (50, 10, 15, 60)
    seconds = 5 if quick else SECONDS
    hung = list(range(count))[:: max(1, count // 5)][:5] if not quick else [0]
    part = Part("meter", f"{count} metrics stores of {clusters} clusters each, of which {len(hung)} hang for a time")
    stores = Stores(count, clusters)
    try:
        say("meter: rounds against curl")
        ours, peers = _rounds(stores, rounds)
        say("meter: rounds while some hang")
        stores.tell("hang", *hung)
        slow, _ = _rounds(stores, max(2, rounds // 3), hung, curl=False)
        stores.tell("heal", *hung)
        figures = _live(ground, stores, clusters, hung, window, seconds, say)
    finally:
        stores.end()
    ratio = statistics.median(a / b for a, b in zip(ours, peers, strict=True))
    delay = statistics.median(slow) / statistics.median(ours)
    part.lines = [
        Line(
            f"one round of all; peer: the slowest store, by curl, all at once ({rounds} rounds)",
            spread(ours),
            spread(peers),
            f"{ratio:.2f} ×",
            f"≤ {AIM_ROUND} ×",
            ratio <= AIM_ROUND,
        ),
        Line(
            "the last of the others in, while some hang; peer: while none does",
            spread(slow),
            spread(ours),
            f"{delay:.2f} ×",
            f"≤ {AIM_PAGE} ×",
            delay <= AIM_PAGE,
        ),
        Line(
            "a store that hangs is named after, the slowest",
            f"{figures['named']:.1f} s",
            "",
            "",
            f"≤ {NAMED:.0f} s",
            figures["named"] <= NAMED,
        ),
        Line(
            "a store that is well again is so here after, the slowest",
            f"{figures['back']:.1f} s",
            "",
            "",
            f"≤ {BACK:.0f} s",
            figures["back"] <= BACK,
        ),
        Line(
            f"requests a store in {window} s; 200 readers, against none",
            str(figures["busy"]),
            str(figures["idle"]),
            f"{figures['busy'] - figures['idle']:+d}",
            "± a round",
            abs(figures["busy"] - figures["idle"]) <= 2,
        ),
        Line(
            "/metrics/, median, while some hang; peer: while none does",
            ms(figures["page_hung_median"]),
            ms(figures["page_median"]),
            f"{figures['page_hung_median'] / figures['page_median']:.2f} ×",
            f"≤ {AIM_PAGE} ×",
            figures["page_hung_median"] <= AIM_PAGE * figures["page_median"],
        ),
        Line(
            "the same, p95",
            ms(figures["page_hung"]),
            ms(figures["page"]),
            f"{figures['page_hung'] / figures['page']:.2f} ×",
        ),
    ]
    part.figures = {"ours": ours, "curl": peers, "while_some_hang": slow, "ratio": ratio, "delay": delay, **figures}
    return part


def _rounds(
    stores: Stores, rounds: int, hung: Sequence[int] = (), *, curl: bool = True
) -> tuple[list[float], list[float]]:
    """Seconds until the last healthy store was in, for the meter's way of asking and for curl, in turns."""
    from dashboard.bench.metered import Nowhere
    from regions.domain.metrics.stores import HandSetStore, StoreSource
    from regions.metrics.polling.poller import DOUBTFUL, WORKERS
    from regions.metrics.polling.round import collect, queries_of
    from regions.metrics.stores.access import Access
    from regions.metrics.stores.options import MetricsOptions
    from regions.metrics.stores.queries import merged

    options = MetricsOptions(None, None, True, True, None, SECONDS, HandSetStore(), 7)
    access = Access(options, Nowhere())
    queries = queries_of("wall", "RS")
    sources = [StoreSource(f"s{place}", "regional", f"s{place}", url, "bench") for place, url in enumerate(stores.urls)]
    ((text, _),) = merged({query.id: query.safe() for query in queries})
    asked = urlencode({"query": text, "timeout": "10s", "latency_offset": "1ms"})
    ours, peers = [], []
    well, doubtful = ThreadPoolExecutor(WORKERS), ThreadPoolExecutor(DOUBTFUL)
    try:
        for number in range(rounds + 1):
            begun = time.monotonic()
            ends: list[float] = []

            def one(source: StoreSource, ends: list[float] = ends) -> None:
                outcome = collect(lambda question: access.ask(source, question), "wall", queries)
                if outcome.failure is None:
                    ends.append(time.monotonic())

            futures = [
                (doubtful if place in hung else well).submit(one, source) for place, source in enumerate(sources)
            ]
            for place, future in enumerate(futures):
                if place not in hung:
                    future.result()
            if number:  # in the first one connections are made
                ours.append(max(ends) - begun)
                if curl:
                    peers.append(_curl([f"{url}/api/v1/query?{asked}" for url in stores.urls]))
    finally:
        access.close()
        well.shutdown(wait=False, cancel_futures=True)
        doubtful.shutdown(wait=False, cancel_futures=True)
    return ours, peers


def _curl(urls: list[str]) -> float:
    """Seconds that the slowest store took one curl, as curl counts them: all at once, none waits for a process."""
    together = ["curl", "-s", "-Z", "--parallel-immediate", "--parallel-max", str(len(urls)), "-w", "%{time_total}\n"]
    for url in urls:
        together += ["-o", "/dev/null", url]
    done = subprocess.run(together, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)  # noqa: S603
    return max(map(float, done.stdout.split()))


def _live(
    ground: Ground,
    stores: Stores,
    clusters: int,
    hung: list[int],
    window: int,
    seconds: int,
    say: Callable[[str], None],
) -> dict[str, float]:
    """The meter and the web server as processes: load, naming, coming back."""
    data = ground.copy()
    ready = data / "ready"
    command = [sys.executable, "-m", "dashboard.bench.metered", str(ready), str(seconds), str(clusters), *stores.urls]
    server, port = web(data)
    with running(server), running(Child(command, environment(data), data / "meter.log")) as meter:
        meter.until("every store has answered", lambda: _count(data, "answered_at is not null") >= len(stores.urls))
        say("meter: load with and without readers")
        idle = _window(stores, window)
        page = Caller(f"http://127.0.0.1:{port}", {"Cookie": ground.cookie})
        times = _pages(page, 40 if seconds == SECONDS else 5)
        with _readers(port, ground.token, 200):
            busy = _window(stores, window)
        say("meter: some hang, and come back")
        begun = time.monotonic()
        stores.tell("hang", *hung)
        meter.until("those that hang are named", lambda: _count(data, "reason = 'slow'") >= len(hung), 0.1)
        named = time.monotonic() - begun
        hurt = _pages(page, len(times))
        if seconds == SECONDS:
            # Until they are left alone: so coming back is proven from there, not from a lucky moment.
            meter.until("they are left alone", lambda: _count(data, "failures >= 3") >= len(hung), 0.1)
        begun = time.monotonic()
        stores.tell("heal", *hung)
        meter.until("they are well again", lambda: _count(data, "reason = 'slow'") == 0, 0.1)
        back = time.monotonic() - begun
        page.close()
    return {
        "idle": idle,
        "busy": busy,
        "named": named,
        "back": back,
        "page": percentile(times, 95),
        "page_hung": percentile(hurt, 95),
        "page_median": statistics.median(times),
        "page_hung_median": statistics.median(hurt),
    }


def _count(data: Path, where: str) -> int:
    return int(select(data, f"select count(*) from regions_store where kind = 'regional' and {where}")[0][0])  # noqa: S608


def _window(stores: Stores, seconds: float) -> int:
    """Requests that one store was asked meanwhile, the median of all."""
    before = stores.tell("requests")
    time.sleep(seconds)
    return int(statistics.median(b - a for a, b in zip(before, stores.tell("requests"), strict=True)))


def _pages(page: Caller, times: int) -> list[float]:
    found = []
    for _ in range(times + 3):
        begun = time.monotonic()
        status, _ = page.ask("GET", "/metrics/")
        assert status == 200
        found.append(time.monotonic() - begun)
    return found[3:]


@contextmanager
def _readers(port: int, token: str, count: int) -> Iterator[None]:
    """So many who read the metrics of a region again and again, each every thirty seconds."""
    over = threading.Event()

    def read(number: int) -> None:
        page = Caller(f"http://127.0.0.1:{port}", {"Authorization": f"Bearer {token}"})
        over.wait(number / count * 30)
        while not over.is_set():
            with suppress(OSError):  # a server that is too busy for all of them is no fault of the meter
                page.ask("GET", "/api/v1/metrics/regions/region-0/")
            over.wait(30)
        page.close()

    threads = [threading.Thread(target=read, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(15)
