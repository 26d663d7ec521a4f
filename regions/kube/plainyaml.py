"""YAML from strangers: mappings, lists, text, true, false and nothing; no aliases, no tags, no surprises in size."""

from typing import Any

from yaml import MarkedYAMLError, YAMLError
from yaml.composer import Composer
from yaml.events import AliasEvent, MappingStartEvent, SequenceStartEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import Resolver
from yaml.scanner import Scanner

LARGEST = 256 * 1024
MOST_NODES = 5000
DEEPEST = 12

_TAG = "tag:yaml.org,2002:"
_EMPTY = {"", "~", "null", "Null", "NULL"}
_NUMBERS = {_TAG + "int", _TAG + "float", _TAG + "timestamp"}
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


class NotPlain(ValueError):
    """What was given is not plain YAML. The text is a clause without anything of what was given but a line number."""


class Number(str):
    """A plain scalar that YAML reads as a number or a date: not the text that it looks like."""


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


def load(given: str | bytes) -> Any:
    """Plain data from one YAML document. Raises `NotPlain`; opens nothing and takes bounded time and memory."""
    if len(given) > LARGEST:
        raise NotPlain(f"it is larger than {LARGEST // 1024} KiB")
    try:
        text = given.decode("utf-8-sig") if isinstance(given, bytes) else given
    except UnicodeDecodeError:
        raise NotPlain("it is not UTF-8 text") from None
    try:
        node = _Loader(text).get_single_node()
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
    return None if node is None else _plain(node)


def _plain(node: Node) -> Any:
    line = node.start_mark.line + 1
    if isinstance(node, MappingNode):
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            at = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                raise NotPlain(f"it has a key that is not text (line {at})")
            if key_node.tag == _TAG + "merge":
                raise NotPlain(f"it merges mappings with << (line {at})")
            if key_node.value in found:
                raise NotPlain(f"it has the same key twice (line {at})")
            found[key_node.value] = _plain(value_node)
        return found
    if isinstance(node, SequenceNode):
        return [_plain(child) for child in node.value]
    if not isinstance(node, ScalarNode):
        raise NotPlain(f"it has something that is neither text nor list nor mapping (line {line})")
    if node.style is None:  # written without quotes
        if node.value in _EMPTY:
            return None
        if node.value in _BOOLEANS:
            return _BOOLEANS[node.value]
        if node.tag in _NUMBERS:
            return Number(node.value)
    return str(node.value)
