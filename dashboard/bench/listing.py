"""The list of deployments: ten thousand of them against a hundred, asked in turn while both change."""

import statistics
from collections.abc import Callable
from contextlib import ExitStack
from time import perf_counter

from dashboard.bench.http import Caller
from dashboard.bench.processes import Ground, running, scribe, web
from dashboard.bench.report import Line, Part, ms, summary

AIM = 1.3
SLOWEST = 0.1
CHURN = 10  # changes a second, in each


def run(ground: Ground, quick: bool, say: Callable[[str], None]) -> Part:
    few, many, times = (100, 500, 30) if quick else (100, 10_000, 400)
    part = Part("list", f"/deployments/ with {many:,} deployments (peer: with {few}), {CHURN} changes a second in each")
    found: dict[int, list[float]] = {few: [], many: []}
    with ExitStack() as stack:
        pages = {}
        for count in found:
            say(f"list: recording {count:,} deployments")
            data = ground.copy()
            stack.enter_context(running(scribe(data, "churn", f"--deployments={count}", f"--rate={CHURN}")))
            server, port = web(data)
            stack.enter_context(running(server))
            pages[count] = Caller(f"http://127.0.0.1:{port}", {"Cookie": ground.cookie})
        say(f"list: asking each {times} times")
        for number in range(times + 5):
            for count, page in pages.items():
                taken = _ask(page, count)
                if number >= 5:  # the first ones fill caches
                    found[count].append(taken)
    large, small = summary(found[many]), summary(found[few])
    ratio = large["median"] / small["median"]
    part.lines = [
        Line("median", ms(large["median"]), ms(small["median"]), f"{ratio:.2f} ×", f"≤ {AIM} ×", ratio <= AIM),
        Line(
            "p95",
            ms(large["p95"]),
            ms(small["p95"]),
            f"{large['p95'] / small['p95']:.2f} ×",
            f"≤ {ms(SLOWEST)}",
            large["p95"] <= SLOWEST,
        ),
        Line("p99", ms(large["p99"]), ms(small["p99"])),
    ]
    thirds = [found[many][start::3] for start in range(3)], [found[few][start::3] for start in range(3)]
    ratios = [statistics.median(a) / statistics.median(b) for a, b in zip(*thirds, strict=True)]
    part.notes.append(f"the ratio in each third of the requests: {', '.join(f'{one:.2f}' for one in ratios)}")
    part.figures = {"many": large, "few": small, "ratio": ratio, "ratios": ratios}
    return part


def _ask(page: Caller, count: int) -> float:
    """Seconds that the page takes, whole."""
    begun = perf_counter()
    status, body = page.ask("GET", "/deployments/")
    taken = perf_counter() - begun
    if status != 200 or b"d000000" not in body:
        raise RuntimeError(f"/deployments/ with {count} of them answered {status}")
    return taken
