"""Templates as people speak of them: one line a chart, its versions beneath, the copies in namespaces folded into them.

k0rdent copies a template into every namespace that may use it, and keeps old versions: a list of objects shows the same
thing a hundred times. Pure: made from what `list_templates` found.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from deployments.domain.template_names import family, in_order
from deployments.lists import SIZE, Facet, Option, Page, facet, filtered_out
from deployments.template_catalog.filters import FACETS, KINDS, TemplateFilters
from deployments.template_catalog.lines import OfferedUpgrade, TemplateGroups, TemplateLine, TemplateVersion
from deployments.template_catalog.values import Template, TemplateChain, Templates
from regions.domain.health import Health

_TITLES = {"provider": "Provider", "namespace": "Namespace", "health": "Health"}


def group_templates(found: Templates, wanted: TemplateFilters) -> TemplateGroups:
    """The lines that fit. With namespaces chosen, only their copies are shown, counted and judged."""
    everything = _lines(found.every, found.chains)
    near = everything
    if wanted.namespace:
        near = _lines(
            [one for one in found.every if one.row.target.namespace in wanted.namespace],
            [one for one in found.chains if one.row.target.namespace in wanted.namespace],
        )
    lines = [line for line in near if _fits(line, wanted)]
    lines.sort(key=lambda line: (line.health.rank, KINDS.index(line.kind), line.title))
    page = Page(wanted.page, SIZE, len(lines))
    shown = page.of(lines)
    known = {(one.kind, one.row.target.name) for one in found.every}
    astray = tuple(one for one in found.chains if not any((one.of_kind, name) in known for name in one.leads))
    empty = found.empty
    if not shown and everything:
        empty = filtered_out("templates")
    return TemplateGroups(
        filters=wanted,
        lines=shown,
        of=len(everything),
        page=page,
        kinds=_kinds(near, wanted),
        facets=tuple(_facet(name, everything, near, wanted) for name in FACETS),
        astray=() if wanted.narrows else astray,
        empty=empty,
    )


def _lines(templates: Iterable[Template], chains: Iterable[TemplateChain]) -> list[TemplateLine]:
    grouped: dict[tuple[str, str], dict[str, list[Template]]] = {}
    for one in templates:
        place = (one.kind, family(one.row.target.name, one.version))
        grouped.setdefault(place, {}).setdefault(one.row.target.name, []).append(one)
    speaking: dict[tuple[str, str], dict[str, TemplateChain]] = {}
    for chain in chains:
        for name in chain.leads:
            speaking.setdefault((chain.of_kind, name), {})[chain.row.target.dom_id] = chain
    return [_line(kind, title, named, speaking) for (kind, title), named in grouped.items()]


def _line(
    kind: str, title: str, named: dict[str, list[Template]], speaking: dict[tuple[str, str], dict[str, TemplateChain]]
) -> TemplateLine:
    numbers = {name: next((one.version for one in copies if one.version), "") for name, copies in named.items()}
    versions = [
        TemplateVersion(
            name,
            numbers[name] or name,
            tuple(sorted(copies, key=lambda one: one.row.target.namespace)),
            _ways(copies, numbers),
        )
        for name, copies in named.items()
    ]
    versions.sort(key=lambda one: (in_order(one.number), one.name), reverse=True)
    chains = {key: chain for name in named for key, chain in speaking.get((kind, name), {}).items()}
    described = (copy.description for version in versions for copy in version.copies if copy.description)
    return TemplateLine(kind, title, next(described, ""), tuple(versions), tuple(chains.values()))


def _ways(copies: Sequence[Template], numbers: dict[str, str]) -> tuple[OfferedUpgrade, ...]:
    counts = Counter(name for copy in copies for name in copy.upgrades)
    return tuple(OfferedUpgrade(name, numbers.get(name) or name, count) for name, count in counts.items())


def _values(line: TemplateLine, name: str) -> tuple[str, ...]:
    if name == "provider":
        return line.infrastructure
    return line.namespaces if name == "namespace" else (line.health.value,)


def _fits(line: TemplateLine, wanted: TemplateFilters, but: str = "") -> bool:
    if wanted.kind and but != "kind" and line.kind != wanted.kind:
        return False
    for name in FACETS:
        chosen = getattr(wanted, name)
        if chosen and name != but and not set(chosen) & set(_values(line, name)):
            return False
    said = " ".join(
        (
            line.title,
            line.description,
            *(version.name for version in line.versions),
            *(trouble.message for trouble in line.troubles),
            *line.infrastructure,
        )
    ).lower()
    return all(word in said for word in wanted.text.lower().split())


def _kinds(lines: list[TemplateLine], wanted: TemplateFilters) -> tuple[Option, ...]:
    counts = Counter(line.kind for line in lines if _fits(line, wanted, but="kind"))
    titles = {"ClusterTemplate": "Clusters", "ServiceTemplate": "Services", "ProviderTemplate": "Providers"}
    each = (Option(kind, titles[kind], counts[kind], kind == wanted.kind) for kind in KINDS)
    return (Option("", "All", counts.total(), not wanted.kind), *each)


def _facet(name: str, everything: list[TemplateLine], near: list[TemplateLine], wanted: TemplateFilters) -> Facet:
    """How many lines there would be with each value, given all other filters."""
    chosen = getattr(wanted, name)
    counts = Counter(dict.fromkeys(chosen, 0))
    for line in everything if name == "namespace" else near:
        if _fits(line, wanted, but=name):
            counts.update(_values(line, name))
    order = tuple(Health) if name == "health" else sorted(filter(None, counts))
    return facet(name, _TITLES[name], counts, chosen, order=order)
