"""What is offered for what was typed, to this person: objects first that are named so, then pages, then actions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from django.urls import Resolver404, resolve, reverse

from dashboard.palette.commands import ACTIONS, PAGES, Command, matching, split
from dashboard.people.routes import allowed, allowed_at
from dashboard.saved.pages import PAGES as PAGES_TO_SAVE
from dashboard.saved.saving import address as address_of_view
from dashboard.saved.saving import visible
from regions import inventory
from regions.domain.kinds import K0RDENT
from regions.domain.refs import MANAGEMENT
from regions.domain.roles import Right
from regions.domain.viewer import Viewer
from regions.inventory.basics import Row
from regions.inventory.rows import row_of
from regions.inventory.visibility import look

OBJECTS = 8
ACTED = 3  # of so many objects the actions are offered, when one was asked for
RECENT = 12
_PAGES_OF = {"deployments:detail": "ClusterDeployment", "credentials:detail": "Credential", "regions:detail": "Region"}


@dataclass(frozen=True, slots=True)
class Offer:
    """One line of the palette, and where it leads. `row` is the object that it is or is about, if it is about one."""

    group: str
    title: str
    url: str
    icon: str = ""
    row: Row | None = None


def offers(text: str, recent: Iterable[str], viewer: Viewer) -> list[Offer]:
    """`recent`: the addresses that this browser opened last; what may not be seen any more is left out."""
    text = text.strip()[:253]
    if not text:
        return [*_recent(recent, viewer), *_saved("", viewer.account), *_pages("", viewer)]
    verb, name = split(text)
    rows = [hit.row for hit in inventory.search(name, viewer=viewer, limit=OBJECTS).hits]
    done = list(_actions(verb, rows[:ACTED], viewer)) if verb else []
    objects = [Offer("Objects", row.target.name, row.target.url, row=row) for row in rows if row.target.url]
    pages = [*_saved(text, viewer.account), *_pages(text, viewer)]
    named = [row for row in rows if row.target.name.lower() == name.lower() and row.target.kind in ACTIONS]
    mine = [] if verb else list(_actions("", named[:1], viewer))
    return [*done, *(pages if not rows else ()), *objects, *mine, *(pages if rows else ())]


def _saved(text: str, account: int) -> Iterator[Offer]:
    """Views of lists by words of their names; they are a query each, and open for who may see what it finds."""
    views = visible(account)
    for word in text.split():
        views = views.filter(name__icontains=word)
    for view in views[:OBJECTS]:
        yield Offer("Saved views", f"{view.name} ({PAGES_TO_SAVE[view.page].title})", address_of_view(view), "filter")


def _pages(text: str, viewer: Viewer) -> Iterator[Offer]:
    for one in matching(text, PAGES):
        if one.right is Right.SEE or allowed(viewer, one.right):
            yield Offer("Pages", one.title, reverse(one.route), one.icon)


def _actions(verb: str, rows: Iterable[Row], viewer: Viewer) -> Iterator[Offer]:
    """What may be done; where a cluster decides, whether this very object is theirs is said by its preview."""
    for row in rows:
        for one in matching(verb, ACTIONS.get(row.target.kind, ())):
            if _may(viewer, one.right, row):
                yield Offer("Actions", f"{one.title} {row.target.name}", _address(one, row), one.icon, row)


def _may(viewer: Viewer, right: Right, row: Row) -> bool:
    return right is Right.SEE or allowed_at(viewer, right, row.region, row.target.namespace)


def _address(one: Command, row: Row) -> str:
    if one.query:
        return f"{reverse(one.route)}?{one.query.replace('{}', quote(row.target.label))}"
    place = (row.target.name,) if row.target.kind == "Region" else (row.target.namespace, row.target.name)
    return reverse(one.route, args=(*place, *one.arguments))


def _recent(addresses: Iterable[str], viewer: Viewer) -> Iterator[Offer]:
    sight = look(viewer)
    for address in list(dict.fromkeys(addresses))[:RECENT]:
        try:
            found = resolve(address)
        except Resolver404:
            continue
        kind = _PAGES_OF.get(found.view_name)
        if kind is None:
            continue
        named = {"name": found.kwargs["name"], "namespace": found.kwargs.get("namespace", "")}
        row = sight.resources.filter(cluster=MANAGEMENT, group=K0RDENT, kind=kind, **named).first()
        if row is not None:
            drawn = row_of(row, sight)
            yield Offer("Recent", row.name, drawn.target.url, row=drawn)
