"""Many regions on one page: cards for the worst, the rest by health in a line each, folded."""

from collections.abc import Iterable
from dataclasses import dataclass

from regions.domain.health import Health
from regions.domain.health_scale import ILL
from regions.inventory.basics import Counts
from regions.inventory.rows import counts
from regions.inventory.values import RegionCard

FEW = 24
"""As many as this are read card by card."""
WORST = 6
"""Of more, so many have a card."""


@dataclass(frozen=True, slots=True)
class FoldedRegions:
    """Regions of one health that have no card of their own, those with most deployments in trouble first."""

    health: Health
    regions: tuple[RegionCard, ...]
    deployments: Counts


def fold_regions(
    cards: Iterable[RegionCard], worst: int = WORST
) -> tuple[tuple[RegionCard, ...], tuple[FoldedRegions, ...]]:
    """The cards that a page shows whole, in the order given or worst first, and the rest by health, worst first."""
    every = tuple(cards)
    if len(every) <= FEW:
        return every, ()
    ordered = sorted(every, key=lambda card: (card.health.rank, -in_trouble(card), not card.is_management, card.name))
    found: dict[Health, list[RegionCard]] = {}
    for card in ordered[worst:]:
        found.setdefault(card.health, []).append(card)
    return tuple(ordered[:worst]), tuple(
        FoldedRegions(health, tuple(rest), counts(pair for card in rest for pair in card.deployments.items))
        for health, rest in found.items()
    )


def in_trouble(card: RegionCard) -> int:
    """How many of its deployments are failed, degraded or contradicted."""
    return sum(card.deployments.by_health.get(health, 0) for health in ILL)
