"""Templates to choose from for a new deployment: one line a chart, its versions beside it."""

import re
from dataclasses import dataclass

from deployments.clusterdeployments.values import Empty, Template, Templates

_VERSION = re.compile(r"-\d+(?:-\d+)*$")


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


def shelf(templates: Templates, namespace: str = "") -> TemplatePicker:
    """Templates of this namespace; without one, of that with most of them. What is used most comes first."""
    places: dict[str, dict[str, list[Template]]] = {}
    for one in templates.clusters:
        target = one.row.target
        places.setdefault(target.namespace, {}).setdefault(_VERSION.sub("", target.name), []).append(one)
    names = tuple(sorted(places))
    if namespace not in places:
        namespace = max(names, key=lambda name: sum(map(len, places[name].values())), default="")
    kinds = [
        TemplateKind(title, tuple(sorted(versions, key=lambda one: _order(one.row.target.name), reverse=True)))
        for title, versions in places.get(namespace, {}).items()
    ]
    kinds.sort(key=lambda kind: (-kind.used, kind.title))
    return TemplatePicker(namespace, names, tuple(kinds), None if names else templates.empty)


def _order(name: str) -> tuple[int, ...]:
    found = _VERSION.search(name)
    return tuple(int(part) for part in found[0].strip("-").split("-")) if found else ()
