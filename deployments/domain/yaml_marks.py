"""What is wrong with a deployment's YAML, at the lines that say it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from deployments.domain import safe_yaml
from deployments.domain.findings import Problem, steps
from deployments.domain.pasted import FIELD

_AT = {
    "name": ("metadata", "name"),
    "labels": ("metadata", "labels"),
    "credential": ("spec", "credential"),
    "template": ("spec", "template"),
    "config": ("spec", "config"),
    "services": ("spec", "serviceSpec", "services"),
    "validate_only": ("spec", "dryRun"),
    "propagate_credentials": ("spec", "propagateCredentials"),
    "cleanup_on_deletion": ("spec", "cleanupOnDeletion"),
}
_LINE = re.compile(r"\(line (\d+)\)")
_SAID_BY_SPELLING = re.compile(r"Line \d+: |\d+ more values without quotes")

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """One sentence at one place. Lines count from 1, columns from 0."""

    line: int
    column: int
    severity: str
    sentence: str


def marks(text: str, problems: Iterable[Problem]) -> list[Mark]:
    """Each problem at its line, and each treacherous spelling at its own, in the order of the text."""
    try:
        places = safe_yaml.places(text)
        surprises = safe_yaml.read(text)[1]
    except safe_yaml.NotPlain:
        places, surprises = {}, ()
    found = [Mark(one.line + 1, one.column, "warning", one.sentence) for one in surprises]
    found += _placed(places, problems)
    return sorted(dict.fromkeys(found), key=lambda one: (one.line, one.column))


def _placed(places: dict[Path, tuple[int, int]], problems: Iterable[Problem]) -> Iterator[Mark]:
    for one in problems:
        if _SAID_BY_SPELLING.match(one.sentence):
            continue
        if said := _LINE.search(one.sentence):
            yield Mark(int(said[1]), 0, one.severity, one.sentence)
            continue
        line, column = _place(places, _path(one.field))
        yield Mark(line + 1, column, one.severity, one.sentence)


def _path(field: str) -> Path:
    head = field.split("/", 1)[0]
    if head == FIELD:
        return steps(field)
    if head not in _AT:
        return ()
    return (*_AT[head], *(int(step) if head == "services" and step.isdigit() else step for step in steps(field)))


def _place(places: dict[Path, tuple[int, int]], path: Path) -> tuple[int, int]:
    """Of what stands there, else of what it would stand in."""
    return next((places[path[:end]] for end in range(len(path), 0, -1) if path[:end] in places), (0, 0))
