"""Asking for a deployment in a real browser: with JavaScript and without, by two clicks, and followed live."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from dashboard.demo import crds
from dashboard.demo.apiserver.server import Server
from dashboard.demo.installation import Installation
from deployments.models import Submission
from regions import journal
from regions.domain.kinds import KINDS
from regions.domain.notes import Put
from regions.models import Resource
from tests.conformance.api import Api
from tests.conformance.threads import Loop
from tests.dashboard.live.harness import Served, assert_live_matches_reload
from tests.deployments.clusterdeployments.conftest import allow, copied

pytestmark = pytest.mark.real
expect.set_options(timeout=60_000)
FORM = "/new/deployment/?template=search/aws-standalone-cp-1-0-42"
CLDS = "/apis/k0rdent.mirantis.com/v1beta1/namespaces/search/clusterdeployments"
DEPLOYMENT = next(kind for kind in KINDS if kind.name == "ClusterDeployment")


@pytest.fixture
def term(served: Served, clusters: Installation, management: Api) -> int:
    allow(management, "pane:ada")
    return copied(clusters)


def fill(page: Any, name: str) -> None:
    page.goto(FORM)
    page.get_by_label("Name needed").fill(name)
    page.get_by_role("radio", name="aws-eu-west").check()
    page.locator("[name='config/region']").fill("eu-west-1")
    for part in ("controlPlane", "worker"):
        page.locator(f"[name='config/{part}/instanceType']").fill("m6i.large")


def preview(page: Any) -> None:
    page.get_by_role("button", name="Preview", exact=True).last.click()
    expect(page.locator("#preview")).to_contain_text("This would be made")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_wrong_and_nothing_is_wider_than_a_phone(page: Any, term: int, theme: str):
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": 390, "height": 844})

    def look() -> None:
        page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true })")
        found = Axe().run(page).response["violations"]
        said = [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]
        assert not said, (page.url, said)
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), page.url

    page.goto("/new/deployment/?namespace=search")
    look()
    page.goto(FORM)
    page.get_by_role("button", name="Preview", exact=True).last.click()
    expect(page.locator("#preview")).to_contain_text("This cannot be tried yet")
    look()
    fill(page, f"axe-{theme}")
    preview(page)
    look()
    journal.beat(term, timezone.now())  # looking takes long, and by what nobody watches nothing is sent
    page.get_by_role("button", name="Create deployment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"axe-{theme}")
    look()


def test_two_clicks_make_one(page: Any, term: int, management: Api):
    fill(page, "two-clicks")
    preview(page)
    page.get_by_role("button", name="Create deployment").dblclick()
    expect(page).to_have_url(re.compile("/submissions/[0-9a-f]{32}/"))
    assert management.get(f"{CLDS}/two-clicks").body["metadata"]["generation"] == 1
    assert Submission.objects.count() == 1


def test_a_preview_of_something_else_cannot_be_confirmed(page: Any, term: int):
    fill(page, "changed")
    preview(page)
    expect(page.get_by_role("button", name="Create deployment")).to_be_enabled()
    page.locator("[name='config/workersNumber']").fill("7")
    expect(page.get_by_role("button", name="Create deployment")).to_be_disabled()
    expect(page.locator("#yaml")).to_contain_text("workersNumber: 7")


def test_it_works_without_javascript_and_by_keyboard(browser: Any, served: Served, term: int, management: Api):
    context = browser.new_context(base_url=served.url, java_script_enabled=False)
    context.add_cookies([{"name": "pane_session", "value": served.cookie(), "url": served.url}])
    try:
        page = context.new_page()
        fill(page, "by-hand")
        page.get_by_label("Name needed").press("Enter")  # previews, and does not send
        expect(page.locator("#preview")).to_contain_text("This would be made")
        assert management.get(f"{CLDS}/by-hand").status == 404
        page.get_by_role("button", name="Create deployment").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("by-hand")
    finally:
        context.close()
    assert management.get(f"{CLDS}/by-hand").status == 200


def test_the_request_is_followed_until_the_cluster_reports(page: Any, term: int, management: Api):
    fill(page, "followed")
    preview(page)
    page.get_by_role("button", name="Create deployment").click()
    expect(page.locator("#submission-news")).to_contain_text("Waiting for the cluster to report")

    def report() -> None:
        now = timezone.now()
        journal.record(term, [Put("~management", DEPLOYMENT, management.get(f"{CLDS}/followed").body, now)], now)

    assert_live_matches_reload(page, page.url.partition("#")[0], report)
    page.get_by_role("link", name="Open followed").click()
    expect(page).to_have_url(re.compile("/deployments/search/followed/"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_pasted_kubeconfig_stays_in_its_box_and_the_region_is_registered(
    page: Any, term: int, management: Api, loop: Loop, theme: str
):
    newcomer = Server("newcomer", crds.region(set()), seed=99)
    loop.run(newcomer.start())
    try:
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto("/new/region/")
        page.get_by_label("Name needed").fill(f"browsed-{theme}")
        page.get_by_label("Kubeconfig", exact=True).fill(newcomer.kubeconfig())
        page.get_by_role("button", name="Preview", exact=True).last.click()
        expect(page.locator("#preview")).to_contain_text("This would be made")
        expect(page.locator("#said-kubeconfig")).to_contain_text("It answers: Kubernetes")
        expect(page.get_by_label("Kubeconfig", exact=True)).to_have_value(newcomer.kubeconfig())
        found = Axe().run(page).response["violations"]
        assert not [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
        page.get_by_role("button", name="Register region").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(f"browsed-{theme}")
        name = f"/apis/k0rdent.mirantis.com/v1beta1/regions/browsed-{theme}"
        assert management.get(name).status == 200
    finally:
        loop.run(newcomer.stop())


def test_deleting_is_readable_for_all(page: Any, term: int):
    page.goto("/deployments/kcm-system/us-east-cluster/")
    page.get_by_role("link", name="Delete", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Delete us-east-cluster")
    expect(page.locator("#preview")).to_contain_text("would be refused")
    page.get_by_role("button", name="Try it again").click()
    expect(page.locator("#name-problems")).to_contain_text("Type us-east-cluster to delete it.")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": 390, "height": 844})
        found = Axe().run(page).response["violations"]
        assert not [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_what_changes_a_deployment_is_readable_for_all_and_yaml_follows_the_form(page: Any, term: int):
    """Edit, scale, several at once: by axe, as wide as a phone; and the box of YAML both ways."""
    row = Resource.objects.filter(kind="ClusterDeployment").exclude(health__in=("Deleting",)).order_by("name").first()
    assert row is not None
    where = f"/deployments/{row.namespace}/{row.name}/"
    page.set_viewport_size({"width": 390, "height": 844})
    for theme, path in (("light", "edit/"), ("dark", "scale/"), ("light", "pause/"), ("dark", "")):
        page.emulate_media(color_scheme=theme)
        page.goto(where + path)
        page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true })")
        found = Axe().run(page).response["violations"]
        assert not [f"{path} {one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path
    page.goto(f"/deployments/bulk/?way=label&chosen={row.namespace}/{row.name}")
    assert not Axe().run(page).response["violations"]

    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(where + "edit/")
    page.locator("#write-yaml summary").click()
    labels = page.locator("[name=labels]")
    page.locator("main details:has([name=labels])").evaluate("(one) => { one.open = true }")
    labels.fill("written=here")
    expect(page.locator("#yaml-box")).to_have_value(re.compile("written: here"))
    editor = page.get_by_role("textbox", name="YAML of the deployment")
    text = page.locator("#yaml-box").input_value()
    editor.press("Control+a")
    editor.press("Delete")
    page.keyboard.insert_text(text.replace("written: here", "taken: over").replace("spec:", "spec:\n  clea"))
    page.locator(".cm-lint-marker-error").hover()
    expect(page.locator(".cm-tooltip-lint")).to_contain_text("This cannot be read")
    page.get_by_text("clea", exact=False).last.click()
    page.keyboard.press("End")
    page.keyboard.press("Control+Space")
    page.get_by_role("option", name="cleanupOnDeletion").click()
    page.keyboard.type("no")
    expect(page.locator(".cm-lint-marker-warning").first).to_be_visible()
    expect(page.locator("#yaml-box")).to_have_value(re.compile("cleanupOnDeletion: no"))
    page.get_by_role("button", name="Take over from YAML").click()
    expect(labels).to_have_value("taken=over")
    expect(page.locator("[name=cleanup_on_deletion]")).not_to_be_checked()
