"""What it costs that a real management cluster says who sees what: the same pages with its word and without it.

Everybody is bound in each of many namespaces, so that one question a namespace is asked; each of the people but in one,
so that no two of them share a drawing.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter

from dashboard.bench.clusters import Clusters, started
from dashboard.bench.fanout import PAGE, Round, listen, moments, of_pages, times
from dashboard.bench.http import Caller
from dashboard.bench.manifests import GROUP
from dashboard.bench.processes import ROOT, Ground, environment, running, scribe, web
from dashboard.bench.report import Line, Part, ms, percentile, summary

WARM, COLD, SPREAD = 1.10, 0.150, 2.0
RATE = 10  # changes a second
RBAC = "rbac.authorization.k8s.io"
PAGES = ("/deployments/", "/feed/")
ROLE = {
    "apiVersion": f"{RBAC}/v1",
    "kind": "ClusterRole",
    "metadata": {"name": "bench-viewer"},
    "rules": [
        {"apiGroups": [GROUP], "resources": ["clusterdeployments", "credentials"], "verbs": ["get", "list", "watch"]},
        {"apiGroups": ["", "events.k8s.io"], "resources": ["events"], "verbs": ["list"]},
    ],
}


def run(ground: Ground, quick: bool, say: Callable[[str], None]) -> Part:
    spaces, people, deployments, asks = (20, 5, 400, 20) if quick else (200, 50, 10_000, 300)
    part = Part("rights", f"{spaces} namespaces, {people} people with a permission set each; peer: without rights")
    with started() as clusters:
        say(f"rights: binding {people} people in {spaces} namespaces")
        bind(clusters, spaces, people)
        by_cluster = {"PANE_RIGHTS": "cluster", "PANE_KUBECONFIG": str(clusters.kubeconfig), "PANE_ALLOW_LOOPBACK": "1"}
        _warm_and_cold(part, ground, by_cluster, (spaces, people, deployments, asks), say)
        _sockets(part, ground, by_cluster, (spaces, people), quick, say)
    return part


def names(count: int) -> list[str]:
    return [f"person-{number:02d}" for number in range(count)]


def bind(clusters: Clusters, spaces: int, people: int) -> None:
    """The account of the bench in every namespace; each of the people in all but one."""
    management = clusters.caller(clusters.management)
    roles = f"/apis/{RBAC}/v1"
    management.do("POST", f"{roles}/clusterroles", ROLE)
    for number in range(spaces):
        space = f"team-{number:03d}"
        management.do("POST", "/api/v1/namespaces", {"metadata": {"name": space}})
        own = [name for place, name in enumerate(names(people)) if place != number]
        subjects = [{"kind": "User", "apiGroup": RBAC, "name": f"pane:{name}"} for name in ("bench", *own)]
        reference = {"apiGroup": RBAC, "kind": "ClusterRole", "name": "bench-viewer"}
        binding = {"metadata": {"name": "bench"}, "roleRef": reference, "subjects": subjects}
        management.do("POST", f"{roles}/namespaces/{space}/rolebindings", binding)
    management.close()


def _warm_and_cold(
    part: Part, ground: Ground, by_cluster: dict[str, str], sizes: tuple[int, ...], say: Callable[[str], None]
) -> None:
    spaces, people, deployments, asks = sizes
    with ExitStack() as stack:
        callers: dict[str, Caller] = {}
        tokens: list[str] = []
        for side, more in (("with", by_cluster), ("without", {"PANE_RIGHTS": "roles", "PANE_IMPERSONATE": "0"})):
            say(f"rights: recording {deployments:,} deployments, {side} rights")
            data = ground.copy()
            tokens = accounts(data, people) if side == "with" else tokens
            wanted = (f"--deployments={deployments}", f"--rate={RATE}", f"--namespaces={spaces}")
            stack.enter_context(running(scribe(data, "churn", *wanted)))
            server, port = web(data, None, **more)
            stack.enter_context(running(server))
            callers[side] = Caller(f"http://127.0.0.1:{port}", {"Cookie": ground.cookie})
        say(f"rights: asking each page {asks} times (load {os.getloadavg()[0]:.1f})")
        for page in PAGES:
            _warm(part, page, callers, asks)
        say("rights: asking as who never asked before")
        _cold(part, callers["with"], tokens, spaces)


def accounts(data: Path, count: int) -> list[str]:
    """People whom nobody has asked for yet; a token of each."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "dashboard.bench.scribe", "people", *names(count)],
        cwd=ROOT,
        env=environment(data),
        capture_output=True,
        text=True,
        check=True,
    )
    tokens: list[str] = json.loads(done.stdout.splitlines()[-1])
    return tokens


def _warm(part: Part, page: str, callers: dict[str, Caller], asks: int) -> None:
    found: dict[str, list[float]] = {side: [] for side in callers}
    for number in range(asks + 5):
        for side, caller in callers.items():
            taken = _ask(caller, page)
            if number >= 5:  # the first ones fill caches
                found[side].append(taken)
    own, plain = summary(found["with"]), summary(found["without"])
    ratio = own["median"] / plain["median"]
    thirds = [[each[start::3] for each in (found["with"], found["without"])] for start in range(3)]
    ratios = [statistics.median(a) / statistics.median(b) for a, b in thirds]
    part.lines.append(
        Line(
            f"{page} warm, median",
            ms(own["median"]),
            ms(plain["median"]),
            f"{ratio:.2f} ×",
            f"≤ {WARM:.2f} ×",
            ratio <= WARM,
        )
    )
    part.notes.append(f"{page}: the ratio in each third of the requests: {', '.join(f'{one:.2f}' for one in ratios)}")
    part.figures[page] = {"with": own, "without": plain, "ratio": ratio, "ratios": ratios}


def _cold(part: Part, caller: Caller, tokens: list[str], spaces: int) -> None:
    """What the first page of somebody takes more than their third: all else is warm by the second."""
    more = []
    for token in tokens:
        caller.headers = {"Authorization": f"Bearer {token}"}
        first, _, third = (_ask(caller, "/api/v1/deployments/?page_size=1") for _ in range(3))
        more.append(first - third)
    found = summary(more)
    part.lines.append(
        Line(
            f"somebody's first request, {spaces} namespaces: more than their third, median",
            ms(found["median"]),
            aim=f"≤ {ms(COLD)}",
            met=found["median"] <= COLD,
        )
    )
    part.figures["cold"] = found


def _ask(caller: Caller, page: str) -> float:
    """Seconds that it takes, whole."""
    begun = perf_counter()
    status, body = caller.ask("GET", page)
    taken = perf_counter() - begun
    if status != 200 or b"d000" not in body:
        raise RuntimeError(f"{page} answered {status}: {body[:300]!r}")
    return taken


def _sockets(
    part: Part,
    ground: Ground,
    by_cluster: dict[str, str],
    sizes: tuple[int, int],
    quick: bool,
    say: Callable[[str], None],
) -> None:
    count, lasts, rounds = (20, 3.0, 1) if quick else (500, 12.0, 3)
    spaces, people = sizes
    measured: dict[int, list[Round]] = {1: [], people: []}
    for number in range(rounds):
        for sets, found in measured.items():
            load = f"load {os.getloadavg()[0]:.1f}"
            say(f"rights: round {number + 1} of {rounds}, {count} sockets of {sets} permission sets ({load})")
            found.append(asyncio.run(_round(ground, by_cluster, spaces, sets, (count, lasts))))
    one, many = (summary([at for each in rounds_ for at in each.whole]) for rounds_ in measured.values())
    pairs = zip(measured[people], measured[1], strict=True)
    ratios = [percentile(a.whole, 99) / percentile(b.whole, 99) for a, b in pairs]
    ratio = statistics.median(ratios)
    part.lines += [
        Line(
            f"{count} pages, {RATE} events a second, {people} permission sets (peer: one): whole way, median",
            ms(many["median"]),
            ms(one["median"]),
        ),
        Line(
            "the same, p99",
            ms(many["p99"]),
            ms(one["p99"]),
            f"{ratio:.1f} ×",
            f"≤ {SPREAD:.0f} ×",
            ratio <= SPREAD,
        ),
    ]
    part.figures["sockets"] = {"one": one, "many": many, "ratios": ratios}


async def _round(ground: Ground, by_cluster: dict[str, str], spaces: int, sets: int, size: tuple[int, float]) -> Round:
    data = ground.copy()
    log, marks = data / "changes", data / "marks"
    count, lasts = size
    tokens = await asyncio.to_thread(accounts, data, sets)
    with ExitStack() as stack:
        wanted = ("--deployments=100", f"--rate={RATE}", "--spread=40", f"--namespaces={spaces}", f"--log={log}")
        stack.enter_context(running(scribe(data, "churn", *wanted)))
        server, port = await asyncio.to_thread(web, data, marks, **by_cluster)
        stack.enter_context(running(server))
        page = Caller(f"http://127.0.0.1:{port}", {})
        for token in tokens:
            page.headers = {"Authorization": f"Bearer {token}"}
            await asyncio.to_thread(page.ask, "GET", "/api/v1/deployments/")
        headers = [{"Authorization": f"Bearer {token}"} for token in tokens]
        heard = await listen(port, "/ws/live/", headers, count, lasts, PAGE)
    return of_pages(heard, times(log), moments(data / "marks.drawn"))
