"""The fleet as a map: a mark where regions are, and beside it those of which nobody knows where they are. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dashboard.wall.board import Tile
from regions.domain.health import Health
from regions.domain.health_scale import ILL
from regions.domain.words import counted
from regions.domain.world import HEIGHT, WIDTH, Location

AROUND = 70.0
"""Of the map's 1000: how much is seen around the outermost mark."""
LEAST = 320.0
"""Of the map's 1000: no smaller piece of the world is shown; in less, nobody knows where they are."""
NEAR = 13.0
"""A thousandth of what is seen each: marks nearer than this to one another are one."""
LETTER, LINE, GAP = 7.6, 15.0, 10.0  # of a label: in the same thousandths


@dataclass(frozen=True, slots=True)
class MapLabel:
    """Where the words of a mark stand, and how they are bound to it."""

    x: float
    y: float
    anchor: str  # of SVG: start, end, middle


@dataclass(frozen=True, slots=True)
class MapMark:
    """The regions at one place, worst first. `label` None: no room for words; they are told when pointed at."""

    x: float
    y: float
    tiles: tuple[Tile, ...]
    label: MapLabel | None = None

    @property
    def id(self) -> str:
        return f"mark-{min(tile.name for tile in self.tiles).replace('~', '_')}"  # a Region may be called management

    @property
    def health(self) -> Health:
        """The worst of its regions, or of what in them needs somebody."""
        return min(map(_voice, self.tiles), key=lambda health: health.rank)

    @property
    def ill(self) -> bool:
        return self.health in (*ILL, Health.UNKNOWN)

    @property
    def title(self) -> str:
        first = self.tiles[0].card.title
        return first if len(self.tiles) == 1 else f"{first} +{len(self.tiles) - 1}"

    @property
    def alerts(self) -> int:
        return sum(tile.alarms.total for tile in self.tiles if tile.alarms)

    @property
    def words(self) -> str:
        """How it is, when that is not well; how many are ready, and what fires."""
        known = [tile.deployments for tile in self.tiles]
        total, ready = sum(one.total for one in known), sum(one.ready for one in known)
        said = [self.health.label] if self.health in ILL else []
        if all(tile.blind for tile in self.tiles):
            said = ["not heard"]
        elif total:
            said.append(f"{ready}/{total} ready")
        return " · ".join([*said, *([counted(self.alerts, "alert")] if self.alerts else [])])

    @property
    def sentence(self) -> str:
        """All of it, for who points at it or hears it read."""
        names = "; ".join(f"{tile.card.title}: {tile.health}" for tile in self.tiles[:8])
        more = f" and {len(self.tiles) - 8} more" if len(self.tiles) > 8 else ""
        return f"{names}{more}{f'. {self.words}' if self.words else ''}"


@dataclass(frozen=True, slots=True)
class MapRow:
    """A region in the list below the map. `location` None: not known."""

    tile: Tile
    location: Location | None


@dataclass(frozen=True, slots=True)
class WorldMap:
    """What is seen of the world, the marks on it, and the regions of which it is not known where they are."""

    left: float
    top: float
    width: float
    height: float
    marks: tuple[MapMark, ...]
    elsewhere: tuple[Tile, ...]

    @property
    def box(self) -> str:
        """As SVG's viewBox says it."""
        return f"{self.left:.1f} {self.top:.1f} {self.width:.1f} {self.height:.1f}"

    @property
    def unit(self) -> float:
        """A thousandth of what is seen: what is drawn in it looks the same whatever piece of the world is shown."""
        return self.width / 1000

    @property
    def letters(self) -> str:
        return f"{14 * self.unit:.2f}"


def world(tiles: Iterable[Tile], known: Mapping[str, Location]) -> WorldMap:
    """The map of these regions, all of them on it or beside it."""
    every = tuple(tiles)
    points = ((tile, known[tile.name].point) for tile in every if tile.name in known)
    placed = [(tile, (x, y)) for tile, (x, y) in points if 0 <= x <= WIDTH and 0 <= y <= HEIGHT]
    left, top, width, height = _seen([point for _, point in placed])
    unit = width / 1000
    groups: list[tuple[tuple[float, float], list[Tile]]] = []
    for tile, (x, y) in placed:
        near = (group for at, group in groups if abs(at[0] - x) + abs(at[1] - y) < NEAR * unit)
        group = next(near, None)
        if group is None:
            groups.append(((x, y), [tile]))
        else:
            group.append(tile)
    marks = [
        MapMark(x, y, tuple(sorted(some, key=lambda tile: (_voice(tile).rank, tile.name)))) for (x, y), some in groups
    ]
    there = {tile.name for tile, _ in placed}
    elsewhere = tuple(tile for tile in every if tile.name not in there)
    seen = (left, top, left + width, top + height)
    return WorldMap(left, top, width, height, tuple(_labelled(marks, unit, seen)), elsewhere)


def _voice(tile: Tile) -> Health:
    return min([tile.health, *(health for health, _ in tile.ill)], key=lambda health: health.rank)


def _seen(points: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    """The piece of the map that holds these points with room around, in the shape of the whole."""
    if not points:
        return 0, 0, WIDTH, HEIGHT
    xs, ys = [x for x, _ in points], [y for _, y in points]
    width = max(LEAST, max(xs) - min(xs) + 2 * AROUND, (max(ys) - min(ys) + 2 * AROUND) * WIDTH / HEIGHT)
    width = min(width, WIDTH)
    height = width * HEIGHT / WIDTH
    left = min(max((min(xs) + max(xs) - width) / 2, 0), WIDTH - width)
    top = min(max((min(ys) + max(ys) - height) / 2, 0), HEIGHT - height)
    return left, top, width, height


Box = tuple[float, float, float, float]


def _labelled(marks: list[MapMark], unit: float, seen: Box) -> list[MapMark]:
    """Words beside each mark where there is room, the worst first; in the order given."""
    taken: list[Box] = [(mark.x - 6 * unit, mark.y - 6 * unit, mark.x + 6 * unit, mark.y + 6 * unit) for mark in marks]
    found: dict[str, MapMark] = {}
    for mark in sorted(marks, key=lambda mark: (mark.health.rank, mark.id)):
        label = None
        for one, box in _ways(mark, unit):
            inside = box[0] >= seen[0] and box[1] >= seen[1] and box[2] <= seen[2] and box[3] <= seen[3]
            if inside and not any(_meet(box, other) for other in taken):
                label = one
                taken.append(box)
                break
        found[mark.id] = replace(mark, label=label)
    return [found[mark.id] for mark in marks]


def _ways(mark: MapMark, unit: float) -> Iterable[tuple[MapLabel, Box]]:
    long = LETTER * max(len(mark.title), len(mark.words) * 0.85) * unit
    high, gap = LINE * (2 if mark.words else 1) * unit, GAP * unit
    for left, anchor, x in ((mark.x + gap, "start", mark.x + gap), (mark.x - gap - long, "end", mark.x - gap)):
        for top in (mark.y - high / 2, mark.y - high, mark.y):
            yield MapLabel(x, top + 12 * unit, anchor), (left, top, left + long, top + high)
    for top in (mark.y - gap - high, mark.y + gap):
        yield (
            MapLabel(mark.x, top + 12 * unit, "middle"),
            (mark.x - long / 2, top, mark.x + long / 2, top + high),
        )


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
