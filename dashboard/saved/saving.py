"""Saving, finding and changing views. What is somebody's is for them alone; everybody's is changed by who may share."""

from typing import Any
from urllib.parse import unquote

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import Http404, QueryDict

from dashboard.models import SavedView
from dashboard.people.routes import allowed
from dashboard.saved.pages import LONGEST, PAGES, ListPage
from regions.domain.roles import Right
from regions.domain.viewer import Viewer

MOST = 200
"""Views of one person, and of everybody."""


class CannotSave(ValueError):
    """It cannot be saved so. Its text is a sentence; `field` is what is wrong: name, page or query."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def visible(user: Any) -> QuerySet[SavedView]:
    """Mine and everybody's. A view is a query and no more: what it finds is asked for by whoever opens it."""
    return SavedView.objects.filter(Q(owner=user) | Q(owner=None), page__in=PAGES).order_by("page", "name", "id")


def find(pk: int, user: Any) -> SavedView:
    """Raises Http404: also for what is another's."""
    found = visible(user).filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such view, or it is somebody's own.")
    return found


def for_change(pk: int, user: Any, viewer: Viewer) -> SavedView:
    """Raises Http404, and PermissionDenied where it is everybody's and they may not share."""
    found = find(pk, user)
    if found.owner_id is None:
        require_sharing(viewer)
    return found


def require_sharing(viewer: Viewer) -> None:
    """Raises PermissionDenied."""
    if not allowed(viewer, Right.VIEWS):
        raise PermissionDenied(f"Your roles here do not let you {Right.VIEWS}. Ask an administrator of Pane.")


def list_page(key: str) -> ListPage:
    """Raises CannotSave."""
    if key not in PAGES:
        raise CannotSave("page", f"{key[:80]!r} is no list that can be saved; these are: {', '.join(PAGES)}.")
    return PAGES[key]


def save(page: ListPage, name: str, query: QueryDict, user: Any, *, shared: bool) -> SavedView:
    """Save a new one; whether they may share is asked before. Raises CannotSave."""
    view = SavedView(page=page.key, owner=None if shared else user, person=user.get_username())
    if SavedView.objects.filter(owner=view.owner).count() >= MOST:
        raise CannotSave("name", f"There are {MOST} views already. Delete one first.")
    return change(view, name=name, query=page.kept(query))


def change(view: SavedView, *, name: str | None = None, query: str | None = None, **more: Any) -> SavedView:
    """Give it another name, query or owner. Raises CannotSave."""
    if name is not None:
        view.name = " ".join(name.split())
        if not view.name or not view.name.isprintable():
            raise CannotSave("name", "Give it a name of letters that can be read.")
        if len(view.name) > 60:
            raise CannotSave("name", "A name has at most 60 letters.")
    if query is not None:
        if len(query) > LONGEST:
            raise CannotSave("query", f"Its address would be {len(query):,} letters long; {LONGEST:,} are kept.")
        if "\x00" in unquote(query):  # no address may hold one: it could not be opened
            raise CannotSave("query", "It has a zero byte (%00): no name or value holds one.")
        view.query = query
    for field, value in more.items():
        setattr(view, field, value)
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        whose = "You have" if view.owner_id else "Everybody has"
        raise CannotSave("name", f"{whose} a view “{view.name}” of this list already. Take another name.") from error
    return view


def address(view: SavedView) -> str:
    """The list as this view shows it."""
    kept = f"{view.query}&" if view.query else ""
    return f"{PAGES[view.page].url}?{kept}view={view.pk}"
