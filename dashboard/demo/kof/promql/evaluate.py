"""Evaluates a tree over a source, at one moment or at many."""

import bisect
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import isnan, nan

from dashboard.demo.kof.promql import joining, rollups
from dashboard.demo.kof.promql.parse import parse
from dashboard.demo.kof.promql.source import LOOKBACK, Labels, Series, Source
from dashboard.demo.kof.promql.tree import Aggregate, Binary, Call, Node, Number, Select, Subquery, Text, Unknown

Vector = list[tuple[Labels, float]]
Value = float | Vector
BUDGET = 20_000_000  # samples looked at by one query
_SIMPLE: dict[str, Callable[[float], float]] = {
    "abs": abs,
    "ceil": math.ceil,
    "floor": math.floor,
    "sqrt": math.sqrt,
    "exp": math.exp,
}


class TooMuch(Unknown):
    """The query would look at more samples than is good for anybody."""


@dataclass
class Evaluation:
    """One query. What selectors find, and what is looked at, is kept and counted over all its moments."""

    source: Source
    lookback: float = LOOKBACK
    found: dict[int, list[Series]] = field(default_factory=dict)
    looked_at: int = 0

    def value(self, node: Node, now: float) -> Value:
        match node:
            case Number():
                return node.value
            case Select(window=0):
                return [(series.labels, at[1]) for series, at in self.instants(node, now)]
            case Aggregate():
                parameter = self.value(node.parameter, now) if node.parameter else nan
                return joining.aggregate(node, self.vector(node.inner, now), parameter)
            case Binary():
                return joining.binary(node, self.value(node.left, now), self.value(node.right, now))
            case Call():
                return self.call(node, now)
            case Text():
                raise Unknown("a string is no expression")
        raise Unknown("a range of samples is no expression: put it into a function such as rate()")

    def vector(self, node: Node, now: float) -> Vector:
        found = self.value(node, now)
        return found if isinstance(found, list) else [({}, found)]

    def instants(self, node: Select, now: float) -> list[tuple[Series, tuple[float, float]]]:
        chosen = self._chosen(node)
        self._spend(len(chosen))
        found = ((series, series.at(now - node.offset, self.lookback)) for series in chosen)
        return [(series, at) for series, at in found if at is not None and not isnan(at[1])]

    def _chosen(self, node: Select) -> list[Series]:
        if id(node) not in self.found:
            self.found[id(node)] = list(self.source.select(node.matchers))
        return self.found[id(node)]

    def _spend(self, samples: int) -> None:
        self.looked_at += samples
        if self.looked_at > BUDGET:
            raise TooMuch(f"the query selects more than {BUDGET} samples; select fewer series or a shorter range")

    # -- functions -----------------------------------------------------------------------------------------------

    def call(self, node: Call, now: float) -> Value:
        name, arguments = node.name.lower(), node.arguments
        if name == "time" and not arguments:
            return now
        if name == "timestamp" and len(arguments) == 1 and isinstance(arguments[0], Select):
            return [(nameless(series.labels), at[0]) for series, at in self.instants(arguments[0], now)]
        if name in rollups.ROLLUPS and len(arguments) == 1:
            return self.rollup(name, arguments[0], now)
        if name in _SIMPLE and len(arguments) == 1:
            return [(nameless(labels), float(_SIMPLE[name](v))) for labels, v in self.vector(arguments[0], now)]
        if name in ("clamp_min", "clamp_max") and len(arguments) == 2:
            limit, choose = self.number(arguments[1], now), max if name == "clamp_min" else min
            return [(nameless(labels), choose(v, limit)) for labels, v in self.vector(arguments[0], now)]
        if name == "label_replace" and len(arguments) == 5:
            return self._label_replace(arguments, now)
        if name == "histogram_quantile" and len(arguments) == 2:
            return joining.histogram_quantile(self.number(arguments[0], now), self.vector(arguments[1], now))
        if name in ("sort", "sort_desc") and len(arguments) == 1:
            return sorted(self.vector(arguments[0], now), key=lambda each: each[1], reverse=name == "sort_desc")
        if name == "label_set" and len(arguments) > 2:
            return self._label_set(arguments, now)
        if name == "vector" and len(arguments) == 1:
            return self.vector(arguments[0], now)
        if name == "scalar" and len(arguments) == 1:
            found = self.vector(arguments[0], now)
            return found[0][1] if len(found) == 1 else nan
        if name == "absent" and len(arguments) == 1:
            return [] if self.vector(arguments[0], now) else [({}, 1.0)]
        raise Unknown(f"the demo's evaluator does not know the function {name!r} with {len(arguments)} arguments")

    def number(self, node: Node, now: float) -> float:
        found = self.value(node, now)
        if isinstance(found, list):
            raise Unknown("a single number is wanted here, not series")
        return found

    def rollup(self, name: str, node: Node, now: float) -> Vector:
        if isinstance(node, Select):
            length, ranges = node.window or self.lookback, self._ranges(node, now)
        elif isinstance(node, Subquery):
            length, ranges = node.window, self._repeated(node, now)
        else:
            raise Unknown(f"{name} takes a range of samples, such as metric[5m]")
        function, found = rollups.ROLLUPS[name], []
        now -= node.offset
        for labels, times, values in ranges:
            if name in rollups.COUNTERS:
                values = rollups.monotone(values)
            start = now - length
            first = bisect.bisect_right(times, start)
            before = None
            if 0 < first < len(times) and times[first - 1] > start - rollups.near(times):
                before = (times[first - 1], values[first - 1])
            value = function(rollups.Window(times[first:], values[first:], now, before))
            if not isnan(value):
                found.append((labels if name in rollups.KEEP_NAMES else nameless(labels), value))
        return found

    def _ranges(self, node: Select, now: float) -> list[tuple[Labels, Sequence[float], Sequence[float]]]:
        """A little more than the window: the sample before it counts."""
        end = now - node.offset
        start = end - (node.window or self.lookback) - LOOKBACK
        found = []
        for series in self._chosen(node):
            times, values = series.window(start, end)
            self._spend(len(times))
            if times:
                found.append((series.labels, times, values))
        return found

    def _repeated(self, node: Subquery, now: float) -> list[tuple[Labels, Sequence[float], Sequence[float]]]:
        step = node.step or 60.0
        end = now - node.offset
        first = math.floor((end - node.window - LOOKBACK) / step)
        series: dict[tuple[tuple[str, str], ...], tuple[Labels, list[float], list[float]]] = {}
        kept, self.lookback = self.lookback, max(step, 60.0)
        for number in range(first, math.floor(end / step) + 1):
            when = number * step
            for labels, value in self.vector(node.inner, when):
                entry = series.setdefault(tuple(sorted(labels.items())), (labels, [], []))
                entry[1].append(when)
                entry[2].append(value)
        self.lookback = kept
        return list(series.values())

    def _label_set(self, arguments: list[Node], now: float) -> Vector:
        texts = [each.value for each in arguments[1:] if isinstance(each, Text)]
        if len(texts) != len(arguments) - 1 or len(texts) % 2:
            raise Unknown("label_set takes an expression, then names and values")
        given = dict(zip(texts[::2], texts[1::2], strict=True))
        return [(labels | given, value) for labels, value in self.vector(arguments[0], now)]

    def _label_replace(self, arguments: list[Node], now: float) -> Vector:
        texts = [each.value for each in arguments[1:] if isinstance(each, Text)]
        if len(texts) != 4:
            raise Unknown("label_replace takes an expression and four strings")
        target, replacement, source, pattern = texts
        compiled = re.compile(pattern)
        template = re.sub(r"\$(\d+|\{\d+\})", lambda found: f"\\g<{found[1].strip('{}')}>", replacement)
        found = []
        for labels, value in self.vector(arguments[0], now):
            match = compiled.fullmatch(labels.get(source, ""))
            if match:
                labels = {**labels, target: match.expand(template)}
                if not labels[target]:
                    del labels[target]
            found.append((labels, value))
        return found


def nameless(labels: Labels) -> Labels:
    return {key: value for key, value in labels.items() if key != "__name__"}


def instant(source: Source, query: str, now: float) -> Value:
    """A number, or labels and values. Raises Unknown."""
    found = Evaluation(source).value(parse(query), now)
    return [each for each in found if not isnan(each[1])] if isinstance(found, list) else found


def over(
    source: Source, query: str, start: float, end: float, step: float
) -> list[tuple[Labels, list[tuple[float, float]]]]:
    """Each series with its points. Raises Unknown."""
    tree = parse(query)
    evaluation = Evaluation(source, max(step, 75.0))
    series: dict[tuple[tuple[str, str], ...], tuple[Labels, list[tuple[float, float]]]] = {}
    for number in range(int((end - start) / step) + 1):
        when = start + number * step
        for labels, value in evaluation.vector(tree, when):
            if not isnan(value):
                series.setdefault(tuple(sorted(labels.items())), (labels, []))[1].append((when, value))
    return list(series.values())
