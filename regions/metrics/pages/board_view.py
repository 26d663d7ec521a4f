"""How regions side by side are looked at: narrowed by words, in an order, as a table by pages or as a heat map."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.http import QueryDict

from regions.domain.metrics.measures import Reading
from regions.metrics.pages.overview import FigureTable
from regions.metrics.pages.panels import ACROSS, PANELS
from regions.metrics.pages.values import Cell, FigureRow

ROWS = 50
"""Of a page of the table; the heat map shows all."""
STEPS = 6
"""Shades of the heat map, beside the tones of what asks for attention."""
TROUBLE, NAME = "trouble", "name"


@dataclass(frozen=True, slots=True)
class BoardView:
    """What was asked for, and the lines that it leaves; `total` fit the words."""

    text: str
    sort: str
    heat: bool
    page: int
    table: FigureTable
    total: int
    of: int

    @property
    def orders(self) -> list[tuple[str, str, bool]]:
        """(value, words, whether it is the one) of the choice of an order."""
        found = [(TROUBLE, "What asks for attention"), (NAME, "Name")]
        found += [(key, f"{PANELS[key].title}, {'least' if PANELS[key].least else 'most'} first") for key in ACROSS]
        return [(value, words, value == self.sort) for value, words in found]

    @property
    def needed(self) -> bool:
        """There is enough to choose from."""
        return self.of > 8

    @property
    def pages(self) -> int:
        return 1 if self.heat else max(1, -(-self.total // ROWS))

    @property
    def first(self) -> int:
        return (self.page - 1) * ROWS + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.total, self.page * ROWS)


def look_at(table: FigureTable, asked: QueryDict) -> BoardView:
    """The lines of this table that were asked for; what makes no sense is as if it were not asked."""
    text = asked.get("search", "").strip()
    sort = asked.get("sort", TROUBLE)
    sort = sort if sort in (TROUBLE, NAME, *ACROSS) else TROUBLE
    heat = asked.get("shown") == "heat"
    fitting = [line for line in table.lines if text.lower() in f"{line.title} {line.stores}".lower()]
    if sort == NAME:
        fitting.sort(key=lambda line: line.title)
    elif sort != TROUBLE:
        fitting.sort(key=lambda line: _by_figure(line, sort))
    number = asked.get("page", "1")
    pages = max(1, -(-len(fitting) // ROWS))
    page = min(max(1, int(number)), pages) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    shown = _shaded(fitting) if heat else fitting[(page - 1) * ROWS : page * ROWS]
    return BoardView(text, sort, heat, page, replace(table, lines=tuple(shown)), len(fitting), len(table.lines))


def _by_figure(line: FigureRow, key: str) -> tuple[bool, float, str]:
    """Worst first; those without it last."""
    value = _value(next(cell for cell in line.cells if cell.key == key))
    if value is None:
        return True, 0.0, line.title
    return False, value if PANELS[key].least else -value, line.title


def _value(cell: Cell) -> float | None:
    return cell.figure.value if isinstance(cell.figure, Reading) else None


def _shaded(lines: list[FigureRow]) -> list[FigureRow]:
    """With a shade for each cell, from the least to the most of its column."""
    spans = {key: _span([cell for line in lines for cell in line.cells if cell.key == key]) for key in ACROSS}
    return [replace(line, cells=tuple(replace(cell, heat=_heat(cell, spans)) for cell in line.cells)) for line in lines]


def _span(cells: list[Cell]) -> tuple[float, float]:
    values = [value for cell in cells if (value := _value(cell)) is not None]
    return (min(values), max(values)) if values else (0.0, 0.0)


def _heat(cell: Cell, spans: Mapping[str, tuple[float, float]]) -> int | None:
    value, (low, high) = _value(cell), spans[cell.key]
    if value is None:
        return None
    return 0 if high <= low else min(STEPS - 1, int((value - low) / (high - low) * STEPS))
