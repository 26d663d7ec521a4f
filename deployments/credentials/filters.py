"""What the list of credentials is asked for: read from an address, and written back into one."""

from collections.abc import Sequence
from dataclasses import dataclass

from deployments.domain.credentials.liveness import Proof
from deployments.domain.filters import Parameters
from regions.domain.health import Health

FACETS = ("region", "health", "proof", "provider", "namespace", "state")
SORTS = ("health", "name", "region", "provider", "proof", "used", "problems", "created")
STATES = {"problems": "With problems", "unused": "Not used"}
PAGE_SIZE = 50


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
    page_size: int = PAGE_SIZE

    @property
    def narrows(self) -> bool:
        """Whether anything at all is filtered out."""
        return bool(self.text or any(getattr(self, name) for name in FACETS))


_KNOWN: dict[str, Sequence[str]] = {"health": list(Health), "proof": list(Proof), "state": list(STATES)}


def parse(parameters: Parameters) -> tuple[CredentialFilters, dict[str, str]]:
    """The filters that an address asks for, and a sentence for each parameter that makes no sense (and is left out)."""
    problems: dict[str, str] = {}

    def values(name: str) -> list[str]:
        return [value for value in parameters.getlist(name) if value.strip()]

    chosen = {name: tuple(dict.fromkeys(values(name))) for name in FACETS}
    for name, known in _KNOWN.items():
        meant = {str(value).lower(): str(value) for value in known}
        strange = [value for value in chosen[name] if value.lower() not in meant]
        if strange:
            problems[name] = f"{strange[0]!r} is none of these: {', '.join(meant.values())}."
        chosen[name] = tuple(dict.fromkeys(meant[one.lower()] for one in chosen[name] if one.lower() in meant))
    sort = (values("ordering") or ["health"])[-1]
    if sort.removeprefix("-") not in SORTS:
        problems["ordering"] = f"{sort!r} is nothing to order by; these are: {', '.join(SORTS)}."
        sort = "health"
    page = (values("page") or ["1"])[-1]
    if not (page.isascii() and page.isdigit() and 0 < len(page) < 8 and int(page) > 0):
        problems["page"] = "A page is a number from 1 on."
        page = "1"
    return CredentialFilters(**chosen, text=" ".join(values("search"))[:253], sort=sort, page=int(page)), problems  # type: ignore[arg-type]
