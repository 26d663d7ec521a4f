"""What each store sees of the telemetry: what an evaluator asks."""

from collections.abc import Iterable, Iterator, Sequence

from dashboard.demo.kof.families import FAMILIES
from dashboard.demo.kof.promql.source import Labels, Series, takes
from dashboard.demo.kof.promql.tree import Matcher
from dashboard.demo.kof.telemetry import MANAGEMENT_STORE, Telemetry
from dashboard.demo.kof.tracks import Made


class StoreSource:
    """What one store holds; `partial` leaves out every third cluster, as a store does that lost a node."""

    def __init__(self, telemetry: Telemetry, store: str, extra: Labels | None = None, partial: bool = False) -> None:
        self._telemetry, self._store, self._extra, self._partial = telemetry, store, extra or {}, partial

    def select(self, matchers: Sequence[Matcher]) -> Iterator[Series]:
        named = [each for each in matchers if each.label == "__name__"]
        exact = next((each.value for each in named if each.op == "="), None)
        names = [exact] if exact in FAMILIES else [n for n in FAMILIES if all(each.takes(n) for each in named)]
        rest = [each for each in matchers if each.label != "__name__"]
        of_cluster = [each for each in rest if each.label == "cluster"]
        for number, track in enumerate(self._telemetry.of(self._store)):
            last = track.last
            if last is None or not all(each.takes(last.name) for each in of_cluster):
                continue
            if self._partial and number % 3 == 2:
                continue
            for name in names:
                for series in track.series(name):
                    yield from self._shown(series, rest)
        if self._store == MANAGEMENT_STORE:
            for noted in list(self._telemetry.noted.values()):
                if all(each.takes(noted.labels["__name__"]) for each in named):
                    yield from self._shown(noted.made, rest)

    def _shown(self, series: Made, rest: Sequence[Matcher]) -> Iterator[Series]:
        if self._extra:
            series = Made(series.labels | self._extra, series.spans)
        if takes(rest, series.labels):
            yield series


class Together:
    """Several sources as one: what promxy makes of the stores that answer it."""

    def __init__(self, sources: Iterable[StoreSource]) -> None:
        self._sources = list(sources)

    def select(self, matchers: Sequence[Matcher]) -> Iterator[Series]:
        for source in self._sources:
            yield from source.select(matchers)
