"""From text to tree: precedence climbing over a small lexer."""

import re
from dataclasses import replace

from dashboard.demo.kof.promql.tree import (
    Aggregate,
    Binary,
    Call,
    Matcher,
    Node,
    Number,
    Select,
    Subquery,
    Text,
    Unknown,
    matcher,
)

_DURATION = r"(?:\d+(?:\.\d+)?(?:ms|[smhdwy]))+"
_TOKEN = re.compile(
    rf"""\s*(?:(?P<comment>\#[^\n]*)
    |(?P<range>\[[^\]]*\])
    |(?P<duration>{_DURATION})\b
    |(?P<number>0x[0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<word>[a-zA-Z_:][a-zA-Z0-9_:]*)
    |(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)
    |(?P<op>=~|!~|==|!=|<=|>=|[-+*/%^<>=(){{}},@]))""",
    re.VERBOSE,
)
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}
_RANGE = re.compile(rf"\[\s*({_DURATION})\s*(?:(:)\s*({_DURATION})?)?\s*\]")
AGGREGATES = ("sum", "min", "max", "avg", "count", "topk", "bottomk", "group", "stddev", "quantile")
_RANKS = {
    "or": 1,
    "and": 2,
    "unless": 2,
    "==": 3,
    "!=": 3,
    "<": 3,
    ">": 3,
    "<=": 3,
    ">=": 3,
    "+": 4,
    "-": 4,
    "*": 5,
    "/": 5,
    "%": 5,
    "^": 6,
}
COMPARISONS = ("==", "!=", "<", ">", "<=", ">=")
_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", '"': '"', "'": "'"}


def seconds(text: str) -> float:
    """A duration such as 5m or 1h30m; plain numbers are seconds."""
    if not re.fullmatch(_DURATION, text):
        try:
            return float(text)
        except ValueError:
            raise Unknown(f"cannot parse duration {text!r}") from None
    return sum(float(number) * _UNITS[unit] for number, unit in re.findall(r"([\d.]+)(ms|[smhdwy])", text))


def parse(text: str) -> Node:
    """Raises Unknown with a sentence."""
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = list(_lex(text))
        self._at = 0

    def whole(self) -> Node:
        found = self._expression(1)
        if self._at < len(self._tokens):
            raise Unknown(f"unexpected {self._peek()[1]!r} after the expression")
        return found

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "the end")

    def _next(self) -> tuple[str, str]:
        found = self._peek()
        self._at += 1
        return found

    def _take(self, value: str) -> bool:
        kind, found = self._peek()
        if kind in ("op", "word") and found == value:
            self._at += 1
            return True
        return False

    def _need(self, value: str) -> None:
        if not self._take(value):
            raise Unknown(f"expected {value!r}, found {self._peek()[1]!r}")

    # -- expressions ---------------------------------------------------------------------------------------------

    def _expression(self, lowest: int) -> Node:
        left = self._unary()
        while True:
            kind, op = self._peek()
            op = op.lower() if kind == "word" else op
            rank = _RANKS.get(op, 0) if kind in ("op", "word") else 0
            if rank < lowest or not rank:
                return left
            self._next()
            found = Binary(op, left, left)
            self._modify(found)
            found.right = self._expression(rank if op == "^" else rank + 1)
            left = found

    def _modify(self, found: Binary) -> None:
        found.as_bool = self._take("bool")
        if self._take("on"):
            found.on = self._names()
        elif self._take("ignoring"):
            found.ignoring = self._names()
        for word, side in (("group_left", "left"), ("group_right", "right")):
            if self._take(word):
                found.many = side
                found.include = self._names() if self._peek() == ("op", "(") else ()

    def _names(self) -> tuple[str, ...]:
        self._need("(")
        found = []
        while not self._take(")"):
            found.append(self._next()[1])
            self._take(",")
        return tuple(found)

    def _unary(self) -> Node:
        if self._take("-"):
            return Binary("*", Number(-1), self._expression(6))
        self._take("+")
        return self._ranged(self._primary())

    def _ranged(self, found: Node) -> Node:
        kind, text = self._peek()
        if kind == "range":
            self._next()
            parts = _RANGE.fullmatch(text)
            if not parts:
                raise Unknown(f"cannot parse the range {text}")
            window = seconds(parts[1])
            if parts[2]:
                found = Subquery(found, window, seconds(parts[3]) if parts[3] else 0)
            elif isinstance(found, Select) and not found.window:
                found = replace(found, window=window)
            else:
                found = Subquery(found, window, 0)
            return self._ranged(found)
        if self._take("offset"):
            negative = self._take("-")
            offset = seconds(self._next()[1]) * (-1 if negative else 1)
            if not isinstance(found, Select | Subquery):
                raise Unknown("the demo's evaluator knows offset only after a selector or a subquery")
            return replace(found, offset=offset)
        if self._peek() == ("op", "@"):
            raise Unknown("the demo's evaluator does not know the @ modifier")
        return found

    def _primary(self) -> Node:
        kind, text = self._next()
        if kind == "number":
            return Number(float(int(text, 16)) if text.startswith("0x") else float(text))
        if kind == "duration":
            return Number(seconds(text))
        if kind == "text":
            return Text(_unquote(text))
        if (kind, text) == ("op", "("):
            found = self._expression(1)
            self._need(")")
            return found
        if (kind, text) == ("op", "{"):
            return Select(self._matchers())
        if kind != "word":
            raise Unknown(f"unexpected {text!r}")
        if text.lower() in AGGREGATES and self._peek() in (("op", "("), ("word", "by"), ("word", "without")):
            return self._aggregate(text.lower())
        if self._peek() == ("op", "("):
            self._next()
            return Call(text, self._arguments())
        if text.lower() in ("nan", "inf"):
            return Number(float(text))
        named = Matcher("__name__", "=", text)
        return Select((named, *(self._matchers() if self._take("{") else ())))

    def _arguments(self) -> list[Node]:
        found: list[Node] = []
        while not self._take(")"):
            found.append(self._expression(1))
            if self._peek() != ("op", ")"):
                self._need(",")
        return found

    def _aggregate(self, op: str) -> Node:
        labels, without = self._grouping((), False)
        self._need("(")
        arguments = self._arguments()
        labels, without = self._grouping(labels, without)
        wanted = 2 if op in ("topk", "bottomk", "quantile") else 1
        if len(arguments) != wanted:
            raise Unknown(f"{op} takes {wanted} arguments, not {len(arguments)}")
        return Aggregate(op, arguments[-1], arguments[0] if wanted == 2 else None, labels, without)

    def _grouping(self, labels: tuple[str, ...], without: bool) -> tuple[tuple[str, ...], bool]:
        if self._take("by"):
            return self._names(), False
        if self._take("without"):
            return self._names(), True
        return labels, without

    def _matchers(self) -> tuple[Matcher, ...]:
        found = []
        while not self._take("}"):
            kind, label = self._next()
            if kind != "word":
                raise Unknown(f"expected a label, found {label!r}")
            op = self._next()[1]
            kind, value = self._next()
            if op not in ("=", "!=", "=~", "!~") or kind != "text":
                raise Unknown(f"cannot parse the filter {label}{op}{value}")
            found.append(matcher(label, op, _unquote(value)))
            self._take(",")
        return tuple(found)


def _lex(text: str) -> "list[tuple[str, str]]":
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        token = _TOKEN.match(text, at)
        if not token:
            raise Unknown(f"unparsed data left: {text[at : at + 40].strip()!r}")
        at = token.end()
        kind = str(token.lastgroup)
        if kind != "comment":
            found.append((kind, token[kind]))
    return found


def _unquote(text: str) -> str:
    if text.startswith("`"):
        return text[1:-1]
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], f"\\{found[1]}"), text[1:-1])
