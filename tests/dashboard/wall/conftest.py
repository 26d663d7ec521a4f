import pytest

from dashboard.wall import views
from tests.dashboard.live.harness import browser, page, served
from tests.pages.conftest import ada, read, seeded

__all__ = ["ada", "browser", "page", "read", "seeded", "served"]


@pytest.fixture(autouse=True)
def nothing_is_known_from_another_test():
    """The wall remembers for some seconds what deployments suffer from together."""
    views._shared.cache_clear()
