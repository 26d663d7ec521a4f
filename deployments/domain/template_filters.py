"""What the page of templates is asked for, read from its address."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

KINDS = ("ClusterTemplate", "ServiceTemplate", "ProviderTemplate")
FACETS = ("provider", "namespace", "health")
PAGE_SIZE = 50


class Parameters(Protocol):
    """A query string: every name may have several values."""

    def getlist(self, name: str) -> Sequence[str]: ...


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


def parse(parameters: Parameters) -> TemplateFilters:
    """What makes no sense is left out: an address that somebody shortened still shows templates."""

    def values(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(value for value in parameters.getlist(name) if value.strip()))

    kinds = [value for value in values("kind") if value in KINDS]
    pages = [int(value) for value in values("page") if value.isascii() and value.isdigit() and 0 < len(value) < 7]
    return TemplateFilters(
        kind=kinds[-1] if kinds else "",
        provider=values("provider"),
        namespace=values("namespace"),
        health=tuple(value.capitalize() for value in values("health")),
        text=" ".join(values("search"))[:253].strip(),
        page=max(1, pages[-1]) if pages else 1,
    )
