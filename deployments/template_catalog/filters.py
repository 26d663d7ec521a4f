"""What the page of templates is asked for, read from its address."""

from dataclasses import dataclass

from deployments.lists import Parameters, Query
from regions.domain.health import Health

KINDS = ("ClusterTemplate", "ServiceTemplate", "ProviderTemplate")
FACETS = ("provider", "namespace", "health")


@dataclass(frozen=True, slots=True)
class TemplateFilters:
    """Several values of one facet mean any of them; kind, facets and every word of the text must all fit."""

    kind: str = ""  # one of KINDS; empty: all
    provider: tuple[str, ...] = ()  # aws, not infrastructure-aws
    namespace: tuple[str, ...] = ()
    health: tuple[str, ...] = ()
    text: str = ""
    page: int = 1

    @property
    def narrows(self) -> bool:
        return bool(self.kind or self.text or any(getattr(self, name) for name in FACETS))


def parse(query: Query) -> tuple[TemplateFilters, dict[str, str]]:
    """The filters that an address asks for, and a sentence for each parameter that makes no sense (and is left out)."""
    said = Parameters(query)
    filters = TemplateFilters(
        kind=(said.any_of("kind", KINDS, "kind of template") or ("",))[-1],
        provider=said.values("provider"),
        namespace=said.values("namespace"),
        health=said.any_of("health", Health, "health"),
        text=said.text(),
        page=said.page(),
    )
    return filters, said.problems
