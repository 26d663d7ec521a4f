"""Lists a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

SIZE = 50
"""Rows of a page, unless its address says otherwise."""


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows of a list of `total` are shown. A number beyond the last page means the last one."""

    asked: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def number(self) -> int:
        return min(self.asked, self.pages)

    @property
    def start(self) -> int:
        """How many rows lie before it."""
        return (self.number - 1) * self.size

    @property
    def first(self) -> int:
        """The place of its first row, from 1 on; 0 when there is none."""
        return self.start + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.start + self.size, self.total)

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.number < self.pages else None

    def of(self, rows: Sequence[T]) -> tuple[T, ...]:
        """The rows of this page, out of all of them."""
        return tuple(rows[self.start : self.start + self.size])
