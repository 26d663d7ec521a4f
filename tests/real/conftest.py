from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dashboard.live.harness import browser, page, served
from tests.real.watching import Watching
from tests.rig.fleet import Rig

__all__ = ["browser", "page", "served", "watching"]


@pytest.fixture
def watching(fresh_fleet: Rig, transactional_db: None, tmp_path: Path) -> Iterator[Watching]:
    """Start watchers of the rig's management cluster with `watching.start()`; they end with the test."""
    made = Watching(tmp_path, fresh_fleet.management.kubeconfig())
    try:
        yield made
    finally:
        made.end()
