"""Several things side by side: each a mapping of what is to be compared, by section; a row for each key of any."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deployments.domain import safe_yaml

LONGEST = 200
MOST = 400  # rows of a section

Facts = Mapping[str, Mapping[str, str]]
"""By section, then by key: how it is written. What is not there has no key."""


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """`values` in the order of the columns; None: it has none."""

    key: str
    values: tuple[str | None, ...]

    @property
    def differs(self) -> bool:
        return len(set(self.values)) > 1


@dataclass(frozen=True, slots=True)
class ComparedSection:
    title: str
    rows: tuple[ComparedRow, ...]
    left_out: int = 0

    @property
    def different(self) -> tuple[ComparedRow, ...]:
        return tuple(row for row in self.rows if row.differs)


def compared(columns: Sequence[Facts]) -> tuple[ComparedSection, ...]:
    """Sections and keys in the order in which they are first met."""
    titles = dict.fromkeys(title for facts in columns for title in facts)
    return tuple(_section(title, [facts.get(title, {}) for facts in columns]) for title in titles)


def _section(title: str, columns: Sequence[Mapping[str, str]]) -> ComparedSection:
    keys = list(dict.fromkeys(key for facts in columns for key in facts))
    rows = [ComparedRow(key, tuple(facts.get(key) for facts in columns)) for key in keys]
    rows.sort(key=lambda row: not row.differs)  # stable: what differs is met first, and is never what is left out
    return ComparedSection(title, tuple(rows[:MOST]), max(0, len(rows) - MOST))


def flat(value: Any) -> dict[str, str]:
    """A mapping's leaves by their path, as YAML writes them: `worker.instanceType`, `zones[0]`."""
    return dict(_leaves(value, ""))


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple) and value:
        for place, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{place}]")
    elif path:
        text = safe_yaml.dump(value).rstrip("\n")
        yield path, text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
