"""What the wheel has installed, running: the demo for clusters, and Pane as its image runs it."""

import json
import re
from collections.abc import Callable, Iterator

import pytest

from tests.conftest import need, until_unused
from tests.dashboard.live.harness import browser  # noqa: F401
from tests.rig.process import free_port
from tests.wheel import container
from tests.wheel.container import Container

HOST = "pane.example.org"
PRODUCTION = {
    "PANE_SECRET_KEY": "".join(chr(33 + number) for number in range(60)),
    "PANE_ALLOWED_HOSTS": f"{HOST},localhost",
    "PANE_TRUSTED_HOPS": "1",
    "PANE_RIGHTS": "roles",
    "PANE_KUBECONFIG": "/data/demo/management.kubeconfig",
    "PANE_ALLOW_LOOPBACK": "1",
}


@pytest.fixture(scope="session")
def boxed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    environment = container.installed()
    need(environment, container.HOW)
    need(container.possible(), container.HOW_ROOT)
    assert environment
    made = Container(environment, tmp_path_factory.mktemp("box"))
    with until_unused("boxed", made.stop):
        yield made


@pytest.fixture(scope="session")
def demo(boxed: Container) -> str:
    """`pane demo`, from an empty folder: where it is."""
    small = ("--port", "0", "--pace", "0", "--deployments", "10")
    process = boxed.start("demo", "pane", "demo", *small, PANE_PRODUCTION="0")
    process.wait(lambda: "Ctrl-C" in process.log.read_text(), 300)
    found = re.search(r"Pane is at +(http://[\d.:]+)", process.log.read_text())
    assert found, process.tail()
    return found[1]


@pytest.fixture(scope="session")
def serve(boxed: Container, demo: str) -> Callable[..., str]:
    """`pane migrate`, `pane watch` for the demo's clusters, and the image's own command whenever it is called."""
    assert demo
    migrated = boxed.run("pane", "migrate", "--no-input", **PRODUCTION)
    assert migrated.returncode == 0, migrated.stderr
    boxed.start("watch", "pane", "watch", **PRODUCTION)

    def start(**more: str) -> str:
        port = str(free_port())
        command = [*json.loads(container.said("ENTRYPOINT")), *json.loads(container.said("CMD"))]
        command[command.index("8000")] = port
        process = boxed.start(f"web-{port}", *command, **{**PRODUCTION, **more})
        process.wait(lambda: "Serving on" in process.log.read_text(), 300)
        return f"http://127.0.0.1:{port}"

    return start
