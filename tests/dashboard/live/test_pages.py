"""Pages left open, in a real browser."""

from datetime import timedelta

import pytest
from django.utils import timezone

from regions import journal
from regions.domain.notes import Gone, Heard
from tests.dashboard.live.harness import Served, assert_live_matches_reload, wait_until_live
from tests.pages import deployments as cld
from tests.pages import objects as o
from tests.pages.seed import put, seed

pytestmark = pytest.mark.real


@pytest.fixture
def term(served: Served) -> int:
    return seed(timezone.now())


def deployment(name: str, state: object) -> dict:
    now = timezone.now()
    return cld.deployment(
        "platform",
        name,
        region="dc-lund",
        template="openstack-standalone-cp-1-0-27",
        credential="openstack-lund",
        state=state,
        created=now - timedelta(days=3),
        now=now,
        labels={"team": name.partition("-")[0], "stage": "prod"},
    )


def becomes(term: int, name: str, state: object) -> None:
    now = timezone.now()
    journal.beat(term, now)
    journal.record(term, [put("~management", deployment(name, state), now)], now)


def link(term: int, cluster: str, **fields: object) -> None:
    now = timezone.now()
    journal.beat(term, now)
    heard = {} if fields["state"] == "silent" else {"heard_at": now}
    journal.record(term, [Heard(cluster, now, {**fields, **heard})], now)


PAGES = ["/", "/regions/", "/regions/dc-lund/", "/feed/", "/deployments/", "/deployments/platform/registry/"]


@pytest.mark.parametrize("url", PAGES)
def test_a_deployment_that_fails_shows_on_every_page_that_is_open(page, term, url):
    link(term, "dc-lund", state="connected", message="")
    assert_live_matches_reload(page, url, lambda: becomes(term, "registry", cld.FAILED))


@pytest.mark.parametrize("url", PAGES)
def test_a_region_that_falls_silent_greys_what_lies_in_it(page, term, url):
    link(term, "dc-lund", state="connected", message="")
    assert_live_matches_reload(page, url, lambda: link(term, "dc-lund", state="silent", message="no route to host"))


def test_a_new_deployment_waits_behind_the_button_until_it_is_pressed(page, term):
    page.goto("/deployments/?namespace=platform")
    wait_until_live(page)
    rows = page.locator("[data-live-list] > [id]").count()
    becomes(term, "brand-new", cld.PROVISIONING)
    button = page.locator("[data-live-news]:visible")
    button.wait_for()
    assert page.locator("[data-live-list] > [id]").count() == rows
    button.click()
    page.get_by_text("brand-new").first.wait_for()
    assert page.locator("[data-live-news]:visible").count() == 0


def test_a_deployment_that_is_gone_stays_marked_until_the_button_is_pressed(page, term):
    def deleted() -> None:
        now = timezone.now()
        gone = Gone("~management", o.BY_NAME["ClusterDeployment"], deployment("old-ci", cld.READY), now)
        journal.record(term, [gone], now)

    page.goto("/deployments/?namespace=platform")
    wait_until_live(page)
    deleted()
    page.locator("[data-left]").wait_for()
    page.locator("[data-live-news]:visible").click()
    page.locator("[data-left]").wait_for(state="detached")
    assert page.get_by_text("old-ci", exact=True).count() == 0
