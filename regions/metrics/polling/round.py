"""One round: what a store is asked at one turn, in as few requests as can be, and what became of it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from regions.domain.metrics.collecting import Place, sort
from regions.metrics.stores.client import Sample, StoreAnswer, StoreClient
from regions.metrics.stores.errors import BadQuery, StoreError
from regions.metrics.stores.queries import QUERIES, Dialect, Query, Tier, merged, of_tier, scoped, spoken

DEADLINES: Mapping[str, float] = {"wall": 10.0, "detail": 12.0, "slow": 20.0, "cost": 30.0}
"""Seconds for one request of a tier."""

PROBE = 3.0

Ask = Callable[[Callable[[StoreClient], StoreAnswer]], StoreAnswer]
"""Puts a question to the store at hand."""


@dataclass(slots=True)
class RoundOutcome:
    """Of one tier: rows with the id of their query, and which queries were answered at all."""

    tier: Tier
    rows: list[tuple[str, Sample]] = field(default_factory=list)
    answered: list[Query] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)  # id → why it was not answered
    failure: StoreError | None = None
    took: float = 0.0
    partial: bool = False
    warnings: list[str] = field(default_factory=list)
    skew: float | None = None
    requests: int = 0
    bare: set[tuple[Place, str]] = field(default_factory=set)  # clusters without any series of a query


def queries_of(tier: Tier, sources: str, dialect: Dialect = "metricsql") -> list[Query]:
    """What a store of this dialect is asked in a tier."""
    return [query for query in of_tier(tier, sources) if query.dialect in ("promql", dialect)]


def collect(
    ask: Ask,
    tier: Tier,
    queries: Sequence[Query],
    *,
    twins: Collection[str] = (),
    dialect: Dialect = "promql",
    present: Collection[Place] = (),
    bare: Collection[tuple[Place, str]] = (),
) -> RoundOutcome:
    """Ask a store for these at once. A query that it does not take is asked alone, so that it costs nobody else.

    `present`: clusters that report. What one of them lacks is asked after: it may have such series, and no number;
    `bare`: not of those that were found without such series lately.
    """
    outcome = RoundOutcome(tier)
    _ask_for(ask, outcome, {query.id: spoken(query.safe(twins), dialect) for query in queries})
    if not outcome.failure:
        _look_behind(ask, outcome, present, bare)
    return outcome


def _ask_for(ask: Ask, outcome: RoundOutcome, expressions: Mapping[str, str]) -> None:
    for text, ids in merged(expressions):
        try:
            _take(outcome, _asked(ask, text, outcome.tier), ids)
        except BadQuery as error:
            _one_by_one(ask, outcome, {id: expressions[id] for id in ids}, error)
        except StoreError as error:
            outcome.failure = error
        if outcome.failure:
            break


def _look_behind(
    ask: Ask, outcome: RoundOutcome, present: Collection[Place], bare: Collection[tuple[Place, str]]
) -> None:
    """Of which clusters the store has the series and gave no row: what it had to count with was no usable number."""
    found = sort(outcome.answered, outcome.rows, present)
    here = {*present, *(place for place, one in found.items() if "cluster_list" in one.values)}
    lacking = {
        (place, query.id)
        for query in outcome.answered
        if query.series
        for place in here
        if query.id not in (found[place].values if place in found else ()) and (place, query.id) not in bare
    }
    if not lacking:
        return
    behind = RoundOutcome(outcome.tier)
    count = "count by (cluster, clusterNamespace) (present_over_time({}[5m]))"
    ids = sorted({id for _, id in lacking})
    _ask_for(ask, behind, {id: count.format(scoped(QUERIES[id].series)) for id in ids})
    outcome.requests += behind.requests
    asked = {query.id for query in behind.answered}
    known = sort(behind.answered, behind.rows, here)
    for place, id in lacking:
        if place in known and id in known[place].values:
            labels = {"clusterNamespace": place[0], "cluster": place[1], "kpi": id}
            outcome.rows.append((id, Sample(labels, None)))
        elif id in asked:
            outcome.bare.add((place, id))


def _one_by_one(ask: Ask, outcome: RoundOutcome, expressions: Mapping[str, str], first: StoreError) -> None:
    outcome.requests += 1
    if len(expressions) == 1:
        outcome.broken[next(iter(expressions))] = first.sentence
        return
    for id, expression in expressions.items():
        for text, ids in merged({id: expression}):
            try:
                _take(outcome, _asked(ask, text, outcome.tier), ids)
            except BadQuery as error:
                outcome.requests += 1
                outcome.broken[id] = error.sentence
            except StoreError as error:
                outcome.failure = error
                return


def _asked(ask: Ask, text: str, tier: Tier) -> StoreAnswer:
    return ask(lambda client: client.query(text, deadline=DEADLINES[tier]))


def _take(outcome: RoundOutcome, answer: StoreAnswer, ids: Iterable[str]) -> None:
    outcome.requests += 1
    outcome.rows += [(row.labels.get("kpi", ""), row) for row in answer.rows]
    outcome.answered += [QUERIES[id] for id in ids]
    outcome.took += answer.took
    outcome.partial = outcome.partial or answer.partial
    outcome.warnings += [text for text in answer.warnings if text not in outcome.warnings]
    outcome.skew = answer.skew if answer.skew is not None else outcome.skew


def probe(ask: Ask) -> StoreError | None:
    """Whether it lives: a question that costs the store nothing. None when it answers."""
    try:
        ask(lambda client: client.query("vector(1)", deadline=PROBE))
    except BadQuery:
        return None
    except StoreError as error:
        return error
    return None
