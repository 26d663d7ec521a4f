"""What a credential hands on to new clusters: the content of its ConfigMap, which k0rdent never copies."""

from collections.abc import Iterable, Mapping

from deployments.credentials.dependents import CredentialDependents
from deployments.credentials.forms.recipe_of import recipes_of
from deployments.domain.credentials.needs import Need
from deployments.domain.drafts import CredentialDraft, Secret
from deployments.domain.manifests import RENDERED, Planned
from deployments.domain.recipes import Recipe
from deployments.domain.recipes.base import COMPONENT
from regions.clusters.session import ClusterSession
from regions.domain import manifest as m
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT, Ref
from regions.kube.errors import KubeError

DEADLINE = 8.0
WHY = "What new clusters get of the credential; k0rdent never copies it, so it is made where the clusters are run."


def content(session: ClusterSession, found: CredentialDependents) -> Mapping[str, str] | None:
    """As it is where this credential has one, or another with the same identity; else as its recipe makes it.

    None: the recipe would need an answer that nobody has given here (the datacenter of vSphere).
    """
    name = f"{found.item.identity.name}-resource-template"
    known = [
        one.need
        for _, needed in ((found.label, found.needed), *found.every)
        for one in needed
        if one.need.role == "template" and one.need.name == name and one.state == "present"
    ]
    held = session.run(_read(session, known)) if known else None
    if held is not None:
        return held
    recipe = next(iter(recipes_of(found)), None)
    return made_by(recipe) if recipe else {}


def made_by(recipe: Recipe) -> Mapping[str, str] | None:
    """What a recipe makes without being asked anything; None when it must be asked."""
    secrets = {field.name: Secret("x") for field in recipe.fields if field.secret and field.required}
    blank = recipe.template(CredentialDraft(recipe.key, "", "", secrets=secrets))
    said = {field.name: "x" for field in recipe.fields if not field.secret and not field.choices}
    filled = recipe.template(CredentialDraft(recipe.key, "", "", fields=said, secrets=secrets))
    return blank if blank == filled else None


def config_map(need: Need, data: Mapping[str, str], serves: Ref | None = None, shared: bool = False) -> Planned:
    """The ConfigMap where a credential needs it."""
    metadata = {
        "name": need.name,
        "namespace": need.namespace,
        "labels": dict(COMPONENT),
        "annotations": {RENDERED: "true"},
    }
    made: Manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}
    if data:
        made["data"] = dict(data)
    return Planned(need.cluster, made, WHY, shared=shared, serves=serves)


def namespaces(cluster: str, names: Iterable[str], serves: Ref | None = None) -> list[Planned]:
    """Namespaces to be made on a cluster."""
    why = "The namespace that the cluster's objects live in."
    made = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": dict(COMPONENT)}}
        for name in names
    ]
    return [Planned(cluster, one, why, shared=True, serves=serves) for one in made]


async def _read(session: ClusterSession, places: Iterable[Need]) -> dict[str, str] | None:
    """The first of these ConfigMaps that can be read."""
    for need in places:
        person = session.person if need.cluster == MANAGEMENT else None
        try:
            client = await session.clusters.client(need.cluster)
            path = f"/api/v1/namespaces/{need.namespace}/configmaps/{need.name}"
            found = await client.get(path, on_behalf=person, deadline=DEADLINE)
        except KubeError as failure:
            session.clusters.failed(need.cluster, failure)
            continue
        return {str(key): m.text(value) for key, value in m.mapping(found.get("data")).items()}
    return None
