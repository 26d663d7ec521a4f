"""The journal: the copy of every cluster and the log of what changed. The only writer of what clusters told us.

Writing needs the term of the lease (`claim`); each writing call is one transaction that first locks the lease row and
checks the term, so that ids commit in order and a leader that lost its lease writes nothing more.
"""

from regions.journal.contradicting import contradict
from regions.journal.lease import LeaseLost, beat, begin_anew, claim, holder, release, unwatched_since
from regions.journal.packing import pack, unpack
from regions.journal.pruning import history_size, oldest_kept, prune
from regions.journal.reading import Cursor, Slice, about, cursor, manifest, read
from regions.journal.recording import record, tick
from regions.journal.room import FULL, is_full
from regions.journal.telling import tell

__all__ = [
    "FULL",
    "Cursor",
    "LeaseLost",
    "Slice",
    "about",
    "beat",
    "begin_anew",
    "claim",
    "contradict",
    "cursor",
    "history_size",
    "holder",
    "is_full",
    "manifest",
    "oldest_kept",
    "pack",
    "prune",
    "read",
    "record",
    "release",
    "tell",
    "tick",
    "unpack",
    "unwatched_since",
]
