"""The pages of what runs in a real browser: live, readable for all, at every width and in both themes."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.utils import timezone

from regions import journal
from regions.domain.notes import Heard
from tests.dashboard.live.harness import Served, assert_live_matches_reload, wait_until_live
from tests.pages import deployments as cld
from tests.pages import objects as o
from tests.pages.seed import put, seed

pytestmark = pytest.mark.real
PAGES = (
    "/deployments/",
    "/deployments/?search=vanished",
    "/deployments/kcm-system/billing-prod/",
    "/deployments/team-data/kafka-dr/",
    "/deployments/compare/?of=kcm-system/shop-prod&of=team-data/kafka-dr&all=1",
    "/templates/",
    "/services/",
    "/backups/",
    "/objects/",
    "/objects/Release/",
    "/objects/Release/kcm-1-11-4/",
    "/search/?q=shop",
    "/search/",
)


@pytest.fixture
def term(served: Served) -> int:
    return seed(timezone.now())


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_wrong(page, term, theme):
    page.emulate_media(color_scheme=theme)
    for url in PAGES:
        page.goto(url)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        found = Axe().run(page).response["violations"]
        said = [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]
        assert said == [], f"{url} ({theme})"


@pytest.mark.parametrize("width", [320, 390, 768, 1180, 1440, 3840])
def test_no_page_scrolls_sideways(page, term, width):
    page.set_viewport_size({"width": width, "height": 900})
    for url in PAGES:
        page.goto(url)
        page.evaluate("document.querySelectorAll('details:not(.facet)').forEach((one) => { one.open = true })")
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{url} at {width} px is {wider} px too wide"


def test_an_open_filter_stays_on_the_screen_wherever_it_stands(page, term):
    for url in ("/deployments/", "/templates/", "/credentials/", "/regions/", "/metrics/alerts/"):
        page.goto(url)
        # Fonts are as wide as the machine that looks has them.
        for spacing in ("normal", "0.1em"):
            page.evaluate("(spacing) => { document.body.style.letterSpacing = spacing }", spacing)
            for width in (320, 390, 480, 540, *range(600, 901, 60), 1180, 1440):
                page.set_viewport_size({"width": width, "height": 900})
                opened = page.evaluate(
                    """() => [...document.querySelectorAll('details.facet')].map((one) => {
                      one.open = true;
                      const { left, right, top } = one.querySelector('.facet__list').getBoundingClientRect();
                      const button = one.querySelector('summary').getBoundingClientRect();
                      const wide = document.documentElement.clientWidth;
                      const scrolls = document.documentElement.scrollWidth > wide;
                      one.open = false;
                      const apart = top - button.bottom, aside = left > button.right || right < button.left;
                      const wrong = scrolls || left < 0 || right > wide || apart < 0 || apart > 8 || aside;
                      return wrong && [left, right, apart, aside, scrolls];
                    })"""
                )
                assert opened, url
                assert not any(opened), f"{url} at {width} px, letters {spacing} apart: {opened}"


def records(term: int, *manifests: dict) -> None:
    now = timezone.now()
    journal.beat(term, now)
    journal.record(term, [put("~management", manifest, now) for manifest in manifests], now)


def silent(term: int, cluster: str) -> None:
    now = timezone.now()
    journal.beat(term, now)
    journal.record(term, [Heard(cluster, now, {"state": "silent", "message": "no route to host"})], now)


def deployment(name: str, state: str, **labels: str) -> dict:
    now = timezone.now()
    return cld.deployment(
        "kcm-system",
        name,
        region="eu-central",
        template="aws-standalone-cp-1-0-43",
        credential="aws-eu-central",
        state=state,
        created=now - timedelta(days=3),
        now=now,
        labels=labels,
    )


@pytest.mark.parametrize(
    "url",
    [
        "/deployments/?health=Failed",
        "/deployments/?region=eu-central&ordering=-name",
        "/deployments/?label=team=shop",
        "/deployments/kcm-system/shop-prod/",
        "/search/?q=shop-prod",
    ],
)
def test_a_deployment_that_fails_shows_where_it_is_filtered_by(page, term, url):
    assert_live_matches_reload(page, url, lambda: records(term, deployment("shop-prod", cld.FAILED, team="shop")))


@pytest.mark.parametrize(
    "url",
    [
        "/deployments/?health=Ready",
        "/services/",
        "/search/?q=shop",
        "/deployments/kcm-system/shop-prod/",
    ],
)
def test_a_region_that_falls_silent_takes_its_green_away(page, term, url):
    assert_live_matches_reload(page, url, lambda: silent(term, "eu-central"))


def test_a_template_that_becomes_invalid_moves_to_the_top(page, term):
    now = timezone.now()
    broken = o.template(
        "ServiceTemplate", "ingress-nginx-4-13-0", now, chart="ingress-nginx", version="4.13.0", error="no such chart"
    )
    assert_live_matches_reload(page, "/templates/", lambda: records(term, broken))


def test_a_backup_that_fails_shows(page, term):
    now = timezone.now()
    failed = o.thing(
        "ManagementBackup",
        "daily",
        created=now,
        spec={"schedule": "0 * * * *"},
        status={"lastBackup": {"phase": "Failed"}, "lastBackupTime": o.stamp(now), "error": "no space left"},
    )
    assert_live_matches_reload(page, "/backups/", lambda: records(term, failed))


def test_the_page_of_a_release_that_is_refused_says_so(page, term):
    now = timezone.now()
    said = o.condition("TemplatesValid", "False", "Failed", "missing templates: aws-9", now)
    release = o.thing("Release", "kcm-1-11-4", created=now, status={"ready": False, "conditions": [said]})
    assert_live_matches_reload(page, "/objects/Release/kcm-1-11-4/", lambda: records(term, release))


def test_a_second_value_of_a_filter_can_be_chosen_at_once(page, term):
    page.goto("/deployments/")
    page.locator("#facet-health summary").click()
    page.locator('input[name="health"][value="Failed"]').check()
    page.wait_for_url("**/deployments/?health=Failed")
    page.locator('input[name="health"][value="Progressing"]').check()
    page.wait_for_url("**/deployments/?health=Failed&health=Progressing")
    page.goto("/deployments/")
    assert not page.locator("#facet-health details").get_attribute("open")


def test_the_page_says_that_it_is_not_watching_while_its_socket_is_well(page, term):
    page.goto("/deployments/")
    wait_until_live(page)
    journal.beat(term, timezone.now() - timedelta(minutes=5))
    status = page.locator("[data-live-status]")
    status.get_by_text("not watching").wait_for(timeout=20_000)
    assert page.locator("[data-live-watcher]").is_visible()


def test_filters_work_without_a_script(browser, served, term):
    context = browser.new_context(base_url=served.url, java_script_enabled=False)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": served.cookie(), "url": served.url}])
    page = context.new_page()
    page.goto("/deployments/")
    page.locator("form.filters summary", has_text="Health").click()
    page.locator('input[name="health"][value="Failed"]').check()
    page.locator('form.filters button:has-text("Apply"):visible').first.click()
    assert "health=Failed" in page.url
    assert page.locator("#deployments tr").count() == 2
    context.close()
