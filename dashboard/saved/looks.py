"""How somebody wants lists to look, and with which view they open."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect

from dashboard.models import ListSettings, SavedView
from dashboard.saved.pages import COLUMNS, ListPage, page_at
from dashboard.saved.saving import address, visible


def settings_of(user: Any) -> ListSettings:
    """Those kept, or how lists look to who chose nothing. A page asks more than once: Django keeps what it found."""
    found: ListSettings | None = getattr(user, "listsettings", None) if user.is_authenticated else None
    return found or ListSettings(user_id=user.pk)


def list_of(request: HttpRequest) -> ListPage | None:
    """The list that this request shows, if it can be saved."""
    match = request.resolver_match
    return page_at(match.view_name, map(str, match.kwargs.values())) if match else None


def columns_of(page: ListPage, query: QueryDict, chosen: ListSettings) -> frozenset[str]:
    """The columns that are shown: those of the address, else those of the person."""
    asked = page.shown(query)
    if asked is not None:
        return asked
    return frozenset(name for name, _ in page.columns) - set(chosen.without.get(page.key, ()))


def as_shown(page: ListPage, query: QueryDict, chosen: ListSettings) -> str:
    """The query that shows this list again as it is, columns and all."""
    shown, full = columns_of(page, query, chosen), query.copy()
    full.pop(COLUMNS, None)
    if len(shown) < len(page.columns):
        full[COLUMNS] = ",".join(name for name, _ in page.columns if name in shown)
    return page.kept(full)


def opening(request: HttpRequest) -> HttpResponseBase | None:
    """A list that was asked for with nothing in its address opens with the view that the person chose for it."""
    if request.method != "GET" or request.META.get("QUERY_STRING") or not request.user.is_authenticated:
        return None
    page = list_of(request)
    first = settings_of(request.user).opens.get(page.key) if page else None
    view = visible(request.user).filter(pk=first, page=page.key).first() if page and first else None
    return redirect(address(view)) if view else None


def menu_of(user: Any) -> list[SavedView]:
    """The views that they put into the menu, in their order; what is gone meanwhile is left out."""
    chosen = settings_of(user).menu
    found = visible(user).in_bulk(chosen) if chosen else {}
    return [found[pk] for pk in chosen if pk in found]
