"""Every command of `pane` in the documents, as the installed wheel runs it."""

import shlex

import pytest

from tests.rig.process import free_port
from tests.wheel.conftest import PRODUCTION
from tests.wheel.container import Container
from tests.wheel.documents import commands

GO_ON = {
    "pane demo": "Ctrl-C ends it.",
    "pane up": "Ctrl-C ends it.",
    "pane watch": "Leading with term",
    "pane serve --port 8000": "Serving on",
}
"""Those that go on until they are told to end, and what they say when they are up."""


def test_no_command_of_the_documents_is_run_by_nobody():
    assert {line.split()[0] for line in commands()} == {"pane", "helm", "kubectl"}
    assert set(GO_ON) <= set(commands("pane"))


@pytest.mark.real
@pytest.mark.parametrize("line", [line for line in dict.fromkeys(commands("pane")) if line not in GO_ON])
def test_a_command_of_the_documents_does_what_it_says(box: Container, demo: str, line: str):
    environment = {**PRODUCTION, "PANE_DATA": "/data/documents"}
    if "migrate" not in line:
        assert box.run("pane", "migrate", **environment).returncode == 0
    done = box.run(*shlex.split(line), **environment)
    assert "Traceback" not in done.stderr
    assert (done.returncode, line) in ((0, line), (1, "pane migrate --check")), done.stderr


@pytest.mark.real
@pytest.mark.parametrize("line", [line for line in GO_ON if line != "pane demo"])  # which is what `demo` is
def test_a_command_that_goes_on_comes_up(box: Container, demo: str, line: str):
    more = {"PANE_DATA": "/data/going", "PANE_PRODUCTION": "0" if line == "pane up" else "1"}
    environment = {**PRODUCTION, **more, "PANE_ALLOWED_HOSTS": "localhost,127.0.0.1"}
    assert box.run("pane", "migrate", **environment).returncode == 0
    words = shlex.split(line) if "--port" in line or "watch" in line else [*shlex.split(line), "--port", "8000"]
    process = box.start(
        line.split()[1], *[str(free_port()) if word == "8000" else word for word in words], **environment
    )
    try:
        process.wait(lambda: GO_ON[line] in process.log.read_text(), 120)
    finally:
        process.kill()
