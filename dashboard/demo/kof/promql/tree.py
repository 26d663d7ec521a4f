"""An expression, parsed."""

import re
from dataclasses import dataclass, field


class Unknown(Exception):
    """An expression that is wrong, or of which the demo's evaluator knows nothing: the sentence says which part."""


@dataclass(frozen=True, slots=True)
class Matcher:
    label: str
    op: str  # = != =~ !~
    value: str
    pattern: "re.Pattern[str] | None" = None

    def takes(self, value: str) -> bool:
        if self.pattern is not None:
            return bool(self.pattern.fullmatch(value)) == (self.op == "=~")
        return (value == self.value) == (self.op == "=")


def matcher(label: str, op: str, value: str) -> Matcher:
    if op not in ("=~", "!~"):
        return Matcher(label, op, value)
    try:
        return Matcher(label, op, value, re.compile(value))
    except re.error as error:
        raise Unknown(f"cannot parse the regular expression {value!r}: {error}") from None


@dataclass(slots=True, eq=False)
class Node:
    """Compared by identity: what a selector found is remembered by it."""


@dataclass(slots=True, eq=False)
class Number(Node):
    value: float


@dataclass(slots=True, eq=False)
class Text(Node):
    value: str


@dataclass(slots=True, eq=False)
class Select(Node):
    matchers: tuple[Matcher, ...]
    window: float = 0  # seconds; 0: an instant
    offset: float = 0


@dataclass(slots=True, eq=False)
class Subquery(Node):
    inner: Node
    window: float
    step: float
    offset: float = 0


@dataclass(slots=True, eq=False)
class Call(Node):
    name: str
    arguments: list[Node]


@dataclass(slots=True, eq=False)
class Aggregate(Node):
    op: str
    inner: Node
    parameter: Node | None
    labels: tuple[str, ...]
    without: bool


@dataclass(slots=True, eq=False)
class Binary(Node):
    op: str
    left: Node
    right: Node
    as_bool: bool = False
    on: tuple[str, ...] | None = None
    ignoring: tuple[str, ...] = ()
    many: str = ""  # left or right: which side has several of each
    include: tuple[str, ...] = field(default=())
