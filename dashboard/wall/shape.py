"""How many tiles stand beside each other, so that all of them fit a screen. Plain arithmetic on their number."""

from dataclasses import dataclass, replace
from math import ceil, log

# Width by height of what is left for tiles beside headline and foot, and the shape that a tile reads best in.
LANDSCAPE, PORTRAIT = 1860 / 800, 1040 / 1430
DENSITIES = ((4, "roomy", 1.7), (12, "wide", 1.7), (30, "close", 1.8), (80, "dense", 2.0))
PAGE = 60
"""Tiles that are read from five metres on a screen of 1080 lines; of more, such a screen shows a page at a time."""
DENSEST = ("packed", 2.5)  # two lines a tile, so it is the width that names need


@dataclass(frozen=True, slots=True)
class Shape:
    """Columns on a landscape and on a portrait screen, and how much a tile may say."""

    columns: int
    upright: int
    density: str

    page: "Shape | None" = None  # of one page, where a small screen cannot show all at once
    size: int = 0  # tiles of that page

    @property
    def classes(self) -> str:
        return f"cols-{self.columns} upright-{self.upright} {self.density}"


def shape(tiles: int) -> Shape:
    """The shape of a wall of so many tiles."""
    found = _shape(max(1, tiles))
    if found.density != DENSEST[0]:
        return found
    size = ceil(tiles / ceil(tiles / PAGE))
    return replace(found, page=_shape(size), size=size)


def _shape(tiles: int) -> Shape:
    density, best = next(((name, best) for most, name, best in DENSITIES if tiles <= most), DENSEST)
    return Shape(_columns(tiles, LANDSCAPE, best), _columns(tiles, PORTRAIT, best), density)


def _columns(tiles: int, area: float, best: float) -> int:
    """Tiles near the best shape, few places left empty, and a tile as large as can be."""

    def cost(columns: int) -> float:
        rows = ceil(tiles / columns)
        tile = area * rows / columns
        return abs(log(tile / best)) + (rows * columns - tiles) / tiles

    return min(range(1, min(tiles, 24) + 1), key=cost)
