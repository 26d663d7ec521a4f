"""A person sees what management's own rules let them list: on pages, in counts, by search, by the API."""

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from websockets.sync.client import connect

from dashboard.live.hub import BEAT
from regions.clusters import reading
from tests.dashboard.live.harness import Served
from tests.rights.conftest import Tenants

pytestmark = [pytest.mark.real, pytest.mark.django_db]

OURS = ("lake-prod", "kafka-dr")
THEIRS = ("shop-prod", "billing-prod", "demo-a")
PAGES = ("/", "/deployments/", "/credentials/", "/templates/", "/services/", "/feed/", "/search/?q=prod", "/regions/")


def until(so: Callable[[], bool], seconds: float = 60.0) -> None:
    """The API server follows its own bindings by a watch: it takes a moment."""
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end
        time.sleep(0.05)


def body(response: HttpResponse) -> str:
    """Without what differs each time."""
    return re.sub(r'name="(csrfmiddlewaretoken|pane-now)" (value|content)="[^"]+"', "", response.content.decode())


def test_who_is_bound_in_one_namespace_sees_that_one(tenants: Tenants):
    tenants.bind("kcm-namespace-viewer-role", "eve", namespace="team-data")
    eve = tenants.person("eve")
    page = eve.get("/deployments/").content.decode()
    assert all(name in page for name in OURS)
    told = {url: [name for name in THEIRS if name in eve.get(url).content.decode()] for url in PAGES}
    assert {url: names for url, names in told.items() if names} == {}
    listed = eve.get("/api/v1/deployments/").json()
    assert {one["namespace"] for one in listed["results"]} == {"team-data"}
    assert listed["count"] == len(listed["results"])
    assert eve.get("/deployments/team-data/lake-prod/").status_code == 200
    hidden, nowhere = eve.get("/deployments/kcm-system/shop-prod/"), eve.get("/deployments/kcm-system/no-such/")
    assert (hidden.status_code, nowhere.status_code) == (404, 404)
    assert body(hidden).replace("shop-prod", "no-such") == body(nowhere)


def test_who_is_bound_to_nothing_is_told_that_nothing_is_theirs(tenants: Tenants):
    bob = tenants.person("bob")
    assert "No deployments are yours to see" in bob.get("/deployments/").content.decode()
    assert "are not yours to see" in bob.get("/regions/").content.decode()
    assert "No region and no deployment is yours to see" in bob.get("/").content.decode()


def test_a_group_counts_as_a_group_there(tenants: Tenants):
    tenants.bind("kcm-namespace-viewer-role", group="data", namespace="team-data")
    page = tenants.person("dan", "data").get("/deployments/").content.decode()
    assert all(name in page for name in OURS)
    assert not any(name in page for name in THEIRS)


def test_what_is_taken_away_is_gone_with_the_next_question(tenants: Tenants, monkeypatch: pytest.MonkeyPatch):
    binding = tenants.bind("kcm-namespace-viewer-role", "eve", namespace="team-data")
    eve = tenants.person("eve")
    assert eve.get("/deployments/team-data/lake-prod/").status_code == 200
    tenants.management.request("DELETE", binding)
    assert reading.FRESH + BEAT < 60  # pages follow by the one, open sockets by both
    monkeypatch.setattr(reading, "FRESH", 0.0)
    until(lambda: eve.get("/deployments/team-data/lake-prod/").status_code == 404)


def test_while_management_is_away_its_last_word_holds_for_a_while(tenants: Tenants, monkeypatch: pytest.MonkeyPatch):
    tenants.bind("kcm-namespace-viewer-role", "eve", namespace="team-data")
    eve = tenants.person("eve")
    assert "lake-prod" in eve.get("/deployments/").content.decode()
    monkeypatch.setattr(reading, "FRESH", 0.0)
    monkeypatch.setattr(reading, "AGAIN", 0.0)
    tenants.management.stop()
    try:
        page = eve.get("/deployments/").content.decode()
        assert "lake-prod" in page
        assert "this is by its word of" in page
        monkeypatch.setattr(reading, "OLDEST", 0.0)
        page = eve.get("/deployments/").content.decode()
        assert "lake-prod" not in page
        assert "Nothing is shown: the management cluster does not say what you may see" in page
    finally:
        tenants.management.start()


def test_an_open_page_follows_what_is_taken_away(
    tenants: Tenants, served: Served, monkeypatch: pytest.MonkeyPatch, settings: Any
):
    binding = tenants.bind("kcm-namespace-viewer-role", "ada", namespace="team-data")
    monkeypatch.setattr(reading, "FRESH", 0.0)
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={served.cookie()}", "Origin": served.url}
    with connect(f"{served.ws}/ws/live/", additional_headers=headers) as socket:
        socket.send(json.dumps({"url": "/deployments/team-data/lake-prod/", "cursor": ""}))
        tenants.management.request("DELETE", binding)
        until(lambda: json.loads(socket.recv(timeout=60)).get("gone") == 404)
