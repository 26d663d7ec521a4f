"""The seed fleet and somebody signed in, as for all pages; and the demo's servers as the clusters that are asked."""

from tests.asking.submit.conftest import clusters, fleet, loop, management, operator
from tests.pages.conftest import ada, browser, page, read, seeded, served

__all__ = [
    "ada", "browser", "clusters", "fleet", "loop", "management", "operator", "page", "read", "seeded", "served",
]  # fmt: skip
