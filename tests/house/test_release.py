"""`make release VERSION=…`, in a clone that is thrown away."""

import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.house.checkout import ROOT

WHO = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org"}
ENVIRONMENT = WHO | {key.replace("AUTHOR", "COMMITTER"): value for key, value in WHO.items()}


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a release touches, as it is here, committed."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    for file in ("pyproject.toml", "CHANGELOG.md", "Makefile", ".ci/release.py", "tests/apiserver/go.mod"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / file, tmp_path / file)
    change(tmp_path, "pyproject.toml", f'version = "{version(tmp_path)}"', 'version = "0.1.0"')
    text = (tmp_path / "CHANGELOG.md").read_text().partition("## Unreleased\n")[0]
    (tmp_path / "CHANGELOG.md").write_text(f"{text}## Unreleased\n\n- Walls are quiet.\n\n## 0.1.0\n\n- Pane.\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "all")
    return tmp_path


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def release(folder: Path, version: str) -> subprocess.CompletedProcess[str]:
    command = ["make", "--no-print-directory", "release", f"VERSION={version}"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def version(folder: Path) -> str:
    return str(tomllib.loads((folder / "pyproject.toml").read_text())["project"]["version"])


def change(folder: Path, file: str, was: str, now: str) -> None:
    text = (folder / file).read_text()
    assert was in text
    (folder / file).write_text(text.replace(was, now))


def test_a_release_cuts_the_changelog_says_its_version_and_is_committed_and_tagged(clone: Path):
    done = release(clone, "0.2.0")
    assert done.returncode == 0, done.stderr
    assert version(clone) == "0.2.0"
    text = (clone / "CHANGELOG.md").read_text()
    empty, cut, older = text.split("\n## ")[1:]
    assert empty.strip() == "Unreleased"
    assert cut.startswith("0.2.0 · 20")
    assert "- Walls are quiet." in cut
    assert older.startswith("0.1.0")
    assert git(clone, "status", "--porcelain") == ""
    assert git(clone, "log", "-1", "--format=%s") == "release: 0.2.0"
    assert git(clone, "show", "--stat", "--format=", "HEAD").count("|") == 2
    assert git(clone, "tag", "--list", "--format=%(objecttype) %(contents)") == "tag Pane 0.2.0\n\n- Walls are quiet."
    assert "nothing is unreleased" in release(clone, "0.3.0").stderr.lower()
    assert version(clone) == "0.2.0"


@pytest.mark.parametrize(
    ("wanted", "said"),
    [("", "is no version"), ("v2", "is no version"), ("0.1.0", "does not come after 0.1.0"), ("0.0.9", "after 0.1.0")],
)
def test_what_is_no_next_version_is_refused_and_nothing_is_changed(clone: Path, wanted: str, said: str):
    done = release(clone, wanted)
    assert done.returncode != 0
    assert said in done.stderr
    assert git(clone, "status", "--porcelain") == ""
    assert git(clone, "rev-list", "--count", "HEAD") == "1"


def test_what_is_not_committed_is_in_the_way(clone: Path):
    (clone / "Makefile").write_text((clone / "Makefile").read_text() + "\n# more\n")
    done = release(clone, "0.2.0")
    assert "not committed" in done.stderr
    assert version(clone) == "0.1.0"


def test_a_tag_that_is_taken_is_in_the_way(clone: Path):
    git(clone, "tag", "v0.2.0")
    assert "is there already" in release(clone, "0.2.0").stderr
