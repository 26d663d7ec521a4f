"""Which recipe an existing credential was, or could have been, made by; and what of it is secret."""

from collections.abc import Mapping

from deployments.credentials.dependents import CredentialDependents
from deployments.domain.credentials.needs import Needed
from deployments.domain.drafts import CredentialDraft, Secret
from deployments.domain.recipes import RECIPES, Recipe, RecipeField


def recipes_of(found: CredentialDependents) -> tuple[Recipe, ...]:
    """Those that would have made such an identity; of several that ask for the same secret, the first."""
    kind, provider = found.item.identity.kind, found.item.provider
    fits = [one for one in RECIPES.values() if one.identity.kind == kind]
    near = [one for one in fits if one.provider == provider] if provider else fits
    if fits and fits[0].identity.is_secret:
        held = secret_of(found)
        near = [one for one in near or fits if held is None or not held.keys or _must(one) <= set(held.keys)]
    alike: dict[tuple[str, ...], Recipe] = {}
    for one in near:
        alike.setdefault((one.title.split()[0], *sorted(keys_of(one))), one)
    return tuple(alike.values())


def secret_of(found: CredentialDependents) -> Needed | None:
    """The Secret that is written: the original where k0rdent copies it, else the one that the provider reads."""
    return next((one for one in found.needed if one.need.role == "secret" and not one.need.copy), None)


def secret_fields(recipe: Recipe) -> tuple[RecipeField, ...]:
    return tuple(field for field in recipe.fields if field.secret)


def keys_of(recipe: Recipe) -> tuple[str, ...]:
    """The keys of its Secret that hold what its secret fields ask."""
    return tuple(values(recipe, {field.name: Secret("x") for field in secret_fields(recipe)}))


def values(recipe: Recipe, secrets: Mapping[str, Secret]) -> dict[str, Secret]:
    """Key to value of the Secret, of what is secret alone and was given."""
    if recipe.secret is None:
        return {}
    draft = CredentialDraft(recipe.key, "", "", secrets=secrets)
    return {key: value for key, value in recipe.secret(draft).items() if value}


def whole(recipe: Recipe) -> bool:
    """Whether its Secret holds nothing but what is secret, so that it can be made anew from that alone."""
    every = {field.name: Secret("x") for field in recipe.fields if field.secret}
    draft = CredentialDraft(recipe.key, "", "", fields={field.name: "x" for field in recipe.fields}, secrets=every)
    return recipe.secret is not None and set(recipe.secret(draft)) == set(keys_of(recipe))


def _must(recipe: Recipe) -> set[str]:
    needed = {field.name: Secret("x") for field in secret_fields(recipe) if field.required}
    return set(values(recipe, needed))
