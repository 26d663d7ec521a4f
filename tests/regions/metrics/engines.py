"""The same series in a real VictoriaMetrics and a real Prometheus: what Pane makes of the answers of either.

`python -m tests.regions.metrics.engines --sets 2000` does so for random ones, as many as are wanted, and names what
differs.
"""

import argparse
import math
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regions.domain.metrics.collecting import WHOLE, CollectedFigures, Place, sort
from regions.domain.metrics.figures import FRESH
from regions.metrics.polling.round import collect, queries_of
from regions.metrics.stores.client import StoreAnswer, StoreClient
from regions.metrics.stores.queries import QUERIES, Dialect, Query, Tier
from regions.metrics.stores.session import StoreAdapter
from tests.regions.metrics.random_series import Set, random_sets
from tests.rig.prometheus import Prometheus
from tests.rig.remote_write import HEADERS, Series, bodies
from tests.rig.victoria import Victoria

FIRST = 1_400_000_000.0  # long ago; each round of sets has a month of its own, so that no other is in its windows
MONTH = 31 * 86400.0
TIERS: tuple[Tier, ...] = ("wall", "detail", "slow", "cost", "asked")


WINDOW = 300.0
SLOWEST = 60.0  # seconds between two samples, at most


@dataclass(frozen=True)
class Allowed:
    """What may differ, of which queries, why, and how much: `fits` is told what VictoriaMetrics and what Prometheus
    says, the age of the newest sample, and the cluster as it was made (None: what management tells of all)."""

    why: str
    of: Callable[[Query], bool]
    fits: Callable[[float, float, float, Set | None], bool]


def _close(ours: float, theirs: float, tolerance: float = 1e-9) -> bool:
    return abs(ours - theirs) <= max(abs(ours), abs(theirs)) * tolerance + 1e-9


def _has(*words: str) -> Callable[[Query], bool]:
    return lambda query: any(word in query.q + query.fb for word in words)


def _anew(made: Set | None) -> bool:
    return made is None or made.anew


def _spread(ours: float, theirs: float, age: float, made: Set | None) -> bool:
    most = SLOWEST / WINDOW if _anew(made) else 1e-6
    return ours * ((WINDOW - age - 2 * SLOWEST) / WINDOW - most) - 1e-9 <= theirs <= ours * (1 + most) + 1e-9


def _stretched(ours: float, theirs: float, age: float, made: Set | None) -> bool:
    most = made.stretch if made else 1.2  # of management: of a whole day
    return (ours == 0) == (theirs == 0) and ours <= theirs + 1e-9 <= ours * most


ALLOWED: tuple[Allowed, ...] = (
    Allowed(
        "Of shares and quantiles of rates both see the same, but for a counter that began anew within the window",
        lambda query: query.unit in ("ratio", "s") and "rate(" in query.q + query.fb,
        lambda ours, theirs, age, made: abs(ours - theirs) <= (0.1 if _anew(made) else 1e-6),
    ),
    Allowed(
        "Prometheus divides by the whole window what it saw in it, and stretches that by half an interval only, where "
        "samples are late; VictoriaMetrics divides by the time in which it saw it, from the sample before it on. What "
        "a counter grew after its last sample before it began anew neither sees, so that interval counts differently",
        _has("rate("),
        _spread,
    ),
    Allowed(
        "Prometheus stretches a growth to the ends of the window, VictoriaMetrics counts what was seen; none is none",
        _has("increase("),
        _stretched,
    ),
)


@dataclass(frozen=True)
class Difference:
    """What one figure of one cluster is on either engine: a number, `None` for none, or "unusable"."""

    id: str
    place: Place
    ours: Any
    theirs: Any

    def __str__(self) -> str:
        whose = "/".join(self.place) if any(self.place) else "the store"
        return f"{self.id} of {whose}: {self.ours} on VictoriaMetrics, {self.theirs} on Prometheus"


class Then(StoreClient):
    """Asks as of a moment that is long past."""

    def __init__(self, url: str, at: float) -> None:
        super().__init__(url, "Store", StoreAdapter(checked=True, allow_loopback=True, trust=None))
        self.at = at

    def query(self, promql: str, *, deadline: float, params: Mapping[str, str] | None = None) -> StoreAnswer:
        return super().query(promql, deadline=120, params={"time": str(self.at), **(params or {})})


def load(series: Iterable[Series], victoria: Victoria, prometheus: Prometheus) -> None:
    """The same samples into both, by the same requests."""
    named = {name.replace("_", "-"): value for name, value in HEADERS.items()}
    for body in bodies(series):
        victoria._call("/api/v1/write", body, named)
        prometheus._call("/api/v1/write", body, **HEADERS)
    victoria._call("/internal/force_flush")


def said(
    url: str, at: float, dialect: Dialect, places: Iterable[Place]
) -> tuple[dict[Place, CollectedFigures], dict[str, str]]:
    """What the meter takes from this store, of every query; and which queries it does not answer."""
    client, known = Then(url, at), list(places)
    found: dict[Place, CollectedFigures] = {}
    broken: dict[str, str] = {}
    for tier in TIERS:
        queries = queries_of(tier, "RSMA", dialect)
        outcome = collect(lambda question: question(client), "slow", queries, dialect=dialect, present=known)
        if outcome.failure:
            raise outcome.failure
        broken |= outcome.broken
        for place, one in sort(outcome.answered, outcome.rows, known).items():
            whole = found.setdefault(place, CollectedFigures())
            whole.values |= one.values
            whole.parts |= one.parts
            whole.unusable |= one.unusable
    client.close()
    return found, broken


def compare(
    ours: Mapping[Place, CollectedFigures], theirs: Mapping[Place, CollectedFigures], sets: Iterable[Set]
) -> Iterator[Difference]:
    """Every figure of every cluster that is not the same, and not allowed to differ. Of a cluster that has no new
    samples nothing is said as of now, so only what is said of silence is compared."""
    by = {(one.namespace, one.name): one for one in sets}
    for place in sorted({*ours, *theirs}):
        one, other = ours.get(place, CollectedFigures()), theirs.get(place, CollectedFigures())
        age = one.values.get("freshness", 0.0 if place == WHOLE else math.inf)
        for query in QUERIES.values():
            if age > FRESH.total_seconds() and not query.of_silent and query.id not in ("freshness", "cluster_list"):
                continue
            a, b = _state(one, query), _state(other, query)
            if not _same(query, a, b, age, by.get(place)):
                yield Difference(query.id, place, a, b)


def _state(found: CollectedFigures, query: Query) -> Any:
    return "unusable" if query.id in found.unusable else found.values.get(query.id)


def _same(query: Query, ours: Any, theirs: Any, age: float, made: Set | None) -> bool:
    if query.dialect == "metricsql":
        return theirs is None  # Prometheus is not asked
    if isinstance(ours, float) and isinstance(theirs, float):
        fits = (rule.fits(ours, theirs, age, made) for rule in ALLOWED if rule.of(query))
        return _close(ours, theirs) or any(fits)
    # VictoriaMetrics does not have a series at all that is NaN and nothing else.
    return bool(ours == theirs or (made and made.nan and ours is None and theirs == "unusable"))


def round_of(
    number: int, seed: int, count: int, victoria: Victoria, prometheus: Prometheus, *, young: bool = False
) -> list[Difference]:
    """Make, load, ask both, compare."""
    at = FIRST + MONTH * number + (seed * 7919 + number * 104729) % 3600
    sets = list(random_sets(seed, count, at, young=young, first=number * 100_000))
    load((one for made in sets for one in made.series), victoria, prometheus)
    places = [(one.namespace, one.name) for one in sets]
    ours, broken = said(victoria.url, at, "metricsql", places)
    theirs, refused = said(prometheus.url, at, "promql", places)
    assert broken == refused == {}, (broken, refused)
    return list(compare(ours, theirs, sets))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=int, default=2000, help="clusters with all their series (2000)")
    parser.add_argument("--at-once", type=int, default=200, help="of these in one round (200)")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 1_000_000)
    asked = parser.parse_args()
    from tests.rig import prometheus, victoria

    programs = victoria.find(), prometheus.find()
    if not programs[0] or not programs[1]:
        print(victoria.HOW if not programs[0] else prometheus.HOW, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = Victoria(programs[0], Path(folder)), Prometheus(programs[1], Path(folder))
        try:
            ours.start()
            theirs.start()
            return _rounds(asked, ours, theirs)
        finally:
            ours.stop()
            theirs.stop()


def _rounds(asked: argparse.Namespace, victoria: Victoria, prometheus: Prometheus) -> int:
    differing: list[Difference] = []
    began, done = time.monotonic(), 0
    for number in range(-(-asked.sets // asked.at_once)):
        count = min(asked.at_once, asked.sets - done)
        found = round_of(number, asked.seed, count, victoria, prometheus, young=number % 2 == 1)
        differing += found
        done += count
        print(f"{done} sets, {time.monotonic() - began:.0f} s, {len(differing)} differ")
    for id, times in Counter(one.id for one in differing).most_common():
        print(f"  {id}: {times} times, such as {next(one for one in differing if one.id == id)}")
    print(f"seed {asked.seed}: {done} sets of series, {len(QUERIES)} queries, {len(differing)} differences")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
