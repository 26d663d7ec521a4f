"""YAML and JSON between people and manifests: plain data both ways, the same again after a round.

Read as kubectl reads it (`regions/kube/scalars.py`), so that what is pasted here is what it would have sent; nothing is
run, aliased or unbounded.
"""

import json
import math
import re
from dataclasses import dataclass
from typing import Any

import yaml

from regions.kube import plainyaml, scalars
from regions.kube.plainyaml import LARGEST, NotPlain, places

__all__ = ["LARGEST", "NotPlain", "Surprise", "copied", "dump", "load", "load_json", "places", "read", "same"]

_NUMBERLIKE = re.compile(r"[-+]?\.?[0-9][-+0-9a-fA-FxXoO_.:eE]*|[-+]?\.(?:inf|nan)", re.IGNORECASE)
_TAG = "tag:yaml.org,2002:"
_SAID_SO = frozenset(("true", "false", "True", "False", "TRUE", "FALSE"))


@dataclass(frozen=True, slots=True)
class Surprise:
    """A scalar without quotes that is read as something that it does not look like. Lines and columns count from 0."""

    line: int
    column: int
    text: str
    reading: str

    @property
    def sentence(self) -> str:
        """What is so, and what to do where it was not meant."""
        said = self.text if len(self.text) <= 40 else f"{self.text[:40]}…"
        return (
            f"Line {self.line + 1}: kubectl reads {said} as {self.reading}, and so does Pane; put quotes around text."
        )


def load(text: str) -> Any:
    """Plain data from one YAML document (JSON is one too). Raises `NotPlain`; takes bounded time and memory."""
    return read(text)[0]


def read(text: str) -> tuple[Any, tuple[Surprise, ...]]:
    """The data, and which spellings in it are treacherous, in their order. Raises `NotPlain`."""
    found: list[Surprise] = []

    def see(plain: plainyaml.PlainScalar) -> Any:
        if _is_treacherous(plain):
            found.append(Surprise(plain.line, plain.column, plain.text, scalars.written(plain.value)))
        return plain.value

    data = plainyaml.load(text.replace("\r\n", "\n"), see)
    return data, tuple(found)


def _is_treacherous(plain: plainyaml.PlainScalar) -> bool:
    """`no` for false, `012` for ten, `1.20` for 1.2; not `true`, `5` or nothing at all."""
    if plain.is_key:
        return plain.value != plain.text
    if isinstance(plain.value, bool):
        return plain.text not in _SAID_SO
    return isinstance(plain.value, int | float) and scalars.written(plain.value) != plain.text


class _Dumper(yaml.SafeDumper):
    """Block text for lines, and quotes around whatever another reader could take for a number or a truth value."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, value: str) -> yaml.Node:
    if "\n" in value and not re.search(r"[ \t]+\n|\t|\r|[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd]", value):
        return dumper.represent_scalar(_TAG + "str", value, style="|")
    style = '"' if _NUMBERLIKE.fullmatch(value) else None if scalars.is_text(value) else "'"
    return dumper.represent_scalar(_TAG + "str", value, style=style)


def _float(dumper: _Dumper, value: float) -> yaml.Node:
    """As kubectl writes the number that it reads (9 for 9.0): whoever opens the box again is warned of nothing."""
    if not math.isfinite(value):
        return dumper.represent_float(value)
    text = scalars.written(scalars.resolve(repr(value)))
    return dumper.represent_scalar(dumper.resolve(yaml.ScalarNode, text, (True, False)), text)  # type: ignore[no-untyped-call]


_Dumper.add_representer(str, _text)
_Dumper.add_representer(float, _float)


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
