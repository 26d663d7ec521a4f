"""Templates to choose from for a new deployment: one line a chart, its versions beside it."""

from dataclasses import dataclass

from deployments.domain.template_names import family, in_order, version_in
from deployments.lists import Empty
from deployments.template_catalog.values import Template, Templates


@dataclass(frozen=True, slots=True)
class TemplateKind:
    """One chart in one namespace, newest version first."""

    title: str
    versions: tuple[Template, ...]

    @property
    def newest(self) -> Template:
        return next((one for one in self.versions if not one.error), self.versions[0])

    @property
    def others(self) -> tuple[Template, ...]:
        return tuple(one for one in self.versions if one is not self.newest)

    @property
    def used(self) -> int:
        return sum(one.used for one in self.versions)


@dataclass(frozen=True, slots=True)
class TemplatePicker:
    """What can be chosen in one namespace."""

    namespace: str
    namespaces: tuple[str, ...]
    kinds: tuple[TemplateKind, ...]
    empty: Empty | None


def pick(templates: Templates, namespace: str = "") -> TemplatePicker:
    """Templates of this namespace; without one, of that with most of them. What is used most comes first."""
    places: dict[str, dict[str, list[Template]]] = {}
    for one in templates.clusters:
        target = one.row.target
        places.setdefault(target.namespace, {}).setdefault(family(target.name, one.version), []).append(one)
    names = tuple(sorted(places))
    if namespace not in places:
        namespace = max(names, key=lambda name: sum(map(len, places[name].values())), default="")
    kinds = [
        TemplateKind(title, tuple(sorted(versions, key=_newness, reverse=True)))
        for title, versions in places.get(namespace, {}).items()
    ]
    kinds.sort(key=lambda kind: (-kind.used, kind.title))
    return TemplatePicker(namespace, names, tuple(kinds), None if names else templates.empty)


def _newness(one: Template) -> list[tuple[int, str]]:
    return in_order(one.version or version_in(one.row.target.name))
