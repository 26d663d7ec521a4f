"""What the list of deployments is asked for: read from an address, plain, and written back into one."""

from dataclasses import dataclass

from deployments.lists import SIZE, Parameters, Query
from regions.domain.health import Health

SORTS = ("health", "name", "namespace", "region", "template", "credential", "created", "changed")
MOST = 100
FACETS = ("region", "health", "template", "credential", "namespace")


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
    page_size: int = SIZE

    @property
    def narrows(self) -> bool:
        """Whether anything at all is filtered out."""
        return bool(self.searches or any(getattr(self, name) for name in FACETS))

    @property
    def searches(self) -> bool:
        """Whether something is sought that is no facet."""
        return bool(self.text or self.labels)

    @property
    def labels_text(self) -> str:
        return ", ".join(f"{key}={value}" for key, value in self.labels)


def parse(query: Query) -> tuple[DeploymentFilters, dict[str, str]]:
    """The filters that an address asks for, and a sentence for each parameter that makes no sense (and is left out)."""
    said = Parameters(query)
    filters = DeploymentFilters(
        region=said.values("region"),
        health=said.any_of("health", Health, "health"),
        template=said.values("template"),
        credential=_credentials(said),
        namespace=said.values("namespace"),
        text=said.text(),
        labels=_labels(said),
        sort=said.ordering(SORTS, "health"),
        page=said.page(),
        page_size=said.page_size(SIZE, MOST),
    )
    return filters, said.problems


def _credentials(said: Parameters) -> tuple[str, ...]:
    found = said.values("credential")
    for value in found:
        if value.count("/") != 1:
            said.problems["credential"] = f"{value!r} is no credential; write namespace/name."
    return found


def _labels(said: Parameters) -> tuple[tuple[str, str], ...]:
    found = []
    for pair in (part.strip() for value in said.values("label") for part in value.split(",")):
        key, equals, value = pair.partition("=")
        if pair and not (equals and key.strip()):
            said.problems["label"] = f"{pair!r} is no label; write key=value."
        elif pair:
            found.append((key.strip(), value.strip()))
    return tuple(found)
