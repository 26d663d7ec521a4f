"""One manager for this folder: starting it and bringing Management to Ready takes most of a minute."""

from collections.abc import Iterator

import pytest

from tests.conftest import need, until_unused
from tests.manager.manager import Manager
from tests.rig import binaries, kcm
from tests.rig.fleet import Rig


@pytest.fixture(scope="session")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Manager]:
    """k0rdent's manager on API servers of its own, Management Ready."""
    servers, found = binaries.find(), kcm.find()
    need(servers, binaries.HOW)
    need(found, kcm.HOW)
    assert servers
    assert found
    rig = Rig(servers)
    started = Manager(rig, found, tmp_path_factory.mktemp("manager"))

    def stop() -> None:
        started.stop()
        rig.stop()

    with until_unused("manager", stop):
        rig.start()
        started.start()
        yield started
