"""Problems: what is wrong, or worth knowing, about one field of what is asked."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error forbids sending, a warning is shown before it, a note says what was recognised."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Problem:
    """One sentence for one field. The empty field is the form as a whole.

    Fields are called as in the draft; within a list or the config by a path: `services/0/template`,
    `config/controlPlane/instanceType` (`~` and `/` in a key written ~0 and ~1, as in a JSON pointer).
    `detail` is the server's own sentence where the plain one is ours.
    """

    field: str
    sentence: str
    severity: Severity = Severity.ERROR
    detail: str = ""


def error(field: str, sentence: str) -> Problem:
    return Problem(field, sentence)


def warning(field: str, sentence: str) -> Problem:
    return Problem(field, sentence, Severity.WARNING)


def note(field: str, sentence: str) -> Problem:
    return Problem(field, sentence, Severity.NOTE)


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Those that forbid sending."""
    return [problem for problem in problems if problem.severity is Severity.ERROR]


def pointer(prefix: str, path: Iterable[str | int]) -> str:
    """The name of a field within another one."""
    return "/".join([prefix, *(str(step).replace("~", "~0").replace("/", "~1") for step in path)])


def steps(field: str) -> tuple[str, ...]:
    """The path within a field's name; the other way round."""
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in field.split("/")[1:])


def by_field(found: Iterable[Problem], names: Iterable[str]) -> dict[str, list[Problem]]:
    """Problems by the box that they belong to; what no box is for, under the empty name."""
    boxes = set(names)
    placed: dict[str, list[Problem]] = {}
    for problem in found:
        field = problem.field
        while field and field not in boxes:
            field = field.rpartition("/")[0]
        placed.setdefault(field, []).append(problem)
    return placed
