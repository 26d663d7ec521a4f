"""Another template, by the ways that k0rdent allows, with what that changes in the defaults."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from deployments.clusterdeployments.actions.base import Action, ActionRequest
from deployments.clusterdeployments.actions.cases import Case
from deployments.domain import safe_yaml
from deployments.domain.findings import Problem, error
from deployments.domain.manifests import Planned
from deployments.domain.problems import problems
from deployments.domain.upgrades import Default, allowed, changed_defaults
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT
from regions.inventory.rows import manifests
from regions.models import Resource

MOST = 60


def ask(case: Case, data: Mapping[str, str] | None) -> ActionRequest:
    opened, draft = case.opened, case.opened.draft
    chosen = (data or {}).get("template", "")
    known, _ = case.known(chosen)
    ways = allowed(opened.manifest, chains(opened.namespace), known.templates)
    if not ways:
        return ActionRequest(why_not=f"No template chain in {opened.namespace} offers a way from {draft.template}.")
    only = ways[0].template if len(ways) == 1 else ""
    shows: dict[str, Any] = {"ways": ways, "chosen": chosen or only, "before": draft.template}
    if data is None:
        return ActionRequest(shows=shows)
    way = next((one for one in ways if one.template == chosen), None)
    if way is None:
        return ActionRequest(problems=(error("template", "Choose what it shall become."),), shows=shows)
    if way.why_not:
        return ActionRequest(problems=(error("template", way.why_not),), shows=shows)
    before, after = known.templates.get((opened.namespace, draft.template)), known.templates[opened.namespace, chosen]
    status = {**opened.manifest.get("status", {}), "availableUpgrades": [one.template for one in ways]}
    found: list[Problem] = problems(replace(draft, template=chosen), known, {**opened.manifest, "status": status})
    changed = changed_defaults(before.defaults, after.defaults, draft.config) if before else []
    shows |= {
        "defaults": [told(one) for one in changed[:MOST]],
        "more": max(0, len(changed) - MOST),
        "after": chosen,
        "blind": before is None,
    }
    patch = {"spec": {"template": chosen}}
    seen = {"spec": {"template": draft.template}}
    planned: Planned = case.own(patch, seen, "k0rdent renders the cluster from this template; its config stays.")
    return ActionRequest((planned,), tuple(found), shows)


def told(one: Default) -> dict[str, object]:
    """A default that changes, in words; a table's row."""

    def said(value: object) -> str:
        return "" if value is None else value if isinstance(value, str) else safe_yaml.dump(value).rstrip("\n")

    return {"name": one.name, "before": said(one.before)[:300], "after": said(one.after)[:300], "kept": one.kept}


def chains(namespace: str) -> list[Manifest]:
    """The chains that speak for this namespace, as the copy has them."""
    rows = list(
        Resource.objects.filter(cluster=MANAGEMENT, group=K0RDENT, kind="ClusterTemplateChain", namespace=namespace)
    )
    return list(manifests(rows).values())


UPGRADE = Action(
    "upgrade",
    "Upgrade",
    "Upgrade",
    "Another version of its template, by the ways that its chains allow. Machines are "
    "made anew where the template says so.",
    ask,
)
