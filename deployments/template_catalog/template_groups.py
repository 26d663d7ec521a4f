"""Templates as people speak of them: one line a chart, its versions beneath, the copies in namespaces folded into them.

k0rdent copies a template into every namespace that may use it, and keeps old versions: a list of objects shows the same
thing a hundred times. Pure: made from what `list_templates` found.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from deployments.clusterdeployments.values import Empty, Facet, Option, Template, TemplateChain, Templates
from deployments.domain.template_filters import FACETS, KINDS, PAGE_SIZE, TemplateFilters
from deployments.template_catalog.lines import OfferedUpgrade, TemplateGroups, TemplateLine, TemplateVersion
from regions.domain.health import Health

_TITLES = {"provider": "Provider", "namespace": "Namespace", "health": "Health"}
_TAIL = re.compile(r"-v?\d+(?:-\d+)+(?:-[a-z]+\d*)?$")


def shelve(found: Templates, wanted: TemplateFilters) -> TemplateGroups:
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
    pages = max(1, -(-len(lines) // PAGE_SIZE))
    page = min(wanted.page, pages)
    shown = tuple(lines[(page - 1) * PAGE_SIZE : page * PAGE_SIZE])
    known = {(one.kind, one.row.target.name) for one in found.every}
    astray = tuple(one for one in found.chains if not any((one.of_kind, name) in known for name in one.leads))
    empty = found.empty
    if not shown and everything:
        empty = Empty("filtered", "No templates fit these filters", "Take one away to see more.")
    return TemplateGroups(
        filters=wanted,
        lines=shown,
        total=len(lines),
        of=len(everything),
        page=page,
        pages=pages,
        kinds=_kinds(near, wanted),
        facets=tuple(_facet(name, everything, near, wanted) for name in FACETS),
        astray=() if wanted.narrows else astray,
        empty=empty,
    )


def family(name: str, version: str = "") -> str:
    """A template's name without its version: aws-standalone-cp of aws-standalone-cp-1-0-43."""
    tail = "-" + re.sub(r"[^a-z0-9]+", "-", version.lower()).strip("-")
    if version and name.endswith(tail) and len(name) > len(tail):
        return name.removesuffix(tail)
    return _TAIL.sub("", name) or name


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
    versions.sort(key=lambda one: (_numeric(one.number), one.name), reverse=True)
    chains = {key: chain for name in named for key, chain in speaking.get((kind, name), {}).items()}
    described = (copy.description for version in versions for copy in version.copies if copy.description)
    return TemplateLine(kind, title, next(described, ""), tuple(versions), tuple(chains.values()))


def _ways(copies: Sequence[Template], numbers: dict[str, str]) -> tuple[OfferedUpgrade, ...]:
    counts = Counter(name for copy in copies for name in copy.upgrades)
    return tuple(OfferedUpgrade(name, numbers.get(name) or name, count) for name, count in counts.items())


def _numeric(version: str) -> list[tuple[int, str]]:
    """Sorts 1.0.9 below 1.0.10, and 1.0.0-rc1 below 1.0.0."""
    core, _, before = version.partition("-")
    parts = ((int(part), "") if part.isdigit() else (-1, part) for part in core.split("."))
    return [*parts, (0 if before else 1, before)]


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
    order = [health.value for health in Health if health.value in counts] if name == "health" else sorted(counts)
    options = (Option(value, value, counts[value], value in chosen) for value in order if value)
    return Facet(name, _TITLES[name], tuple(options))
