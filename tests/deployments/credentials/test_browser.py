"""The pages of credentials in a real browser: with JavaScript and without, live, readable for all."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from dashboard.demo.installation import Installation
from deployments.models import Submission
from tests.conformance.api import Api
from tests.dashboard.live.harness import Served, assert_live_matches_reload
from tests.deployments.clusterdeployments.conftest import allow
from tests.deployments.credentials import world as w
from tests.deployments.domain.pastes import CANARY, clouds
from tests.pages.seed import seed

pytestmark = pytest.mark.real


@pytest.fixture
def term(served: Served, clusters: Installation, management: Api) -> int:
    allow(management, "pane:ada")
    return w.told(clusters)


@pytest.fixture
def plain(browser: Any, served: Served) -> Any:
    """A browser without JavaScript."""
    context = browser.new_context(base_url=served.url, java_script_enabled=False)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": served.cookie(), "url": served.url}])
    yield context.new_page()
    context.close()


def fill(page: Any, name: str) -> None:
    page.goto("/new/credential/openstack/")
    page.get_by_label("Name needed").fill(name)
    page.locator("#namespace").fill("media")
    page.locator("#region").select_option("dc-lund")
    page.locator("#clouds").fill(clouds())


def preview(page: Any) -> None:
    page.get_by_role("button", name="Preview", exact=True).last.click()


def test_a_preview_leaves_what_was_pasted_in_the_form_and_never_holds_it_itself(page: Any, term: int):
    answers: list[str] = []
    page.on("response", lambda answer: answers.append(answer.text()) if "/new/credential/" in answer.url else None)
    fill(page, "walk")
    preview(page)
    expect(page.locator("#preview")).to_contain_text("This would be made")
    expect(page.locator("#said-clouds")).to_contain_text("This is an application credential for keystone.lund")
    assert page.locator("#clouds").input_value() == clouds()
    page.get_by_role("button", name="Create credential").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("walk")
    assert Submission.objects.get().state == Submission.State.DONE
    assert answers
    assert not [answer for answer in answers if CANARY in answer]


def test_what_is_wrong_is_said_at_its_box_which_takes_the_focus(page: Any, term: int):
    fill(page, "Wrong Name")
    preview(page)
    expect(page.locator("#said-name")).to_contain_text("Use lower case letters only.")
    expect(page.locator("#name")).to_be_focused()
    expect(page.locator("#name")).to_have_attribute("aria-invalid", re.compile(".*"))
    assert page.locator("#clouds").input_value() == clouds()
    page.locator("#name").fill("right-name")
    preview(page)
    expect(page.locator("#preview")).to_contain_text("This would be made")
    assert page.locator("#name").get_attribute("aria-invalid") is None


def test_the_yaml_follows_what_is_typed_and_is_told_nothing_secret(page: Any, term: int):
    posts: list[str] = []
    page.on("request", lambda asked: posts.append(asked.post_data or "") if asked.url.endswith("/yaml/") else None)
    fill(page, "typed")
    page.locator("#description").fill("Lund")
    expect(page.locator("#yaml")).to_contain_text("description: Lund")
    expect(page.locator("#yaml")).to_contain_text("clouds.yaml: <clouds.yaml>")
    assert posts
    assert not [post for post in posts if CANARY in post]


def test_without_a_script_only_what_is_secret_is_asked_for_again(plain: Any, term: int):
    fill(plain, "plain")
    preview(plain)
    expect(plain.locator("#preview")).to_contain_text("This would be made")
    assert plain.locator("#name").input_value() == "plain"
    assert plain.locator("#clouds").input_value() == ""
    expect(plain.locator("#ask")).to_contain_text("Give it once more to go on")
    plain.locator("#clouds").fill(clouds())
    plain.get_by_role("button", name="Create credential").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("plain")
    assert Submission.objects.get().state == Submission.State.DONE


def test_a_preview_of_something_else_cannot_be_confirmed(page: Any, term: int):
    fill(page, "stale")
    preview(page)
    expect(page.get_by_role("button", name="Create credential")).to_be_enabled()
    page.locator("#description").fill("changed since")
    expect(page.get_by_role("button", name="Create credential")).to_be_disabled()


def test_a_rotated_secret_stays_in_its_box_and_is_followed_to_the_region(
    page: Any, clusters: Installation, management: Api
):
    allow(management, "pane:ada")
    w.whole(clusters, "followed")
    answers: list[str] = []
    page.on("response", lambda answer: answers.append(answer.text()) if "/followed/" in answer.url else None)
    page.goto("/credentials/media/followed/rotate/")
    new = f"new{CANARY}/abcdefghijklmnopqrstuvwxyz0123456"[:40]
    page.locator("#access_key_id").fill("AKIADEMON3WN3WN3WN3W")
    page.locator("#secret_access_key").fill(new)
    preview(page)
    expect(page.locator("#preview")).to_contain_text("data.SecretAccessKey")
    assert page.locator("#secret_access_key").input_value() == new
    page.get_by_role("button", name="Replace the secret").click()
    expect(page.locator(".page-head__lead")).to_contain_text("1 of 2 hold what the original holds")
    assert answers
    assert not [answer for answer in answers if CANARY in answer]


def nothing_wrong(page: Any) -> None:
    page.evaluate("document.querySelectorAll('main details:not(.facet)').forEach((one) => { one.open = true })")
    found = Axe().run(page).response["violations"]
    said = [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]
    assert not said, (page.url, said)
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), page.url


def test_nor_with_the_pages_that_change_something(page: Any, term: int):
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    w.record(term, *w.aws("whole")[:4])
    own = "/credentials/kcm-system/whole"
    for url in (
        *(f"{own}/{one}/" for one in ("rotate", "copy", "identity", "copies", "delete")),
        "/credentials/bulk/?chosen=kcm-system/whole",
        *(f"/regions/eu-west/{one}/" for one in ("providers", "pause", "kubeconfig", "delete")),
    ):
        page.goto(url)
        nothing_wrong(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_wrong_and_nothing_is_wider_than_a_phone(
    page: Any, clusters: Installation, term: int, theme: str
):
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": 390, "height": 844})

    def look() -> None:
        nothing_wrong(page)

    w.record(term, *w.aws("whole")[:4])
    for url in ("/credentials/", "/credentials/?search=vanished", "/credentials/kcm-system/whole/", "/new/credential/"):
        page.goto(url)
        look()
    page.goto("/credentials/matrix/")
    look()
    page.get_by_role("button", name="Compare now").click()
    expect(page.get_by_role("button", name="Compare again")).to_be_visible()
    look()
    page.goto("/new/credential/aws-static/")
    look()
    preview(page)
    expect(page.locator("#preview")).to_contain_text("This cannot be tried yet")
    look()
    w.told(clusters)  # however long all that took, the clusters are heard
    fill(page, f"axe-{theme}")
    preview(page)
    expect(page.locator("#preview")).to_contain_text("This would be made")
    look()


@pytest.mark.parametrize("url", ["/credentials/?state=problems", "/credentials/", "/credentials/kcm-system/whole/"])
def test_a_copy_that_vanishes_shows_where_it_is_looked_at(page: Any, served: Served, url: str):
    term = seed(timezone.now())
    parts = w.aws("whole")
    w.record(term, *w.aws("other"), *parts)
    assert_live_matches_reload(page, url, lambda: w.forget(term, *parts[6]))
