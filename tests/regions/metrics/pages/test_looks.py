"""The pages of metrics in a real browser: readable for all, live, and with charts that answer to pointer and keys."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from regions import journal
from regions.models import Firing, Measured, Pulse
from tests.dashboard.live.harness import Served, assert_live_matches_reload
from tests.pages.seed import seed
from tests.regions.metrics.pages.seed import fake_chart, freshen, measure

pytestmark = pytest.mark.real
PAGES = (
    "/metrics/",
    "/metrics/alerts/",
    "/metrics/cost/",
    "/metrics/onboarding/",
    "/metrics/figures/pods_waiting/",
    "/regions/eu-central/metrics/",
    "/deployments/kcm-system/ads-prod/metrics/",
    "/metrics/chart/?query=cpu_used_ratio&region=eu-central&span=1h",
    "/regions/us-east/metrics/",
)


@pytest.fixture
def term(served: Served, monkeypatch: pytest.MonkeyPatch) -> int:
    now = timezone.now()
    found = seed(now)
    measure(found, now)
    freshen(found, timezone.now())
    monkeypatch.setattr("regions.metrics.pages.charts.chart", fake_chart)
    return found


def test_axe_finds_nothing_wrong_and_no_page_scrolls_sideways(page, term):
    for url in PAGES:
        freshen(term, timezone.now())
        page.set_viewport_size({"width": 1440, "height": 2400})
        page.emulate_media(color_scheme="light")
        page.goto(url)
        if "figures" in url or url.endswith("eu-central/metrics/"):
            page.wait_for_selector(".chart")
        page.evaluate("document.querySelectorAll('details:not(.unasked)').forEach((one) => { one.open = true })")
        said = wrong(page)
        page.emulate_media(color_scheme="dark")
        said += wrong(page, runOnly=["color-contrast"])
        assert said == [], url
        for width in (320, 768, 1180):
            page.set_viewport_size({"width": width, "height": 900})
            wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wider <= 0, f"{url} at {width} px is {wider} px too wide"


def wrong(page, **options):
    found = Axe().run(page, options=options).response["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def test_a_chart_answers_to_pointer_keys_and_legend(page, term):
    freshen(term, timezone.now())
    page.goto("/regions/eu-central/metrics/?span=1h")
    page.locator("[data-lazy]").first.scroll_into_view_if_needed()
    chart = page.locator(".chart").first
    chart.wait_for()
    plot = chart.locator("[data-chart-plot]")
    plot.hover(position={"x": 60, "y": 40})
    box = chart.locator(".chart__box")
    assert "UTC" in box.text_content()
    assert "search-prod" in box.text_content()
    assert chart.locator(".chart__cursor").count() == 1
    page.mouse.move(0, 0)
    assert box.count() == 0
    plot.focus()
    page.keyboard.press("Home")
    first = plot.get_attribute("aria-valuetext")
    for _ in range(22):
        page.keyboard.press("ArrowRight")
    assert plot.get_attribute("aria-valuenow") == "22"
    assert "no data" in plot.get_attribute("aria-valuetext"), "a gap is told as one"
    assert plot.get_attribute("aria-valuetext") != first
    key = chart.locator("[data-toggle='search-prod']")
    key.click()
    assert key.get_attribute("aria-pressed") == "false"
    assert chart.locator("path[data-series='search-prod']").is_hidden()
    # What was toggled outlives the next answer.
    page.evaluate("document.querySelector('.chart').earlier = true")
    page.evaluate("htmx.trigger(document.querySelector('[data-lazy]'), 'pane:refresh')")
    page.wait_for_function("() => document.querySelector('.chart') && !document.querySelector('.chart').earlier")
    assert page.locator(".chart").first.locator("[data-toggle='search-prod']").get_attribute("aria-pressed") == "false"


def test_pages_left_open_equal_themselves_reloaded(page, term):
    def beat():
        row = Measured.objects.get(name="shop-prod")
        row.readings["cpu_used_ratio"][0] = 0.97
        row.readings["nodes_ready"][0] = 7
        row.save()
        Firing.objects.filter(fingerprint="f1").update(ended_at=timezone.now())
        Firing.objects.filter(fingerprint="f2").update(severity="critical")
        for name in ("", "eu-central"):
            pulse, _ = Pulse.objects.get_or_create(region=name)
            pulse.revision += 1
            pulse.save()
        journal.beat(term, timezone.now())

    def undo():
        Firing.objects.filter(fingerprint="f1").update(ended_at=None)
        Firing.objects.filter(fingerprint="f2").update(severity="warning")
        row = Measured.objects.get(name="shop-prod")
        row.readings["cpu_used_ratio"][0] = 0.5
        row.readings["nodes_ready"][0] = 9
        row.save()
        freshen(term, timezone.now())

    for url in (
        "/metrics/",
        "/metrics/alerts/",
        "/regions/eu-central/metrics/",
        "/deployments/kcm-system/shop-prod/metrics/",
    ):
        freshen(term, timezone.now())
        assert_live_matches_reload(page, url, beat)
        undo()


def test_charts_can_be_read_without_scripts(browser, served, term):
    from django.conf import settings

    context = browser.new_context(base_url=served.url, java_script_enabled=False)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": served.cookie(), "url": served.url}])
    page = context.new_page()
    freshen(term, timezone.now())
    page.goto("/regions/eu-central/metrics/?span=24h")
    page.get_by_role("link", name="CPU used").last.click()
    assert "span=24h" in page.url
    assert page.locator("svg[role=img] path").count() > 5
    assert page.locator("table tbody tr").count() > 200
    page.get_by_role("link", name="7d").click()
    assert "span=7d" in page.url
    context.close()
