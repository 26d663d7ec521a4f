"""Fixtures for every suite: the real API servers."""

import os
from collections.abc import Iterator

import pytest

from tests.rig import binaries
from tests.rig.fleet import Rig


def need(what: object, sentence: str) -> None:
    """Go on if it is there; else skip with this sentence, or fail where real parts are required (continuous tests)."""
    if what:
        return
    if os.environ.get("PANE_REQUIRE_REAL") == "1":
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


@pytest.fixture(scope="session")
def rig() -> Iterator[Rig]:
    """A real management cluster and two real regions (API servers without nodes), one for the whole run."""
    found = binaries.find()
    need(found, binaries.HOW)
    assert found
    started = Rig(found)
    try:
        started.start()
        yield started
    finally:
        started.stop()


@pytest.fixture
def fresh_fleet(rig: Rig) -> Rig:
    """The rig with everything running, all CRDs in place and no objects."""
    rig.refresh()
    return rig
