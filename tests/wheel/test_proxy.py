"""Below a path of a host, behind a real nginx and a real HAProxy that speak TLS and HTTP/2: pages, files, forms, and
sockets that are cut or blocked."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dashboard.bench.processes import answers_to
from tests.conftest import need
from tests.demo.test_command import until
from tests.rig.certificates import Authority
from tests.rig.process import Process, free_port
from tests.wheel.conftest import PRODUCTION
from tests.wheel.container import Container

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]  # several Pythons start, beside other suites

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
HAPROXY = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
HOW = "No nginx or HAProxy here: install Debian's nginx-light and haproxy."
BY_HAPROXY = """
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
  timeout tunnel 2s
  option forwardfor
frontend cutting  # as the one of nginx
  bind 127.0.0.1:{cutting} ssl crt {folder}/tls.pem alpn h2,http/1.1
  http-request set-header X-Forwarded-Proto https
  http-request return status 404 unless {{ path_beg /pane/ }}
  default_backend pane
frontend blocking
  bind 127.0.0.1:{blocking} ssl crt {folder}/tls.pem alpn h2,http/1.1
  http-request set-header X-Forwarded-Proto https
  http-request deny if {{ req.hdr(Upgrade) -m found }}
  http-request replace-path /pane(/.*) \\1
  default_backend pane
backend pane
  server web {host}
"""
BY_NGINX = """
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


@dataclass(frozen=True)
class Proxy:
    """A program, and two addresses of one Pane behind it: where sockets are cut, and where they are blocked."""

    name: str
    cutting: str
    blocking: str


@pytest.fixture(scope="module")
def proxies(tmp_path_factory: pytest.TempPathFactory, serve: Callable[..., str]) -> Iterator[list[Proxy]]:
    """nginx and HAProxy before one Pane."""
    need(NGINX and HAPROXY, HOW)
    ports = {name: (free_port(), free_port()) for name in ("nginx", "haproxy")}
    origins = ",".join(f"https://localhost:{port}" for some in ports.values() for port in some)
    web = serve(PANE_PATH="/pane", PANE_TRUSTED_ORIGINS=origins)
    folder = tmp_path_factory.mktemp("proxies")
    folder.chmod(0o755)
    pair = Authority("proxies").serving()
    for name, text in (("crt", pair.certificate), ("key", pair.key), ("pem", pair.certificate + pair.key)):
        (folder / f"tls.{name}").write_bytes(text)
    started = [_nginx(folder, web, *ports["nginx"]), _haproxy(folder, web, *ports["haproxy"])]
    try:
        for process, some in zip(started, ports.values(), strict=True):
            process.wait(lambda some=some: all(map(answers_to, some)), 30)
        yield [Proxy(name, *(f"https://localhost:{port}/pane/" for port in some)) for name, some in ports.items()]
    finally:
        for process in started:
            process.kill()


def _nginx(folder: Path, web: str, cutting: int, blocking: int) -> Process:
    text = BY_NGINX.format(folder=folder, cutting=cutting, blocking=blocking, web=web)
    (folder / "nginx.conf").write_text(text)
    process = Process("nginx", folder / "nginx.log")
    process.start([str(NGINX), "-e", f"{folder}/error.log", "-p", str(folder), "-c", str(folder / "nginx.conf")])
    return process


def _haproxy(folder: Path, web: str, cutting: int, blocking: int) -> Process:
    host = web.removeprefix("http://")
    (folder / "haproxy.cfg").write_text(BY_HAPROXY.format(folder=folder, cutting=cutting, blocking=blocking, host=host))
    process = Process("HAProxy", folder / "haproxy.log")
    process.start([str(HAPROXY), "-db", "-f", str(folder / "haproxy.cfg")])
    return process


@pytest.fixture(scope="module")
def signed(browser: Any, boxed: Container, proxies: list[Proxy]) -> Any:
    """The cookies of somebody who came in by a link of `pane sign-in`, and pressed its button."""
    link = boxed.run("pane", "sign-in", "ada", "--administrator", **PRODUCTION, PANE_PATH="/pane").stdout.strip()
    assert link.startswith("https://pane.example.org/pane/sign-in/link/")
    context = browser.new_context(ignore_https_errors=True)
    opened = context.new_page()
    opened.goto(proxies[0].cutting.removesuffix("/pane/") + link.removeprefix("https://pane.example.org"))
    opened.get_by_role("button", name="Sign in").click()
    opened.wait_for_url(proxies[0].cutting)
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


def test_every_way_leads_below_the_path(page: Any, proxies: list[Proxy]):
    for way in ("", "regions/", "deployments/", "feed/", "metrics/", "wall/", "account/", "search/?q=eu"):
        page.goto(proxies[0].cutting + way)
        astray = page.evaluate(
            """() => [...document.querySelectorAll("[href], [src], [action], [hx-get], [hx-post]")]
              .flatMap(one => ["href", "src", "action", "hx-get", "hx-post"].map(name => one.getAttribute(name)))
              .filter(address => address?.startsWith("/") && !address.startsWith("/pane/"))"""
        )
        assert astray == [], way


def test_a_form_is_taken_and_a_cookie_is_for_this_path_alone(page: Any, proxies: list[Proxy]):
    for proxy in proxies:
        page.goto(f"{proxy.cutting}account/")
        page.get_by_label("What is the new one for?").fill(f"a script behind {proxy.name}")
        page.get_by_role("button", name="Make a token").click()
        assert page.locator("#new-token").inner_text().startswith("pane_"), proxy.name
    paths = {cookie["name"]: cookie["path"] for cookie in page.context.cookies()}
    assert (paths["pane_session"], paths["pane_csrf"]) == ("/pane", "/pane")


def test_the_palette_asks_below_the_path_and_keeps_what_was_opened_there(page: Any, proxies: list[Proxy]):
    at = proxies[0].cutting
    page.goto(f"{at}regions/eu-west/")
    page.goto(f"{at}feed/")
    page.keyboard.press("Control+k")
    page.get_by_role("dialog").get_by_role("option").first.get_by_text("eu-west").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{at}regions/eu-west/")


def test_pages_follow_though_sockets_are_cut_or_blocked_and_say_so(page: Any, boxed: Container, proxies: list[Proxy]):
    opened: list[str] = []
    page.context.on("page", lambda one: one.on("websocket", lambda socket: opened.append(socket.url)))
    pages = [page.context.new_page() for _ in range(2 * len(proxies))]
    for proxy, cut, asking in zip(proxies, pages[::2], pages[1::2], strict=True):
        asking.goto(f"{proxy.blocking}regions/")
        cut.goto(f"{proxy.cutting}regions/")
    for asking in pages[1::2]:
        asking.locator("[data-live-status]", has_text="sockets are blocked: asking every 5 s").wait_for(timeout=60_000)
    outage(boxed, "outage", "eu-west")
    for one in pages:
        one.locator("#region-eu-west").get_by_text("Unknown").first.wait_for(timeout=90_000)
    for proxy in proxies:
        address = proxy.cutting.replace("https", "wss", 1) + "ws/live/"
        assert until(lambda address=address: page.wait_for_timeout(200) or opened.count(address) >= 3), proxy.name
    assert {address.partition("/pane/")[2] for address in opened} == {"ws/live/"}
    outage(boxed, "heal", "eu-west")
