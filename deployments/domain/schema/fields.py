"""One field of a generated form: what it asks, and how its value is written in one box of text.

An empty box always means: as the template has it. So what is otherwise empty is written out: `""` is the empty text,
`[]` the empty list, `null` nothing at all. What a box cannot say stays in the form's YAML (`Form.rest`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from json import dumps
from typing import Any

from deployments.domain import safe_yaml
from deployments.domain.findings import pointer
from deployments.domain.schema.values import Path

NULL = "null"


class Widget(StrEnum):
    """How a field is drawn."""

    TEXT = "text"
    NUMBER = "number"
    SWITCH = "switch"  # three choices: as the template has it, yes, no
    CHOICE = "choice"
    LINES = "lines"  # one text a line
    YAML = "yaml"


class Unreadable(ValueError):
    """What was typed is no value of this field. The text is a sentence."""


@dataclass(frozen=True, slots=True)
class Field:
    """`default` is the template's value (`has_default` False: it has none); `text` what the box holds at first."""

    path: Path
    widget: Widget
    label: str
    help: str = ""
    required: bool = False  # the cluster does not come up without it, and the template has no value for it
    default: Any = None
    has_default: bool = False
    text: str = ""
    nullable: bool = False
    whole: bool = False  # numbers: no fractions
    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str = ""
    choices: tuple[Any, ...] = ()
    examples: tuple[str, ...] = ()
    advanced: bool = False
    schema: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name in HTML and in problems: `config/controlPlane/instanceType`."""
        return pointer("config", self.path)

    @property
    def placeholder(self) -> str:
        """The template's value, as it would be written in the box; empty when the template has none."""
        if not self.has_default or self.default in ("", None) or self.default == [] or self.default == {}:
            return self.examples[0] if self.examples else ""
        return self.write(self.default) or ""

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """For switches and choices: what is posted and what is shown, the template's own first (posted empty)."""
        own = "as the template has it"
        if self.widget is Widget.SWITCH:
            said = {True: "yes", False: "no"}.get(self.default) if isinstance(self.default, bool) else None
            own = f"{said} (the template's)" if said else own
            return (("", own), ("true", "yes"), ("false", "no"))
        if self.widget is not Widget.CHOICE:
            return ()
        if self.has_default and any(safe_yaml.same(self.default, choice) for choice in self.choices):
            own = f"{self.default if self.default != '' else 'none'} (the template's)"
        elif self.required:
            own = "choose"
        shown = [
            (text, "none" if choice == "" else str(choice))
            for choice in self.choices
            if (text := self.write(choice)) is not None
        ]
        return (("", own), *shown)

    def write(self, value: Any) -> str | None:
        """The value as text for the box; None when the box cannot say it."""
        if value is None:
            return NULL if self.nullable or self.widget is Widget.YAML else None
        match self.widget:
            case Widget.SWITCH:
                return {True: "true", False: "false"}[value] if isinstance(value, bool) else None
            case Widget.NUMBER:
                if isinstance(value, bool) or not isinstance(value, int | float):
                    return None
                return None if self.whole and value != int(value) else repr(value)
            case Widget.CHOICE:
                fits = any(safe_yaml.same(value, choice) for choice in self.choices)
                return _quoted(value) if fits and isinstance(value, str) else None
            case Widget.TEXT:
                return _quoted(value) if isinstance(value, str) else None
            case Widget.LINES:
                return _lines(value) if isinstance(value, list) else None
        return safe_yaml.dump(value).removesuffix("\n")

    def read(self, text: str) -> Any:
        """The value of a box that is not empty. Raises `Unreadable`."""
        text = text.replace("\r\n", "\n")
        said = text.strip()
        if said == NULL and self.nullable:
            return None
        match self.widget:
            case Widget.SWITCH:
                if said.lower() not in ("true", "false"):
                    raise Unreadable("Choose yes or no.")
                return said.lower() == "true"
            case Widget.NUMBER:
                return _number(said, self.whole)
            case Widget.CHOICE:
                return self._choice(said)
            case Widget.TEXT:
                return _unquoted(said)
            case Widget.LINES:
                return _from_lines(text)
        try:
            return safe_yaml.load(text)
        except safe_yaml.NotPlain as problem:
            raise Unreadable(f"This cannot be read: {problem}.") from None

    def surprises(self, text: str) -> tuple[safe_yaml.Surprise, ...]:
        """What in a box that could be read is not what it looks like; only YAML has such spellings."""
        return safe_yaml.read(text)[1] if self.widget is Widget.YAML else ()

    def _choice(self, said: str) -> Any:
        value = _unquoted(said)
        if value in self.choices:
            return value
        raise Unreadable(f"Choose one of {', '.join(str(one) for one in self.choices if one != '')}.")


def _quoted(value: str) -> str | None:
    plainly = value == value.strip() and value not in ("", NULL) and not value.startswith('"') and "\r" not in value
    return value if plainly else dumps(value, ensure_ascii=False)


def _unquoted(said: str) -> str:
    if said.startswith('"') and said.endswith('"') and len(said) > 1:
        try:
            value = safe_yaml.load_json(said)
        except safe_yaml.NotPlain:
            return said
        return value if isinstance(value, str) else said
    return said


def _number(said: str, whole: bool) -> int | float:
    try:
        number = float(said)
    except ValueError:
        number = float("nan")
    digits = said.lstrip("+-")
    if not digits.isascii() or number != number or number in (float("inf"), float("-inf")):
        raise Unreadable("Enter a whole number." if whole else "Enter a number.")
    if digits.isdigit():
        return int(said)
    if whole and number == int(number):
        return int(number)
    if whole:
        raise Unreadable("Enter a whole number.")
    return number


def _lines(value: list[Any]) -> str | None:
    if not all(isinstance(member, str) for member in value):
        return None
    simple = (
        value
        and not value[0].startswith("[")
        and all(member and member == member.strip() and "\n" not in member and "\r" not in member for member in value)
    )
    return "\n".join(value) if simple else dumps(value, ensure_ascii=False)


def _from_lines(text: str) -> list[str]:
    said = text.strip()
    if said.startswith("["):
        try:
            value = safe_yaml.load_json(said)
        except safe_yaml.NotPlain:
            value = None
        if not isinstance(value, list) or not all(isinstance(member, str) for member in value):
            raise Unreadable("Write one a line, or a JSON list of texts.")
        return [str(member) for member in value]
    return [line.strip() for line in said.split("\n") if line.strip()]


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together. A folded group is closed until somebody opens it."""

    key: str
    title: str
    help: str
    fields: tuple[Field, ...]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A template's values as fields, in groups, what has to be filled first.

    `rest` is one more YAML field for whatever no other field can say; it is laid over the others' answers.
    `note` says why there is only YAML, when a template has no schema that can be read.
    """

    groups: tuple[Group, ...]
    rest: Field
    note: str = ""

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(one for group in self.groups for one in group.fields)

    def field_of(self, name: str) -> Field:
        """The field that a problem's name belongs to: itself, what holds it, or, when there is none, the rest."""
        holding = [one for one in self.fields if name == one.name or name.startswith(one.name + "/")]
        return max(holding, key=lambda one: len(one.name), default=self.rest)

    @property
    def data(self) -> dict[str, str]:
        """What the untouched form posts."""
        return {one.name: one.text for one in (*self.fields, self.rest)}
