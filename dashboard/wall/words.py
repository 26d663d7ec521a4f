"""The wall's headline: the one sentence that is read from the door, and the line below it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboard.wall.board import Board, Tile
from regions.domain.health import Health
from regions.domain.health_scale import ILL
from regions.domain.words import clock, counted, listed
from regions.inventory.basics import Counts


@dataclass(frozen=True, slots=True)
class Headline:
    """Its health is the wall's colour: one of Ready, Degraded, Failed, Unknown."""

    health: Health
    text: str
    detail: str = ""


def headline(board: Board, now: datetime, confined: bool = False) -> Headline:
    """Say how the fleet is, worst first. `confined`: to a screen that may not know how many there are elsewhere."""
    for rule in (_nothing_known, _cut_off, _trouble):
        if found := rule(board, now, confined):
            return found
    regions, deployments = counted(len(board.tiles), "region"), counted(board.deployments.total, "deployment")
    moving = f", {board.moving_total} in progress" if board.moving_total else ""
    seen_to = sum(bool(tile.upkeep) for tile in board.tiles) + sum(sum(tile.covered.values()) for tile in board.tiles)
    known = f", {seen_to} in maintenance or known of" if seen_to else ""
    text = "Nothing needs you" if known else "All is well"
    unknown, unread = _unknown(board), board.figures.trouble
    if unknown or unread:
        # Of what cannot be told, and while nobody would be told of a critical alert, nobody is told that all is well.
        text = "No trouble known"
    detail = f"{regions}, {deployments}{moving}{known}{unknown}" + (f". {unread}" if unread else "")
    return Headline(Health.UNKNOWN if unknown else Health.READY, text, detail)


def _unknown(board: Board) -> str:
    """What we hear and still cannot tell the health of, in words."""
    heard = [tile for tile in board.tiles if not tile.blind and not tile.upkeep]
    regions = [tile for tile in heard if tile.health is Health.UNKNOWN]
    deployments = sum(tile.deployments.by_health.get(Health.UNKNOWN, 0) for tile in heard)
    said = [_names(regions)] if regions else []
    said += [counted(deployments, "deployment")] if deployments else []
    return f"; unknown: {' and '.join(said)}" if said else ""


def _nothing_known(board: Board, now: datetime, confined: bool) -> Headline | None:
    if board.management is None:
        return Headline(Health.UNKNOWN, "Not connected yet", "Pane has never heard a management cluster")
    if not board.freshness.alive:
        beat_at = board.freshness.beat_at
        since = f" since {clock(beat_at, now)}" if beat_at else ""
        return Headline(Health.UNKNOWN, "Nobody is watching", f"Pane's watcher has not run{since}: nothing is known")
    if not board.tiles:
        text = "No region to show" if confined else "k0rdent is not here"
        return Headline(Health.UNKNOWN, text, "" if confined else "This cluster has no k0rdent Management object")
    return None


def _cut_off(board: Board, now: datetime, confined: bool) -> Headline | None:
    if board.cut_off is None:
        return None
    cut = board.cut_off
    who = "Every cluster" if confined else f"All {cut.clusters} clusters"
    return Headline(
        Health.UNKNOWN,
        "It is us: Pane is cut off",
        f"{who} fell silent at once at {clock(cut.since, now)}. Look at Pane's own network first",
    )


def _trouble(board: Board, now: datetime, confined: bool) -> Headline | None:
    """What somebody works on or knows of raises no voice."""
    silent = board.silent
    ill = [tile for tile in board.tiles if tile.health in ILL and not tile.upkeep]
    failing = sum(count for tile in board.tiles for _, count in tile.ill)
    critical = board.figures.critical
    said, detail = [], []
    if silent:
        said.append(f"{_names(silent)} not heard")
        detail.append(_unheard(silent, board.deployments, now))
    if ill:
        said.append(f"{_names(ill)} {_how(ill)}")
    if failing:
        said.append(f"{counted(failing, 'deployment')} {'needs' if failing == 1 else 'need'} you")
        names = [row.target.name for tile in board.tiles for row in tile.worst]
        detail.append(listed(names, 4) if len(names) >= failing else f"{', '.join(names[:4])} and {failing - 4} more")
    if critical:
        said.append(f"{counted(critical, 'critical or error alert')}")
    if not said:
        return None
    healths = {tile.health for tile in ill} | {health for tile in board.tiles for health, _ in tile.ill}
    failed = Health.FAILED in healths or critical
    health = Health.FAILED if failed else Health.DEGRADED if healths else Health.UNKNOWN
    return Headline(health, ", ".join(said), " · ".join(filter(None, detail)))


def _names(tiles: Sequence[Tile]) -> str:
    """One or two by name; more by number: the tiles say which."""
    if len(tiles) <= 2:
        return " and ".join(tile.card.title for tile in tiles)
    return f"{len(tiles)} regions"


def _how(tiles: Sequence[Tile]) -> str:
    worst = min((tile.health for tile in tiles), key=lambda health: health.rank)
    return worst.lower()


def _unheard(silent: Sequence[Tile], deployments: Counts, now: datetime) -> str:
    heard_at = [tile.card.link.heard_at for tile in silent if tile.card.link.heard_at]
    since = f"since {clock(min(heard_at), now)}" if heard_at else "never heard"
    unknown = deployments.by_health.get(Health.UNKNOWN, 0)
    return f"{since}, {counted(unknown, 'deployment')} unknown" if unknown else since
