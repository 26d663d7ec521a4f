"""Every page of the demo as an operator walks it: while its story plays, by keyboard, and read by axe."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.dashboard.live.harness import STATE_OF_PAGE, browser, press_news, wait_until_live  # noqa: F401
from tests.demo.test_command import Running, manage
from tests.pages.demo import sign_in, walked

pytestmark = pytest.mark.real
FIXED = (
    "/",
    "/regions/",
    "/metrics/",
    "/metrics/onboarding/",
    "/deployments/?page_size=10",
    "/credentials/",
    "/templates/?kind=ClusterTemplate&search=aws",
    "/services/",
    "/backups/",
    "/objects/",
    "/feed/?severity=warning",
    "/search/?q=prod",
    "/account/",
)
PATIENCE = 40.0  # seconds for all pages together to become what they are when reloaded


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with walked(tmp_path_factory.mktemp("walk"), regions=2, deployments=8) as running:
        yield running


@pytest.fixture(scope="module")
def context(browser: Any, demo: Running) -> Iterator[Any]:  # noqa: F811
    opened = browser.new_context(base_url=demo.address, viewport={"width": 1440, "height": 900})
    page = opened.new_page()
    sign_in(page, demo)
    page.close()
    yield opened
    opened.close()


@pytest.fixture
def pages(demo: Running) -> tuple[str, ...]:
    """Every page, with the region and the deployment that are worst off."""
    worst = demo.get("/api/v1/deployments/?page_size=1")["results"][0]
    region = next(one["name"] for one in demo.get("/api/v1/regions/")["results"] if one["name"] != "~management")
    return (*FIXED, f"/regions/{region}/", f"/deployments/{worst['namespace']}/{worst['name']}/")


def test_pages_left_open_equal_themselves_reloaded_while_the_story_plays(demo, context, pages):
    live = [url for url in pages if url != "/account/"]
    tabs = {}
    for url in live:
        tabs[url] = context.new_page()
        tabs[url].goto(url)
    for tab in tabs.values():
        wait_until_live(tab)
    for order in (["fail-machine"], ["burst", "20"], ["upgrade"], ["pace", "0"]):
        assert manage("demo-ctl", *order, data=demo.data).returncode == 0, order
    other = context.new_page()
    end = time.monotonic() + PATIENCE
    stale = dict(tabs)
    while stale and time.monotonic() < end:
        for url, tab in list(stale.items()):
            press_news(tab)
            other.goto(url)
            if tab.evaluate(STATE_OF_PAGE) == other.evaluate(STATE_OF_PAGE):
                stale.pop(url).close()
    other.close()
    for tab in stale.values():
        tab.close()
    assert not stale, f"left open they are not what they are when reloaded: {', '.join(stale)}"


UNFOLD = """() => {
  for (const one of [...document.querySelectorAll("details:not(.facet)")].slice(0, 8)) one.open = true;
}"""


def test_axe_finds_nothing_wrong_on_any_page(context, pages):
    page = context.new_page()
    for url in pages:
        page.emulate_media(color_scheme="light")
        page.goto(url)
        page.evaluate(UNFOLD)
        said = wrong(page)
        page.emulate_media(color_scheme="dark")  # structure is the same; contrast is not
        said += wrong(page, runOnly=["color-contrast"])
        assert said == [], url
    page.close()


def wrong(page: Any, **options: Any) -> list[str]:
    found = Axe().run(page, options=options).response["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


# What Tab should reach, in the order of the page; and says where focus is and whether anybody can see it.
REACHABLE = """() => {
  const kinds = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  window.walk = [...document.querySelectorAll(kinds)];
  window.walk = window.walk.filter((one) => !one.disabled && one.checkVisibility({visibilityProperty: true}));
  return window.walk.length;
}"""
FOCUSED = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const box = at.getBoundingClientRect(), style = getComputedStyle(at);
  const shown = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
  const top = document.querySelector(".top");
  const under = !top.contains(at) && getComputedStyle(top).position === "sticky" && !at.matches(".skip")
    && box.bottom <= top.getBoundingClientRect().bottom;
  return {place: window.walk.indexOf(at), shown, under, html: at.outerHTML.slice(0, 120)};
}"""


def test_tab_reaches_everything_in_order_and_focus_is_seen(context, pages):
    page = context.new_page()
    for url in pages:
        page.goto(url)
        count = page.evaluate(REACHABLE)
        walked = []
        for _ in range(count + 5):
            page.keyboard.press("Tab")
            at = page.evaluate(FOCUSED)
            if at is None or (walked and at["place"] == walked[0]):
                break  # round the page
            assert at["shown"], f"{url}: focus cannot be seen on {at['html']}"
            assert not at["under"], f"{url}: focus lies under the header: {at['html']}"
            walked.append(at["place"])
        places = [place for place in walked if place >= 0]
        assert places == sorted(set(places)), f"{url}: Tab jumps about, or is caught"
        missed = page.evaluate(
            "(walked) => window.walk.filter((one, place) => one.isConnected && !walked.includes(place))"
            ".map((one) => one.outerHTML.slice(0, 120))",
            walked,
        )
        assert missed == [], f"{url}: Tab does not reach these"
    page.close()
