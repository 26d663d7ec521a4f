"""The rig itself."""

import pytest

from tests.manager.manager import Manager

pytestmark = pytest.mark.real


def test_it_comes_up(manager: Manager):
    print(manager.get("managements", "kcm")["status"])
    assert manager.ready("managements", "kcm")
