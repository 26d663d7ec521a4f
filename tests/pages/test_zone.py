"""Times in a real browser: UTC, or the zone of the device for who chose it; labelled always, both in a tooltip."""

import re
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from regions import journal
from regions.domain.notes import Blind, Heard
from tests.dashboard.live.harness import Served
from tests.pages.seed import seed

pytestmark = pytest.mark.real

KOLKATA = "Asia/Kolkata"  # half an hour beside all others
LABEL = "GMT+5:30"
PAGES = (
    "/",
    "/regions/",
    "/regions/us-east/",
    "/deployments/kcm-system/edge-cache-fra/",
    "/deployments/kcm-system/media-dev/timeline/",
    "/deployments/kcm-system/media-dev/?at=1h",
    "/feed/",
    "/feed/1/",
    "/backups/",
    "/upkeep/",
    "/wall/",
)
# What a reader sees, without what is quoted and what is typed in.
LEFT = """() => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode;
    if (/\\d\\d:\\d\\d(:\\d\\d)? UTC/.test(node.data) && !node.parentElement.closest("pre, code, script, noscript")) found.push(node.data.trim());
  }
  return found;
}"""  # noqa: E501


@pytest.fixture
def term(served: Served) -> int:
    now = timezone.now()
    found = seed(now)
    journal.record(found, [Blind("us-east", now - timedelta(minutes=7), now, "The watch had expired")], now)
    return found


@pytest.fixture
def page(browser, served):
    """Somebody who is signed in, in Kolkata."""
    context = browser.new_context(base_url=served.url, timezone_id=KOLKATA, locale="de-DE")
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": served.cookie(), "url": served.url}])
    yield context.new_page()
    context.close()


def choose_local(page, url: str = "/regions/") -> None:
    page.goto(url)
    page.locator("[data-zone-toggle]").click()


def test_times_are_utc_and_say_so_until_somebody_chooses(page, term):
    page.goto("/regions/us-east/")
    expect(page.locator("[data-zone-toggle]")).to_have_text("UTC")
    assert page.evaluate(LEFT)
    assert page.evaluate("import('/static/js/zone.js').then((js) => js.clock(0))") == "00:00:00 UTC"


def test_who_chose_the_zone_of_the_device_reads_it_on_every_page(page, term):
    choose_local(page)
    for url in PAGES:
        page.goto(url)
        expect(page.locator("[data-zone]").first).to_have_text(LABEL)
        assert page.evaluate(LEFT) == [], url
    assert page.evaluate("import('/static/js/zone.js').then((js) => js.clock(0))") == f"05:30:00 {LABEL}"


def test_the_choice_is_taken_back_and_every_word_is_as_the_server_said_it(page, term):
    page.goto("/regions/us-east/")
    before = page.evaluate(LEFT)
    page.locator("[data-zone-toggle]").click()
    assert page.evaluate(LEFT) == []
    page.locator("[data-zone-toggle]").click()
    assert page.evaluate(LEFT) == before


def test_a_tooltip_gives_both(page, term):
    for _ in range(2):
        choose_local(page, "/feed/")
        time = page.locator("time[data-age]").first
        time.hover()
        at = datetime.fromisoformat(time.get_attribute("datetime"))
        there = at + timedelta(hours=5, minutes=30)
        assert time.get_attribute("title") == (
            f"{at:%Y-%m-%d %H:%M:%S} UTC · {there:%Y-%m-%d %H:%M:%S} {LABEL}"
        )  # fmt: skip
    page.goto("/regions/us-east/")
    words = page.locator("#region-link").get_by_text("No word since").first
    words.hover()
    expect(words).to_have_attribute("title", re.compile(rf"UTC · .*{re.escape(LABEL)}"))


def test_a_tooltip_outlives_a_redraw(page, term):
    page.goto("/regions/us-east/")
    words = page.locator("#region-link").get_by_text("No word since").first
    for _ in range(2):
        words.hover()
        expect(words).to_have_attribute("title", re.compile("UTC · "))
        words.evaluate(
            """async (words) => {
              const { morph, parse } = await import('/static/js/morph.js');
              const drawn = parse(words.outerHTML);
              drawn.removeAttribute('title');
              morph(words, drawn);
            }"""
        )
        expect(words).to_have_attribute("title", re.compile("UTC · "))
        page.locator("[data-zone-toggle]").click()


def test_what_comes_later_is_shown_in_the_chosen_zone(page, term):
    choose_local(page, "/regions/ap-south/")
    expect(page.locator("[data-live-status]")).to_have_text("live")
    now = timezone.now()
    silent = {"state": "silent", "message": "no route to host", "heard_at": now - timedelta(minutes=2)}
    journal.record(term, [Heard("ap-south", now, silent)], now)
    expect(page.locator("#region-head")).to_contain_text("No word since")
    expect(page.locator("#region-head")).to_contain_text(LABEL)
    assert page.evaluate(LEFT) == []


def test_sentences_are_translated_with_their_days(page, term):
    choose_local(page)
    page.evaluate(
        """() => { const line = document.createElement("p"); line.id = "odd"; document.body.append(line);
        line.textContent = "from 30 Nov 2026 20:40:05 UTC, Monday, 30 November 2026 09:00 UTC, 2026-12-31 23:59 UTC; "
          + "1 Dec 02:00 to 1 Dec 2026 03:30 UTC; it said 2026-11-30T09:40:00Z"; }"""
    )
    expect(page.locator("#odd")).to_have_text(
        f"from 1 Dec 2026 02:10:05 {LABEL}, Monday, 30 November 2026 14:30 {LABEL}, 2027-01-01 05:29 {LABEL}; "
        f"1 Dec 07:30 to 1 Dec 2026 09:00 {LABEL}; it said 2026-11-30T09:40:00Z"
    )
