"""A stranger with a keyboard and no mouse: from a region that is not theirs yet to a cluster that runs in it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.dashboard.live.harness import browser
from tests.demo.test_command import Running, processes, until

__all__ = ["browser"]
pytestmark = pytest.mark.real

# Invented: it has the shape that AWS gives secrets, and belongs to nobody.
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYNOTREALKEY"

HERE = """() => {
  const at = document.activeElement;
  const labels = [...(at.labels ?? [])].map((one) => one.innerText).join(" ");
  const words = labels || at.getAttribute("aria-label") || at.innerText || "";
  return { tag: at.localName, name: at.name || "", words: words.replace(/\\s+/g, " ").trim() };
}"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("stranger")
    running = Running(data, "--regions", "2", "--deployments", "2", "--pace", "60")
    assert until(lambda: running.get("/api/v1/deployments/")["count"] == 2)
    yield running
    running.process.kill()
    running.process.wait(20)
    until(lambda: not processes(data), 15)


@pytest.fixture
def page(browser: Any, demo: Running) -> Iterator[Any]:
    context = browser.new_context(base_url=demo.address, viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    link = re.search(r"http://\S+/sign-in/link/\S+", demo.said)
    assert link
    opened.set_default_timeout(90_000)
    opened.goto(link[0])
    tab_to(opened, "Sign in")
    opened.keyboard.press("Enter")
    opened.wait_for_url(f"{demo.address}/")
    yield opened
    context.close()


def tab_to(page: Any, words: str, name: str = "") -> None:
    """Press Tab until what has the focus says this, or is the field of this name. The focus must show."""
    said = []
    for _ in range(150):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        if here["tag"] == "body":
            continue  # once around
        if (name and here["name"] == name) or (not name and re.search(words, here["words"])):
            shown = page.evaluate("getComputedStyle(document.activeElement).outlineStyle !== 'none'")
            assert shown or here["tag"] in ("input", "select", "textarea"), f"nobody sees where the focus is: {here}"
            return
        said.append(here["words"][:40] or here["name"] or here["tag"])
    pytest.fail(f"no Tab leads to {words or name}; it led to {said}")


def press(page: Any, words: str) -> None:
    tab_to(page, words)
    page.keyboard.press("Enter")


def fill(page: Any, name: str, text: str) -> None:
    tab_to(page, "", name)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)


def choose(page: Any, name: str, words: str) -> None:
    """Among radio buttons: Tab goes to the group, arrows within it."""
    tab_to(page, "", name)
    for _ in range(20):
        if re.search(words, page.evaluate(HERE)["words"]):
            page.keyboard.press("Space")
            return
        page.keyboard.press("ArrowDown")
    pytest.fail(f"no {name} says {words}")


def test_from_nothing_to_a_running_cluster_by_keyboard(demo, page):
    press(page, "^Credentials$")
    page.wait_for_url("**/credentials/")
    press(page, "New credential")
    page.wait_for_url("**/new/credential/")
    press(page, "Use AWS access key")
    page.wait_for_url("**/new/credential/aws-static/")
    fill(page, "name", "stranger")
    fill(page, "namespace", "kcm-system")
    tab_to(page, "", "region")
    page.keyboard.type("eu-west")
    fill(page, "access_key_id", "AKIAIOSFODNN7EXAMPLE")
    fill(page, "secret_access_key", SECRET)
    press(page, "^Preview$")
    page.wait_for_selector("#preview")
    assert SECRET not in page.content()
    press(page, "^Create credential")
    page.wait_for_url("**/submissions/**")
    assert until(
        lambda: any(
            one["name"] == "stranger" and one["health"] == "Ready"
            for one in demo.get("/api/v1/credentials/?page_size=100")["results"]
        ),
        60,
    )
    assert SECRET not in page.content()

    press(page, "^Deployments$")
    page.wait_for_url("**/deployments/")
    press(page, "New deployment")
    page.wait_for_url("**/new/deployment/")
    press(page, "Use 1.0.43 of aws-standalone-cp")
    page.wait_for_selector("#ask")
    fill(page, "name", "first-of-mine")
    choose(page, "credential", "^stranger in region eu-west")
    fill(page, "config/region", "eu-west-1")
    fill(page, "config/controlPlane/instanceType", "m6i.large")
    fill(page, "config/worker/instanceType", "m6i.large")
    press(page, "^Preview$")
    page.wait_for_selector("#preview .preview__foot button, #preview button")
    press(page, "^Create deployment")
    page.wait_for_url("**/submissions/**")
    press(page, "first-of-mine")
    page.wait_for_url("**/deployments/kcm-system/first-of-mine/")
    # The page is not touched any more: it follows by itself.
    page.locator(".badge", has_text="Ready").first.wait_for(timeout=120_000)
    assert page.locator("h1").inner_text() == "first-of-mine"
