"""The socket of a page, without a browser: who is let in, and what is sent when."""

import json
import socket
import struct
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from dashboard.live import hub
from dashboard.models import ApiToken
from dashboard.people.viewer import viewer_of
from regions import journal
from regions.domain.notes import Heard
from tests.dashboard.live.harness import PageSocket, Served, closed_with, open_page
from tests.pages.seed import seed


@pytest.fixture
def term(served: Served) -> int:
    return seed(timezone.now())


def falls_silent(term: int, cluster: str = "eu-central") -> None:
    now = timezone.now()
    journal.record(term, [Heard(cluster, now, {"state": "silent", "message": "no route to host"})], now)


def answers(term: int, cluster: str = "eu-central") -> None:
    now = timezone.now()
    journal.record(term, [Heard(cluster, now, {"state": "connected", "message": "", "heard_at": now})], now)


def same_origin(served: Served) -> dict[str, str]:
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={served.cookie()}", "Origin": served.url}


def test_a_page_to_which_nothing_happened_is_sent_nothing(served, term):
    with open_page(served, "/regions/", journal.cursor()) as first:
        first.heard()  # the log is followed from the first page on; what moved a moment before it cannot be known
        falls_silent(term, "ap-south")
        first.heard()
    client = Client()
    client.force_login(served.user)
    client.get("/feed/?region=us-east")
    with open_page(served, "/feed/?region=us-east", journal.cursor()) as page:
        page.hears_nothing()
        falls_silent(term)
        page.hears_nothing()
        assert page.beats[0]["watcher"]["alive"] is True
        answers(term, "us-east")
        assert any("us-east" in html for html in page.heard()["fragments"].values())


def test_a_change_is_sent_whole_at_first_and_then_only_what_differs(served, term):
    with open_page(served, "/regions/", journal.cursor()) as page:
        falls_silent(term)
        first = page.heard()
        assert {"region-eu-central", "region-us-east", "region-dc-lund"} <= set(first["fragments"])
        assert "region-eu-central" in first["orders"]["regions"]
        answers(term)
        second = page.heard()
        assert "region-eu-central" in second["fragments"]
        assert "region-dc-lund" not in second["fragments"]
        # Taken before the copy is read: a drawing that began a moment earlier shows what its cursor does not have yet.
        assert journal.Cursor.parse(second["cursor"]).id >= journal.Cursor.parse(first["cursor"]).id


def test_a_page_that_was_away_is_brought_up_to_date_at_once(served, term):
    with open_page(served, "/", journal.cursor()) as other:
        other.heard()
        before = journal.cursor()
        falls_silent(term)
        other.heard()
        with open_page(served, "/regions/", before) as page:
            assert "no route to host" in page.heard()["fragments"]["region-eu-central"]


@pytest.mark.parametrize("cursor", ["another.1", "", "nonsense", "-5"])
def test_a_cursor_of_another_log_is_answered_with_the_whole_page(served, term, cursor):
    with open_page(served, "/regions/", journal.cursor()), open_page(served, "/regions/", cursor) as page:
        assert "region-eu-central" in page.heard()["fragments"]


def test_pages_with_the_same_address_are_sent_the_same_text(served, term):
    with open_page(served, "/", journal.cursor()) as one, open_page(served, "/", journal.cursor()) as other:
        falls_silent(term)
        assert one.heard() == other.heard()


def test_a_page_whose_object_is_deleted_is_told_so(served, term):
    with open_page(served, "/regions/nowhere/", journal.cursor()) as page:
        assert page.heard() == {"gone": 404}


def test_what_is_no_page_of_ours_is_refused(served):
    for hello in ('{"url": "//elsewhere/"}', '{"url": 5}', '{"url": "https://elsewhere/"}', "[]", "x", "{" * 9000):
        with connect(f"{served.ws}/ws/live/", additional_headers=served.bearer) as connection:
            connection.send(hello)
            assert closed_with(connection) == 4400, hello[:40]


def test_nobody_is_let_in_without_signing_in(served):
    for headers in ({"Origin": served.url}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}):
        for path in ("/ws/live/", "/ws/changes/"):
            with connect(f"{served.ws}{path}", additional_headers=headers) as connection:
                assert closed_with(connection) == 4401


def test_a_browser_on_a_page_of_ours_is_let_in(served, term):
    with open_page(served, "/regions/", "", **same_origin(served)) as page:
        assert page.heard()["fragments"]


def test_another_site_cannot_use_the_session_of_its_visitor(served):
    for origin in ("https://elsewhere.example", f"http://127.0.0.1:{served.port + 1}", "null"):
        headers = {**same_origin(served), "Origin": origin}
        with pytest.raises(InvalidStatus) as refused:
            connect(f"{served.ws}/ws/live/", additional_headers=headers)
        assert refused.value.response.status_code == 403


def test_a_session_without_origin_is_not_taken_for_a_browser(served):
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={served.cookie()}"}
    with pytest.raises(InvalidStatus):
        connect(f"{served.ws}/ws/live/", additional_headers=headers)


def test_whoever_signs_out_is_sent_nothing_more(served, term, monkeypatch):
    monkeypatch.setattr(hub, "BEAT", 0.2)
    with open_page(served, "/regions/", "", **same_origin(served)) as page:
        page.heard()
        Session.objects.all().delete()
        assert closed_with(page.connection) == 4401


def test_a_revoked_token_is_sent_nothing_more(served, term, monkeypatch):
    monkeypatch.setattr(hub, "BEAT", 0.2)
    with open_page(served, "/regions/", "") as page:
        page.heard()
        ApiToken.objects.update(revoked_at=timezone.now())
        assert closed_with(page.connection) == 4401


def test_a_page_that_was_served_needs_no_drawing_to_know_what_moves_it(served, term):
    client = Client()
    client.force_login(served.user)
    client.get("/feed/?region=eu-central")
    assert "region:eu-central" in hub.recalled(("/feed/?region=eu-central", viewer_of(served.user).permission_set))


def test_a_browser_that_stalls_costs_the_others_nothing_and_is_let_go(served, term, monkeypatch):
    monkeypatch.setattr("dashboard.live.socket.STALL", 2.0)
    stalled = socket.socket()
    stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stalled.connect(("127.0.0.1", served.port))
    request = (
        f"GET /ws/live/ HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
        f"Authorization: Bearer {served.token}\r\n\r\n"
    )
    hello = json.dumps({"url": "/", "cursor": ""}).encode()
    stalled.settimeout(20)
    stalled.sendall(request.encode())
    assert b"101" in stalled.recv(1024)
    stalled.sendall(bytes([0x81, 0x80 | len(hello)]) + struct.pack("!I", 0) + hello)
    try:
        with open_page(served, "/", "") as page:
            page.heard()
            for turn in range(12):
                (falls_silent if turn % 2 == 0 else answers)(term)
                # A drawing during the change may show half of it; the other half comes with the next.
                while "region-eu-central" not in page.heard()["fragments"]:
                    pass
                time.sleep(0.3)
        assert len(list(iter(lambda: stalled.recv(65536), b""))) > 0, "the server ends the connection"
    finally:
        stalled.close()


def test_a_page_with_a_heartbeat_hears_every_beat_of_the_watcher_and_others_only_when_it_dies(served, term):
    def beats(page, until_alive: bool) -> int:
        count = 0
        while True:
            message = json.loads(page.connection.recv(timeout=20))
            if "beat" in message:
                assert message["version"]
                count += 1
                if message["watcher"]["alive"] is until_alive:
                    return count

    with (
        connect(f"{served.ws}/ws/live/", additional_headers=served.bearer) as wall,
        open_page(served, "/regions/", "") as other,
    ):
        wall.send(json.dumps({"url": "/wall/", "cursor": "", "pulse": True}))
        pulsing = PageSocket(wall)
        assert beats(pulsing, True) == beats(other, True) == 1  # each is told at once how things are
        for _ in range(3):
            journal.beat(term, timezone.now())
            assert beats(pulsing, True) == 1
        journal.beat(term, timezone.now() - timedelta(minutes=2))
        assert beats(pulsing, False) == 1
        assert beats(other, False) == 1, "it heard none of those between"
