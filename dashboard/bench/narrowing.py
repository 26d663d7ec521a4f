"""The list of deployments, narrowed, sorted and searched in each way: fifty thousand of them against a thousand."""

import os
from collections.abc import Callable
from contextlib import ExitStack
from time import perf_counter

from dashboard.bench.http import Caller
from dashboard.bench.processes import Ground, processor_seconds, running, scribe, web
from dashboard.bench.report import Line, Part, ms, summary

AIM = 1.5
ASKED = {
    "as it is": "",
    "a region": "region=region-003",
    "a health": "health=Degraded",
    "a template": "template=aws-standalone-cp-1-0-1",
    "a credential": "credential=team-01/azure-1",
    "a namespace": "namespace=team-03",
    "by name": "ordering=name",
    "by name, backwards": "ordering=-name",
    "by age": "ordering=created",
    "by last change": "ordering=changed",
    "by region": "ordering=region",
    "by template": "ordering=template",
    "by credential": "ordering=credential",
    "a word of a name": "search=d0000",
    "a word of a message": "search=quota",
    "a word that is nowhere": "search=nowhere",
    "a label of many": "label=team%3Dt05",
    "a label of few": "label=batch%3Db7",
    "page 10": "page=10",
}


def run(ground: Ground, quick: bool, say: Callable[[str], None]) -> Part:
    few, many, times = (60, 300, 2) if quick else (1_000, 50_000, 40)
    sizes = f"{many:,} deployments of 23 teams (peer: with {few:,})"
    part = Part("narrowing", f"/deployments/ with {sizes}; processor of the server a page, and p95")
    part.notes.append(f"load {os.getloadavg()[0]:.1f} at its start")
    with ExitStack() as stack:
        asked = {}
        for count in (few, many):
            say(f"narrowing: recording {count:,} deployments")
            data = ground.copy()
            churn = ("churn", f"--deployments={count}", "--rate=1", "--regions=8", "--varied")
            stack.enter_context(running(scribe(data, *churn)))
            server, port = web(data)
            stack.enter_context(running(server))
            asked[count] = server.pid, Caller(f"http://127.0.0.1:{port}", {"Cookie": ground.cookie})
        for what, query in list(ASKED.items())[:: 6 if quick else 1]:
            say(f"narrowing: {what}")
            found = {count: _measure(pid, page, query, times) for count, (pid, page) in asked.items()}
            large, small = found[many], found[few]
            ratio = large["p95"] / small["p95"]
            shown = [f"{ms(one['processor'])} (p95 {ms(one['p95'])})" for one in (large, small)]
            part.lines.append(Line(what, shown[0], shown[1], f"{ratio:.2f} ×", f"≤ {AIM} ×", ratio <= AIM))
            part.figures[what] = {"many": large, "few": small, "ratio": ratio}
    return part


def _measure(pid: int, page: Caller, query: str, times: int) -> dict[str, float]:
    for _ in range(3):  # the first ones fill caches
        _ask(page, query)
    before = processor_seconds(pid)
    taken = [_ask(page, query) for _ in range(times)]
    return {"processor": (processor_seconds(pid) - before) / times, **summary(taken)}


def _ask(page: Caller, query: str) -> float:
    """Seconds that the page takes, whole."""
    begun = perf_counter()
    status, body = page.ask("GET", f"/deployments/?{query}")
    if status != 200 or b"</html>" not in body:
        raise RuntimeError(f"/deployments/?{query} answered {status}")
    return perf_counter() - begun
