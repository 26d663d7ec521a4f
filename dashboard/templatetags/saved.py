"""Saved views and looks of lists, as template tags: `{% load saved %}`. They are the person's own, so they stand
outside of live parts, and a live drawing leaves them out."""

from typing import Any

from django import template

from dashboard.models import SavedView
from dashboard.people.routes import allowed
from dashboard.saved.looks import as_shown, columns_of, list_of, menu_of, settings_of
from dashboard.saved.saving import address, visible
from regions.domain.roles import Right

register = template.Library()


@register.inclusion_tag("saved/bar.html", takes_context=True)
def saved_views(context: template.Context) -> dict[str, Any]:
    """The views of this list, and which columns it has."""
    request = context["request"]
    page = list_of(request)
    if page is None or getattr(request, "live_collector", None) is not None:
        return {"page": None}
    chosen, views = settings_of(request.user), list(visible(request.user).filter(page=page.key))
    said = request.GET.get("view", "")
    current = next((view for view in views if str(view.pk) == said), None)
    query, shown = as_shown(page, request.GET, chosen), columns_of(page, request.GET, chosen)
    may_share = allowed(request.viewer, Right.VIEWS)
    return {
        "page": page,
        "current": current,
        "gone": bool(said) and said != "all" and current is None,
        # One that names no columns leaves them to whoever opens it.
        "differs": current is not None and current.query not in (query, page.kept(request.GET)),
        "may_change": current is not None and (current.owner_id is not None or may_share),
        "mine": [(view, address(view)) for view in views if view.owner_id],
        "everybodys": [(view, address(view)) for view in views if not view.owner_id],
        "may_share": may_share,
        "query": query,
        "whole": request.GET.urlencode(),
        "columns": [(name, title, name in shown) for name, title in page.columns],
        "dense": chosen.dense,
    }


@register.simple_tag(takes_context=True)
def list_class(context: template.Context) -> str:
    """The classes of this list as the person wants it: `without-3` hides its third column."""
    request = context["request"]
    page = list_of(request)
    if page is None or getattr(request, "live_collector", None) is not None:
        return ""
    chosen = settings_of(request.user)
    shown = columns_of(page, request.GET, chosen)
    left_out = (
        f"without-{place}" for place, (name, _) in enumerate(page.columns, page.before + 1) if name not in shown
    )
    return " ".join([*(["dense"] if chosen.dense else []), *left_out])


@register.simple_tag(takes_context=True)
def views_in_menu(context: template.Context) -> list[tuple[SavedView, str, bool]]:
    """The views that the person put into the menu: each with its address, and whether it is shown."""
    request = context["request"]
    at = request.GET.get("view")
    return [(view, address(view), at == str(view.pk)) for view in menu_of(request.user)]
