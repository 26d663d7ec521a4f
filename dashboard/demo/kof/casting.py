"""Who plays what: the stories that the demo's metrics tell, each given to a cluster that is well otherwise."""

import zlib
from dataclasses import replace
from typing import Any

from dashboard.demo.charts import chart_of
from dashboard.demo.fleet.enrol import BOUND, ROLE
from dashboard.demo.kof.subjects import Subject

Manifest = dict[str, Any]
# gpu: hot, expensive, with GPUs · disk: a full root disk · crash: a crash loop and errors of the API · memory: nearly
# none left · volume: a full volume · queue: collectors that cannot keep up · scrape: kube-state-metrics is not reached
# · idle: paid for, not used · vanished: stopped reporting · cordoned: a node takes no more pods
STORIES = ("crash", "gpu", "disk", "queue", "volume", "memory", "scrape", "idle", "vanished", "cordoned")


def cast(deployments: list[Manifest]) -> dict[str, str]:
    """By `namespace/name`; the same for the same fleet."""
    found = {}
    children, stores = [], []
    for each in deployments:
        labels = each["metadata"].get("labels") or {}
        if not _well(each):
            continue
        if labels.get(ROLE) == "regional":
            stores.append(_key(each))
        elif labels.get(ROLE) == "child" and labels.get(BOUND):
            children.append(each)
    children.sort(key=lambda each: zlib.crc32(_key(each).encode()))
    used: dict[str, int] = {}
    for story in STORIES:
        fit = [each for each in children if _key(each) not in found and _fits(story, each)]
        # Each store has its share of trouble.
        fit.sort(key=lambda each: used.get(each["metadata"]["labels"][BOUND], 0))
        if fit:
            found[_key(fit[0])] = story
            store = fit[0]["metadata"]["labels"][BOUND]
            used[store] = used.get(store, 0) + 1
    lund = [key for key in sorted(stores) if key.endswith("lund")]
    if stores:
        found[(lund or sorted(stores))[0]] = "full"
    return found


def past(c: Subject, now: float) -> list[tuple[float, Subject]]:
    """What a cluster was before, oldest first, and until when: pools grow and shrink, and so does what they cost."""
    workers = [node for node in c.nodes if not node.control]
    number = zlib.crc32(c.key.encode())
    if c.story == "gpu":  # somebody doubled the pool of GPUs the day before yesterday: the bill shows it
        return [(now - 2.2 * 86400, replace(c, nodes=tuple(n for n in c.nodes if n not in workers[::2])))]
    days = 86400 * (1 + number // 7 % 40 / 10)
    if len(workers) > 2 and number % 5 == 0:
        return [(now - days, replace(c, nodes=tuple(node for node in c.nodes if node is not workers[-1])))]
    if len(workers) > 1 and number % 5 == 1:
        gone = replace(workers[0], name=f"{workers[0].name[:-5]}xg4zt")
        return [(now - days, replace(c, nodes=(*c.nodes, gone)))]
    return []


def _fits(story: str, each: Manifest) -> bool:
    workers = int((each["spec"].get("config") or {}).get("workersNumber") or 0)
    if story == "gpu":
        return chart_of(each["spec"]["template"]).name == "aws-standalone-cp" and 2 <= workers <= 6
    if story in ("disk", "crash", "volume", "memory"):
        return workers >= 2
    return True


def _well(each: Manifest) -> bool:
    conditions = (each.get("status") or {}).get("conditions") or []
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


def _key(each: Manifest) -> str:
    return f"{each['metadata']['namespace']}/{each['metadata']['name']}"
