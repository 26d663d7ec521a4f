"""What a view is called with, and by whom it may be."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest

from regions.domain.viewer import Viewer

View = TypeVar("View", bound=Callable[..., Any])


def for_programs(view: View) -> View:
    """Open a view to API tokens as well: it gives a file. Who is not signed in is refused as by the API (401, JSON) and
    never led to a page, which a program would save in its place."""
    view.for_programs = True  # type: ignore[attr-defined]
    return view


def open_to_programs(view: Callable[..., Any]) -> bool:
    """Whether this view is one of those that a token may ask for."""
    return getattr(view, "for_programs", False) is True


class ViewedRequest(HttpRequest):
    """A request of somebody who is signed in: the middleware has said on whose behalf it reads. For annotations."""

    viewer: Viewer
