"""What the wall says, and how its tiles stand: rules without a database."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from dashboard.wall.shape import LANDSCAPE, PAGE, PORTRAIT, shape
from dashboard.wall.words import headline
from regions.domain.connectivity import cut_off
from regions.domain.health import Health
from regions.domain.links import Link
from regions.domain.viewer import Scope, Viewer

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
CSS = Path(__file__).resolve().parents[3] / "static/css/wall.css"


def silent(name: str, seconds: float, state: str = "silent") -> Link:
    return Link(name, state, heard_at=NOON - timedelta(seconds=seconds))


def heard(name: str) -> Link:
    return Link(name, "connected", heard_at=NOON - timedelta(seconds=4))


def test_when_all_fall_silent_at_once_it_is_us():
    found = cut_off([silent("~management", 100), silent("eu", 110), silent("us", 95)], NOON)
    assert found is not None
    assert (found.together, found.clusters) == (3, 3)
    assert found.since == NOON - timedelta(seconds=95)


def test_before_the_links_are_given_up_their_age_says_it():
    aging = [Link(name, "connected", heard_at=NOON - timedelta(seconds=40)) for name in ("~management", "eu")]
    assert cut_off(aging, NOON) is not None


def test_as_long_as_one_answers_it_is_them():
    assert cut_off([heard("~management"), silent("eu", 100), silent("us", 100)], NOON) is None


def test_who_refuses_us_is_reached_by_us():
    assert cut_off([silent("~management", 100), silent("eu", 100), silent("us", 100, "refused")], NOON) is None


def test_silences_that_came_one_by_one_are_theirs():
    assert cut_off([silent("~management", 100), silent("eu", 4000), silent("us", 90_000)], NOON) is None


def test_one_that_was_away_before_does_not_hide_that_we_are_cut_off():
    links = [silent("~management", 100), silent("eu", 104), silent("us", 90_000), Link("new", "connecting")]
    found = cut_off(links, NOON)
    assert found is not None
    assert found.together == 2


def test_one_cluster_alone_proves_nothing():
    assert cut_off([silent("~management", 100)], NOON) is None
    assert cut_off([], NOON) is None


@pytest.mark.parametrize("area", [LANDSCAPE, PORTRAIT])
def test_every_number_of_tiles_has_columns_that_the_style_knows_and_no_tile_is_a_ribbon(area):
    css = CSS.read_text()
    for count in range(1, 241):
        found = shape(count)
        columns = found.columns if area is LANDSCAPE else found.upright
        rows = -(-count // columns)
        assert f".{'cols' if area is LANDSCAPE else 'upright'}-{columns} ~ .tiles" in css
        assert 0.6 < area * rows / columns < 6 or count < 4, f"{count} tiles in {columns} columns"
        assert columns * (rows - 1) < count, f"{count} tiles leave a row empty"


def test_what_only_a_large_screen_shows_at_once_has_pages_of_a_size_that_is_read():
    assert shape(80).page is None
    for count in range(81, 241):
        found = shape(count)
        assert found.page
        assert found.page.density == "dense"
        assert 40 < found.size <= PAGE
        assert -(-count // found.size) == -(-count // PAGE)


def test_more_tiles_say_less_each():
    assert [shape(count).density for count in (1, 6, 20, 60, 200)] == ["roomy", "wide", "close", "dense", "packed"]
    assert all(re.search(rf"\.{word}\b", CSS.read_text()) for word in ("roomy", "close", "dense", "packed"))


def test_viewers_of_the_same_scope_share_what_is_drawn_and_others_do_not():
    one, same = Viewer("hall", Scope(frozenset({"a", "b"}))), Viewer("lobby", Scope(frozenset({"b", "a"})))
    assert one.permission_set == same.permission_set
    others = [
        Viewer("ada"),
        Viewer("x", Scope()),
        Viewer("x", Scope(frozenset({"a"}))),
        Viewer("x", Scope(namespaces=frozenset({"a", "b"}))),
    ]
    assert len({one.permission_set, *(other.permission_set for other in others)}) == 5


@pytest.mark.parametrize(
    ("trouble", "region", "deployments", "said", "health"),
    [
        ("", Health.READY, {}, "All is well", Health.READY),
        ("Alertmanager did not answer", Health.READY, {}, "No trouble known", Health.READY),
        ("", Health.UNKNOWN, {}, "No trouble known", Health.UNKNOWN),
        ("", Health.READY, {Health.UNKNOWN: 2}, "No trouble known", Health.UNKNOWN),
    ],
)
def test_all_is_well_only_while_everything_can_be_told(trouble, region, deployments, said, health):
    counts = SimpleNamespace(total=3, by_health=deployments)
    figures = SimpleNamespace(trouble=trouble, critical=0)
    tile = SimpleNamespace(
        upkeep=None,
        covered={},
        health=region,
        ill=[],
        worst=(),
        blind=False,
        deployments=counts,
        card=SimpleNamespace(title="eu"),
    )
    board = SimpleNamespace(
        tiles=(tile,),
        deployments=counts,
        moving_total=0,
        figures=figures,
        silent=(),
        cut_off=None,
        management=object(),
        freshness=SimpleNamespace(alive=True),
    )
    found = headline(board, NOON)
    assert (found.text, found.health) == (said, health)
    assert trouble in found.detail
    assert ("2 deployments" in found.detail, "unknown: eu" in found.detail) == (bool(deployments), region != "Ready")


def test_a_scope_of_regions_and_namespaces_needs_both():
    scope = Scope(frozenset({"eu"}), frozenset({"team-a"}))
    assert scope.holds("eu", "team-a")
    assert not scope.holds("eu", "team-b")
    assert not scope.holds("us", "team-a")
    assert Scope().holds("us", "team-b")
