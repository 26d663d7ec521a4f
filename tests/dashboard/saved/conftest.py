"""The fleet that the tests of pages use, people with roles, and a browser."""

from tests.dashboard.live.harness import browser, page, served
from tests.pages.conftest import ada, read, seeded

__all__ = ["ada", "browser", "page", "read", "seeded", "served"]
