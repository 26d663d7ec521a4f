"""What stands on what: management, regions, deployments, pools."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from regions import journal
from regions.domain.notes import Heard
from regions.models import Resource
from tests.dashboard.live.harness import Served, assert_live_matches_reload
from tests.dashboard.wall.world import fill
from tests.pages.seed import seed

SHOP = "/topology/deployments/kcm-system/shop-prod/"


def boxes(html: str) -> list[tuple[str, str]]:
    """(health, title) of every box, in the order of the tree."""
    return re.findall(r'<div class="box[^"]*?(?: h-(\w+))?">.*?<span>([^<]+)</span>', html, re.DOTALL)


def test_the_fleet_shows_what_is_not_well_and_counts_the_rest(seeded, ada):
    html = ada.get("/topology/").content.decode()
    found = boxes(html)
    titles = [title for _, title in found]
    assert titles[0] == "Management"
    assert {"eu-central", "us-east", "dc-lund", "ap-south", "kcm-system/media-dev"} <= set(titles)
    assert "kcm-system/shop-prod" not in titles
    assert any(re.fullmatch(r"\d+ Ready", title) for title in titles)
    assert any(re.fullmatch(r"\d+ Unknown", title) for title in titles)  # of regions that we do not hear
    assert 'href="/topology/regions/eu-central/"' in html


def test_it_is_narrowed_by_words_and_health(seeded, ada):
    titles = [title for _, title in boxes(ada.get("/topology/?search=shop").content.decode())]
    assert "kcm-system/shop-prod" in titles
    assert "dc-lund" not in titles
    failed = boxes(ada.get("/topology/?health=Failed").content.decode())
    assert {health for health, title in failed if "/" in title} == {"failed"}
    assert "Nothing fits" in ada.get("/topology/?search=atlantis").content.decode()


def test_a_region_and_a_deployment_show_what_they_are_made_of(seeded, ada):
    region = ada.get("/topology/regions/eu-central/").content.decode()
    assert "kcm-system/aws-eu-central" in region or "Credential" in region
    answer = ada.get(SHOP)
    row = Resource.objects.get(kind="ClusterDeployment", name="shop-prod")
    leans_on = {f"object:Credential/{row.credential}", f"object:ClusterTemplate/kcm-system/{row.template}"}
    assert leans_on <= answer.wsgi_request.live.topics
    html = answer.content.decode()
    kinds = re.findall(r'class="box__kind">([^<]+)<', html)
    assert {"ClusterDeployment", "Credential", "ClusterTemplate", "Machine"} <= set(kinds)
    assert ada.get("/topology/regions/atlantis/").status_code == 404
    assert ada.get("/topology/deployments/a/b/").status_code == 404


def test_many_regions_make_a_picture_that_is_bounded(db, ada):
    fill(timezone.now(), 40, trouble=True)
    html = ada.get("/topology/").content.decode()
    assert html.count('href="/topology/regions/') == 24
    assert html.count('<div class="box') < 250
    assert re.search(r'health=Ready">.*?<span>16 Ready</span>', html)


@pytest.mark.real
def test_it_is_laid_out_walked_by_keys_and_live(page, served: Served):
    term = seed(timezone.now())
    assert term
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/topology/")
    view = page.locator(".topology.is-laid")
    expect(view).to_be_visible()
    left = page.evaluate(
        "[...document.querySelectorAll('.box')].map((one) => Math.round(one.getBoundingClientRect().left))"
    )
    assert len(set(left)) >= 3  # management, regions, deployments
    page.locator(".box__name").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.classList.contains('box__name')")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    page.wait_for_url("**/topology/regions/**")
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found] == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(SHOP)
    expect(page.locator(".topology.is-laid")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= 390")


@pytest.mark.real
def test_what_happens_is_drawn_in_the_picture_left_open(served: Served, page):
    term = seed(timezone.now())

    def act() -> None:
        now = timezone.now()
        journal.record(term, [Heard("us-east", now, {"state": "connected", "heard_at": now, "message": ""})], now)

    assert_live_matches_reload(page, "/topology/", act)
