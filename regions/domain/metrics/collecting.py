"""What a store answered, sorted by cluster: figures, their parts, an hour of the past. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from regions.domain.metrics.figures import POINTS, STEP, fold

Place = tuple[str, str]
"""Namespace and name of a cluster; both empty: the store as a whole."""

WHOLE: Place = ("", "")
MOST_PARTS, MOST_PARTS_OF_ALL = 50, 1000
"""Rows of one figure that are kept, of one cluster and of a store as a whole: the largest."""

LONGEST = 253
"""Characters of a name: nothing in Kubernetes has a longer one, but a series may say anything."""

SPARKS = (
    "cpu_used_ratio",
    "mem_used_ratio",
    "disk_worst",
    "nodes_ready",
    "pods_waiting",
    "api_err",
    "cost_hour",
    "targets_up_ratio",
)
"""Figures that an hour is kept of."""


class SampleRow(Protocol):
    """A row of an answer. Its value is None where the store had no number."""

    @property
    def labels(self) -> Mapping[str, str]: ...
    @property
    def value(self) -> float | None: ...


class RowRule(Protocol):
    """What has to be known of a query to sort its rows."""

    @property
    def id(self) -> str: ...
    @property
    def by(self) -> str: ...
    @property
    def parts(self) -> tuple[str, ...]: ...
    @property
    def fold(self) -> str: ...
    @property
    def zero_if(self) -> str: ...


@dataclass(slots=True)
class CollectedFigures:
    """Of one cluster: value by figure, and the rows that a figure is made of."""

    values: dict[str, float] = field(default_factory=dict)
    unusable: set[str] = field(default_factory=set)  # figures of which there are rows, and no usable number in any
    parts: dict[str, list[tuple[dict[str, str], float]]] = field(default_factory=dict)
    tenant: str = ""


@dataclass(slots=True)
class KeptFigure:
    """What is kept of one cluster between rounds."""

    readings: dict[str, tuple[float | None, datetime]] = field(default_factory=dict)  # None: no usable number
    parts: dict[str, list[tuple[dict[str, str], float]]] = field(default_factory=dict)
    tenant: str = ""
    seen_at: datetime | None = None
    sampled_at: datetime | None = None
    minute: int = 0  # of the newest point of the past
    past: dict[str, list[float | None]] = field(default_factory=dict)
    asked: dict[str, datetime] = field(default_factory=dict)  # by tier: when its questions were last answered

    def copy(self) -> "KeptFigure":
        """The same, for somebody who reads it while this goes on. Values within are replaced, never altered."""
        return replace(
            self, readings=dict(self.readings), parts=dict(self.parts), past=dict(self.past), asked=dict(self.asked)
        )


def mixed(places: Iterable[Place]) -> frozenset[str]:
    """Names that several clusters of one store have: what has lost its namespace cannot be told apart for them."""
    seen: set[str] = set()
    twice: set[str] = set()
    for _, name in set(places):
        (twice if name in seen else seen).add(name)
    return frozenset(twice)


def sort(
    queries: Iterable[RowRule], rows: Iterable[tuple[str, SampleRow]], places: Iterable[Place] = ()
) -> dict[Place, CollectedFigures]:
    """The rows of several queries (id, row) by cluster.

    A row without a namespace belongs to the only cluster of its name, among those in this answer and `places`;
    if there are several it is dropped, for it may be a mixture of them.
    """
    asked = {query.id: query for query in queries}
    pairs = [(id, row) for id, row in rows if id in asked]
    namespaces: dict[str, set[str]] = {}
    named = [(row.labels.get("clusterNamespace", ""), row.labels.get("cluster", "")) for _, row in pairs]
    for namespace, name in (*places, *named):
        if namespace:
            namespaces.setdefault(name, set()).add(namespace)
    found: dict[Place, CollectedFigures] = {}
    several: dict[tuple[Place, str], list[tuple[dict[str, str], float]]] = {}
    for id, row in pairs:
        place = _place(asked[id], row.labels, namespaces)
        if place is None:
            continue
        one = found.setdefault(place, CollectedFigures())
        if row.value is None:
            one.unusable.add(id)
            continue
        one.tenant = row.labels.get("tenant", "")[:LONGEST] or one.tenant
        labels = {label: row.labels[label] for label in asked[id].parts if label in row.labels}
        several.setdefault((place, id), []).append((labels, row.value))
    for (place, id), members in several.items():
        found[place].values[id] = fold(asked[id].fold, [value for _, value in members])
        # Beside others, a quantile of nothing is no more than that; where NaN is dropped, nobody can tell of it.
        found[place].unusable.discard(id)
        if asked[id].parts:
            most = MOST_PARTS_OF_ALL if place == WHOLE else MOST_PARTS
            found[place].parts[id] = sorted(members, key=lambda member: -member[1])[:most]
    return found


def _place(query: RowRule, labels: Mapping[str, str], namespaces: Mapping[str, set[str]]) -> Place | None:
    if query.by == "store":
        return WHOLE
    name = labels.get("cluster", "")
    namespace = labels.get("clusterNamespace", "")
    if not name or max(len(name), len(namespace)) > LONGEST:
        return None
    if namespace:
        return namespace, name
    known = namespaces.get(name, set())
    if len(known) > 1:
        return None
    return next(iter(known), ""), name


def keep(
    kept: KeptFigure, found: CollectedFigures | None, answered: Sequence[RowRule], at: datetime, *, present: bool
) -> None:
    """Take what was found of a cluster into what is kept of it. `answered`: the queries that were answered at all.

    What was answered without this cluster is no longer so: it is zero where that is what silence means, else gone.
    What has rows without a usable number has no value, and that is kept, too.
    """
    found = found or CollectedFigures()
    kept.tenant = found.tenant or kept.tenant
    for query in answered:
        value = found.values.get(query.id)
        if value is None and present and query.id not in found.unusable and query.zero_if:
            value = 0.0 if query.zero_if in (*found.values, *kept.readings) else None
        if value is not None or query.id in found.unusable:
            kept.readings[query.id] = (value, at)
        elif present:
            kept.readings.pop(query.id, None)
        if query.parts and (present or query.id in found.parts):
            kept.parts[query.id] = found.parts.get(query.id, [])


def remember(kept: KeptFigure, now: datetime) -> bool:
    """Add a point to the past of a cluster, once a step; True when it did. What was not read meanwhile is a gap."""
    minute = int(now.timestamp()) // STEP
    if minute <= kept.minute:
        return False
    skipped = min(POINTS, minute - kept.minute - 1) if kept.minute else 0
    for id in SPARKS:
        value = kept.readings.get(id)
        fresh = value is not None and value[0] is not None and (now - value[1]).total_seconds() < STEP
        if id not in kept.past and not fresh:
            continue
        gap: list[float | None] = [None] * POINTS
        point = value[0] if value is not None and fresh else None
        kept.past[id] = [*gap, *kept.past.get(id, ()), *gap[:skipped], point][-POINTS:]
    for id in [id for id, line in kept.past.items() if not any(point is not None for point in line)]:
        del kept.past[id]
    kept.minute = minute
    return True
