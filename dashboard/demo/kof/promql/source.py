"""Where samples come from: what an evaluator asks of a store."""

import bisect
from collections.abc import Iterable, Sequence
from typing import Protocol

from dashboard.demo.kof.promql.tree import Matcher

Labels = dict[str, str]
LOOKBACK = 300.0


class Series(Protocol):
    labels: Labels  # with __name__

    def at(self, when: float, lookback: float) -> tuple[float, float] | None:
        """The newest sample in (when - lookback, when]: its time and value."""

    def window(self, start: float, end: float) -> tuple[Sequence[float], Sequence[float]]:
        """Times and values in (start, end]."""


class Source(Protocol):
    def select(self, matchers: Sequence[Matcher]) -> Iterable[Series]: ...


class Samples:
    """A series that is a list of samples, oldest first."""

    __slots__ = ("labels", "times", "values")

    def __init__(self, labels: Labels, times: Sequence[float], values: Sequence[float]) -> None:
        self.labels, self.times, self.values = labels, times, values

    def at(self, when: float, lookback: float) -> tuple[float, float] | None:
        place = bisect.bisect_right(self.times, when) - 1
        if place < 0 or self.times[place] <= when - lookback:
            return None
        return self.times[place], self.values[place]

    def window(self, start: float, end: float) -> tuple[Sequence[float], Sequence[float]]:
        first, last = bisect.bisect_right(self.times, start), bisect.bisect_right(self.times, end)
        return self.times[first:last], self.values[first:last]


class Listed:
    """A source that holds everything: for tests, and for small stores."""

    def __init__(self, series: Iterable[Series]) -> None:
        self.series = list(series)

    def select(self, matchers: Sequence[Matcher]) -> Iterable[Series]:
        return [each for each in self.series if takes(matchers, each.labels)]


def takes(matchers: Sequence[Matcher], labels: Labels) -> bool:
    return all(each.takes(labels.get(each.label, "")) for each in matchers)
