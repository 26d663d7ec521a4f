"""YAML and JSON between people and manifests: plain data both ways, the same again after a round.

Words are text (`no` is Norway), numbers are numbers, and nothing is run, aliased or unbounded.
"""

import json
import math
import re
from typing import Any

import yaml

from regions.kube import plainyaml
from regions.kube.plainyaml import LARGEST, NotPlain

__all__ = ["LARGEST", "NotPlain", "dump", "load", "load_json", "same"]

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_NUMBERLIKE = re.compile(r"[-+]?\.?[0-9][-+0-9a-fA-FxXoO_.:eE]*|[-+]?\.(?:inf|nan)", re.IGNORECASE)
_TAG = "tag:yaml.org,2002:"


def load(text: str) -> Any:
    """Plain data from one YAML document (JSON is one too). Raises `NotPlain`; takes bounded time and memory."""
    return _typed(plainyaml.load(text.replace("\r\n", "\n")))


def _typed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _typed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_typed(member) for member in value]
    if isinstance(value, plainyaml.Number):
        return _number(str(value))
    return value


def _number(text: str) -> Any:
    if _INT.fullmatch(text) and len(text) < 20:
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text  # a date, a version, an octal number: what was typed


class _Dumper(yaml.SafeDumper):
    """Block text for lines, and quotes around whatever another reader could take for a number or a truth value."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, value: str) -> yaml.Node:
    if "\n" in value and not re.search(r"[ \t]+\n|\t|\r|[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd]", value):
        return dumper.represent_scalar(_TAG + "str", value, style="|")
    style = '"' if _NUMBERLIKE.fullmatch(value) else None
    return dumper.represent_scalar(_TAG + "str", value, style=style)


_Dumper.add_representer(str, _text)


def dump(value: Any) -> str:
    """YAML text of plain data; `load` and kubectl read the same out of it. Keys keep their order."""
    text: str = yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=110
    )
    # A lone scalar ends with a document marker that says nothing.
    return text.removesuffix("...\n")


def load_json(text: str) -> Any:
    """Plain data from JSON. Raises `NotPlain`."""
    if len(text) > LARGEST:
        raise NotPlain(f"it is larger than {LARGEST // 1024} KiB")
    try:
        return json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise NotPlain(f"it is not JSON (line {error.lineno})") from None
    except (ValueError, RecursionError):
        raise NotPlain("it is not JSON") from None


def _refuse(word: str) -> Any:
    raise ValueError(word)


def copied(value: Any) -> Any:
    """A deep copy of plain data."""
    if isinstance(value, dict):
        return {key: copied(inner) for key, inner in value.items()}
    return [copied(member) for member in value] if isinstance(value, list | tuple) else value


def same(left: Any, right: Any) -> bool:
    """Equal as JSON: true is not 1, but 1 is 1.0."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(same(*pair) for pair in zip(left, right, strict=True))
    return bool(left == right)
