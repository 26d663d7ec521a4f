"""Who may open a socket, from which page, how many of them, and with what words."""

import contextlib
from typing import Any

import pytest
from django.utils import timezone
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from dashboard.people.sockets import same_origin
from regions import journal
from tests.dashboard.live.harness import Served, closed_with


@pytest.mark.parametrize(
    ("origin", "secure", "ours"),
    [
        ("https://pane.example.org", True, True),
        ("http://pane.example.org", False, True),
        # A page that somebody on the way could have written is not the page that came by TLS
        ("http://pane.example.org", True, False),
        ("https://pane.example.org", False, False),
        ("HTTPS://Pane.Example.org", True, True),
        ("https://pane.example.org:8443", True, False),
        ("https://pane.example.org.evil.example", True, False),
        ("https://pane.example.org@evil.example", True, False),
        ("null", True, False),
        ("", True, False),
        ("pane.example.org", True, False),
        # Origins that were said to be trusted
        ("https://other.example.org", True, True),
        ("http://other.example.org", True, False),
        ("https://a.b.example.com", True, True),
        ("https://example.com", True, True),
        ("http://a.example.com", True, False),
        ("https://evilexample.com", True, False),
    ],
)
def test_a_socket_is_opened_by_a_page_of_ours_by_the_scheme_it_came_by(settings, origin, secure, ours):
    settings.CSRF_TRUSTED_ORIGINS = ["https://other.example.org", "https://*.example.com"]
    assert same_origin(origin, "pane.example.org", secure) is ours


def test_a_request_without_a_host_is_of_no_page(settings):
    assert not same_origin("http://", "", False)


def test_a_page_that_came_by_another_scheme_opens_no_socket(served: Served):
    headers = {"Cookie": f"pane_session={served.cookie()}", "Origin": served.url.replace("http:", "https:")}
    with pytest.raises(InvalidStatus) as refused:
        connect(f"{served.ws}/ws/live/", additional_headers=headers)
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    "query", ["topic=region:a%00b", "topic=%00", "topic=kind:%00", "topic=object:Region/%00/a", "after=%00&topic=x"]
)
def test_a_topic_with_a_zero_byte_is_refused_in_words(served: Served, query):
    with connect(f"{served.ws}/ws/changes/?{query}", additional_headers=served.bearer) as connection:
        assert closed_with(connection) == 4400


def test_a_cursor_with_a_zero_byte_is_a_gap_as_any_that_is_not_known(served: Served):
    assert journal.claim("test", timezone.now())
    with connect(f"{served.ws}/ws/changes/?after=%00", additional_headers=served.bearer) as connection:
        assert "gap" in connection.recv(timeout=20)


@pytest.mark.parametrize("url", ["/regions/%00/", "/deployments/?q=%00", "/feed/?text=a%00b"])
def test_a_page_with_a_zero_byte_is_refused_in_words(served: Served, url):
    with connect(f"{served.ws}/ws/live/", additional_headers=served.bearer) as connection:
        connection.send(f'{{"url": "{url}"}}')
        assert closed_with(connection) == 4400


def opened(
    served: Served, stack: contextlib.ExitStack, count: int, path: str = "/ws/changes/", **more: str
) -> list[Any]:
    headers = more or served.bearer
    return [stack.enter_context(connect(f"{served.ws}{path}", additional_headers=headers)) for _ in range(count)]


def test_one_person_has_so_many_sockets_and_others_theirs(served: Served, settings, django_user_model):
    settings.PANE_SOCKETS_A_PERSON = 3
    eve = django_user_model.objects.create_user("eve")
    session = {"Cookie": f"pane_session={served.cookie(eve)}", "Origin": served.url}
    assert journal.claim("test", timezone.now())
    with contextlib.ExitStack() as stack:
        mine = opened(served, stack, 3)
        for connection in mine:
            connection.ping().wait(5)
        assert closed_with(opened(served, stack, 1)[0]) == 4429
        other = opened(served, stack, 1, **session)[0]
        with pytest.raises(TimeoutError):
            other.recv(timeout=0.5)
        mine[0].close()
        again = opened(served, stack, 1)[0]
        with pytest.raises(TimeoutError):
            again.recv(timeout=0.5)


def test_a_process_has_so_many_sockets_signed_in_or_not(served: Served, settings):
    settings.PANE_SOCKETS = 4
    with contextlib.ExitStack() as stack:
        found = opened(served, stack, 4)
        for connection in found:
            connection.ping().wait(5)
        for path in ("/ws/changes/", "/ws/live/"):
            assert closed_with(opened(served, stack, 1, path)[0]) == 4429
            assert closed_with(opened(served, stack, 1, path, Origin=served.url)[0]) == 4429
    with contextlib.ExitStack() as stack:
        again = opened(served, stack, 1)[0]
        with pytest.raises(TimeoutError):
            again.recv(timeout=0.5)
