"""The metrics of a watched cluster: for each name, its series and what each says at any moment.

Names and labels are those that KOF's collectors, kube-state-metrics, node-exporter, OpenCost and the regional
recording rules write. Every function takes a Subject and yields labels and a function of time.
"""

import zlib
from collections.abc import Callable, Iterator

from dashboard.demo.kof.subjects import Node, Subject
from dashboard.demo.kof.waves import Wave, wave

Value = Callable[[float], float]
Row = tuple[dict[str, str], Value]
Family = Callable[[Subject], Iterator[Row]]
FAMILIES: dict[str, Family] = {}
LONG_AGO = 1_700_000_000.0  # when counters began
KSM, EXPORTER, COST = "kube-state-metrics", "node-exporter", "kof-collectors-opencost"
_SHARES = (("", 0.46), ("-db", 0.2), ("ingress-nginx", 0.1), ("kube-system", 0.12), ("kof", 0.06))


def family(name: str) -> Callable[[Family], Family]:
    def keep(function: Family) -> Family:
        FAMILIES[name] = function
        return function

    return keep


def constant(value: float) -> Value:
    return lambda when: value


def share(key: str) -> float:
    """A number from 0 to 1 that is this thing's own."""
    return zlib.crc32(key.encode()) % 10_000 / 10_000


def load(c: Subject, node: Node) -> Wave:
    """How busy a node's processors are."""
    if c.story == "gpu" and not node.control:
        return wave(f"cpu/{c.key}/{node.name}", 0.9, 0.08)
    return wave(f"cpu/{c.key}/{node.name}", 0.16 + 0.36 * share(f"cpu/{node.name}"), 0.75)


def memory(c: Subject, node: Node) -> Wave:
    if c.story == "memory":
        return wave(f"mem/{c.key}/{node.name}", 0.935, 0.02)
    return wave(f"mem/{c.key}/{node.name}", 0.34 + 0.4 * share(f"mem/{node.name}"), 0.2)


def heard(c: Subject) -> list[Node]:
    """The nodes whose exporters answer."""
    return [node for node in c.nodes if node.ready]


def namespaces(c: Subject) -> list[tuple[str, float]]:
    return [(f"{c.app}{name}" if not name or name.startswith("-") else name, part) for name, part in _SHARES]


def visible(c: Subject) -> tuple[Node, ...]:
    """What kube-state-metrics tells, as long as it is scraped."""
    return () if c.story == "scrape" else c.nodes


def worst(c: Subject) -> Node:
    return next((node for node in reversed(c.nodes) if not node.control), c.nodes[-1])


def taken(c: Subject) -> float:
    """Of what there is, how much is asked for."""
    return 0.12 if c.story == "idle" else 0.4 + 0.45 * share(f"taken/{c.key}")


def pod_of(name: str, node: Node) -> str:
    return f"{name}-{zlib.crc32(f'{name}/{node.name}'.encode()) % 0xFFFFF:05x}"


def every(seconds: float) -> Value:
    return lambda when: float(int((when - LONG_AGO) / seconds) % 5000)
