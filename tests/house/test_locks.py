"""The lock files are in step with pyproject.toml and with each other."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.checkout import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUNTIME = "requirements.lock"
DEV = "requirements-dev.lock"


def locked(file: str) -> dict[str, set[str]]:
    """Name to versions; more than one where they differ by platform or Python."""
    versions: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", (ROOT / file).read_text(), re.MULTILINE):
        versions.setdefault(canonicalize_name(name), set()).add(version)
    return versions


@pytest.mark.parametrize(
    ("file", "wanted"),
    [
        (RUNTIME, PROJECT["project"]["dependencies"]),
        (DEV, [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]),
    ],
)
def test_every_dependency_is_locked_in_a_version_that_it_allows(file: str, wanted: list[str]):
    versions = locked(file)
    for requirement in map(Requirement, wanted):
        found = versions.get(canonicalize_name(requirement.name), set())
        assert found, f"{file} lacks {requirement.name}: run make lock"
        assert all(requirement.specifier.contains(version) for version in found), f"{file}: {requirement} is {found}"


def test_the_tools_are_locked_beside_the_same_versions_that_run():
    tools = locked(DEV)
    assert {name: tools.get(name) for name in locked(RUNTIME)} == locked(RUNTIME)


@pytest.mark.parametrize("file", [RUNTIME, DEV])
def test_every_locked_version_has_a_hash(file: str):
    entries = re.split(r"^(?=[A-Za-z0-9])", (ROOT / file).read_text(), flags=re.MULTILINE)[1:]
    assert len(entries) > 20
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []
