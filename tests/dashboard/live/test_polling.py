"""`/-/live/`, of which pages whose sockets are blocked ask what they show now."""

from unittest.mock import patch

from dashboard.live import view_runner
from tests.pages.conftest import ada, seeded

__all__ = ["ada", "seeded"]


def test_it_says_what_the_page_shows(seeded, ada):
    assert ada.get("/-/live/", {"url": "/regions/"}).json()["fragments"]


def test_it_does_not_draw_itself(seeded, ada):
    with patch.object(view_runner, "draw", wraps=view_runner.draw) as draw:
        answer = ada.get("/-/live/", {"url": "/-/live/?url=/regions/"})
    assert (answer.status_code, answer.json()) == (400, {"detail": "That page is not live."})
    draw.assert_called_once()
