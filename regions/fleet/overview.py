"""Is the fleet well, and what needs me."""

from regions.domain.health import Health
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.fleet.basics import Counts, Row, Target
from regions.fleet.cards import cards
from regions.fleet.changes import changes
from regions.fleet.rows import counts, rows_of
from regions.fleet.shapes import Overview, RegionCard
from regions.fleet.sight import Sight, look
from regions.models import Resource

SOME = 20

# What k0rdent's users made: the objects below them say why, these say what is wrong.
_KINDS = (
    "ClusterDeployment", "Credential", "ClusterTemplate", "ServiceTemplate", "ProviderTemplate", "Release",
    "MultiClusterService", "StateManagementProvider", "AccessManagement", "ManagementBackup",
)  # fmt: skip
_TROUBLE = (Health.FAILED, Health.DEGRADED, Health.UNKNOWN)


def overview(*, viewer: Viewer) -> Overview:
    """The whole fleet on one page."""
    sight = look()
    regions = cards(sight)
    needs, needs_total = _needs(sight, regions)
    deployments = counts((health, n) for card in regions for health, n in card.deployments.by_health.items())
    missing = tuple(card.name for card in regions if card.link.blind)
    management = sight.links.get(MANAGEMENT)
    health, headline = _headline(sight, regions, deployments, needs_total)
    return Overview(
        headline=headline, health=health, regions=tuple(regions), needs=needs, needs_total=needs_total,
        deployments=deployments, heard=len(regions) - len(missing), missing=missing,
        changes=changes(viewer=viewer, limit=SOME).items, freshness=sight.freshness, management=management,
    )  # fmt: skip


def _needs(sight: Sight, regions: list[RegionCard]) -> tuple[tuple[Row, ...], int]:
    """Worst first. What lies in a region that we do not hear is not listed: the region itself is."""
    places = [_as_row(card) for card in regions if card.health in _TROUBLE]
    if sight.dark:
        return (), 0
    query = Resource.objects.filter(kind__in=_KINDS, health__in=[health.value for health in _TROUBLE])
    unseen = sight.unseen()
    if unseen is not None:
        query = query.exclude(unseen)
    rows = rows_of(query.order_by("rank", "since", "kind", "namespace", "name")[:SOME], sight)
    everything = sorted([*places, *rows], key=lambda row: row.health.rank)
    return tuple(everything[:SOME]), len(places) + query.count()


def _as_row(card: RegionCard) -> Row:
    return Row(
        target=Target("Region", "", card.name, MANAGEMENT, card.name), health=card.health,
        last_health=card.last_health, message=card.message, since=card.since, as_of=card.as_of,
        created_at=card.created_at, deleting_at=card.deleting_at,
    )  # fmt: skip


def _headline(sight: Sight, regions: list[RegionCard], deployments: Counts, needs: int) -> tuple[Health, str]:
    """One sentence, worst first."""
    management = sight.links.get(MANAGEMENT)
    if management is None:
        return Health.UNKNOWN, "Pane is not connected to a management cluster yet"
    if sight.dark:
        return Health.UNKNOWN, f"{sight.why(MANAGEMENT, '')}: this page shows what was known then"
    if management.blind:
        return Health.UNKNOWN, f"{sight.why(MANAGEMENT, MANAGEMENT)}. This page shows what was known then"
    if not regions:
        return Health.UNKNOWN, "This cluster has no k0rdent Management object"
    quiet = [card.title for card in regions if card.link.blind]
    ill = [card for card in regions if card.health in (Health.FAILED, Health.DEGRADED)]
    failed = sum(deployments.by_health.get(health, 0) for health in (Health.FAILED, Health.DEGRADED))
    said = []
    if ill or failed:
        parts = [_so_many(len(ill), len(regions), "region")] if ill else []
        parts += [_so_many(failed, deployments.total, "deployment")] if failed else []
        said.append(f"{' and '.join(parts)} {'needs' if len(ill) + failed == 1 else 'need'} you")
    if quiet:
        said.append(f"We cannot hear {_list(quiet)}")
    if said:
        return _worst(regions, deployments), ". ".join(said)
    if needs:
        others = f"{needs} other {'thing needs' if needs == 1 else 'things need'} you"
        return Health.DEGRADED, f"Regions and deployments are well; {others}"
    return _well(regions, deployments)


def _worst(regions: list[RegionCard], deployments: Counts) -> Health:
    found = [card.health for card in regions] + [health for health, _ in deployments.items]
    return min(found, key=lambda health: health.rank)


def _well(regions: list[RegionCard], deployments: Counts) -> tuple[Health, str]:
    moving = sum(card.health is not Health.READY for card in regions) + deployments.total - deployments.ready
    where = f"{len(regions)} region{'s' * (len(regions) != 1)}"
    what = f"{deployments.total} deployment{'s' * (deployments.total != 1)}"
    if moving:
        return Health.PROGRESSING, f"Nothing needs you: {where}, {what}, {moving} of them on the way"
    return Health.READY, f"All is well: {where} and {what} ready"


def _so_many(count: int, total: int, what: str) -> str:
    return f"{count} of {total} {what}{'s' * (total != 1)}"


def _list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
