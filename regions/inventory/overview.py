"""Is the fleet well, and what needs me."""

from django.db.models import Q, QuerySet

from regions.domain.health import Health
from regions.domain.health_scale import ILL
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.inventory.basics import Counts, Row, Target
from regions.inventory.cards import cards
from regions.inventory.feed import lines_about
from regions.inventory.rows import counted, counts, rows_of
from regions.inventory.values import Overview, RegionCard
from regions.inventory.visibility import Visibility, look
from regions.models import Resource
from regions.permitted import permitted, sees_fleet

SOME = 20

# What k0rdent's users made: the objects below them say why, these say what is wrong.
_KINDS = (
    "ClusterDeployment",
    "Credential",
    "ClusterTemplate",
    "ServiceTemplate",
    "ProviderTemplate",
    "Release",
    "MultiClusterService",
    "StateManagementProvider",
    "AccessManagement",
    "ManagementBackup",
)
_TROUBLE = (*ILL, Health.UNKNOWN)


def overview(*, viewer: Viewer) -> Overview:
    """The whole fleet on one page."""
    sight = look(viewer)
    regions = cards(sight)
    needs, needs_total, known, known_total = _needs(sight, regions)
    deployments = _deployments(sight)
    missing = tuple(card.name for card in regions if card.link.blind)
    management = sight.links.get(MANAGEMENT)
    health, headline = _headline(sight, regions, deployments, needs_total)
    return Overview(
        headline=headline,
        health=health,
        regions=tuple(regions),
        needs=needs,
        needs_total=needs_total,
        known=known,
        known_total=known_total,
        deployments=deployments,
        heard=len(regions) - len(missing),
        missing=missing,
        changes=lines_about(None, viewer=viewer),
        freshness=sight.freshness,
        management=management,
    )


def _deployments(sight: Visibility) -> Counts:
    found = counted(Q(kind="ClusterDeployment") & permitted(sight.viewer), "region", sight)
    return counts((health, n) for own in found.values() for health, n in own.by_health.items())


def _needs(sight: Visibility, regions: list[RegionCard]) -> tuple[tuple[Row, ...], int, tuple[Row, ...], int]:
    """What needs somebody, and what somebody has said something of: each worst first, at most some, and how many.

    What lies in a region that we do not hear is not listed: the region itself is.
    """
    places = [_as_row(card) for card in regions if card.health in _TROUBLE]
    if sight.dark:
        return (), 0, (), 0
    query = sight.resources.filter(kind__in=_KINDS, rank__in=[health.rank for health in _TROUBLE])  # an index has it
    unseen = sight.unseen()
    if unseen is not None:
        query = query.exclude(unseen)
    covered = sight.covered()
    open_, said = (query, query.none()) if covered is None else (query.exclude(covered), query.filter(covered))
    return (
        *_worst_of([row for row in places if not row.upkeep], open_, sight),
        *_worst_of([row for row in places if row.upkeep], said, sight),
    )


def _worst_of(places: list[Row], query: QuerySet[Resource], sight: Visibility) -> tuple[tuple[Row, ...], int]:
    rows = rows_of(query.order_by("rank", "since", "kind", "namespace", "name")[:SOME], sight)
    everything = sorted([*places, *rows], key=lambda row: row.health.rank)
    return tuple(everything[:SOME]), len(places) + query.count()


def _as_row(card: RegionCard) -> Row:
    return Row(
        target=Target("Region", "", card.name, MANAGEMENT, card.name),
        health=card.health,
        last_health=card.last_health,
        message=card.message,
        since=card.link.heard_at or card.link.since if card.last_health else card.since,
        as_of=card.as_of,
        created_at=card.created_at,
        deleting_at=card.deleting_at,
        upkeep=card.upkeep,
    )


def _headline(sight: Visibility, regions: list[RegionCard], deployments: Counts, needs: int) -> tuple[Health, str]:
    """One sentence, worst first."""
    management = sight.links.get(MANAGEMENT)
    if management is None:
        return Health.UNKNOWN, "Pane is not connected to a management cluster yet"
    if sight.dark:
        return Health.UNKNOWN, f"{sight.why(MANAGEMENT, '')}: this page shows what was known then"
    if management.blind:
        return Health.UNKNOWN, f"{sight.why(MANAGEMENT, MANAGEMENT)}. This page shows what was known then"
    if not regions and not sees_fleet(sight.viewer):
        return _of_deployments(deployments)
    if not regions:
        return Health.UNKNOWN, "This cluster has no k0rdent Management object"
    # What somebody works on or knows of raises no voice; it stays in the counts, and is listed as known.
    unsaid = [card for card in regions if not card.upkeep]
    quiet = [card.title for card in unsaid if card.link.blind]
    ill = [card for card in unsaid if card.health in ILL]
    failed = sum(deployments.by_health.get(health, 0) for health in ILL) - _said_of(sight)
    said = []
    if ill or failed:
        parts = [_so_many(len(ill), len(regions), "region")] if ill else []
        parts += [_so_many(failed, deployments.total, "deployment")] if failed else []
        said.append(f"{' and '.join(parts)} {'needs' if len(ill) + failed == 1 else 'need'} you")
    if quiet:
        said.append(f"We cannot hear {_list(quiet)}")
    if said:
        return _worst(unsaid, failed, sight), ". ".join(said)
    if needs:
        others = f"{needs} other {'thing needs' if needs == 1 else 'things need'} you"
        return Health.DEGRADED, f"Regions and deployments are well; {others}"
    return _well(sight, regions, deployments)


def _of_deployments(deployments: Counts) -> tuple[Health, str]:
    """The headline for who may see no region."""
    if not deployments.total:
        return Health.UNKNOWN, "No region and no deployment is yours to see"
    ill = sum(deployments.by_health.get(health, 0) for health in ILL)
    if ill:
        worst = next(health for health in Health if deployments.by_health.get(health))
        needs = "needs" if ill == 1 else "need"
        return worst, f"{_so_many(ill, deployments.total, 'deployment')} {needs} you"
    if deployments.ready == deployments.total:
        return Health.READY, f"All is well: {deployments.total} deployment{'s' * (deployments.total != 1)} ready"
    return Health.PROGRESSING, f"{deployments.ready} of {deployments.total} deployments are ready"


def _said_of(sight: Visibility) -> int:
    """How many deployments in trouble somebody works on or knows of; those that we do not see are not in trouble."""
    covered, unseen = sight.covered(), sight.unseen()
    if covered is None:
        return 0
    query = sight.resources.filter(covered, kind="ClusterDeployment", health__in=[health.value for health in ILL])
    return (query if unseen is None else query.exclude(unseen)).count()


def _worst(regions: list[RegionCard], failed: int, sight: Visibility) -> Health:
    found = [card.health for card in regions if card.health in _TROUBLE]
    if failed:
        rows = sight.resources.filter(kind="ClusterDeployment", health__in=[health.value for health in ILL])
        for hidden in filter(None, (sight.covered(), sight.unseen())):
            rows = rows.exclude(hidden)
        worst = rows.order_by("rank").values_list("health", flat=True).first()
        found += [Health(worst)] if worst else []
    return min(found, key=lambda health: health.rank, default=Health.UNKNOWN)


def _well(sight: Visibility, regions: list[RegionCard], deployments: Counts) -> tuple[Health, str]:
    said = sum(bool(card.upkeep) and card.health in _TROUBLE for card in regions) + _said_of(sight)
    moving = sum(card.health is not Health.READY for card in regions) + deployments.total - deployments.ready - said
    known = f"; {said} in maintenance or known of" if said else ""
    where = f"{len(regions)} region{'s' * (len(regions) != 1)}"
    what = f"{deployments.total} deployment{'s' * (deployments.total != 1)}"
    if moving:
        return Health.PROGRESSING, f"Nothing needs you: {where}, {what}, {moving} of them in progress{known}"
    if known:
        return Health.READY, f"Nothing needs you: {where}, {what}{known}"
    return Health.READY, f"All is well: {where} and {what} ready"


def _so_many(count: int, total: int, what: str) -> str:
    return f"{count} of {total} {what}{'s' * (total != 1)}"


def _list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
