"""Below a path of a host, behind a real nginx that speaks TLS: pages, files, forms, sockets that are cut or blocked."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conftest import need
from tests.demo.test_command import until
from tests.rig.certificates import Authority
from tests.rig.process import Process, free_port
from tests.wheel.conftest import PRODUCTION
from tests.wheel.container import Container

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]  # several Pythons start, beside other suites

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
HOW = "No nginx here: install Debian's nginx-light."
ON_THE_WAY = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  ssl_certificate {folder}/tls.crt; ssl_certificate_key {folder}/tls.key;
  proxy_set_header Host $http_host;
  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  proxy_set_header X-Forwarded-Proto $scheme;
  proxy_http_version 1.1;
  server {{  # lets sockets through, cuts those that are silent for two seconds, and passes the path on
    listen 127.0.0.1:{cutting} ssl http2;
    location / {{ return 404 "another application\\n"; }}
    location /pane/ {{ proxy_pass {web}; }}
    location /pane/ws/ {{
      proxy_pass {web}; proxy_read_timeout 2s;
      proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;
    }}
  }}
  server {{  # knows no sockets, and takes the path off
    listen 127.0.0.1:{blocking} ssl http2;
    location /pane/ {{ proxy_pass {web}/; }}
  }}
}}
"""


@pytest.fixture(scope="module")
def proxies(tmp_path_factory: pytest.TempPathFactory, serve: Callable[..., str]) -> Iterator[tuple[str, str]]:
    """Two addresses of one Pane: where sockets are cut, and where they are blocked."""
    need(NGINX, HOW)
    folder = tmp_path_factory.mktemp("nginx")
    folder.chmod(0o755)
    pair = Authority("nginx").serving()
    (folder / "tls.crt").write_bytes(pair.certificate)
    (folder / "tls.key").write_bytes(pair.key)
    cutting, blocking = free_port(), free_port()
    origins = ",".join(f"https://localhost:{port}" for port in (cutting, blocking))
    web = serve(PANE_PATH="/pane", PANE_TRUSTED_ORIGINS=origins)
    text = ON_THE_WAY.format(folder=folder, cutting=cutting, blocking=blocking, web=web)
    (folder / "nginx.conf").write_text(text)
    process = Process("nginx", folder / "log")
    process.start([str(NGINX), "-e", f"{folder}/error.log", "-p", str(folder), "-c", str(folder / "nginx.conf")])
    try:
        process.wait(lambda: (folder / "nginx.pid").exists(), 30)
        yield f"https://localhost:{cutting}/pane/", f"https://localhost:{blocking}/pane/"
    finally:
        process.kill()


@pytest.fixture(scope="module")
def signed(browser: Any, boxed: Container, proxies: tuple[str, str]) -> Any:
    """The cookies of somebody who came in by a link of `pane sign-in`, and pressed its button."""
    link = boxed.run("pane", "sign-in", "ada", "--administrator", **PRODUCTION, PANE_PATH="/pane").stdout.strip()
    assert link.startswith("https://pane.example.org/pane/sign-in/link/")
    context = browser.new_context(ignore_https_errors=True)
    opened = context.new_page()
    opened.goto(proxies[0].removesuffix("/pane/") + link.removeprefix("https://pane.example.org"))
    opened.get_by_role("button", name="Sign in").click()
    opened.wait_for_url(proxies[0])
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def page(browser: Any, signed: Any) -> Iterator[Any]:
    context = browser.new_context(ignore_https_errors=True, storage_state=signed)
    opened = context.new_page()
    failures: list[str] = []
    opened.on("pageerror", lambda error: failures.append(str(error)))
    opened.on("response", lambda said: failures.append(f"{said.status} {said.url}") if said.status >= 400 else None)
    yield opened
    context.close()
    assert failures == []


def outage(boxed: Container, *words: str) -> None:
    told = boxed.run("pane", "demo-ctl", *words, PANE_PRODUCTION="0")
    assert told.returncode == 0, told.stderr


def test_every_way_leads_below_the_path(page: Any, proxies: tuple[str, str]):
    for way in ("", "regions/", "deployments/", "feed/", "metrics/", "wall/", "account/", "search/?q=eu"):
        page.goto(proxies[0] + way)
        astray = page.evaluate(
            """() => [...document.querySelectorAll("[href], [src], [action], [hx-get], [hx-post]")]
              .flatMap(one => ["href", "src", "action", "hx-get", "hx-post"].map(name => one.getAttribute(name)))
              .filter(address => address?.startsWith("/") && !address.startsWith("/pane/"))"""
        )
        assert astray == [], way


def test_a_form_is_taken_and_a_cookie_is_for_this_path_alone(page: Any, proxies: tuple[str, str]):
    page.goto(f"{proxies[0]}account/")
    page.get_by_label("What is the new one for?").fill("a script")
    page.get_by_role("button", name="Make a token").click()
    assert page.locator("#new-token").inner_text().startswith("pane_")
    paths = {cookie["name"]: cookie["path"] for cookie in page.context.cookies()}
    assert (paths["pane_session"], paths["pane_csrf"]) == ("/pane", "/pane")


def test_the_palette_asks_below_the_path_and_keeps_what_was_opened_there(page: Any, proxies: tuple[str, str]):
    page.goto(f"{proxies[0]}regions/eu-west/")
    page.goto(f"{proxies[0]}feed/")
    page.keyboard.press("Control+k")
    page.get_by_role("dialog").get_by_role("option").first.get_by_text("eu-west").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{proxies[0]}regions/eu-west/")


def test_pages_follow_though_sockets_are_cut_or_blocked_and_say_so(
    page: Any, boxed: Container, proxies: tuple[str, str]
):
    cutting, blocking = proxies
    asking = page.context.new_page()
    asking.goto(f"{blocking}regions/")
    opened: list[str] = []
    page.on("websocket", lambda socket: opened.append(socket.url))
    page.goto(f"{cutting}regions/")
    asking.locator("[data-live-status]", has_text="sockets are blocked: asking every 5 s").wait_for(timeout=60_000)
    outage(boxed, "outage", "eu-west")
    for one in (page, asking):
        one.locator("#region-eu-west").get_by_text("Unknown").first.wait_for(timeout=90_000)
    assert until(lambda: page.wait_for_timeout(200) or len(opened) >= 3)
    assert {address.partition("/pane/")[2] for address in opened} == {"ws/live/"}
    outage(boxed, "heal", "eu-west")
