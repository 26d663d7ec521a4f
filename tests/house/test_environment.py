"""`make` and the environment: what is complete is left alone, and what others share is never installed into."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.checkout import ROOT

PYTHON = '#!/bin/sh\necho "$@" >>"$(dirname "$0")/../said"\n'


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone whose environment has a Python that only notes what it is asked to do."""
    folder = tmp_path / "clone"
    for file in ("Makefile", "requirements.lock", "requirements-dev.lock"):
        folder.mkdir(exist_ok=True)
        shutil.copyfile(ROOT / file, folder / file)
    shutil.copytree(ROOT / "tests/apiserver", folder / "tests/apiserver", ignore=shutil.ignore_patterns("*.sum"))
    shutil.copytree(ROOT / "tests/stores", folder / "tests/stores", ignore=shutil.ignore_patterns("*.sum"))
    python = folder / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(PYTHON)
    python.chmod(0o755)
    return folder


def make(folder: Path, target: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", target], cwd=folder, capture_output=True, text=True, check=False)


def asked(folder: Path) -> list[str]:
    """What Python was asked since the last look: the module or the command."""
    said = folder / ".venv/said"
    lines = said.read_text().splitlines() if said.exists() else []
    said.unlink(missing_ok=True)
    return [" ".join(line.split()[:2]) for line in lines]


def test_what_was_installed_is_not_installed_again_however_new_the_lock_file_is(clone):
    assert make(clone, "up").returncode == 0
    assert asked(clone) == ["-m pip", "manage.py up"]
    later = (clone / "requirements.lock").stat().st_mtime + 1_000
    os.utime(clone / "requirements.lock", (later, later))
    assert make(clone, "up").returncode == 0
    assert asked(clone) == ["manage.py up"]


def test_the_tools_hold_what_runs_pane(clone):
    make(clone, "lint-types")
    make(clone, "up")
    assert asked(clone) == ["-m pip", "-m mypy", "manage.py up"]


def test_another_lock_is_installed(clone):
    make(clone, "up")
    (clone / "requirements.lock").write_text("# other\n")
    make(clone, "up")
    assert asked(clone) == ["-m pip", "manage.py up"] * 2


def test_a_shared_environment_that_is_complete_is_used_and_any_other_left_alone(clone, tmp_path):
    make(clone, "up")
    shared = tmp_path / "shared"
    (clone / ".venv").rename(shared)
    (clone / ".venv").symlink_to(shared)
    asked(clone)
    assert make(clone, "up").returncode == 0
    assert asked(clone) == ["manage.py up"]
    (clone / "requirements.lock").write_text("# other\n")
    done = make(clone, "up")
    assert done.returncode != 0
    assert "Remove the link" in done.stderr
    assert asked(clone) == []
