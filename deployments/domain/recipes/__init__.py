"""Credential recipes: what each provider asks for, checks and needs."""

from deployments.domain.recipes import aws, azure, google, openstack, simple, vsphere
from deployments.domain.recipes.base import Recipe, RecipeField, RecipeKind, SecretPlace

__all__ = ["RECIPES", "Recipe", "RecipeField", "RecipeKind", "SecretPlace", "recipe_for", "recipes_for_chart"]

RECIPES: dict[str, Recipe] = {
    recipe.key: recipe
    for recipe in (
        aws.STATIC_RECIPE,
        aws.ROLE_RECIPE,
        aws.CONTROLLER_RECIPE,
        azure.PRINCIPAL_RECIPE,
        azure.AKS_RECIPE,
        google.GCP_RECIPE,
        google.GKE_RECIPE,
        openstack.RECIPE,
        vsphere.RECIPE,
        simple.KUBEVIRT_RECIPE,
        simple.DOCKER_RECIPE,
        simple.ADOPTED_RECIPE,
        simple.SSH_RECIPE,
    )
}
"""By key, in the order in which they are offered."""


def recipe_for(key: str) -> Recipe | None:
    """The recipe of this key."""
    return RECIPES.get(key)


def recipes_for_chart(chart: str) -> list[Recipe]:
    """The recipes whose credentials fit deployments of this chart."""
    return [recipe for recipe in RECIPES.values() if chart in recipe.charts]
