"""What a list is asked for, read from its address. What makes no sense is left out and said, one sentence each."""

from collections.abc import Iterable, Sequence
from typing import Protocol

MOST_PAGES = 10**6
MOST_TEXT = 253


class Query(Protocol):
    """A query string: every name may have several values."""

    def getlist(self, name: str) -> Sequence[str]: ...


class Parameters:
    """Reads a query string by the names that stand in an address; `problems` has a sentence for each bad one."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self.problems: dict[str, str] = {}

    def values(self, name: str) -> tuple[str, ...]:
        """All that was said under this name, each once; blank ones are none."""
        return tuple(dict.fromkeys(value for value in self._query.getlist(name) if value.strip()))

    def text(self, name: str = "search") -> str:
        """Words to search by."""
        return " ".join(self.values(name))[:MOST_TEXT].strip()

    def any_of(self, name: str, known: Iterable[str], what: str) -> tuple[str, ...]:
        """Values of a closed set, whatever their case. `what` names one of them in words."""
        meant = {str(value).lower(): str(value) for value in known}
        said = self.values(name)
        if strange := [value for value in said if value.lower() not in meant]:
            self.problems[name] = f"{strange[0]!r} is no {what}; these are: {', '.join(meant.values())}."
        return tuple(dict.fromkeys(meant[value.lower()] for value in said if value.lower() in meant))

    def ordering(self, known: Sequence[str], default: str) -> str:
        """What to order by, a minus before it for the other way round."""
        sort = (self.values("ordering") or (default,))[-1]
        if sort.removeprefix("-") in known:
            return sort
        said = f"{sort!r} is nothing to order by; these are: {', '.join(known)}, each also with a minus."
        self.problems["ordering"] = said
        return default

    def page(self) -> int:
        """Which page, from 1 on."""
        return self._number("page", 1, MOST_PAGES, "A page is a number from 1 on.")

    def page_size(self, default: int, most: int) -> int:
        return self._number("page_size", default, most, f"A page has between 1 and {most} rows.")

    def _number(self, name: str, default: int, most: int, sentence: str) -> int:
        values = self.values(name)
        if not values:
            return default
        value = values[-1]
        if value.isascii() and value.isdigit() and len(value) < 10 and 1 <= int(value) <= most:
            return int(value)
        self.problems[name] = sentence
        return default
