"""However and whenever a demo is told to end, nothing is left of it."""

import random
from pathlib import Path

import pytest

from tests.demo.endings import SHELLS, trial

linux = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads /proc to find what is left")


@linux
@pytest.mark.parametrize(
    ("shell", "up"),
    [(shell, number == 0) for number, shell in enumerate(SHELLS)],
    ids=["up", "starting", "starting too"],
)
def test_a_demo_that_is_told_to_end_leaves_nothing(tmp_path: Path, shell: str, up: bool):
    found = trial(random.Random(), shell, tmp_path, up)
    assert found.well, str(found)
