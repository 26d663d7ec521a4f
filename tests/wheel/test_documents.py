"""Every command of `pane` and of `curl` in the documents, as the installed wheel runs and answers it."""

import json
import os
import shlex
import subprocess

import pytest

from tests.rig.process import free_port
from tests.wheel.conftest import PRODUCTION
from tests.wheel.container import Container
from tests.wheel.documents import commands

GO_ON = {"pane demo", "pane up", "pane watch", "pane serve --port 8000"}
"""Those that go on until they are told to end. All but `pane up` are what the fixtures of this folder run."""
ASKED = [line for line in commands() if line.startswith("curl ") or "=$(" in line]
"""Of the page on the API: what one shell is told, line by line."""


def test_no_command_of_the_documents_is_run_by_nobody():
    assert {line.split()[0] for line in commands() if line not in ASKED} == {"pane", "helm", "kubectl"}
    assert set(commands("pane")) >= GO_ON


@pytest.mark.real
@pytest.mark.timeout(900)
def test_the_commands_of_the_documents_do_what_they_say(boxed: Container, demo: str):
    for line in (line for line in dict.fromkeys(commands("pane")) if line not in GO_ON):
        done = boxed.run(*shlex.split(line), **PRODUCTION, PANE_DATA="/data/documents")
        assert done.returncode == 0, f"{line}: {done.stderr}"


@pytest.mark.real
@pytest.mark.timeout(900)
def test_the_api_answers_as_its_page_says(boxed: Container, demo: str):
    where = {"PANE_PRODUCTION": "0", "PANE_DATA": "/data/demo"}
    token = boxed.run("pane", "token", "ada", **where).stdout.strip()
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    script = "\n".join(f"{line}\necho" if line.startswith("curl") else line for line in ASKED)
    asked = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env={**kept, "PANE": demo, "TOKEN": token},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr + asked.stdout[-2000:]
    answers = [json.loads(line) for line in asked.stdout.splitlines() if line.strip()]
    assert len(answers) == sum(line.startswith("curl") for line in ASKED)
    root, asked_with = answers[:2]
    assert {"deployments", "changes", "causes"} <= root.keys()
    assert asked_with["writes"]
    assert "results" in answers[-1]


@pytest.mark.real
@pytest.mark.timeout(900)
def test_up_comes_up(boxed: Container, demo: str):
    words = ("pane", "up", "--port", str(free_port()))
    up = boxed.start("up", *words, **PRODUCTION, PANE_DATA="/data/up", PANE_PRODUCTION="0")
    try:
        up.wait(lambda: "Ctrl-C ends it." in up.log.read_text(), 300)
    finally:
        up.kill()
