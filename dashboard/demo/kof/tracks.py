"""Clusters over time: what each was from when to when, and its series for whoever asks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.demo.kof.families import FAMILIES, Value, constant
from dashboard.demo.kof.subjects import Subject

INTERVAL = 30.0  # seconds between two scrapes
_REMEMBERED = 60  # changes of one cluster
Labels = dict[str, str]


@dataclass(frozen=True, slots=True)
class Span:
    start: float
    end: float  # not included; infinity while it lasts
    value: Value


class Made:
    """A series of one cluster: computed where it is asked for, at the moments of scrapes."""

    __slots__ = ("labels", "spans")

    def __init__(self, labels: Labels, spans: list[Span]) -> None:
        self.labels, self.spans = labels, spans

    def at(self, when: float, lookback: float) -> tuple[float, float] | None:
        for span in reversed(self.spans):
            if span.start <= when:
                scraped = math.floor(min(when, span.end - 0.001) / INTERVAL) * INTERVAL
                if scraped < span.start:
                    continue
                return (scraped, span.value(scraped)) if scraped > when - lookback else None
        return None

    def window(self, start: float, end: float) -> tuple[Sequence[float], Sequence[float]]:
        return self.every(INTERVAL, start, end)

    def every(self, interval: float, start: float, end: float) -> tuple[list[float], list[float]]:
        """Samples in (start, end], so far apart."""
        times, values = [], []
        for span in self.spans:
            first = math.ceil(max(span.start, math.nextafter(start, math.inf)) / interval)
            last = math.floor(min(end, span.end - 0.001) / interval)
            for number in range(first, last + 1):
                times.append(number * interval)
                values.append(span.value(number * interval))
        return times, values


class Track:
    """One cluster: what it was, since when. None: nothing was heard of it."""

    def __init__(self, store: str) -> None:
        self.store = store
        self.history: list[tuple[float, Subject | None]] = []
        self._kept: dict[str, list[Made]] = {}

    @property
    def now(self) -> Subject | None:
        return self.history[-1][1] if self.history else None

    @property
    def last(self) -> Subject | None:
        """The last that was heard."""
        return next((each for _, each in reversed(self.history) if each), None)

    def become(self, when: float, subject: Subject | None) -> bool:
        """From `when` on; whether that is news."""
        if self.history and self.history[-1][1] == subject:
            return False
        self.history.append((when, subject))
        del self.history[:-_REMEMBERED]
        self._kept.clear()
        return True

    def series(self, name: str) -> list[Made]:
        if name not in self._kept:
            self._kept[name] = self._make(name)
        return self._kept[name]

    def _make(self, name: str) -> list[Made]:
        found: dict[tuple[tuple[str, str], ...], Made] = {}
        history = tuple(self.history)  # it may grow while somebody looks
        for (start, subject), end in zip(history, _ends(history), strict=True):
            if subject is None:
                continue
            for labels, value in FAMILIES[name](subject):
                key = tuple(sorted(labels.items()))
                if key not in found:
                    found[key] = Made({"__name__": name} | labels, [])
                found[key].spans.append(Span(start, end, value))
        return list(found.values())


class Noted:
    """A series of something that has one value until it has another; None: it is gone."""

    __slots__ = ("labels", "moments")

    def __init__(self, labels: Labels) -> None:
        self.labels = labels
        self.moments: list[tuple[float, float | None]] = []

    def note(self, when: float, value: float | None) -> None:
        if not self.moments or self.moments[-1][1] != value:
            self.moments.append((when, value))
            del self.moments[:-_REMEMBERED]

    @property
    def made(self) -> Made:
        moments = tuple(self.moments)
        return Made(
            self.labels,
            [
                Span(start, end, constant(value))
                for (start, value), end in zip(moments, _ends(moments), strict=True)
                if value is not None
            ],
        )


def _ends(moments: Sequence[tuple[float, object]]) -> list[float]:
    """Of each, when the next begins."""
    return [when for when, _ in moments[1:]] + [math.inf] * bool(moments)
