"""The pages of the ground in a real browser: readable for all, at every width, in both themes."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from regions import journal
from regions.domain.notes import Blind
from regions.templatetags.spans import words
from tests.dashboard.live.harness import Served
from tests.pages.seed import seed

pytestmark = pytest.mark.real
SPANS = [-90000, -1, 5, 119, 120, 200, 599, 600, 10800, 18600, 28800, 172800, 691200, 7e7, 3e8]
PAGES = (
    "/",
    "/regions/",
    "/regions/eu-central/",
    "/regions/us-east/",
    "/feed/",
    "/feed/?text=nothing-is-called-so",
    "/nowhere/",
    "/account/",
)


@pytest.fixture
def term(served: Served) -> int:
    now = timezone.now()
    found = seed(now)
    journal.record(found, [Blind("us-east", now - timedelta(minutes=7), now, "The watch had expired")], now)
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_wrong(page, term, theme):
    page.emulate_media(color_scheme=theme)
    for url in PAGES:
        page.goto(url)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        found = Axe().run(page).response["violations"]
        said = [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]
        assert said == [], f"{url} ({theme})"


@pytest.mark.parametrize("width", [320, 390, 768, 1180, 1440, 2560, 3840])
def test_no_page_scrolls_sideways(page, term, width):
    page.set_viewport_size({"width": width, "height": 900})
    for url in PAGES:
        page.goto(url)
        page.evaluate("document.querySelectorAll('details:not(.facet)').forEach((one) => { one.open = true })")
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{url} at {width} px is {wider} px too wide"


def test_ages_tick_as_kubectl_says_them(page, term):
    page.goto("/feed/")
    told = page.evaluate(
        "(spans) => import('/static/js/ages.js').then((js) => spans.map((seconds) => js.words(seconds, 'ago')))", SPANS
    )
    assert told == [words(seconds, "ago") for seconds in SPANS]
    before = page.locator("time[data-age]").first.text_content()
    expect(page.locator("time[data-age]").first).not_to_have_text(before, timeout=70_000)


def test_the_palette_opens_by_key_finds_acts_and_remembers_and_the_first_tab_leads_to_the_content(page, term):
    page.goto("/regions/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.goto("/deployments/kcm-system/shop-prod/")
    page.keyboard.press("/")
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("shop-prod")  # what was opened last
    page.keyboard.type("scale shop-prod")
    expect(options.first).to_contain_text("Scale shop-prod")
    assert not Axe().run(page).response["violations"]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/deployments/kcm-system/shop-prod/scale/")
    page.keyboard.press("Control+k")
    page.keyboard.type("zzz")
    expect(options).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=zzz")
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option", name="Overview")).to_be_visible()
    assert not Axe().run(page).response["violations"]
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_chosen_theme_is_there_before_any_script_runs(page, term):
    page.goto("/")
    button = page.locator("[data-theme-toggle]")
    button.click()
    assert page.locator("html[data-theme=light]").count() == 1
    button.click()
    page.reload(wait_until="commit")
    page.wait_for_selector("html[data-theme=dark]", state="attached")
    assert 'data-theme="dark"' in page.request.get("/").text()


def test_colours_are_those_of_the_system_until_somebody_chose_and_paper_is_white(page, term):
    dark, light = "rgb(12, 15, 20)", "rgb(245, 246, 248)"

    def background() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    def choose(theme: str) -> None:
        page.locator("[data-theme-toggle]").click()
        page.wait_for_selector(f"html[data-theme={theme}]", state="attached")

    page.emulate_media(color_scheme="dark")
    page.goto("/")
    assert background() == dark
    choose("light")
    assert background() == light
    page.emulate_media(color_scheme="light")
    choose("dark")
    assert background() == dark
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(18, 22, 29)"


def test_pages_can_be_read_and_filtered_without_scripts(browser, served, term):
    context = browser.new_context(base_url=served.url, java_script_enabled=False)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": served.cookie(), "url": served.url}])
    page = context.new_page()
    page.goto("/regions/")
    page.locator("summary", has_text="Health").click()
    page.locator("input[value=Unknown]").check()
    page.locator("form.filters .facet__foot button:visible").click()
    assert "health=Unknown" in page.url
    assert page.locator("article.region").count() == 2
    assert page.locator("time[data-age]").first.text_content()
    assert page.locator("[data-theme-toggle]").is_hidden()
    context.close()
