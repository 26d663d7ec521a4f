"""The way to stores for who asks on behalf of a page: one for the process, made when it is first needed."""

import threading
import time

from regions.domain.metrics.measures import Why
from regions.domain.metrics.stores import StoreSource
from regions.metrics.stores.access import Access
from regions.metrics.stores.api_proxy import ManagementGate
from regions.metrics.stores.discovery import Finder
from regions.metrics.stores.errors import StoreError
from regions.metrics.stores.options import MetricsOptions

REREAD = 10.0
"""Seconds for which it is remembered where stores are."""


class StoreRegistry:
    """Sources by key, and the access to them."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self._finder = Finder(access.options)
        self._sources: dict[str, StoreSource] = {}
        self._until = 0.0
        self._lock = threading.Lock()

    def source(self, key: str) -> StoreSource:
        """Raises StoreError when there is none of this key any more."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._sources = {source.key: source for source in self._finder.map().sources}
                self._until = time.monotonic() + REREAD
        if key not in self._sources:
            raise StoreError(Why.NO_ENDPOINT, "This store is no longer named by anything on management")
        return self._sources[key]


_reach: StoreRegistry | None = None
_lock = threading.Lock()


def reach() -> StoreRegistry:
    """The one of this process."""
    global _reach
    with _lock:
        if _reach is None:
            options = MetricsOptions.from_settings()
            _reach = StoreRegistry(Access(options, ManagementGate(options.kubeconfig, options.context)))
        return _reach
