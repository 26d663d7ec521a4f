"""From the start of `watch` with an empty database to a page that can be served, against `kubectl get` of the same."""

import json
import sqlite3
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dashboard.bench.clusters import A_DEPLOYMENT, Clusters, started
from dashboard.bench.http import Caller
from dashboard.bench.manifests import NAMESPACE
from dashboard.bench.processes import Ground, running, watch, web
from dashboard.bench.report import Line, Part, spread
from regions.domain.kinds import KINDS, Where

AIM = 5.0


def run(ground: Ground, quick: bool, say: Callable[[str], None]) -> Part:
    objects, rounds = (300, 1) if quick else (10_000, 5)
    part = Part("sync", f"{objects:,} objects on management and two regions, from start to a page that can be served")
    with started() as clusters:
        say(f"sync: filling three API servers with {objects:,} objects")
        clusters.fill(objects // A_DEPLOYMENT)
        kinds = followed(clusters)
        _kubectl(clusters, kinds, together=True)  # API servers fill their caches at the first list of a kind
        watched: list[float] = []
        listed: list[float] = []
        one_kind: list[float] = []
        one_cluster: list[float] = []
        for number in range(rounds):
            say(f"sync: round {number + 1} of {rounds}")
            whole, lists = _sync(ground, clusters)
            watched.append(whole)
            listed.append(lists)
            one_kind.append(_kubectl(clusters, kinds, together=False))
            one_cluster.append(_kubectl(clusters, kinds, together=True))
    ratios = [peer / ours for peer, ours in zip(one_kind, watched, strict=True)]
    ratio = statistics.median(ratios)
    calls = sum(len(names) for names in kinds.values())
    part.lines = [
        Line(
            f"full sync; peer: kubectl get -A -o json, kind by kind ({calls} calls)",
            spread(watched),
            spread(one_kind),
            f"{ratio:.1f} × faster",
            f"≥ {AIM:.0f} ×",
            ratio >= AIM,
        ),
        Line(
            f"the same; peer: one kubectl get of all kinds a cluster ({len(kinds)} calls)",
            spread(watched),
            spread(one_cluster),
            f"{statistics.median(one_cluster) / statistics.median(watched):.1f} × faster",
        ),
        Line("of which: until all clusters are synced", spread(listed)),
    ]
    part.figures = {
        "objects": objects,
        "pane_seconds": watched,
        "synced_seconds": listed,
        "kubectl_kinds_seconds": one_kind,
        "kubectl_clusters_seconds": one_cluster,
        "ratios": ratios,
        "ratio": ratio,
    }
    return part


def followed(clusters: Clusters) -> dict[str, list[str]]:
    """The resources that Pane follows on each cluster and that it serves, as kubectl names them."""
    found: dict[str, list[str]] = {}
    for name, cluster in clusters.by_name.items():
        wheres = (Where.HOSTS, Where.MANAGEMENT) if cluster is clusters.management else (Where.HOSTS,)
        wanted = {f"{kind.plural}.{kind.group}".strip(".") for kind in KINDS if kind.where in wheres}
        wanted |= {f"{plural}.infrastructure.cluster.x-k8s.io" for plural in ("awsclusters", "awsmachines")}
        served = {f"{kind['plural']}.{kind['group']}".strip(".") for kind in cluster._kinds()}
        found[name] = sorted(wanted & served)
    return found


def _sync(ground: Ground, clusters: Clusters) -> tuple[float, float]:
    """Seconds from the start of `watch` until the page has the right total, and until all clusters were synced."""
    data = ground.copy()
    server, port = web(data)
    with running(server):
        page = Caller(f"http://127.0.0.1:{port}", {"Cookie": ground.cookie, "Authorization": f"Bearer {ground.token}"})
        page.ask("GET", "/deployments/")  # templates are compiled once in the life of a server
        objects = clusters.deployments * A_DEPLOYMENT
        begun = time.monotonic()
        with running(watch(data, clusters.kubeconfig)) as watcher:
            names = set(clusters.by_name)
            watcher.until("every cluster is synced", lambda: synced(data) >= names, pause=0.02)
            lists = time.monotonic() - begun
            watcher.until("every object is in the copy", lambda: copied(data) >= objects, pause=0.02)
            watcher.until("the page has them all", lambda: _total(page) == clusters.deployments, pause=0.02)
            return time.monotonic() - begun, lists


def synced(data: Path) -> set[str]:
    """The clusters whose inventory is whole."""
    return {str(row[0]) for row in select(data, "select name from regions_cluster where synced_at is not null")}


def copied(data: Path) -> int:
    """How many of our objects the copy has: kinds that objects name are followed after the others."""
    return int(select(data, f"select count(*) from regions_resource where namespace = '{NAMESPACE}'")[0][0])  # noqa: S608


def select(data: Path, query: str) -> list[tuple[Any, ...]]:
    """What the database of a run says to this query."""
    database = sqlite3.connect(f"file:{data / 'pane.sqlite3'}?mode=ro", uri=True, timeout=20)
    try:
        return database.execute(query).fetchall()
    finally:
        database.close()


def _total(page: Caller) -> int:
    """How many deployments there are, as the API says it, once the page itself answers."""
    status, _ = page.ask("GET", "/deployments/")
    if status != 200:
        return -1
    _, answer = page.ask("GET", "/api/v1/deployments/?page_size=1")
    return int(json.loads(answer)["count"])


def _kubectl(clusters: Clusters, kinds: dict[str, list[str]], *, together: bool) -> float:
    begun = time.monotonic()
    for name, resources in kinds.items():
        for some in [resources] if together else [[resource] for resource in resources]:
            clusters.get_all(clusters.by_name[name], *some)
    return time.monotonic() - begun
