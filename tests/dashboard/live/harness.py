"""Pane served for tests, a real browser, and the one thing every live page must keep: left open, it equals a reload.

A conftest imports what it needs: `from tests.dashboard.live.harness import browser, served, page`.
"""

import asyncio
import contextlib
import difflib
import json
import os
import shutil
import socket as sockets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from dashboard import web
from dashboard.people import tokens
from tests.conftest import need

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DEADLINE = 20.0  # seconds until a page that still differs is called stale


@dataclass
class Served:
    """Pane on a free port of this machine, with the test's database."""

    port: int
    user: User
    token: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def cookie(self, user: User | None = None) -> str:
        """The session cookie of somebody who has just signed in."""
        client = Client()
        client.force_login(user or self.user)
        return client.cookies[settings.SESSION_COOKIE_NAME].value


class _Server(uvicorn.Server):
    """One that is told to stop instead of being interrupted."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@pytest.fixture
def served(transactional_db: None) -> Iterator[Served]:
    """Pane served by uvicorn in a thread, as `up` serves it, without a watcher: the test writes the journal."""
    listener = sockets.create_server(("127.0.0.1", 0))
    # Small, so that who does not read is noticed after kilobytes instead of megabytes.
    listener.setsockopt(sockets.SOL_SOCKET, sockets.SO_SNDBUF, 16 * 1024)
    with serving(listener):
        user = User.objects.create_user("ada", password="correct horse battery")
        yield Served(listener.getsockname()[1], user, tokens.issue(user, "tests"))


@contextlib.contextmanager
def serving(listener: sockets.socket) -> Iterator[None]:
    """A server process as far as a browser can tell; at the end all its connections break and its port is free."""
    server = _Server(web.config(grace=3))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), name="served")
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=30)
        listener.close()
        assert not thread.is_alive(), "the server did not stop"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Headless Chromium, one for all tests of a module.

    Not of the whole run: Playwright keeps an event loop in this thread, beside which no asynchronous test can run.
    """
    need(CHROMIUM, "Chromium is not on this machine (Debian package chromium).")
    from playwright.sync_api import sync_playwright

    # For the same reason Django takes the tests for asynchronous code.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(browser: Any, served: Served) -> Iterator[Any]:
    """A page of somebody who is signed in. Errors of scripts, and what the Content-Security-Policy forbade, fail."""
    context = browser.new_context(base_url=served.url)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": served.cookie(), "url": served.url}])
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on(
        "console",
        lambda message: errors.append(message.text) if "Content Security Policy" in message.text else None,
    )
    yield opened
    context.close()
    assert errors == [], errors


STATE_OF_PAGE = """() => {
  const main = document.querySelector("main").cloneNode(true);
  const drop = "script, [data-live-status], [data-live-news], [data-live-pause], input[name=csrfmiddlewaretoken]";
  for (const element of main.querySelectorAll(drop)) element.remove();
  for (const element of main.querySelectorAll("time[data-age]")) element.textContent = "";
  for (const element of main.querySelectorAll("[data-left]")) element.setAttribute("data-left", "still on the page");
  for (const element of main.querySelectorAll("details[open]")) element.removeAttribute("open");
  for (const element of main.querySelectorAll("[data-lazy]")) {
    element.replaceChildren();  // what is in it is asked for by itself
    element.classList.remove("htmx-request");
    if (!element.classList.length) element.removeAttribute("class");  // htmx leaves an empty one
  }
  const lines = [];
  const walk = (node, depth) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const text = node.data.replace(/\\s+/g, " ").trim();
      if (text) lines.push(" ".repeat(depth) + text);
    } else if (node.nodeType === Node.ELEMENT_NODE) {
      const attributes = [...node.attributes].map((a) => `${a.name}="${a.value}"`).sort().join(" ");
      lines.push(" ".repeat(depth) + node.localName + " " + attributes);
      for (const child of node.childNodes) walk(child, depth + 1);
    }
  };
  walk(main, 0);
  return lines;
}"""


def wait_until_live(page: Any) -> None:
    """Wait until the page's socket is open and the server was heard."""
    page.wait_for_selector('[data-live-status][data-state="live"]', state="attached", timeout=DEADLINE * 1000)


def press_news(page: Any) -> None:
    """Press every "n changes" that the page shows."""
    page.evaluate("document.querySelectorAll('[data-live-news]:not([hidden])').forEach((button) => button.click())")


def assert_live_matches_reload(page: Any, url: str, act: Callable[[], Any], *, changes: bool = True) -> None:
    """Open the page, let `act` happen in the world, press "n changes": the open page must equal the page reloaded.

    Ages are left out, they tick. `changes=False` is for what must not show; else a page that stays as it was fails.
    """
    page.goto(url)
    wait_until_live(page)
    before = page.evaluate(STATE_OF_PAGE)
    act()
    # Another page of the same person stands for the reload; the open one is not touched.
    other = page.context.new_page()
    try:
        deadline = time.monotonic() + DEADLINE
        while True:
            press_news(page)
            left_open = page.evaluate(STATE_OF_PAGE)
            other.goto(url)
            reloaded = other.evaluate(STATE_OF_PAGE)
            if left_open == reloaded and (left_open != before) is changes:
                return
            if time.monotonic() > deadline:
                break
            time.sleep(0.2)
    finally:
        other.close()
    if changes:
        assert reloaded != before, f"{url}: what was done shows nowhere on the reloaded page"
    if left_open != reloaded:
        lines = difflib.unified_diff(left_open, reloaded, "left open", "reloaded", lineterm="", n=2)
        pytest.fail(f"{url}: the page left open is not the page reloaded\n" + "\n".join(lines), pytrace=False)
    assert (left_open != before) is changes, f"{url}: something moved that should not have"


@dataclass
class PageSocket:
    """What a browser's page says and hears, without the browser."""

    connection: ClientConnection
    beats: list[dict[str, Any]] = field(default_factory=list)

    def heard(self, within: float = DEADLINE) -> dict[str, Any]:
        """The next message that is not a beat. TimeoutError when none comes."""
        deadline = time.monotonic() + within
        while True:
            message = json.loads(self.connection.recv(timeout=max(0.0, deadline - time.monotonic())))
            if "beat" not in message:
                return message
            self.beats.append(message)

    def hears_nothing(self, during: float = 1.0) -> None:
        """Nothing but beats may come."""
        with contextlib.suppress(TimeoutError):
            pytest.fail(f"heard {self.heard(within=during)}")


@contextlib.contextmanager
def open_page(server: Served, url: str, cursor: str, **headers: str) -> Iterator[PageSocket]:
    """The socket of a page at this address, drawn at this cursor."""
    with connect(f"{server.ws}/ws/live/", additional_headers=headers or server.bearer) as connection:
        connection.send(json.dumps({"url": url, "cursor": cursor}))
        yield PageSocket(connection)


def closed_with(connection: ClientConnection) -> int:
    """The code with which the server closes this connection."""
    try:
        while True:
            connection.recv(timeout=DEADLINE)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006
