"""Runs the view of an address again, as a request of its own; of what it draws only the live parts are kept."""

import re
from dataclasses import dataclass, field
from time import thread_time
from typing import Any, TypeGuard
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict
from django.urls import Resolver404, resolve, set_script_prefix
from django_htmx.middleware import HtmxDetails
from prometheus_client import Histogram

from dashboard.live.collector import Collector
from dashboard.people import routes
from dashboard.people.screens import open_to_screens
from regions.domain.viewer import Viewer

LONGEST_URL = 4000
DRAWING = Histogram("pane_drawing_seconds", "Of the processor, to draw a live page once more, in this process.")
AGE = re.compile(r"(<time\b[^>]*\bdata-age\b[^>]*>)[^<]*")  # ages tick in the browser: no change


@dataclass(frozen=True, slots=True)
class Drawn:
    """The live parts of a page as of a cursor. `gone` is the status that a reload would answer with instead."""

    cursor: str = ""
    topics: frozenset[str] = frozenset()
    fragments: dict[str, str] = field(default_factory=dict)
    orders: dict[str, list[str]] = field(default_factory=dict)
    faces: dict[str, int] = field(default_factory=dict)  # of each part, the same when only its ages differ
    gone: int = 0
    again: float | None = None  # seconds from now when it is to be drawn anew, though nothing moves
    worked: float = 0.0  # seconds of the processor that the drawing took


def draw(url: str, user: Any, viewer: Viewer) -> Drawn | None:
    """Run the view of this path and query for this viewer. None when there is no live page at that address."""
    began = thread_time()
    set_script_prefix(f"{settings.PANE_PATH}/")  # for the addresses of links: of this thread, which no request began
    request = _request(url, user, viewer)
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return None
    if match.view_name == "polled":  # it draws what it is asked for, which may be itself
        return None
    request.resolver_match = match
    if viewer.screen and not open_to_screens(match.func):
        return Drawn(gone=403)
    if routes.refused(viewer, match.route):
        return Drawn(gone=403)
    try:
        response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
    except Http404:
        # Sockets are opened by pages that were there: this one was, and is no longer.
        return Drawn(gone=404)
    except PermissionDenied:
        return Drawn(gone=403)
    if hasattr(response, "render") and not getattr(response, "is_rendered", True):
        response = response.render()
    if response.status_code != 200:
        return Drawn(gone=response.status_code)
    live = getattr(request, "live", None)
    if live is None:
        return None
    collected: Collector = request.live_collector  # type: ignore[attr-defined]
    faces = {dom_id: hash(AGE.sub(r"\1", html)) for dom_id, html in collected.fragments.items()}
    worked = thread_time() - began
    DRAWING.observe(worked)
    return Drawn(
        live.cursor, live.topics, collected.fragments, collected.orders, faces, again=live.again, worked=worked
    )


def acceptable(url: object) -> TypeGuard[str]:
    """Whether this is a path of ours with a query, as a browser would say it."""
    return (
        isinstance(url, str)
        and len(url) <= LONGEST_URL
        and url.startswith("/")
        and not url.startswith("//")
        and "#" not in url
        and url.isprintable()
        and "\x00" not in unquote(url)  # no middleware looks at it, and PostgreSQL takes none
    )


def _request(url: str, user: Any, viewer: Viewer) -> HttpRequest:
    parts = urlsplit(url)
    host = next((host for host in settings.ALLOWED_HOSTS if host.strip(".*")), "localhost")
    request = HttpRequest()
    request.method = "GET"
    request.path = unquote(parts.path)
    request.path_info = request.path.removeprefix(settings.PANE_PATH)
    request.META = {
        "REQUEST_METHOD": "GET",
        "QUERY_STRING": parts.query,
        "PATH_INFO": request.path_info,
        "SERVER_NAME": host.lstrip("."),
        "SERVER_PORT": "443" if settings.PRODUCTION else "80",
        "REMOTE_ADDR": "",
    }
    request.GET = QueryDict(parts.query)
    request.user = user
    request.session = SessionStore()  # empty, needs no database, and nobody saves it
    request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]
    request.viewer = viewer  # type: ignore[attr-defined]
    request.live_collector = Collector()  # type: ignore[attr-defined]
    return request
