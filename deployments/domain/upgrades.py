"""Which templates a deployment may become, and what that changes in its defaults."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from deployments.domain.safe_yaml import same
from deployments.domain.schema.values import Path, at
from deployments.domain.snapshot import KnownTemplate
from regions.domain import manifest as m
from regions.domain.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Upgrade:
    """One template that the deployment may become. `why_not` says why it cannot be chosen now."""

    template: str
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Default:
    """One default that the other template has otherwise. `kept`: the deployment's own config hides the change."""

    path: Path
    before: Any
    after: Any
    kept: bool = False

    @property
    def name(self) -> str:
        return ".".join(self.path)


def allowed(
    deployment: Manifest, chains: Iterable[Manifest], templates: Mapping[tuple[str, str], KnownTemplate]
) -> list[Upgrade]:
    """What k0rdent lets it become: what its status says, and what chains in its namespace allow; in order of name.

    A status that is older than a chain lacks what the chain adds, and is not believed against it.
    """
    namespace, template = m.namespace(deployment), m.text(m.part(deployment, "spec", "template"))
    listed = m.part(deployment, "status", "availableUpgrades")
    names = {one for one in listed if isinstance(one, str)} if isinstance(listed, list) else set()
    for chain in chains:
        if m.namespace(chain) == namespace and m.part(chain, "status", "valid") is not False:
            names.update(_steps(chain, template))
    return [Upgrade(name, _why_not(templates.get((namespace, name)))) for name in sorted(names - {template})]


def _steps(chain: Manifest, template: str) -> Iterable[str]:
    for supported in m.items(m.part(chain, "spec", "supportedTemplates")):
        if supported.get("name") == template:
            yield from (m.text(step.get("name")) for step in m.items(supported.get("availableUpgrades")))


def _why_not(template: KnownTemplate | None) -> str:
    if template is None:
        return "The template is not there."
    if not template.valid:
        return f"k0rdent calls it invalid{': ' + template.error if template.error else ''}."
    return ""


def changed_defaults(before: Mapping[str, Any], after: Mapping[str, Any], config: Mapping[str, Any]) -> list[Default]:
    """What the other template has otherwise, in order of path."""
    found = list(_changed(before, after, config, ()))
    return sorted(found, key=lambda one: one.path)


def _changed(before: Any, after: Any, config: Any, path: Path) -> Iterable[Default]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys([*before, *after]):
            own = at(config, (key,)) if isinstance(config, Mapping) else None
            yield from _changed(before.get(key), after.get(key), own, (*path, key))
    elif not same(before, after):
        yield Default(path, before, after, kept=config is not None and not isinstance(config, Mapping))
