"""Every command of `pane` in the documents, as the installed wheel runs it."""

import shlex

import pytest

from tests.rig.process import free_port
from tests.wheel.conftest import PRODUCTION
from tests.wheel.container import Container
from tests.wheel.documents import commands

GO_ON = {"pane demo", "pane up", "pane watch", "pane serve --port 8000"}
"""Those that go on until they are told to end. All but `pane up` are what the fixtures of this folder run."""


def test_no_command_of_the_documents_is_run_by_nobody():
    assert {line.split()[0] for line in commands()} == {"pane", "helm", "kubectl"}
    assert set(commands("pane")) >= GO_ON


@pytest.mark.real
@pytest.mark.timeout(900)
def test_the_commands_of_the_documents_do_what_they_say(boxed: Container, demo: str):
    for line in (line for line in dict.fromkeys(commands("pane")) if line not in GO_ON):
        done = boxed.run(*shlex.split(line), **PRODUCTION, PANE_DATA="/data/documents")
        assert done.returncode == 0, f"{line}: {done.stderr}"


@pytest.mark.real
@pytest.mark.timeout(900)
def test_up_comes_up(boxed: Container, demo: str):
    words = ("pane", "up", "--port", str(free_port()))
    up = boxed.start("up", *words, **PRODUCTION, PANE_DATA="/data/up", PANE_PRODUCTION="0")
    try:
        up.wait(lambda: "Ctrl-C ends it." in up.log.read_text(), 300)
    finally:
        up.kill()
