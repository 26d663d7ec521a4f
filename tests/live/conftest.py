from tests.live.harness import browser, page, served

__all__ = ["browser", "page", "served"]
