"""What the page of templates is told: one line a template, with its versions, copies and chains."""

from collections.abc import Iterable
from dataclasses import dataclass

from deployments.lists import Empty, Facet, Option, Page
from deployments.template_catalog.filters import TemplateFilters
from deployments.template_catalog.values import Template, TemplateChain
from regions.domain.health import Health

_INFRASTRUCTURE = "infrastructure-"


@dataclass(frozen=True, slots=True)
class OfferedUpgrade:
    """Where a version may move. `namespaces` of those that hold the version; fewer than all when chains differ."""

    name: str
    number: str
    namespaces: int


@dataclass(frozen=True, slots=True)
class TemplateTrouble:
    """What is wrong with some copies of a version, or with a chain: said once, however many say it."""

    health: Health
    last_health: Health | None
    message: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TemplateVersion:
    """One version of a template, and its copies."""

    name: str
    number: str
    copies: tuple[Template, ...]  # by namespace
    upgrades: tuple[OfferedUpgrade, ...]

    @property
    def used(self) -> int:
        return sum(copy.used for copy in self.copies)

    @property
    def health(self) -> Health:
        return min((copy.row.health for copy in self.copies), key=lambda one: one.rank)

    @property
    def last_health(self) -> Health | None:
        return min((one.row.last_health for one in self.copies if one.row.last_health), key=_rank, default=None)

    @property
    def troubles(self) -> tuple[TemplateTrouble, ...]:
        return _troubles(
            (copy.row.health, copy.row.last_health, copy.row.message, copy.row.target.namespace) for copy in self.copies
        )


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """One template in all its versions, newest first."""

    kind: str
    title: str
    description: str
    versions: tuple[TemplateVersion, ...]
    chains: tuple[TemplateChain, ...]

    @property
    def dom_id(self) -> str:
        return f"line_{self.kind}_{self.title.replace('.', '__')}"

    @property
    def health(self) -> Health:
        return min((version.health for version in self.versions), key=_rank)

    @property
    def last_health(self) -> Health | None:
        return min((one.last_health for one in self.versions if one.last_health), key=_rank, default=None)

    @property
    def used(self) -> int:
        return sum(version.used for version in self.versions)

    @property
    def namespaces(self) -> tuple[str, ...]:
        return tuple(sorted({copy.row.target.namespace for version in self.versions for copy in version.copies}))

    @property
    def namespaced(self) -> bool:
        return any(self.namespaces)

    @property
    def folds(self) -> bool:
        """Whether there is more to say of it than its row does."""
        return self.namespaced or len(self.versions) > 1

    @property
    def infrastructure(self) -> tuple[str, ...]:
        """The clouds that it needs, as people call them: aws."""
        found = (name for version in self.versions for copy in version.copies for name in copy.infrastructure)
        return tuple(sorted({name.removeprefix(_INFRASTRUCTURE) for name in found}))

    @property
    def other_providers(self) -> tuple[str, ...]:
        newest = self.versions[0].copies[0]
        return newest.other_providers

    @property
    def troubles(self) -> tuple[TemplateTrouble, ...]:
        """Of all its versions and chains, worst first."""
        found = [trouble for version in self.versions for trouble in version.troubles]
        return tuple(sorted((*found, *self.chain_troubles), key=lambda one: one.health.rank))

    @property
    def chain_troubles(self) -> tuple[TemplateTrouble, ...]:
        return _troubles(
            (one.row.health, one.row.last_health, f"{one.row.target.name}: {one.row.message}", one.row.target.namespace)
            for one in self.chains
        )

    @property
    def chain_names(self) -> list[tuple[str, list[TemplateChain]]]:
        """Chains that speak of it, those of one name together."""
        found: dict[str, list[TemplateChain]] = {}
        for chain in self.chains:
            found.setdefault(chain.row.target.name, []).append(chain)
        return list(found.items())


@dataclass(frozen=True, slots=True)
class TemplateGroups:
    """One page of lines, those in trouble first, with what could be filtered by."""

    filters: TemplateFilters
    lines: tuple[TemplateLine, ...]
    of: int  # lines that there are; `page.total` fit
    page: Page
    kinds: tuple[Option, ...]  # first the one for all kinds
    facets: tuple[Facet, ...]
    astray: tuple[TemplateChain, ...]  # chains that speak of no template that we know
    empty: Empty | None


def _troubles(said: Iterable[tuple[Health, Health | None, str, str]]) -> tuple[TemplateTrouble, ...]:
    found: dict[tuple[Health, Health | None, str], list[str]] = {}
    for health, last, message, place in said:
        if health is not Health.READY and last is not Health.READY:
            found.setdefault((health, last, message), []).append(place)
    return tuple(
        TemplateTrouble(health, last, message, tuple(sorted(places)))
        for (health, last, message), places in found.items()
    )


def _rank(health: Health) -> int:
    return health.rank
