"""A page that says something else as time goes by is drawn anew, though nothing moves."""

import asyncio
from typing import Any

from django.test import RequestFactory

from dashboard.live.redraw import SharedPage, Subscriber
from dashboard.live.view_runner import Drawn
from regions.domain.viewer import Viewer
from regions.live import Live, again


def test_a_screen_is_drawn_anew_when_its_page_asks_for_it():
    drawn: list[str] = []

    async def scene() -> None:
        done = asyncio.Event()

        async def draw(url: str, user: Any, viewer: Viewer) -> Drawn:
            drawn.append(url)
            if len(drawn) == 2:
                done.set()
            return Drawn(cursor="a.1", again=0.01 if len(drawn) < 2 else None)

        screen = SharedPage("/x/", draw, lambda *_: None)
        screen.subscribers.add(Subscriber(None, Viewer("ada")))
        screen.touch()
        await asyncio.wait_for(done.wait(), 20)
        screen.close()

    asyncio.run(scene())
    assert drawn == ["/x/", "/x/"]


def test_the_soonest_moment_that_is_asked_for_counts():
    request = RequestFactory().get("/")
    again(request, 5)  # no live page: nothing to draw
    assert not hasattr(request, "live")
    request.live = Live("a.1", frozenset({"fleet"}))
    again(request, 60)
    again(request, 90)
    assert (request.live.again, request.live.topics) == (60, {"fleet"})
