"""Templates and the chains that lead from one to the next."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db.models import Count

from deployments.domain.template_names import chart_of, said_chart
from deployments.lists import why
from deployments.template_catalog.values import Template, TemplateChain, Templates
from regions.domain import manifest as m
from regions.domain.viewer import Viewer
from regions.inventory.rows import manifests, row_of, worst_first
from regions.inventory.visibility import Visibility, look
from regions.models import Resource

_KINDS = ("ClusterTemplate", "ServiceTemplate", "ProviderTemplate")
_CHAINS = ("ClusterTemplateChain", "ServiceTemplateChain")


def list_templates(*, viewer: Viewer) -> Templates:
    """Every template with its use, those that are not valid first."""
    sight = look(viewer)
    rows = list(worst_first(sight.resources.filter(kind__in=_KINDS), sight))
    chains = list(worst_first(sight.resources.filter(kind__in=_CHAINS), sight))
    bodies = manifests([*rows, *chains])
    originals = _originals(rows, bodies)
    used = _used(sight)
    linked = tuple(TemplateChain(row_of(row, sight), _leads(bodies.get(row.pk, {}))) for row in chains)
    upgrades = _upgrades(linked)
    by_kind: dict[str, list[Template]] = {kind: [] for kind in _KINDS}
    for row in rows:
        place = (row.kind, row.namespace, row.name)
        body = bodies.get(row.pk, {})
        by_kind[row.kind].append(_template(row, body, originals, used[place], upgrades.get(place, ()), sight))
    empty = (
        None if rows else why(sight, "clustertemplates", "templates", none="k0rdent brings its own with every Release.")
    )
    return Templates(
        tuple(by_kind["ClusterTemplate"]),
        tuple(by_kind["ServiceTemplate"]),
        tuple(by_kind["ProviderTemplate"]),
        linked,
        empty,
    )


def _template(
    row: Resource,
    body: dict[str, Any],
    originals: Mapping[str, Mapping[str, str]],
    used: int,
    upgrades: tuple[str, ...],
    sight: Visibility,
) -> Template:
    status = m.mapping(body.get("status"))
    providers = status.get("providers")
    return Template(
        row=row_of(row, sight),
        chart=chart_of(body, originals.get(row.kind)),
        version=m.text(status.get("chartVersion")) or m.text(m.part(body, "spec", "helm", "chartSpec", "version")),
        description=m.text(status.get("description")),
        error=m.text(status.get("validationError")),
        providers=tuple(m.text(one) for one in providers) if isinstance(providers, list) else (),
        used=used,
        upgrades=upgrades,
    )


def _originals(rows: list[Resource], bodies: Mapping[int, dict[str, Any]]) -> dict[str, dict[str, str]]:
    """By kind, the charts of the system namespace's templates: what is copied elsewhere is a copy of these."""
    found: dict[str, dict[str, str]] = {kind: {} for kind in _KINDS}
    for row in rows:
        if row.namespace == settings.PANE_SYSTEM_NAMESPACE:
            found[row.kind][row.name] = said_chart(bodies.get(row.pk, {}))
    return found


def _used(sight: Visibility) -> Counter[tuple[str, str, str]]:
    """How many deployments are made from each ClusterTemplate."""
    found: Counter[tuple[str, str, str]] = Counter()
    grouped = sight.resources.filter(kind="ClusterDeployment").order_by().values_list("namespace", "template")
    for namespace, template, count in grouped.annotate(count=Count("pk")):
        found["ClusterTemplate", namespace, template] = count
    return found


def _leads(body: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in m.items(m.part(body, "spec", "supportedTemplates")):
        name = m.text(one.get("name"))
        names = tuple(m.text(upgrade.get("name")) for upgrade in m.items(one.get("availableUpgrades")))
        found[name] = tuple(dict.fromkeys((*found.get(name, ()), *names)))
    return found


def _upgrades(chains: tuple[TemplateChain, ...]) -> dict[tuple[str, str, str], tuple[str, ...]]:
    """Where the chains of its namespace lead from each template."""
    found: dict[tuple[str, str, str], tuple[str, ...]] = {}
    for chain in chains:
        for name, names in chain.leads.items():
            place = (chain.of_kind, chain.row.target.namespace, name)
            found[place] = tuple(dict.fromkeys((*found.get(place, ()), *names)))
    return found
