"""What pip installs: all of it, and at work in a root that has Python and nothing else of ours, as in a container."""

import json
import re
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import need
from tests.demo.test_command import until
from tests.house.checkout import ROOT, tracked
from tests.wheel import container
from tests.wheel.conftest import HOST, PRODUCTION
from tests.wheel.container import Container

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]  # several Pythons start, beside other suites


def ask(address: str, **headers: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read().decode()


def test_the_wheel_holds_all_that_runs_and_nothing_else():
    wheels = list((ROOT / "dist").glob("k0rdent_pane-*.whl"))
    need(wheels, container.HOW)
    with zipfile.ZipFile(wheels[0]) as file:
        held = {name: file.read(name) for name in file.namelist() if ".dist-info/" not in name}
    tops = ("dashboard", "deployments", "regions", "templates", "static")
    wanted = {f"pane/{name}": (ROOT / name).read_bytes() for name, _ in tracked(*tops, "manage.py")}
    binary = [path for top in tops for path in (ROOT / top).rglob("*") if path.suffix in (".dict", ".woff2", ".png")]
    wanted |= {f"pane/{path.relative_to(ROOT)}": path.read_bytes() for path in binary}
    assert any("/migrations/0001" in name for name in wanted)
    differ = {name for name in wanted.keys() | held.keys() if held.get(name) != wanted.get(name)}
    assert differ == set(), "the wheel is not of this clone as it is: run `make wheel`"


def test_one_command_from_an_empty_folder_shows_a_fleet(demo: str):
    status, page = ask(f"{demo}/sign-in/")
    assert (status, "Sign in" in page) == (200, True)
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(files) >= 3
    assert {ask(demo + file)[0] for file in files} == {200}


def test_the_image_serves_and_watches_as_nobody_with_nothing_to_write_to(boxed: Container, serve: Callable[..., str]):
    web = serve()
    port = web.rpartition(":")[2]

    def ready() -> Any:
        return json.loads(ask(f"{web}/readyz")[1])

    assert until(lambda: ready()["ready"], 90), ready()
    health = [word.replace(":8000", f":{port}") for word in container.health_check()]
    assert boxed.run(*health).returncode == 0
    told = {"Host": HOST, "X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
    status, page = ask(f"{web}/sign-in/", **told)
    assert (status, "Sign in" in page) == (200, True)
    token = boxed.run("pane", "token", "ada", **PRODUCTION).stdout.strip()
    status, regions = ask(f"{web}/api/v1/regions/", Authorization=f"Bearer {token}", **told)
    assert (status, "results" in json.loads(regions)) == (200, True)


def test_what_runs_can_write_to_its_data_alone(boxed: Container):
    assert boxed.run("touch", "/data/here", "/tmp/here").returncode == 0
    for place in (f"{boxed.environment}/bin/here", "/usr/here", "/etc/here", "/here"):
        refused = boxed.run("touch", place)
        assert "Read-only file system" in refused.stderr, place
    assert boxed.run("ls", str(ROOT)).returncode != 0
    capabilities = boxed.run("grep", "Cap", "/proc/self/status").stdout
    assert set(re.findall(r"\t([0-9a-f]+)", capabilities)) == {"0" * 16}
    assert boxed.run("sh", "-c", "id -u").stdout.strip() == container.said("USER").partition(":")[0]


def test_without_what_production_needs_it_says_so_and_ends(boxed: Container):
    refused = boxed.run("pane", "serve")
    assert refused.returncode != 0
    assert "PANE_SECRET_KEY (or PANE_SECRET_KEY_FILE) must be set in production." in refused.stderr
    assert "Traceback" not in refused.stderr


def test_without_a_folder_for_its_data_it_says_which_to_set(boxed: Container):
    refused = boxed.run("pane", "check", HOME="/nowhere", PANE_DATA="", PANE_PRODUCTION="0")
    assert refused.returncode != 0
    assert "its data folder /nowhere/.local/share/pane cannot be written" in refused.stderr
    assert "Set PANE_DATA" in refused.stderr
