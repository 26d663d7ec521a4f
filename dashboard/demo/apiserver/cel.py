"""The corner of CEL that the rules of our CRDs use: has(), size(), paths, literals, comparison, logic, ?:."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

Scope = dict[str, Any]
Node = Callable[[Scope], Any]

_TOKEN = re.compile(r"\s*(?:(\d+)|'([^']*)'|\"([^\"]*)\"|([A-Za-z_]\w*)|(==|!=|<=|>=|&&|\|\||[!?:().,<>]))")


class Unreadable(ValueError):
    """The rule uses more of CEL than is spoken here."""


@cache
def compiled(rule: str) -> Node:
    """The rule as a function of {"self": …, "oldSelf": …}."""
    parser = _Parser(rule)
    node = parser.choice()
    parser.expect("")
    return node


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, Any]] = []
        at = 0
        text = text.strip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if not found:
                raise Unreadable(text)
            number, single, double, name, sign = found.groups()
            if number is not None:
                self.tokens.append(("value", int(number)))
            elif single is not None or double is not None:
                self.tokens.append(("value", single if single is not None else double))
            elif name is not None:
                self.tokens.append(("name", name))
            else:
                self.tokens.append((sign, sign))
            at = found.end()
        self.tokens.append(("", ""))
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at][0]

    def take(self) -> tuple[str, Any]:
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, sign: str) -> Any:
        kind, value = self.take()
        if kind != sign:
            raise Unreadable(f"expected {sign or 'the end'}, found {value!r}")
        return value

    def choice(self) -> Node:
        test = self.either()
        if self.peek() != "?":
            return test
        self.take()
        yes = self.choice()
        self.expect(":")
        no = self.choice()
        return lambda scope: yes(scope) if test(scope) else no(scope)

    def either(self) -> Node:
        left = self.both()
        while self.peek() == "||":
            self.take()
            left = _either(left, self.both())
        return left

    def both(self) -> Node:
        left = self.comparison()
        while self.peek() == "&&":
            self.take()
            left = _both(left, self.comparison())
        return left

    def comparison(self) -> Node:
        left = self.unary()
        sign = self.peek()
        if sign not in _COMPARE:
            return left
        self.take()
        return _compare(_COMPARE[sign], left, self.unary())

    def unary(self) -> Node:
        if self.peek() == "!":
            self.take()
            inner = self.unary()
            return lambda scope: not inner(scope)
        return self.primary()

    def primary(self) -> Node:
        kind, value = self.take()
        if kind == "(":
            inner = self.choice()
            self.expect(")")
            return inner
        if kind == "value":
            return lambda scope: value
        if kind != "name":
            raise Unreadable(f"found {value!r}")
        if value in ("true", "false"):
            return lambda scope: value == "true"
        if value in ("has", "size") and self.peek() == "(":
            self.take()
            inner = self.choice()
            self.expect(")")
            return _has(inner) if value == "has" else (lambda scope: len(inner(scope)))
        path = [value]
        while self.peek() == ".":
            self.take()
            path.append(self.expect("name"))
        return _path(path)


_MISSING = object()
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}


def _path(path: list[str]) -> Node:
    def read(scope: Scope) -> Any:
        here: Any = scope.get(path[0], _MISSING)
        for step in path[1:]:
            here = here.get(step, _MISSING) if isinstance(here, dict) else _MISSING
        return here

    return read


def _has(inner: Node) -> Node:
    return lambda scope: inner(scope) is not _MISSING


def _either(left: Node, right: Node) -> Node:
    return lambda scope: left(scope) or right(scope)


def _both(left: Node, right: Node) -> Node:
    return lambda scope: left(scope) and right(scope)


def _compare(compare: Callable[[Any, Any], bool], left: Node, right: Node) -> Node:
    return lambda scope: compare(left(scope), right(scope))
