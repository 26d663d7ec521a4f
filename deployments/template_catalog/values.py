"""What pages and the API are told about templates: values only."""

from collections.abc import Mapping
from dataclasses import dataclass

from deployments.lists import Empty
from regions.inventory import Row


@dataclass(frozen=True, slots=True)
class Template:
    """A Cluster-, Service- or ProviderTemplate."""

    row: Row
    chart: str
    version: str
    description: str
    error: str
    providers: tuple[str, ...]
    used: int  # deployments made from it
    upgrades: tuple[str, ...]  # where chains lead from it

    @property
    def infrastructure(self) -> tuple[str, ...]:
        """The clouds that it needs."""
        return tuple(name for name in self.providers if name.startswith("infrastructure-"))

    @property
    def other_providers(self) -> tuple[str, ...]:
        return tuple(name for name in self.providers if not name.startswith("infrastructure-"))

    @property
    def kind(self) -> str:
        return self.row.target.kind


@dataclass(frozen=True, slots=True)
class TemplateChain:
    """A Cluster- or ServiceTemplateChain: the templates that its namespace supports, and where each may move."""

    row: Row
    leads: Mapping[str, tuple[str, ...]]  # template → those that it may move to

    @property
    def of_kind(self) -> str:
        """The kind of its templates."""
        return self.row.target.kind.removesuffix("Chain")


@dataclass(frozen=True, slots=True)
class Templates:
    clusters: tuple[Template, ...]
    services: tuple[Template, ...]
    providers: tuple[Template, ...]
    chains: tuple[TemplateChain, ...]
    empty: Empty | None

    @property
    def every(self) -> tuple[Template, ...]:
        return (*self.clusters, *self.services, *self.providers)
