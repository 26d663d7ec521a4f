"""The wall in a real browser: it says when it no longer knows, comes back by itself, and is never stale."""

import contextlib
import difflib
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Error as PageError
from playwright.sync_api import expect

from dashboard.live import hub
from dashboard.models import ScreenLink
from dashboard.people import screens
from regions import journal
from regions.domain.notes import Heard
from regions.domain.refs import MANAGEMENT
from regions.models import Resource
from tests.dashboard.live.harness import DEADLINE, STATE_OF_PAGE, Served, serving
from tests.dashboard.wall.world import fill
from tests.pages.seed import LIVE, seed

pytestmark = pytest.mark.real

# The times that a page waits are real; tests go forward in them (`page.clock`).
FORWARD = 21_000
# Keeps the socket at hand, and does not wait long before the next one.
HASTY = """
  const Real = WebSocket, later = setTimeout;
  globalThis.WebSocket = class extends Real { constructor(url) { super(url); globalThis.opened = this; } };
  globalThis.setTimeout = (what, pause) => later(what, pause < 600 ? pause / 20 : pause);
"""


@pytest.fixture
def term(served: Served) -> int:
    return seed(timezone.now())


def link(term: int, state: str, cluster: str = "eu-central", message: str = "") -> None:
    now = timezone.now()
    journal.beat(term, now)
    journal.record(term, [Heard(cluster, now, {"state": state, "message": message, "heard_at": now})], now)


def is_(page: Any, state: str) -> None:
    """Wait until the wall judges its signal so; "live" is the only state without the cover."""
    hidden = ":not([hidden])" if state != "live" else "[hidden]"
    page.wait_for_selector(f'#wall-lost[data-state="{state}"]{hidden}', state="attached", timeout=DEADLINE * 1000)


def until(page: Any, true: str) -> None:
    """Wait for an expression. Playwright's own way of waiting evaluates strings in the page, which the CSP forbids."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        with contextlib.suppress(PageError):  # the page is just being loaded anew
            if page.evaluate(true):
                return
        time.sleep(0.02)
    pytest.fail(f"never: {true}", pytrace=False)


def assert_as_reloaded(page: Any, url: str = "/wall/") -> None:
    other = page.context.new_page()
    end = time.monotonic() + DEADLINE
    while True:
        other.goto(url)
        reloaded, left_open = other.evaluate(STATE_OF_PAGE), page.evaluate(STATE_OF_PAGE)
        if reloaded == left_open:
            break
        assert time.monotonic() < end, "\n".join(difflib.unified_diff(left_open, reloaded, lineterm="", n=1))
    other.close()


@pytest.fixture
def restartable(transactional_db: None) -> Iterator[Any]:
    """A server that can be ended and begun again at the same address: `.start()`, `.stop()`, `.url`."""

    class Restartable:
        def __init__(self) -> None:
            self.stack = contextlib.ExitStack()
            self.port = 0

        def start(self) -> None:
            listener = socket.create_server(("127.0.0.1", self.port))
            self.port = listener.getsockname()[1]
            self.stack.enter_context(serving(listener))

        def stop(self) -> None:
            self.stack.close()

    found = Restartable()
    found.start()
    yield found
    found.stop()


def test_a_server_that_goes_away_is_signal_lost_until_it_is_back_then_live_again_and_after_an_upgrade_too(
    browser, restartable, monkeypatch
):
    term = seed(timezone.now())
    user = User.objects.create_user("ada")
    url = f"http://127.0.0.1:{restartable.port}"
    context = browser.new_context(base_url=url)
    cookie = Served(restartable.port, user, "").cookie()
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": url}])
    page = context.new_page()
    page.clock.install()
    page.goto("/wall/")
    is_(page, "live")
    restartable.stop()
    page.clock.fast_forward(FORWARD)
    is_(page, "lost")
    cover = page.locator("#wall-lost")
    assert "SIGNAL LOST" in cover.inner_text()
    assert "Last truth" in cover.inner_text()
    page.clock.fast_forward(60_000)
    link(term, "silent", message="cable cut")

    restartable.start()
    page.clock.fast_forward(5_000)  # the longest pause between two attempts
    is_(page, "live")
    page.locator("#tile-eu-central.is-blind").wait_for()
    assert_as_reloaded(page)

    restartable.stop()
    for module in ("dashboard.live.outbox", "dashboard.wall.views"):
        monkeypatch.setattr(f"{module}.version", lambda: "another")
    restartable.start()
    page.evaluate("globalThis.old = true")
    page.clock.fast_forward(70_000)
    until(page, "globalThis.old === undefined && document.body?.dataset.wallVersion === 'another'")
    is_(page, "live")
    context.close()


def test_a_region_that_froze_leaves_its_place_as_unknown_though_nothing_was_said_of_it(page, term, monkeypatch):
    monkeypatch.setattr(hub, "BEAT", 0.3)
    page.goto("/wall/")
    is_(page, "live")
    before = page.locator(".tile").evaluate_all("tiles => tiles.map((tile) => tile.id)")
    page.locator("#tile-eu-central:not(.is-blind)").wait_for()
    cursor = journal.cursor()
    old = timezone.now() - timedelta(seconds=50)
    journal.record(term, [Heard("eu-central", old, {"heard_at": old})], timezone.now())
    page.locator("#tile-eu-central.is-blind.h-unknown").wait_for()
    assert journal.cursor() == cursor, "no change told of it"
    assert page.locator(".tile").evaluate_all("tiles => tiles.map((tile) => tile.id)") == before
    page.locator("#wall-headline").get_by_text("3 regions not heard").wait_for()


def test_a_heart_beats_only_with_the_watcher_and_one_that_stopped_is_signal_lost_in_its_own_words(
    page, term, monkeypatch
):
    monkeypatch.setattr(hub, "BEAT", 0.2)
    page.goto("/wall/")
    is_(page, "live")
    place = "[...document.querySelectorAll('[data-wall-pulse] rect')].findIndex((one) => one.matches('.is-last'))"
    stood = page.evaluate(place)
    page.evaluate("""() => {
      globalThis.beats = 0;
      document.addEventListener("live:beat", () => globalThis.beats++);
    }""")
    until(page, "globalThis.beats > 3")
    assert page.evaluate(place) == stood, "the server spoke, but nobody watched anything"
    journal.beat(term, timezone.now())
    until(page, f"{place} !== {stood}")
    journal.beat(term, timezone.now() - timedelta(minutes=2))
    is_(page, "unwatched")
    assert "its watcher has stopped" in page.locator("#wall-lost").inner_text()
    now = timezone.now()
    journal.beat(term, now)
    is_(page, "live")


def test_a_wall_dropped_a_hundred_times_has_no_stale_tile(page, term):
    page.add_init_script(HASTY)
    page.goto("/wall/")
    is_(page, "live")
    ways = ("globalThis.opened.close()", "globalThis.opened.onclose({ code: 1006 })")
    for turn in range(100):
        cluster = LIVE[turn % len(LIVE)]
        page.evaluate(f"() => {{ globalThis.was = globalThis.opened; {ways[turn % 2]}; }}")
        link(term, "silent" if turn % 4 < 2 else "connected", cluster, f"turn {turn}" if turn % 4 < 2 else "")
        until(page, "globalThis.opened !== globalThis.was && globalThis.opened.readyState === 1")
        if turn % 25 == 24:
            assert_as_reloaded(page)
    assert_as_reloaded(page)
    is_(page, "live")


def test_a_screen_types_its_code_shows_the_wall_and_is_dark_and_empty_once_revoked(browser, served, term, monkeypatch):
    monkeypatch.setattr(hub, "BEAT", 0.3)
    made = ScreenLink.objects.create(
        name="hall", created_by="ada", regions=["eu-central"], expires_at=timezone.now() + timedelta(days=1)
    )
    context = browser.new_context(base_url=served.url)
    page = context.new_page()
    page.clock.install()
    page.goto("/screen/")
    page.locator("#code").fill("AAAA-2222")
    page.keyboard.press("Enter")
    page.get_by_role("alert").get_by_text("not known here").wait_for()
    page.locator("#code").fill(screens.issue_code(made).lower())
    page.keyboard.press("Enter")
    is_(page, "live")
    assert page.locator(".tile").count() == 1
    assert page.locator("a").count() == 0
    link(term, "silent", message="cable cut")
    page.locator("#tile-eu-central.is-blind").wait_for()
    screens.revoke(made)
    is_(page, "ended")
    assert "eu-central" not in page.content(), "dark means dark"
    page.clock.fast_forward(10_000)
    page.wait_for_url("**/screen/")
    context.close()


def test_the_rule_of_the_signal_knows_what_it_may_claim(page, served):
    page.goto("/healthz")
    page.goto("/wall/")
    judged = page.evaluate("""async () => {
      const { judge } = await import("/static/js/wall-signal.js");
      const well = { now: 100_000, heard: 99_000, beatAt: 5_000_000, watcherAt: 4_999_000, troubledSince: null };
      const cases = {
        live: {}, starting: { heard: null }, ended: { ended: true },
        lost: { heard: 79_000 }, never: { watcherAt: null }, unwatched: { watcherAt: 4_970_000 },
        late: { heard: 85_000, watcherAt: 4_988_000 }, undrawn: { troubledSince: 70_000 },
        briefly: { troubledSince: 90_000 },
      };
      return Object.fromEntries(Object.entries(cases).map(([name, but]) => [name, judge({ ...well, ...but })]));
    }""")
    assert {name: one["state"] for name, one in judged.items()} == {
        "live": "live",
        "starting": "starting",
        "ended": "ended",
        "lost": "lost",
        "never": "unwatched",
        "unwatched": "unwatched",
        "late": "unwatched",
        "undrawn": "undrawn",
        "briefly": "live",
    }
    assert judged["lost"]["since"] == 5_000_000
    assert judged["unwatched"]["since"] == 4_970_000
    assert judged["undrawn"]["since"] == 4_971_000


def test_too_many_tiles_for_a_screen_are_shown_a_page_at_a_time(page, served):
    fill(timezone.now(), 84, trouble=True)
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto("/wall/")  # nobody beats here, so the cover may be up: what is under it counts
    visible = (
        "[...document.querySelectorAll('#wall-tiles > .tile')].filter((one) => one.offsetParent).map((one) => one.id)"
    )
    pager = page.locator("[data-wall-pages]")
    until(page, f"{visible}.length === 43")
    assert "Page 1 of 2" in pager.inner_text()
    first = page.evaluate(visible)
    page.keyboard.press("ArrowRight")
    until(page, f"{visible}.length === 42")
    assert "Page 2 of 2" in pager.inner_text()
    assert not set(first) & set(page.evaluate(visible))
    page.locator("[aria-label='Page 1, failed']").dispatch_event("click")
    until(page, f"{visible}.length === 43")
    page.emulate_media(reduced_motion="reduce")
    until(page, f"{visible}.length === 85")
    page.emulate_media(reduced_motion="no-preference")
    until(page, f"{visible}.length === 43")
    page.set_viewport_size({"width": 3840, "height": 2160})
    until(page, f"{visible}.length === 85")
    assert pager.is_hidden()
    # Full pages: what says that there is none is hidden, and makes none of its own.
    row = Resource.objects.filter(kind="ClusterDeployment").exclude(region=MANAGEMENT)[0]
    there = Resource.objects.filter(kind="ClusterDeployment", region=row.region).count()
    for place in range(there, 84):
        row.pk, row.key, row.name = None, f"{row.key}-{place}", f"more-{place}"
        row.save()
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"/wall/regions/{row.region}/")
    until(page, f"{visible}.length === 42")
    expect(pager).to_contain_text("Page 1 of 2")
