"""The lists that can be saved: what their addresses may ask for, and which columns they have."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse

from deployments.clusterdeployments import filters as of_deployments
from deployments.clusterdeployments.views import COLUMNS as DEPLOYMENTS
from deployments.credentials import filters as of_credentials
from deployments.credentials.views import COLUMNS as CREDENTIALS
from deployments.domain.object_facts import OBJECT_KINDS

COLUMNS = "columns"
"""The parameter that says which columns are shown; without it those of the person are."""
LONGEST = 2000
OBJECTS = "objects/"


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list with an address. `columns` are in the order of its table, after `before` cells that always stand."""

    key: str
    title: str
    route: str
    asks: frozenset[str]
    columns: tuple[tuple[str, str], ...] = ()
    before: int = 0
    arguments: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        return reverse(self.route, args=self.arguments)

    def shown(self, query: QueryDict) -> frozenset[str] | None:
        """The columns that an address asks for; None when it leaves that to the person."""
        said = query.get(COLUMNS)
        known = {name for name, _ in self.columns}
        found = known & set(said.split(",")) if said is not None else None
        return frozenset(found) if found else None

    def kept(self, query: QueryDict) -> str:
        """Of a query what a view keeps: what narrows, orders and shows, never the page somebody was on."""
        found = QueryDict(mutable=True)
        for name in sorted(query):
            values = [value for value in dict.fromkeys(query.getlist(name)) if value.strip()]
            if name in self.asks and values and (name != COLUMNS or self.shown(query)):
                found.setlist(name, sorted(values))
        return found.urlencode(safe="/,")


def _columns(of: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Those that may be left out: all but the name, which comes first."""
    return tuple((name, title) for name, title in of.items() if name != "name")


_COMMON = frozenset({"search", "ordering", COLUMNS})
_PAGES = (
    ListPage(
        "deployments",
        "Deployments",
        "deployments:list",
        _COMMON | {*of_deployments.FACETS, "label", "page_size"},
        _columns(DEPLOYMENTS),
        before=2,
    ),
    ListPage(
        "credentials",
        "Credentials",
        "credentials:list",
        _COMMON | set(of_credentials.FACETS),
        _columns(CREDENTIALS),
        before=2,
    ),
    ListPage("regions", "Regions", "regions:list", frozenset({"search", "health"})),
    *(
        ListPage(
            f"{OBJECTS}{kind}",
            of.plural,
            "deployments:objects",
            frozenset({"search", "health", COLUMNS}),
            (("health", "Health"), ("says", "What it says"), ("created", "Made")),
            before=1,
            arguments=(kind,),
        )
        for kind, of in OBJECT_KINDS.items()
    ),
)
PAGES = {page.key: page for page in _PAGES}


def page_at(route: str, arguments: Iterable[str] = ()) -> ListPage | None:
    """The list at the address of this name, if it can be saved."""
    given = tuple(arguments)
    return next((page for page in _PAGES if (page.route, page.arguments) == (route, given)), None)
