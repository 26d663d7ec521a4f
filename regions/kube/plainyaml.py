"""YAML from strangers: mappings, lists and scalars as kubectl reads them; no aliases, no tags, no surprises in size."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from yaml import MarkedYAMLError, YAMLError
from yaml.composer import Composer
from yaml.events import AliasEvent, MappingStartEvent, SequenceStartEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import Resolver
from yaml.scanner import Scanner

from regions.kube import scalars

LARGEST = 256 * 1024
MOST_NODES = 5000
DEEPEST = 12

_MERGE = "tag:yaml.org,2002:merge"


class NotPlain(ValueError):
    """What was given is not plain YAML. The text is a clause without anything of what was given but a line number."""


@dataclass(frozen=True, slots=True)
class PlainScalar:
    """A scalar written without quotes, as kubectl reads it. Lines and columns count from 0."""

    text: str
    value: scalars.Scalar
    line: int
    column: int
    is_key: bool = False


class _Loader(Reader, Scanner, Parser, Composer, Resolver):
    """PyYAML as far as nodes: its constructors never run."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)
        Resolver.__init__(self)
        self._nodes = 0
        self._depth = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None:
            raise NotPlain(f"it uses an anchor or an alias (line {line})")
        if getattr(event, "tag", None) is not None:
            raise NotPlain(f"it uses a tag (line {line})")
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise NotPlain(f"it has more than {MOST_NODES} values")
        deeper = isinstance(event, MappingStartEvent | SequenceStartEvent)
        self._depth += deeper
        if self._depth > DEEPEST:
            raise NotPlain(f"it is nested more than {DEEPEST} levels deep (line {line})")
        node: Node | None = super().compose_node(parent, index)
        self._depth -= deeper
        return node


def load(given: str | bytes, see: Callable[[PlainScalar], Any] = lambda plain: plain.value) -> Any:
    """Plain data from one YAML document. Raises `NotPlain`; opens nothing and takes bounded time and memory.

    `see` is told of each scalar without quotes, keys included, and says what stands for it (of a key it says nothing).
    """
    node = _composed(given)
    return None if node is None else _data(node, see)


def places(given: str) -> dict[tuple[str | int, ...], tuple[int, int]]:
    """Where each key and member stands: its path, to line and column from 0. Raises `NotPlain`."""
    node = _composed(given)
    return {} if node is None else dict(_places(node, ()))


def _places(node: Node, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], tuple[int, int]]]:
    inner: Iterable[tuple[str | int, Node, Node]] = ()
    if isinstance(node, MappingNode):
        inner = [(_key(key, lambda plain: None), key, value) for key, value in node.value]
    elif isinstance(node, SequenceNode):
        inner = [(place, member, member) for place, member in enumerate(node.value)]
    for step, where, value in inner:
        yield (*path, step), (where.start_mark.line, where.start_mark.column)
        yield from _places(value, (*path, step))


def _composed(given: str | bytes) -> Node | None:
    if len(given) > LARGEST:
        raise NotPlain(f"it is larger than {LARGEST // 1024} KiB")
    try:
        text = given.decode("utf-8-sig") if isinstance(given, bytes) else given
    except UnicodeDecodeError:
        raise NotPlain("it is not UTF-8 text") from None
    try:
        return _Loader(text).get_single_node()
    except MarkedYAMLError as error:
        # Its own message quotes the text, which holds keys and tokens.
        mark = error.problem_mark or error.context_mark
        where = f" (line {mark.line + 1})" if mark else ""
        if error.context == "expected a single document in the stream":
            raise NotPlain(f"it holds more than one YAML document{where}") from None
        raise NotPlain(f"it is not YAML{where}") from None
    except NotPlain:
        raise
    except (YAMLError, ValueError, RecursionError):
        raise NotPlain("it is not YAML") from None


def _data(node: Node, see: Callable[[PlainScalar], Any]) -> Any:
    line = node.start_mark.line + 1
    if isinstance(node, MappingNode):
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = _key(key_node, see)
            if key in found:
                raise NotPlain(f"it has the same key twice (line {key_node.start_mark.line + 1})")
            found[key] = _data(value_node, see)
        return found
    if isinstance(node, SequenceNode):
        return [_data(child, see) for child in node.value]
    if not isinstance(node, ScalarNode):
        raise NotPlain(f"it has something that is neither text nor list nor mapping (line {line})")
    if node.style is not None:  # written with quotes, or as a block
        return str(node.value)
    try:
        value = scalars.resolve(node.value)
    except scalars.NotFinite:
        raise NotPlain(f"it has a number that is infinite or none, which JSON cannot say (line {line})") from None
    return see(PlainScalar(node.value, value, node.start_mark.line, node.start_mark.column))


def _key(node: Node, see: Callable[[PlainScalar], Any]) -> str:
    line = node.start_mark.line
    if not isinstance(node, ScalarNode):
        raise NotPlain(f"it has a key that is not text (line {line + 1})")
    if node.tag == _MERGE:
        raise NotPlain(f"it merges mappings with << (line {line + 1})")
    if node.style is not None:
        return str(node.value)
    try:
        key = scalars.key(node.value)
    except ValueError:
        raise NotPlain(f"it has a key that is not text (line {line + 1})") from None
    see(PlainScalar(node.value, key, line, node.start_mark.column, is_key=True))
    return key
