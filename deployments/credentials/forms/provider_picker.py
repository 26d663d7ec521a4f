"""Which providers credentials can be made for, and where they would be of use."""

from dataclasses import dataclass

from deployments.domain.recipes import RECIPES, Recipe, recipes_for_chart
from deployments.domain.snapshot import ClusterSnapshot
from regions.domain.refs import MANAGEMENT


@dataclass(frozen=True, slots=True)
class ProviderChoice:
    """One recipe. `places`: clusters where its provider takes such an identity; None: not known of any."""

    recipe: Recipe
    places: tuple[str, ...]
    known: bool
    enable: str  # what to enable where it is in no place

    @property
    def usable(self) -> bool:
        return bool(self.places) or not self.known


def offers(snapshot: ClusterSnapshot, chart: str = "", region: str = "") -> tuple[ProviderChoice, ...]:
    """Every recipe, or those that fit a chart; those that are of use first, in their own order."""
    recipes = recipes_for_chart(chart) or list(RECIPES.values())
    return tuple(sorted((_offer(recipe, snapshot, region) for recipe in recipes), key=lambda offer: not offer.usable))


def _offer(recipe: Recipe, snapshot: ClusterSnapshot, region: str) -> ProviderChoice:
    clusters = [region] if region else [MANAGEMENT, *sorted(snapshot.regions)]
    heard = [name for name in clusters if snapshot.interface(name, recipe.provider) is not None]
    everywhere = recipe.provider == "infrastructure-internal"
    places = tuple(
        name
        for name in clusters
        if everywhere or recipe.identity.kind in (snapshot.interface(name, recipe.provider) or ())
    )
    enable = f"cluster-api-provider-{recipe.provider.removeprefix('infrastructure-')}"
    return ProviderChoice(recipe, places, bool(heard) or everywhere, enable)
