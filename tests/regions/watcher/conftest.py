from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.regions.watcher.world import World, world


@pytest.fixture
async def fleet(tmp_path: Path, transactional_db: None) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        yield made
