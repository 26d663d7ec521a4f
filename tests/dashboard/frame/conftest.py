from tests.dashboard.live.harness import browser, page, served

__all__ = ["browser", "page", "served"]
