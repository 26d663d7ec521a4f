"""The watcher: follows every cluster and tells the journal. One leads, others stand by."""

from regions.watcher.lead import Watcher
from regions.watcher.options import Options

__all__ = ["Options", "Watcher"]
