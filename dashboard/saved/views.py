"""`/views/`: saved views of lists, mine and everybody's; and how lists look to me."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboard.models import ListSettings, SavedView
from dashboard.people.routes import allowed
from dashboard.saved.looks import settings_of
from dashboard.saved.pages import COLUMNS, PAGES
from dashboard.saved.saving import (
    CannotSave,
    address,
    change,
    find,
    for_change,
    list_page,
    require_sharing,
    save,
    visible,
)
from regions.domain.roles import Right
from regions.requests import ViewedRequest

IN_MENU = 12


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: ViewedRequest) -> HttpResponse:
    """All that may be opened. A POST saves another one: `page`, `query` of its address, `name`, perhaps `shared`."""
    if request.method != "POST":
        return _page(request)
    shared = "shared" in request.POST
    if shared:
        require_sharing(request.viewer)
    try:
        page = list_page(request.POST.get("page", ""))
        view = save(page, request.POST.get("name", ""), _query(request), request.user, shared=shared)
    except CannotSave as error:
        return _page(request, wrong=str(error), status=422)
    messages.success(request, f"The view {view.name} is saved.")
    return redirect(address(view))


def _query(request: ViewedRequest) -> QueryDict:
    return QueryDict(request.POST.get("query", "")[:8000])


def _page(request: ViewedRequest, wrong: str = "", status: int = 200) -> HttpResponse:
    chosen = settings_of(request.user)
    found = [_row(view, chosen) for view in visible(request.user)]
    context = {
        "mine": [row for row in found if row["view"].owner_id],
        "everybodys": [row for row in found if not row["view"].owner_id],
        "may_share": allowed(request.viewer, Right.VIEWS),
        "wrong": wrong,
        "posted": request.POST,
        "page": PAGES.get(request.POST.get("page", "")),
    }
    return render(request, "saved/index.html", context, status=status)


def _row(view: SavedView, chosen: ListSettings) -> dict[str, Any]:
    page = PAGES[view.page]
    asked = [(name, value) for name, values in QueryDict(view.query).lists() for value in values]
    return {
        "view": view,
        "page": page,
        "asked": asked,
        "first": chosen.opens.get(view.page) == view.pk,
        "menu": view.pk in chosen.menu,
    }


@require_safe
def opened(request: ViewedRequest, pk: int) -> HttpResponse:
    """/views/<id>/: leads to the list as the view shows it by now."""
    return redirect(address(find(pk, request.user)))


@require_POST
def rename(request: ViewedRequest, pk: int) -> HttpResponse:
    """Give it another name."""
    view = for_change(pk, request.user, request.viewer)
    before = view.name
    try:
        change(view, name=request.POST.get("name", ""))
        messages.success(request, f"{before} is called {view.name} now.")
    except CannotSave as error:
        messages.error(request, str(error))
    return redirect("saved:list")


@require_POST
def keep(request: ViewedRequest, pk: int) -> HttpResponse:
    """Let it show what its list shows now: `query`."""
    view = for_change(pk, request.user, request.viewer)
    try:
        change(view, query=PAGES[view.page].kept(_query(request)))
        messages.success(request, f"{view.name} shows this from now on.")
    except CannotSave as error:
        messages.error(request, str(error))
    return redirect(address(view))


@require_POST
def share(request: ViewedRequest, pk: int) -> HttpResponse:
    """`way`: share it with everybody, or withdraw it, and then it is mine."""
    view = find(pk, request.user)
    ours = request.POST.get("way") == "share"
    try:
        change(view, owner=None if ours else request.user, person=request.user.get_username())
        said = "for everybody" if ours else "yours alone"
        messages.success(request, f"{view.name} is {said} now.")
    except CannotSave as error:
        messages.error(request, str(error))
    return redirect("saved:list")


@require_POST
def remove(request: ViewedRequest, pk: int) -> HttpResponse:
    """Delete it."""
    view = for_change(pk, request.user, request.viewer)
    view.delete()
    messages.success(request, f"The view {view.name} is gone.")
    return redirect("saved:list")


@require_POST
def place(request: ViewedRequest, pk: int) -> HttpResponse:
    """Where I find it: `opens` or `menu`, each `1` or `0`."""
    view, chosen = find(pk, request.user), settings_of(request.user)
    if "opens" in request.POST:
        chosen.opens.pop(view.page, None)
        if request.POST["opens"] == "1":
            chosen.opens[view.page] = view.pk
    if "menu" in request.POST:
        others = [one for one in chosen.menu if one != view.pk]
        chosen.menu = [*others[-(IN_MENU - 1) :], view.pk] if request.POST["menu"] == "1" else others
    chosen.save()
    return redirect("saved:list")


@require_POST
def look(request: ViewedRequest) -> HttpResponse:
    """Which columns of a list I see (`column`, repeated), and how dense lists are; then back to it."""
    try:
        page = list_page(request.POST.get("page", ""))
    except CannotSave as error:
        messages.error(request, str(error))
        return redirect("saved:list")
    chosen, query = settings_of(request.user), _query(request)
    shown = set(request.POST.getlist("column"))
    chosen.without[page.key] = [name for name, _ in page.columns if name not in shown]
    chosen.dense = request.POST.get("dense") == "1"
    chosen.save()
    query = QueryDict(query.urlencode(), mutable=True)
    query.pop(COLUMNS, None)
    return redirect(f"{page.url}?{query.urlencode() or 'view=all'}")
