"""What a wall shows: every region as a tile, what moves, what mattered lately."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber

from dashboard.wall.board_figures import BoardFigures, FiringAlerts, RegionFigures, figures
from regions import journal
from regions.domain.connectivity import CutOff, cut_off
from regions.domain.health import Health
from regions.domain.health_scale import ILL
from regions.domain.kinds import K0RDENT
from regions.domain.links import LOST
from regions.domain.maintenance import Upkeep
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.inventory.basics import Counts, Freshness, LinkView, NotFound, Row
from regions.inventory.cards import cards
from regions.inventory.change_items import ChangeItem
from regions.inventory.changes import item
from regions.inventory.rows import counted, counts, rows_of
from regions.inventory.values import RegionCard
from regions.inventory.visibility import Visibility, link_of, look
from regions.models import Change, Resource
from regions.permitted import permits_region, permitted, permitted_changes, sees_part_of

WORST = 3
SOME = 60  # deployments in progress
MOST = 200  # deployments of one region: more tiles nobody can read
LATELY = timedelta(hours=1)
RECOVERED = timedelta(minutes=10)

_DEPLOYMENT = Q(kind="ClusterDeployment", group=K0RDENT)
_MOVING = (Health.PROGRESSING, Health.DELETING)
_LINKS = (*LOST, "LinkRestored", "ClusterReplaced")


@dataclass(frozen=True, slots=True)
class Tile:
    """One region on the wall. `known` counts what we last knew, however long ago; `deployments` what we know now."""

    card: RegionCard
    health: Health
    message: str
    deployments: Counts
    known: Counts
    worst: tuple[Row, ...]
    covered: Mapping[str, int]  # of the failed and degraded: those that somebody works on or knows of
    figures: RegionFigures | None = None  # None: nothing is measured there, or it is not this viewer's business
    alarms: FiringAlerts | None = None

    @property
    def name(self) -> str:
        return self.card.name

    @property
    def blind(self) -> bool:
        return self.card.link.blind

    @property
    def ill(self) -> list[tuple[Health, int]]:
        """How many of its deployments are failed or degraded and nobody is known to see to them, worst first."""
        if self.upkeep and self.upkeep.is_maintenance:
            return []
        left = [(health, count - self.covered.get(health, 0)) for health, count in self.deployments.items]
        return [(health, count) for health, count in left if health in ILL and count > 0]

    @property
    def upkeep(self) -> Upkeep | None:
        """Somebody works on this region, or knows of its trouble: it raises no voice."""
        return self.card.upkeep


@dataclass(frozen=True, slots=True)
class Board:
    """The fleet as far as this viewer may see it. Tiles stand by name, management first, whatever their state."""

    tiles: tuple[Tile, ...]
    deployments: Counts
    moving: tuple[Row, ...]  # longest in progress first
    moving_total: int
    lately: tuple[ChangeItem, ...]  # what mattered, newest first, the last word of each object
    freshness: Freshness
    management: LinkView | None
    cut_off: CutOff | None
    figures: BoardFigures

    @property
    def silent(self) -> tuple[Tile, ...]:
        """Those that we do not hear and nobody is known to see to."""
        return tuple(tile for tile in self.tiles if tile.blind and not tile.upkeep)


@dataclass(frozen=True, slots=True)
class RegionBoard:
    """The deployments of one region, by name; of more than 200 those that are not Ready come first in line."""

    tile: Tile
    deployments: tuple[Row, ...]
    total: int
    board: Board


def read_board(*, viewer: Viewer) -> Board:
    """Everything on one wall, in a number of queries that does not grow with the fleet."""
    sight = look(viewer)
    measured = figures(viewer=viewer)
    tiles = _tiles(sight, viewer, measured)
    moving = _moving(sight, viewer)
    known = [link_of(link) for name, link in sight.links.items() if permits_region(viewer, name)]
    return Board(
        tiles=tiles,
        deployments=counts((health, n) for tile in tiles for health, n in tile.deployments.by_health.items()),
        moving=rows_of(moving.order_by("since", "namespace", "name")[:SOME], sight),
        moving_total=moving.count(),
        lately=_lately(sight, viewer),
        freshness=sight.freshness,
        management=sight.links.get(MANAGEMENT),
        cut_off=None if sight.dark else cut_off(known, sight.now),
        figures=measured,
    )


def read_region_board(name: str, *, viewer: Viewer) -> RegionBoard:
    """One region's deployments. Raises NotFound, also for a region that is not this viewer's to see."""
    whole = read_board(viewer=viewer)
    tile = next((tile for tile in whole.tiles if tile.name == name), None)
    if tile is None:
        raise NotFound(f"There is no region {name}")
    sight = look(viewer)
    moving = [row for row in whole.moving if row.region == name]
    own = replace(
        whole,
        tiles=(tile,),
        deployments=tile.deployments,
        moving=tuple(moving),
        moving_total=sum(tile.deployments.by_health.get(health, 0) for health in _MOVING),
        figures=replace(whole.figures, alerts=tuple(alert for alert in whole.figures.alerts if alert.region == name)),
        lately=tuple(change for change in whole.lately if change.region == name),
    )
    query = Resource.objects.filter(_DEPLOYMENT & permitted(viewer), region=name)
    total = query.count()
    if total > MOST:
        chosen = query.order_by("rank", "namespace", "name").values_list("pk", flat=True)[:MOST]
        query = query.filter(pk__in=list(chosen))
    return RegionBoard(tile, rows_of(query.order_by("namespace", "name"), sight), total, own)


def _tiles(sight: Visibility, viewer: Viewer, measured: BoardFigures) -> tuple[Tile, ...]:
    mine = _DEPLOYMENT & permitted(viewer)
    now_known = counted(mine, "region", sight)
    last_known = counted(mine, "region", replace(sight, blind=frozenset())) if sight.blind else now_known
    worst, covered = _worst(sight, mine), _covered(sight, mine)
    found = []
    for card in sorted(cards(sight), key=lambda card: (not card.is_management, card.name)):
        own = now_known.get(card.name, Counts())
        found.append(
            Tile(
                card,
                card.health,
                card.message,
                own,
                last_known.get(card.name, own),
                tuple(worst.get(card.name, ())),
                covered.get(card.name, Counts()).by_health,
                measured.regions.get(card.name),
                measured.alarms.get(card.name),
            )
        )
    return tuple(found)


def _covered(sight: Visibility, mine: Q) -> dict[str, Counts]:
    said = sight.covered()
    return counted(mine & said & sight.having(ILL), "region", sight) if said is not None else {}


def _worst(sight: Visibility, mine: Q) -> dict[str, list[Row]]:
    """Of each region that we hear, the few deployments that are worst off and that nobody is known to see to."""
    said = sight.covered()
    if said is not None:
        mine = mine & ~said
    place = Window(RowNumber(), partition_by=F("region"), order_by=[F("rank").asc(), F("since").asc(), F("pk").asc()])
    query = Resource.objects.filter(mine & sight.having(ILL)).annotate(place=place).filter(place__lte=WORST)
    found: dict[str, list[Row]] = {}
    for row in rows_of(query.order_by("region", "place"), sight):
        found.setdefault(row.region, []).append(row)
    return found


def _moving(sight: Visibility, viewer: Viewer):  # type: ignore[no-untyped-def]
    return Resource.objects.filter(_DEPLOYMENT & permitted(viewer) & sight.having(_MOVING))


def _lately(sight: Visibility, viewer: Viewer) -> tuple[ChangeItem, ...]:
    """What turned bad, or well again, in the last hour; the last word of each object, and of each link."""
    turned = Q(kind__in=("ClusterDeployment", "Credential", "Region", "Management"), reason="HealthChanged")
    query = Change.objects.filter(turned | Q(reason__in=_LINKS), seen_at__gt=sight.now - LATELY, source="observed")
    if sees_part_of(viewer):
        query = query.filter(kind="ClusterDeployment")
    query = query.filter(permitted_changes(viewer))
    rows = query.order_by("-id")[:200]
    log = journal.cursor().rpartition(".")[0]
    found = _matter((item(row, log) for row in rows), sight)
    return tuple(sorted(found, key=lambda one: (one.at, one.id), reverse=True))


def _matter(newest_first: Iterable[ChangeItem], sight: Visibility) -> Iterable[ChangeItem]:
    said = set()
    bad = {*ILL, Health.UNKNOWN}
    for one in newest_first:
        about = (one.target.cluster, one.target.kind, one.target.namespace, one.target.name)
        if about in said:
            continue
        said.add(about)
        lost = one.reason in LOST
        recovered = one.reason == "LinkRestored" or (one.health == Health.READY and one.previous_health in bad)
        fresh = sight.now - (one.seen_at or one.at) <= RECOVERED
        if lost or one.health in bad or one.reason == "ClusterReplaced" or (recovered and fresh):
            yield one
