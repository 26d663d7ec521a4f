"""Columns to filter by, and how many there would be of each of their values."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from regions.domain import health_scale
from regions.domain.refs import MANAGEMENT, short_name

MOST = 100
"""Options of one facet: a fleet has more namespaces than anybody reads through."""

MOST_GONE = 10
"""Values of which it is asked whether anything has them still."""


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a facet: how many there would be with it, given all other filters."""

    value: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A column to filter by."""

    name: str
    title: str
    options: tuple[Option, ...]

    @property
    def chosen(self) -> str:
        """What is selected, in words."""
        found = [option.label for option in self.options if option.selected]
        return ", ".join(found[:2]) + (f" +{len(found) - 2}" if len(found) > 2 else "")


def label(value: str) -> str:
    """A value as an option says it."""
    return short_name(value) if value == MANAGEMENT else health_scale.label(value) or "none"


def gone(facets: Iterable[Facet], what: str, there: Callable[[str, str], bool]) -> tuple[str, ...]:
    """A sentence for each chosen value that no object has, whatever else is filtered by; `there` asks for one value of
    one facet, and is asked only where a count is zero."""
    chosen = ((one, option) for one in facets for option in one.options if option.selected and not option.count)
    return tuple(
        f"{one.title} “{option.label}” is of no {what} here: it is gone, or not yours to see."
        for one, option in list(chosen)[:MOST_GONE]
        if not there(one.name, option.value)
    )


def facet(
    name: str,
    title: str,
    counts: Mapping[str, int],
    chosen: Collection[str],
    *,
    order: Iterable[str] = (),
    words: Callable[[str], str] = label,
) -> Facet:
    """A facet of these counts. Its values in `order`; without one what is chosen first, then by how many there are."""
    known = list(order) or sorted(counts, key=lambda value: (value not in chosen, -counts[value], value))
    shown = [value for value in known if value in counts][:MOST]
    return Facet(name, title, tuple(Option(value, words(value), counts[value], value in chosen) for value in shown))
