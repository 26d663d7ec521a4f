"""The watcher: follows every cluster and tells the journal. One leads, others stand by."""

from regions.clusters.options import Options
from regions.watcher.lead import Watcher

__all__ = ["Options", "Watcher"]
