"""What the browser's side does beside swapping parts: holding still, coming back, keeping what is the reader's."""

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from dashboard.live import hub
from regions import journal
from regions.domain.notes import Heard
from tests.dashboard.live.harness import DEADLINE, Served, wait_until_live
from tests.pages.seed import seed

pytestmark = pytest.mark.real


@pytest.fixture
def term(served: Served) -> int:
    return seed(timezone.now())


def link(term: int, state: str, cluster: str = "eu-central", message: str = "no route to host") -> None:
    now = timezone.now()
    journal.beat(term, now)
    journal.record(term, [Heard(cluster, now, {"state": state, "message": message, "heard_at": now})], now)


def test_a_paused_feed_stands_still_counts_and_goes_on(page, term):
    page.goto("/feed/")
    wait_until_live(page)
    link(term, "silent")
    first = page.locator("#feed > li[id^=change-]").first
    first.get_by_text("fell silent").wait_for()
    page.locator("[data-live-pause=feed]").click()
    link(term, "connected", message="")
    page.locator("[data-live-news=feed]:visible").get_by_text("1").wait_for()
    assert "fell silent" in first.inner_text()
    page.locator("[data-live-pause=feed]").click()
    first.get_by_text("answers again", exact=True).wait_for()
    assert page.locator("[data-live-news=feed]:visible").count() == 0


def test_a_page_whose_connection_broke_comes_back_with_what_it_missed(page, term):
    page.add_init_script("""
        const Real = WebSocket;
        globalThis.WebSocket = class extends Real { constructor(url) { super(url); globalThis.opened = this; } };
    """)
    page.goto("/regions/")
    wait_until_live(page)
    page.evaluate("""() => {
        globalThis.WebSocket = class { constructor() { setTimeout(() => this.onclose({}), 10); } close() {} };
        globalThis.opened.close();
    }""")
    page.wait_for_selector('[data-live-status][data-state="waiting"]')
    assert "reconnecting since" in page.locator("[data-live-status]").inner_text()
    link(term, "silent", message="cable cut")
    page.wait_for_timeout(500)
    assert "cable cut" not in page.locator("#region-eu-central").inner_text()
    page.evaluate("() => { globalThis.WebSocket = Object.getPrototypeOf(globalThis.opened.constructor); }")
    page.locator("#region-eu-central").get_by_text("cable cut").wait_for(timeout=DEADLINE * 1000)
    wait_until_live(page)


def test_a_redraw_leaves_focus_and_selection_where_they_are(page, term):
    link(term, "connected", message="")
    page.goto("/regions/")
    wait_until_live(page)
    page.evaluate("""() => {
        globalThis.link = document.querySelector("#region-eu-central a[href]");
        globalThis.link.focus();
        globalThis.link.before(document.createElement("hr"));
        getSelection().selectAllChildren(globalThis.link);
    }""")
    link(term, "silent", message="cable cut")
    page.locator("#region-eu-central").get_by_text("cable cut").wait_for()
    assert page.locator("#region-eu-central hr").count() == 0
    kept = "[document.activeElement === globalThis.link, getSelection().toString().trim()]"
    assert page.evaluate(kept) == [True, "eu-central"]


def test_a_region_page_says_when_pane_no_longer_watches(page, term, monkeypatch):
    from datetime import timedelta

    monkeypatch.setattr(hub, "BEAT", 0.3)
    page.goto("/regions/")
    wait_until_live(page)
    banner = page.locator("[data-live-watcher]")
    assert not banner.is_visible()
    journal.beat(term, timezone.now() - timedelta(minutes=2))
    banner.wait_for(state="visible")
    journal.beat(term, timezone.now())
    banner.wait_for(state="hidden")


def test_whoever_was_signed_out_is_told_and_the_page_stops_asking(page, term, monkeypatch):
    monkeypatch.setattr(hub, "BEAT", 0.3)
    page.goto("/regions/")
    wait_until_live(page)
    Session.objects.all().delete()
    page.locator("[data-live-status]").get_by_text("signed out").wait_for()
