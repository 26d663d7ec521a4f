"""What can be wrong with a credential: k0rdent has no webhook for it, so nothing of this would be told."""

from collections.abc import Iterator

from deployments.domain import name_rules
from deployments.domain.drafts import CredentialDraft
from deployments.domain.findings import Problem, error, errors, warning
from deployments.domain.manifests import plan
from deployments.domain.recipes import RECIPES, Recipe
from deployments.domain.recipes.base import asked
from deployments.domain.snapshot import ClusterSnapshot, still_installing
from regions.domain import manifest as m
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT, located
from regions.domain.words import listed


def check(draft: CredentialDraft, snapshot: ClusterSnapshot, opened: Manifest | None = None) -> list[Problem]:
    """All of it; `opened` when its secret is replaced."""
    recipe = RECIPES.get(draft.recipe)
    if recipe is None:
        return [error("recipe", "Choose a provider.")]
    found = [*_names(draft, snapshot), *_region(draft, snapshot, opened), *_provider(draft, recipe, snapshot)]
    found += asked(recipe, draft)
    found += recipe.look(draft, snapshot)
    if opened is None and not errors(found):  # a draft with errors cannot be planned
        found += _taken(draft, recipe, snapshot)
    return found


def _names(draft: CredentialDraft, snapshot: ClusterSnapshot) -> Iterator[Problem]:
    if why := name_rules.dns_label(draft.name):
        yield error("name", why)
    if why := name_rules.dns_label(draft.namespace):
        yield error("namespace", why)
    elif snapshot.has_namespace(MANAGEMENT, draft.namespace) is False:
        yield error("namespace", f"There is no namespace {draft.namespace} on the management cluster.")
    together = len(draft.namespace) + len(draft.name)
    if draft.regional and together > name_rules.CREDENTIAL:
        yield error(
            "name",
            f"Namespace and name together have {together} characters. In a region at most {name_rules.CREDENTIAL} are "
            "allowed, because k0rdent labels its copies with both.",
        )


def _region(draft: CredentialDraft, snapshot: ClusterSnapshot, opened: Manifest | None) -> Iterator[Problem]:
    if opened is not None and (m.text(m.part(opened, "spec", "region")) or MANAGEMENT) != draft.region:
        yield error("region", "The region of a credential cannot be changed. Copy the credential to the other region.")
    if not draft.regional:
        return
    region = snapshot.region(draft.region)
    if region is None:
        yield error("region", f"There is no region {draft.region[:80]}.")
        return
    if region.deleting:
        yield error("region", f"{draft.region} is being deleted.")
    elif region.silent:
        yield error("region", f"Pane does not reach {draft.region} now, and part of the credential must be made there.")
    elif not region.ready:
        yield warning(
            "region", f"{draft.region} is not ready: deployments wait for it, whatever is said of their credential."
        )


def _provider(draft: CredentialDraft, recipe: Recipe, snapshot: ClusterSnapshot) -> Iterator[Problem]:
    """The provider must be where clusters are run; for copying its kinds must be on the management cluster as well."""
    kind = recipe.identity.kind
    hosting = draft.region
    for cluster in dict.fromkeys([hosting, MANAGEMENT] if snapshot.copies_identities else [hosting]):
        takes = snapshot.interface(cluster, recipe.provider)
        where = located(cluster)
        if cluster != hosting and recipe.identity.is_secret:
            continue  # every cluster knows Secrets
        if recipe.provider == "infrastructure-internal" or takes is None:
            continue  # needs no provider, or we do not know
        if coming := snapshot.installing.get(cluster, {}).get(recipe.provider):
            yield error("region", still_installing(*coming, where, "nothing that it brings can be made there"))
        elif not takes:
            enable = f"cluster-api-provider-{recipe.provider.removeprefix('infrastructure-')}"
            how = "in the Management object" if cluster == MANAGEMENT else located(cluster)
            yield error(
                "region", f"The provider {recipe.provider} is not installed {where}. Enable {enable} {how} first."
            )
        elif kind not in takes:
            yield error(
                "recipe", f"{recipe.provider} {where} takes {listed(sorted(takes))} as identity, but not {kind}."
            )


def _taken(draft: CredentialDraft, recipe: Recipe, snapshot: ClusterSnapshot) -> Iterator[Problem]:
    for one in plan(draft, snapshot):
        ref = one.ref
        if one.shared or ref not in snapshot.taken:
            continue
        where = located(ref.cluster)
        what = "A credential" if (ref.group, ref.kind) == (K0RDENT, "Credential") else f"A {ref.kind}"
        inside = f" in {ref.namespace}" if ref.namespace else ""
        yield error("name", f"{what} {ref.name} exists already{inside} {where}. Choose another name.")
