"""What brings series together: aggregations, and operators between two sides."""

import operator
from collections.abc import Callable
from math import fsum, inf, isnan, nan, sqrt

from dashboard.demo.kof.promql.parse import COMPARISONS
from dashboard.demo.kof.promql.tree import Aggregate, Binary, Unknown

Labels = dict[str, str]
Vector = list[tuple[Labels, float]]
Value = float | Vector
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def _divide(left: float, right: float) -> float:
    if right:
        return left / right
    return nan if not left or isnan(left) else inf if left > 0 else -inf


_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "%": lambda left, right: left % right if right else nan,
    "^": pow,
}
_REDUCE: dict[str, Callable[[list[float]], float]] = {
    "sum": fsum,
    "min": min,
    "max": max,
    "count": lambda values: float(len(values)),
    "group": lambda values: 1.0,
    "avg": lambda values: fsum(values) / len(values),
    "stddev": lambda values: sqrt(fsum((v - fsum(values) / len(values)) ** 2 for v in values) / len(values)),
}


def aggregate(node: Aggregate, vector: Vector, parameter: Value) -> Vector:
    groups: dict[tuple[str, ...], Vector] = {}
    for labels, value in vector:
        if not isnan(value):
            groups.setdefault(_group(node, labels), []).append((labels, value))
    if node.op in ("topk", "bottomk"):
        if isinstance(parameter, list):
            raise Unknown(f"{node.op} takes a number first")
        found: Vector = []
        for members in groups.values():
            members.sort(key=lambda each: each[1], reverse=node.op == "topk")
            found += members[: max(0, int(parameter))]
        return found
    reduce = _REDUCE.get(node.op)
    if reduce is None:
        raise Unknown(f"the demo's evaluator does not know the aggregation {node.op!r}")
    return [(_kept(node, members[0][0]), reduce([v for _, v in members])) for members in groups.values()]


def _group(node: Aggregate, labels: Labels) -> tuple[str, ...]:
    if node.without:
        return tuple(f"{k}={v}" for k, v in sorted(labels.items()) if k not in node.labels and k != "__name__")
    return tuple(labels.get(label, "") for label in node.labels)


def _kept(node: Aggregate, labels: Labels) -> Labels:
    if node.without:
        return {k: v for k, v in labels.items() if k not in node.labels and k != "__name__"}
    return {label: labels[label] for label in node.labels if labels.get(label)}


# -- operators -------------------------------------------------------------------------------------------------------


def binary(node: Binary, left: Value, right: Value) -> Value:
    if node.op in ("and", "or", "unless"):
        if not (isinstance(left, list) and isinstance(right, list)):
            raise Unknown(f"{node.op} stands between series, not numbers")
        return _sets(node, left, right)
    if isinstance(left, list) and isinstance(right, list):
        return _joined(node, left, right)
    if isinstance(left, list):
        assert not isinstance(right, list)
        return [each for labels, value in left for each in _one(node, labels, value, right, value)]
    if isinstance(right, list):
        return [each for labels, value in right for each in _one(node, labels, left, value, value)]
    if node.op in COMPARISONS:
        holds = _COMPARE[node.op](left, right)
        return float(holds) if node.as_bool else (left if holds else nan)
    return _ARITHMETIC[node.op](left, right)


def _one(node: Binary, labels: Labels, left: float, right: float, kept: float) -> Vector:
    if node.op not in COMPARISONS:
        return [(_nameless(labels), _ARITHMETIC[node.op](left, right))]
    holds = _COMPARE[node.op](left, right)
    if node.as_bool:
        return [(_nameless(labels), float(holds))]
    return [(labels, kept)] if holds else []


def _key(node: Binary, labels: Labels) -> tuple[tuple[str, str], ...]:
    if node.on is not None:
        return tuple((label, labels.get(label, "")) for label in node.on)
    ignored = (*node.ignoring, "__name__")
    return tuple(sorted((k, v) for k, v in labels.items() if k not in ignored))


def _sets(node: Binary, left: Vector, right: Vector) -> Vector:
    there = {_key(node, labels) for labels, _ in right}
    if node.op == "and":
        return [each for each in left if _key(node, each[0]) in there]
    if node.op == "unless":
        return [each for each in left if _key(node, each[0]) not in there]
    here = {_key(node, labels) for labels, _ in left}
    return left + [each for each in right if _key(node, each[0]) not in here]


def _joined(node: Binary, left: Vector, right: Vector) -> Vector:
    many, one = (right, left) if node.many == "right" else (left, right)
    partners: dict[tuple[tuple[str, str], ...], tuple[Labels, float]] = {}
    for labels, value in one:
        key = _key(node, labels)
        if key in partners:
            raise Unknown(f"duplicate time series on one side of {node.op!r}: {dict(key)}")
        partners[key] = (labels, value)
    found: Vector = []
    seen = set()
    for labels, value in many:
        key = _key(node, labels)
        if key not in partners:
            continue
        if not node.many and key in seen:
            raise Unknown(f"duplicate time series on one side of {node.op!r}: {dict(key)}")
        seen.add(key)
        other_labels, other = partners[key]
        a, b = (other, value) if node.many == "right" else (value, other)
        kept = _result(node, labels, other_labels)
        if node.op in COMPARISONS and not node.as_bool and not node.many:
            kept = labels if node.on is None else kept
        found += _one(node, kept, a, b, a)
    return found


def _result(node: Binary, labels: Labels, other: Labels) -> Labels:
    if node.many:
        return _nameless(labels) | {label: other[label] for label in node.include if other.get(label)}
    if node.on is not None:
        return {label: labels[label] for label in node.on if labels.get(label)}
    return {k: v for k, v in _nameless(labels).items() if k not in node.ignoring}


def _nameless(labels: Labels) -> Labels:
    return {key: value for key, value in labels.items() if key != "__name__"}


def histogram_quantile(phi: float, vector: Vector) -> Vector:
    """Of Prometheus' histograms: buckets by `le`."""
    groups: dict[tuple[tuple[str, str], ...], list[tuple[float, float]]] = {}
    for labels, value in vector:
        if "le" in labels:
            rest = tuple(sorted((k, v) for k, v in _nameless(labels).items() if k != "le"))
            groups.setdefault(rest, []).append((float(labels["le"]), value))
    found: Vector = []
    for rest, buckets in groups.items():
        value = _quantile(phi, sorted(buckets))
        if not isnan(value):
            found.append((dict(rest), value))
    return found


def _quantile(phi: float, buckets: list[tuple[float, float]]) -> float:
    total = buckets[-1][1]
    if not total:
        return nan
    wanted, below, counted = total * phi, 0.0, 0.0
    for limit, count in buckets:
        if count >= wanted and count > 0:
            if limit == inf or count == counted:
                return below
            return below + (limit - below) * (wanted - counted) / (count - counted)
        below, counted = limit, count
    return below
