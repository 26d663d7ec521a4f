"""What is known of one store between rounds, and how a round changes it. No I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from regions.domain.metrics.breaker import Breaker
from regions.domain.metrics.collecting import WHOLE, KeptFigure, Place, keep, mixed, remember, sort
from regions.domain.metrics.figures import SKEWED, sampled
from regions.domain.metrics.stores import ClusterHome, StoreSource
from regions.metrics.polling.round import RoundOutcome
from regions.metrics.stores.errors import StoreError
from regions.metrics.stores.queries import Tier

SPANS: Mapping[Tier, timedelta] = {
    "detail": timedelta(seconds=60),
    "slow": timedelta(minutes=5),
    "cost": timedelta(minutes=10),
}
"""How long after one turn of a tier the next is due; the wall's is set by the operator."""

SOON = timedelta(seconds=5)
"""After a first failure it is asked again so soon."""

BARE = timedelta(minutes=5)
"""How long a cluster that was found without any series of a figure is not looked at for them again."""

AT_LEAST = timedelta(seconds=60)
"""Between two turns of a tier, however many clusters appear for which it would be due at once."""

FORGET = timedelta(days=1)
"""A cluster that was seen and is expected by nobody is forgotten after so long."""


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class StoreRecord:
    """Of one store what is to be written: its columns, which clusters it has, and those of them that changed."""

    key: str
    homes: Mapping[Place, ClusterHome]
    places: frozenset[Place]
    touched: Mapping[Place, KeptFigure]
    columns: Mapping[str, Any]


@dataclass(slots=True)
class StoreState:
    """One store: its breaker, what is due, and what it said of each cluster."""

    source: StoreSource
    breaker: Breaker = field(default_factory=Breaker)
    homes: dict[Place, ClusterHome] = field(default_factory=dict)
    kept: dict[Place, KeptFigure] = field(default_factory=dict)
    due: dict[Tier, datetime] = field(default_factory=dict)
    failure: StoreError | None = None
    since: datetime | None = None
    asked_at: datetime | None = None
    answered_at: datetime | None = None
    took: float | None = None
    partial: bool = False
    skew: float | None = None
    broken: dict[str, str] = field(default_factory=dict)
    said: dict[Tier, list[str]] = field(default_factory=dict)
    bare: dict[tuple[Place, str], datetime] = field(default_factory=dict)  # cluster and figure: when found without
    credentials: str = ""
    route: str = "direct"  # proxy: by way of the API server
    rounds: int = 0
    requests: int = 0
    touched: set[Place] = field(default_factory=set)  # changed since they were last written
    dirty: bool = True

    def tiers(self, now: datetime) -> list[Tier]:
        """What is due besides the wall's figures."""
        return [tier for tier in SPANS if self.due.get(tier, now) <= now]

    @property
    def twins(self) -> frozenset[str]:
        """Names that several of its clusters have."""
        return mixed(place for place in (*self.homes, *self.kept) if place != WHOLE)

    def present(self) -> list[Place]:
        """Clusters that it had fresh series of at the last turn."""
        return [place for place, kept in self.kept.items() if kept.seen_at and kept.seen_at == self.answered_at]

    @property
    def warnings(self) -> list[str]:
        """What is to be said beside its figures."""
        found = list(dict.fromkeys(text for texts in self.said.values() for text in texts))
        if self.skew is not None and abs(self.skew) > SKEWED:
            found.append(f"Its clock is {abs(self.skew):.0f} s {'ahead of' if self.skew > 0 else 'behind'} ours")
        return found

    def page(self) -> "StoreRecord":
        """What is to be written, apart from what goes on; from here on it counts as written."""
        touched, self.touched, self.dirty = self.touched, set(), False
        kept = {place: self.kept[place].copy() for place in touched if place in self.kept}
        failure = self.failure
        return StoreRecord(
            self.source.key,
            dict(self.homes),
            frozenset({*self.homes, *self.kept}),
            kept,
            {
                "kind": self.source.kind,
                "namespace": self.source.namespace,
                "name": self.source.name,
                "url": self.source.url,
                "found": self.source.found,
                "route": self.route,
                "credentials": self.credentials,
                "tls": "" if self.source.verified else "Its certificate is not checked, as kof_http_config says",
                "reason": failure.why.value if failure else "",
                "message": failure.sentence if failure else "",
                "since": self.since,
                "asked_at": self.asked_at,
                "answered_at": self.answered_at,
                "took_ms": None if self.took is None else int(self.took * 1000),
                "failures": self.breaker.failures,
                "next_at": self.breaker.until if failure else None,
                "partial": self.partial,
                "warnings": self.warnings,
                "skew": self.skew,
                "broken": dict(self.broken),
            },
        )

    def answered(self, now: datetime) -> None:
        """It answered something that is no round: a list of alerts."""
        self.breaker, self.failure, self.since = self.breaker.answered(), None, None
        self.asked_at = self.answered_at = now
        self.dirty = True

    def failed(self, error: StoreError, now: datetime) -> None:
        """It gave no answer."""
        if self.failure is None or self.failure.why is not error.why:
            self.since = now
        self.failure, self.asked_at, self.dirty = error, now, True
        self.breaker = self.breaker.failed(now)

    def probed(self, error: StoreError | None, now: datetime) -> None:
        """It was asked whether it lives."""
        self.breaker = self.breaker.probed(now, error is None)
        if error is not None:
            if self.failure is None or self.failure.why is not error.why:
                self.since = now
            self.failure, self.asked_at, self.dirty = error, now, True

    def took_round(self, outcomes: Iterable[RoundOutcome], now: datetime) -> None:
        """It answered: take in what."""
        self.rounds += 1
        for outcome in outcomes:
            self.requests += outcome.requests
            if outcome.tier == "wall":
                if outcome.failure:
                    self.failed(outcome.failure, now)
                    return
                self._well(outcome, now)
            else:
                self.due[outcome.tier] = now + SPANS[outcome.tier]
            self._take(outcome, now)
        self.dirty = True

    def _well(self, outcome: RoundOutcome, now: datetime) -> None:
        self.breaker = self.breaker.answered()
        self.failure, self.since = None, None
        self.asked_at = self.answered_at = now
        self.took, self.partial = outcome.took, outcome.partial
        self.skew = outcome.skew if outcome.skew is not None else self.skew

    def _take(self, outcome: RoundOutcome, now: datetime) -> None:
        self.bare = {pair: at for pair, at in self.bare.items() if now - at < BARE} | dict.fromkeys(outcome.bare, now)
        for query in outcome.answered:
            self.broken.pop(query.id, None)
        self.broken |= outcome.broken
        self.said[outcome.tier] = outcome.warnings + ([outcome.failure.sentence] if outcome.failure else [])
        places = [place for place in (*self.homes, *self.kept) if place != WHOLE]
        found = sort(outcome.answered, outcome.rows, places)
        for place, one in found.items():
            # Scrape targets make a cluster; what else bears its name may be left over, or told of it by others.
            told = place in self.homes or (outcome.tier == "wall" and "cluster_list" in one.values)
            if told and place not in self.kept:
                self.kept[place] = KeptFigure()
                self._soon(now)
        whole = [query for query in outcome.answered if query.by == "store"]
        apart = [query for query in outcome.answered if query.by != "store"]
        if whole:
            self.kept.setdefault(WHOLE, KeptFigure())
        for place, kept in self.kept.items():
            mine = found.get(place)
            if place == WHOLE:
                keep(kept, mine, whole, now, present=True)
                self.touched.add(place)
                continue
            if outcome.tier == "wall":
                self._seen(kept, mine.values if mine else {}, now)
            present = kept.seen_at is not None and kept.seen_at == self.answered_at
            keep(kept, mine, apart, now, present=present)
            if present:
                kept.asked[outcome.tier] = now
            if mine or kept.seen_at == now:
                self.touched.add(place)
        if outcome.tier == "wall":
            self._pass(now)

    def _soon(self, now: datetime) -> None:
        """A cluster is new: what is asked for rarely is not known of it, so it is asked for at the next turn."""
        for tier, due in self.due.items():
            self.due[tier] = min(due, max(now, due - SPANS[tier] + AT_LEAST))

    def _seen(self, kept: KeptFigure, values: Mapping[str, float], now: datetime) -> None:
        if "cluster_list" in values:
            kept.seen_at = now
            kept.sampled_at = sampled(now, values.get("freshness"))

    def _pass(self, now: datetime) -> None:
        """Time goes by: a point for each past, and those are forgotten that nobody has seen for long."""
        for place, kept in list(self.kept.items()):
            if place == WHOLE:
                continue
            if kept.seen_at and now - kept.seen_at > FORGET and place not in self.homes:
                del self.kept[place]
                self.touched.add(place)
            elif remember(kept, now):
                self.touched.add(place)
