"""A stranger's tasks in a browser, and the document that counts their clicks."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.dashboard.live.harness import browser
from tests.demo.test_command import Running, until
from tests.pages.demo import sign_in, walked
from tests.pages.tasks import BEGIN, END, MOST, PAGE, TASKS, Task, table

__all__ = ["browser"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with walked(tmp_path_factory.mktemp("tasks"), regions=6, deployments=12) as running:
        yield running


@pytest.mark.real
def test_each_wish_is_a_few_clicks_away(browser: Any, demo: Running) -> None:
    context = browser.new_context(base_url=demo.address, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(60_000)
    sign_in(page, demo)
    downloaded: list[Any] = []
    page.on("download", lambda file: downloaded.append(file))
    for task in TASKS:
        page.goto("/")
        assert task.clicks <= MOST or task.besides, task.wish
        downloaded.clear()
        for kind, selector, text in task.steps:
            found = page.locator(selector).first
            if kind == "type":
                found.fill(text)
            else:
                found.click()
                page.wait_for_load_state()
        assert until(partial(done, page, task, downloaded), 60), f"{task.wish}: {page.url}"
    context.close()


def done(page: Any, task: Task, downloaded: list[Any]) -> bool:
    page.wait_for_timeout(50)  # so that Playwright hears of downloads
    if not task.shows:
        return bool(downloaded)
    return bool(re.search(task.shows, f"{page.url} {page.locator('main').inner_text()}"))


def test_the_document_says_what_was_counted() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text[text.index(BEGIN) + len(BEGIN) : text.index(END)] == table()
