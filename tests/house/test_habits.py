"""What checks a commit is what CI checks, and a new machine gets what CI installs."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from tests.house.checkout import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()
CI = (ROOT / ".ci/run").read_text()
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
DOCKERFILE = (ROOT / ".devcontainer/Dockerfile").read_text()


def prerequisites(target: str) -> set[str]:
    found = re.search(rf"^{target}:(.*)$", MAKEFILE, re.MULTILINE)
    assert found, target
    return set(found[1].split())


def test_every_linter_of_ci_is_a_hook_and_no_other():
    hooks = [hook for repo in HOOKS["repos"] for hook in repo["hooks"]]
    assert {hook["entry"] for hook in hooks} == {f"make --no-print-directory {name}" for name in prerequisites("lint")}
    assert {hook["language"] for hook in hooks} == {"system"}, (
        "nothing is downloaded, and versions are those of the lock"
    )


def test_hooks_run_in_a_checkout(tmp_path: Path):
    """The hooks themselves, by pre-commit: one that passes, and one that does not."""
    (tmp_path / "Makefile").write_text("lint-%:\n\t@! grep -r WRONG --include=*.py .\n")
    shutil.copyfile(ROOT / ".pre-commit-config.yaml", tmp_path / ".pre-commit-config.yaml")
    (tmp_path / "good.py").write_text("x = 1\n")
    for command in (["git", "init", "--quiet"], ["git", "add", "."]):
        subprocess.run(command, cwd=tmp_path, check=True)
    run = [sys.executable, "-m", "pre_commit", "run", "--all-files"]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Passed") >= 2
    (tmp_path / "good.py").write_text("x = 'WRONG'\n")
    assert subprocess.run(run, cwd=tmp_path, capture_output=True, check=False).returncode == 1


def test_the_devcontainer_has_what_ci_installs_and_builds_with():
    installed = set(re.search(r"install .*?\\\n\s+(.*?) \\\n", DOCKERFILE, re.DOTALL)[1].split())  # type: ignore[index]
    wanted = {package for line in re.findall(r"missing\+=\((.*?)\)", CI) for package in line.split()}
    assert len(wanted) > 3
    assert wanted <= installed
    newest = max(
        re.search(r"^go (\d+\.\d+)", file.read_text(), re.MULTILINE)[1] for file in ROOT.glob("tests/**/go.mod")
    )  # type: ignore[index]
    assert DOCKERFILE.splitlines()[1] == f"FROM golang:{newest}-trixie"
    said = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text())
    assert said["postCreateCommand"] == "make dev"
    assert (ROOT / ".devcontainer" / said["build"]["dockerfile"]).is_file()


def test_forms_of_issues_can_be_read():
    forms = [file for file in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml") if file.name != "config.yml"]
    assert len(forms) == 2
    for file in forms:
        form = yaml.safe_load(file.read_text())
        assert form["name"]
        assert form["description"]
        ids = [part["id"] for part in form["body"] if part["type"] != "markdown"]
        assert len(ids) == len(set(ids)) > 1
        assert all(part["attributes"].get("label") or part["type"] == "markdown" for part in form["body"])
