"""How many tiles stand beside each other, so that all of them fit a screen. Plain arithmetic on their number."""

from dataclasses import dataclass
from math import ceil, log

# Width by height of what is left for tiles beside headline and foot, and the shape that a tile reads best in.
LANDSCAPE, PORTRAIT = 1860 / 800, 1040 / 1430
BEST = 1.7
DENSITIES = ((4, "roomy"), (12, "wide"), (30, "close"), (80, "dense"))
DENSEST = "packed"


@dataclass(frozen=True, slots=True)
class Shape:
    """Columns on a landscape and on a portrait screen, and how much a tile may say."""

    columns: int
    upright: int
    density: str

    @property
    def classes(self) -> str:
        return f"cols-{self.columns} upright-{self.upright} {self.density}"


def shape(tiles: int) -> Shape:
    """The shape of a wall of so many tiles."""
    tiles = max(1, tiles)
    density = next((name for most, name in DENSITIES if tiles <= most), DENSEST)
    return Shape(_columns(tiles, LANDSCAPE), _columns(tiles, PORTRAIT), density)


def _columns(tiles: int, area: float) -> int:
    """Tiles near the best shape, few places left empty, and a tile as large as can be."""

    def cost(columns: int) -> float:
        rows = ceil(tiles / columns)
        tile = area * rows / columns
        return abs(log(tile / BEST)) + (rows * columns - tiles) / tiles

    return min(range(1, min(tiles, 24) + 1), key=cost)
