"""One round: what a store is asked at one turn, in as few requests as can be, and what became of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from regions.domain.metrics.measures import Why
from regions.metrics.stores.client import FRESH, Sample, StoreAnswer, StoreClient
from regions.metrics.stores.errors import BadQuery, StoreError
from regions.metrics.stores.queries import QUERIES, Query, Tier, merged, of_tier

DEADLINES: Mapping[str, float] = {"wall": 10.0, "detail": 12.0, "slow": 20.0, "cost": 30.0}
"""Seconds for one request of a tier."""

KNOCK = 3.0

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


def queries_of(tier: Tier, kind: str, sources: str) -> list[Query]:
    """What this kind of store is asked in a tier."""
    plain = kind == "promxy"  # it speaks PromQL only, and reads every region for each query
    return [query for query in of_tier(tier, sources) if not (plain and query.dialect != "promql")]


def collect(ask: Ask, tier: Tier, queries: Sequence[Query], *, mixed: bool = False) -> RoundOutcome:
    """Ask a store for these at once. A query that it does not take is asked alone, so that it costs nobody else."""
    outcome = RoundOutcome(tier)
    expressions = {query.id: query.safe(mixed=mixed) for query in queries}
    for text, ids in merged(expressions):
        try:
            _take(outcome, _asked(ask, text, tier), ids)
        except BadQuery as error:
            _one_by_one(ask, outcome, {id: expressions[id] for id in ids}, error)
        except StoreError as error:
            outcome.failure = error
        if outcome.failure:
            break
    return outcome


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
    fresh = FRESH if tier == "wall" else {}
    return ask(lambda client: client.query(text, deadline=DEADLINES[tier], params=fresh))


def _take(outcome: RoundOutcome, answer: StoreAnswer, ids: Iterable[str]) -> None:
    outcome.requests += 1
    outcome.rows += [(row.labels.get("kpi", ""), row) for row in answer.rows]
    outcome.answered += [QUERIES[id] for id in ids]
    outcome.took += answer.took
    outcome.partial = outcome.partial or answer.partial
    outcome.warnings += [text for text in answer.warnings if text not in outcome.warnings]
    outcome.skew = answer.skew if answer.skew is not None else outcome.skew


def knock(ask: Ask) -> StoreError | None:
    """Whether it lives: a question that costs the store nothing. None when it answers."""
    try:
        ask(lambda client: client.query("vector(1)", deadline=KNOCK))
    except BadQuery:
        return None
    except StoreError as error:
        return error
    return None


def unasked() -> StoreError:
    """For a store that there is nothing to ask."""
    return StoreError(Why.NO_DATA, "It has not been asked yet")
