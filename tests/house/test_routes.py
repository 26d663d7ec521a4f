"""Every address and socket says which right it takes, or why it takes none: what is new and says nothing is refused."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLResolver, get_resolver

from dashboard.live.routing import urlpatterns as sockets
from dashboard.people.routes import ADMIN, OPEN, RIGHTS, refused
from regions.domain.roles import Right
from regions.domain.viewer import Viewer


def routes(resolver: Any, before: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, route)
        else:
            yield route


def every() -> list[str]:
    found = [*routes(get_resolver()), *(str(one.pattern) for one in sockets)]
    return [route for route in found if not route.startswith(ADMIN)]


def test_every_address_and_socket_declares_its_right():
    assert [route for route in every() if route not in RIGHTS and route not in OPEN] == []


def test_no_right_is_declared_for_what_is_not_there():
    assert sorted({*RIGHTS, *OPEN} - set(every())) == []


def test_an_address_that_declares_none_is_for_nobody():
    boss = Viewer("boss", administrator=True)
    assert "declares no right" in refused(boss, "new/thing/")


def test_what_is_not_for_reading_takes_a_right_that_a_viewer_has_not(settings):
    settings.PANE_IMPERSONATE = False
    writing = [route for route, right in RIGHTS.items() if right is not Right.SEE]
    assert [route for route in writing if not refused(Viewer("eve"), route)] == []
