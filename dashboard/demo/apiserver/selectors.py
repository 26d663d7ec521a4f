"""Label and field selectors, as the list and watch parameters carry them."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from dashboard.demo.apiserver.errors import bad_request

Labels = Mapping[str, str]
Test = Callable[[Labels], bool]

_SET = re.compile(r"^(?P<key>[^\s!=,()]+)\s+(?P<op>in|notin)\s+\((?P<values>[^()]*)\)$")
_EQUAL = re.compile(r"^(?P<key>[^\s!=,()]+)\s*(?P<op>==|!=|=)\s*(?P<value>[^\s!=,()]*)$")
_EXISTS = re.compile(r"^(?P<not>!?)\s*(?P<key>[^\s!=,()]+)$")


def labels(text: str) -> Test | None:
    """A test of an object's labels; None when everything passes."""
    tests = [_requirement(part) for part in _split(text)]
    return (lambda found: all(test(found) for test in tests)) if tests else None


def matches(selector: dict[str, Any] | None, found: Labels) -> bool:
    """A LabelSelector object. An empty one matches nothing, as k0rdent has it for services."""
    if not selector:
        return False
    wanted = selector.get("matchLabels") or {}
    if any(found.get(key) != value for key, value in wanted.items()):
        return False
    return all(_expression(each, found) for each in selector.get("matchExpressions") or [])


def _expression(each: dict[str, Any], found: Labels) -> bool:
    key, values = each["key"], each.get("values") or []
    match each["operator"]:
        case "In":
            return found.get(key) in values
        case "NotIn":
            return found.get(key) not in values
        case "Exists":
            return key in found
        case _:
            return key not in found


def _split(text: str) -> list[str]:
    """At commas outside parentheses."""
    return [part.strip() for part in re.split(r",(?![^(]*\))", text) if part.strip()]


def _requirement(part: str) -> Test:
    if found := _SET.match(part):
        key, values = found["key"], {value.strip() for value in found["values"].split(",")}
        if found["op"] == "in":
            return lambda labels: labels.get(key) in values
        return lambda labels: labels.get(key) not in values
    if found := _EQUAL.match(part):
        key, value = found["key"], found["value"]
        if found["op"] == "!=":
            return lambda labels: labels.get(key) != value
        return lambda labels: labels.get(key) == value
    if found := _EXISTS.match(part):
        key = found["key"]
        if found["not"]:
            return lambda labels: key not in labels
        return lambda labels: key in labels
    raise bad_request(f"unable to parse requirement: found '{part}', expected: '=', '!=', '==', 'in', 'notin'")


Field = tuple[str, bool, str]  # path, equal, value


def fields(text: str, known: frozenset[str]) -> list[Field]:
    """The requirements of a field selector; a field that this kind cannot be selected by is a 400."""
    found = []
    for part in _split(text):
        match = re.match(r"^([^=!\s]+)\s*(==|!=|=)\s*(.*)$", part)
        if not match:
            raise bad_request(f"invalid field selector {text!r}")
        path, operator, value = match.groups()
        if path not in known:
            raise bad_request(f"field label not supported: {path}")
        found.append((path, operator != "!=", value))
    return found


def field_value(manifest: Mapping[str, Any], path: str) -> str:
    """What is at a dotted path, as text; empty when there is nothing."""
    here: Any = manifest
    for step in path.split("."):
        here = here.get(step) if isinstance(here, Mapping) else None
    return "" if here is None else str(here)
