"""Causes: why one of ten thousand deployments is not ready, what they have in common, and the overview that says it."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from time import perf_counter

from dashboard.bench.http import Caller
from dashboard.bench.manifests import NAMESPACE, name_of
from dashboard.bench.processes import Ground, running, scribe, web
from dashboard.bench.report import Line, Part, ms, summary

SLOWEST = 0.1
EVERY = 20  # one deployment in so many has used up its quota

Figures = dict[str, float]


def run(ground: Ground, quick: bool, say: Callable[[str], None]) -> Part:
    few, many, times = (40, 200, 20) if quick else (100, 10_000, 200)
    part = Part("causes", f"why, of {many:,} deployments of ten objects, one in {EVERY} of them ill (peer: with {few})")
    found: dict[int, dict[str, Figures]] = {}
    for count in (few, many):
        with ExitStack() as stack:
            say(f"causes: recording {count:,} deployments, ten objects each")
            data = ground.copy()
            stack.enter_context(running(scribe(data, "ail", f"--deployments={count}", f"--every={EVERY}")))
            server, port = web(data)
            stack.enter_context(running(server))
            page = Caller(f"http://127.0.0.1:{port}", {"Cookie": ground.cookie})
            ill = [number for number in range(count) if number % EVERY == 0]
            say(f"causes: asking {times} times of {len(ill)} that are ill")
            found[count] = _measured(page, ill, times)
    for name, (what, aim) in ASKED.items():
        large, small = found[many][name], found[few][name]
        part.lines.append(Line(f"{what}, median", ms(large["median"]), ms(small["median"])))
        part.lines.append(
            Line(
                f"{what}, p95",
                ms(large["p95"]),
                ms(small["p95"]),
                "",
                f"≤ {ms(aim)}" if aim else "",
                large["p95"] <= aim if aim else None,
            )
        )
    part.notes.append(f"{len(range(0, many, EVERY))} deployments share one cause in the larger fleet.")
    part.figures = {str(count): figures for count, figures in found.items()}
    return part


ASKED: dict[str, tuple[str, float | None]] = {
    "why": ("causes of one", SLOWEST),
    "shared": ("shared causes of all", None),
    "overview": ("the overview", None),
}


def _measured(page: Caller, ill: list[int], times: int) -> dict[str, Figures]:
    taken: dict[str, list[float]] = {name: [] for name in ASKED}
    for number in range(times + 3):
        name = name_of(ill[number * 7 % len(ill)])
        paths = {"why": f"/api/v1/deployments/{NAMESPACE}/{name}/causes/"}
        if number % 10 == 0:
            paths |= {"shared": "/api/v1/causes/?page_size=1", "overview": "/"}
        for what, path in paths.items():
            begun = perf_counter()
            status, body = page.ask("GET", path)
            spent = perf_counter() - begun
            _check(what, status, body, len(ill))
            if number >= 3:  # the first ones fill caches
                taken[what].append(spent)
    return {what: summary(spent) for what, spent in taken.items()}


def _check(what: str, status: int, body: bytes, ill: int) -> None:
    """Only right answers count."""
    if status != 200:
        raise RuntimeError(f"{what} answered {status}: {body[:300]!r}")
    if what == "why" and json.loads(body)["culprit"]["kind"] != "AWSMachine":
        raise RuntimeError(f"blamed the wrong object: {body[:300]!r}")
    # Each region has a credential of its own, so there are as many causes as regions.
    if what == "shared" and not 1 <= json.loads(body)["results"][0]["count"] <= ill:
        raise RuntimeError(f"shared causes are wrong: {body[:300]!r}")
    if what == "overview" and b"share one cause" not in body:
        raise RuntimeError("the overview does not say what is shared")
