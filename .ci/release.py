"""Cuts a release: `make release VERSION=1.2.0`. The changelog's unreleased lines become those of the version, pyproject
gets it, and both are committed and tagged. Nothing is pushed."""

import datetime
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADING = "## Unreleased\n"
VERSION = re.compile(r'^version = "([^"]+)"$', re.MULTILINE)
SEMANTIC = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


def main(version: str) -> None:
    project, changelog = ROOT / "pyproject.toml", ROOT / "CHANGELOG.md"
    before = VERSION.search(project.read_text(encoding="utf-8"))
    if before is None:
        raise SystemExit("pyproject.toml says no version.")
    if not SEMANTIC.fullmatch(version):
        raise SystemExit(f"“{version}” is no version. Write one such as 1.2.0: make release VERSION=1.2.0")
    if _numbers(version) <= _numbers(before[1]):
        raise SystemExit(f"{version} does not come after {before[1]}, which pyproject.toml says.")
    if _git("status", "--porcelain"):
        raise SystemExit("There are changes that are not committed: commit or stash them first.")
    if _git("tag", "--list", f"v{version}"):
        raise SystemExit(f"The tag v{version} is there already.")
    cut, news = released(changelog.read_text(encoding="utf-8"), version, datetime.datetime.now(datetime.UTC).date())
    changelog.write_text(cut, encoding="utf-8")
    project.write_text(VERSION.sub(f'version = "{version}"', project.read_text(encoding="utf-8")), encoding="utf-8")
    _git("commit", "--quiet", "-m", f"release: {version}", "--", "CHANGELOG.md", "pyproject.toml")
    _git("tag", "--annotate", f"v{version}", "--cleanup=verbatim", "-m", f"Pane {version}\n\n{news}")
    sys.stdout.write(f"{version} is committed and tagged. To publish it: git push --follow-tags\n")


def released(changelog: str, version: str, day: datetime.date) -> tuple[str, str]:
    """The changelog with this version cut, and its lines. Raises SystemExit with a sentence."""
    before, heading, after = changelog.partition(HEADING)
    if not heading:
        raise SystemExit(f"CHANGELOG.md has no heading “{HEADING.strip()}”.")
    news = re.split(r"^## ", after, maxsplit=1, flags=re.MULTILINE)[0].strip()
    if not news:
        raise SystemExit("Nothing is unreleased: CHANGELOG.md says nothing under its first heading.")
    return f"{before}{HEADING}\n## {version} · {day:%Y-%m-%d}\n{after}", news


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603, S607
    if done.returncode:
        raise SystemExit(f"git {arguments[0]} failed: {(done.stderr or done.stdout).strip()}")
    return done.stdout.strip()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
