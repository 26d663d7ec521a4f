"""What the list of credentials is asked for: read from an address, and written back into one."""

from dataclasses import dataclass

from deployments.domain.credentials.liveness import Proof
from deployments.lists import SIZE, Parameters, Query
from regions.domain.health import Health

FACETS = ("region", "health", "proof", "provider", "namespace", "state")
SORTS = ("health", "name", "region", "provider", "proof", "used", "problems", "created")
STATES = {"problems": "With problems", "unused": "Not used"}


@dataclass(frozen=True, slots=True)
class CredentialFilters:
    """Several values of one facet mean any of them; facets and text must all fit."""

    region: tuple[str, ...] = ()
    health: tuple[str, ...] = ()
    proof: tuple[str, ...] = ()
    provider: tuple[str, ...] = ()
    namespace: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    text: str = ""
    sort: str = "health"
    page: int = 1
    page_size: int = SIZE

    @property
    def narrows(self) -> bool:
        """Whether anything at all is filtered out."""
        return bool(self.text or any(getattr(self, name) for name in FACETS))


def parse(query: Query) -> tuple[CredentialFilters, dict[str, str]]:
    """The filters that an address asks for, and a sentence for each parameter that makes no sense (and is left out)."""
    said = Parameters(query)
    filters = CredentialFilters(
        region=said.values("region"),
        health=said.any_of("health", Health, "health"),
        proof=said.any_of("proof", Proof, "proof"),
        provider=said.values("provider"),
        namespace=said.values("namespace"),
        state=said.any_of("state", STATES, "choice"),
        text=said.text(),
        sort=said.ordering(SORTS, "health"),
        page=said.page(),
    )
    return filters, said.problems
