"""Regions on a map of the world, in the frame and on the wall."""

import re
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from dashboard.wall.board import read_board
from dashboard.wall.world import world
from regions import journal
from regions.domain.notes import Heard
from regions.domain.viewer import Scope, Viewer
from regions.domain.world import LOCATION, TOPOLOGY, of_code
from regions.inventory.located import locations
from tests.dashboard.live.harness import Served, assert_live_matches_reload
from tests.dashboard.wall.world import fill, names
from tests.pages import objects as o
from tests.pages.seed import FULL, put, seed

ADA = Viewer("ada")


def place(term: int, name: str, labels: dict[str, str], annotations: dict[str, str] | None = None) -> None:
    """The Region says now where it is."""
    now = timezone.now()
    region = o.region(name, now - timedelta(days=60), FULL, provider="aws")
    region["metadata"]["labels"] |= labels
    region["metadata"]["annotations"] = annotations or {}
    region["metadata"]["resourceVersion"] = str(now.timestamp())
    journal.record(term, [put("~management", region, now)], now)


def marks(html: str) -> dict[str, str]:
    return dict(re.findall(r'id="(mark-[^"]+)" class="spot ([^"]+)"', html))


def test_regions_stand_where_they_say_and_the_others_beside(seeded, ada):
    place(seeded, "eu-central", {TOPOLOGY: "eu-west-1"})
    place(seeded, "dc-lund", {}, {LOCATION: "55.70, 13.19"})
    for path in ("/map/", "/wall/map/"):
        html = ada.get(path).content.decode()
        found = marks(html)
        assert {"mark-eu-central", "mark-dc-lund"} <= set(found)
        assert "is-ill" in found["mark-eu-central"]
        assert "h-unknown" in found["mark-dc-lund"]
        assert "mark-management" not in found
    text = re.sub(r"<[^>]+>|\s+", " ", ada.get("/map/").content.decode())
    assert "topology.kubernetes.io/region=eu-west-1" in text
    beside = ada.get("/wall/map/").content.decode()
    assert '<li id="tile-~management" class="beside ' in beside


def test_where_nothing_says_it_the_oldest_deployment_does(seeded):
    found = locations(viewer=ADA)
    assert {name: at.by for name, at in found.items()}["ap-south"] == "eu-central-1"  # so its deployments are made
    tiles = read_board(viewer=ADA).tiles
    drawn = world(tiles, found)
    shown = [tile.name for mark in drawn.marks for tile in mark.tiles] + [tile.name for tile in drawn.elsewhere]
    assert sorted(shown) == sorted(tile.name for tile in tiles)


def test_who_is_told_of_a_part_is_not_told_what_a_region_says(seeded):
    place(seeded, "eu-central", {TOPOLOGY: "eu-central-1"})
    part = Viewer("hall", Scope(namespaces=frozenset({"team-data"})))
    assert locations(viewer=part) == {}
    assert "eu-central" in locations(viewer=ADA)


def test_marks_at_one_place_are_one_and_no_two_labels_meet(db):
    fill(timezone.now(), 60, trouble=True)
    codes = ("eu-central-1", "eu-west-1", "eu-west-3", "us-east-1", "ap-south-1", "sa-east-1")
    known = {name: of_code(codes[number % len(codes)]) for number, name in enumerate(names(60))}
    drawn = world(read_board(viewer=ADA).tiles, {name: at for name, at in known.items() if at})
    assert len(drawn.marks) == len(codes)
    assert sum(len(mark.tiles) for mark in drawn.marks) == 60
    assert all(
        mark.health == min((tile.health for tile in mark.tiles), key=lambda one: one.rank) or mark.ill
        for mark in drawn.marks
    )
    assert drawn.elsewhere[0].name == "~management"
    assert all(mark.label for mark in drawn.marks)


@pytest.mark.real
def test_it_is_walked_by_keys_and_live(page: Any, served: Served):
    term = seed(timezone.now())
    place(term, "eu-central", {TOPOLOGY: "eu-west-1"})
    place(term, "ap-south", {TOPOLOGY: "ap-south-1"})
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/map/")
    expect(page.locator("#mark-eu-central text")).to_be_visible()
    assert [one["id"] for one in Axe().run(page).response["violations"]] == []
    page.locator("#mark-eu-central").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/regions/eu-central/")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/map/")
    expect(page.locator("#mark-eu-central text")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    def act() -> None:
        now = timezone.now()
        journal.record(term, [Heard("ap-south", now, {"state": "silent", "message": "i/o timeout"})], now)

    assert_live_matches_reload(page, "/map/", act)
