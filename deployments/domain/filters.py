"""What a list of deployments is asked for: read from an address, plain, and written back into one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from regions.domain.health import Health

SORTS = ("health", "name", "namespace", "region", "template", "credential", "created", "changed")
PAGE_SIZE = 50
MOST = 100
FACETS = ("region", "health", "template", "credential", "namespace")


class Parameters(Protocol):
    """A query string: every name may have several values."""

    def getlist(self, name: str) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class DeploymentFilters:
    """Several values of one facet mean any of them; facets, text and labels must all fit."""

    region: tuple[str, ...] = ()
    health: tuple[str, ...] = ()
    template: tuple[str, ...] = ()
    credential: tuple[str, ...] = ()  # namespace/name
    namespace: tuple[str, ...] = ()
    text: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    sort: str = "health"  # one of SORTS, "-" before it for the other way
    page: int = 1
    page_size: int = PAGE_SIZE

    @property
    def narrows(self) -> bool:
        """Whether anything at all is filtered out."""
        return bool(self.text or self.labels or any(getattr(self, name) for name in FACETS))

    @property
    def labels_text(self) -> str:
        return ", ".join(f"{key}={value}" for key, value in self.labels)


_CALLED = {"text": "search", "labels": "label", "sort": "ordering"}  # in an address, where that differs


def parse(parameters: Parameters) -> tuple[DeploymentFilters, dict[str, str]]:
    """The filters that an address asks for, and a sentence for each parameter that makes no sense (and is left out)."""
    problems: dict[str, str] = {}

    def values(name: str) -> list[str]:
        return [value for value in parameters.getlist(_CALLED.get(name, name)) if value.strip()]

    def refuse(name: str, why: str) -> None:
        problems[_CALLED.get(name, name)] = why

    chosen = {name: tuple(dict.fromkeys(values(name))) for name in FACETS}
    known = {health.value.lower(): health.value for health in Health}
    strange = [value for value in chosen["health"] if value.lower() not in known]
    if strange:
        refuse("health", f"{strange[0]!r} is no health; these are: {', '.join(known.values())}.")
    chosen["health"] = tuple(dict.fromkeys(known[one.lower()] for one in chosen["health"] if one.lower() in known))
    for value in chosen["credential"]:
        if value.count("/") != 1:
            refuse("credential", f"{value!r} is no credential; write namespace/name.")
    labels = []
    for pair in (part.strip() for value in values("labels") for part in value.split(",")):
        key, equals, value = pair.partition("=")
        if pair and not (equals and key.strip()):
            refuse("labels", f"{pair!r} is no label; write key=value.")
        elif pair:
            labels.append((key.strip(), value.strip()))
    sort = (values("sort") or ["health"])[-1]
    if sort.removeprefix("-") not in SORTS:
        refuse("sort", f"{sort!r} is nothing to order by; these are: {', '.join(SORTS)}, each also with a minus.")
        sort = "health"
    page = _number(values("page"), 1, 10**6)
    if page is None:
        refuse("page", "A page is a number from 1 on.")
    size = _number(values("page_size"), PAGE_SIZE, MOST)
    if size is None:
        refuse("page_size", f"A page has between 1 and {MOST} rows.")
    text = " ".join(values("text"))[:253]
    filters = DeploymentFilters(
        **chosen, text=text, labels=tuple(labels), sort=sort, page=page or 1, page_size=size or PAGE_SIZE
    )
    return filters, problems


def _number(values: Sequence[str], default: int, most: int) -> int | None:
    if not values:
        return default
    value = values[-1]
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        return None
    return int(value) if 1 <= int(value) <= most else None
