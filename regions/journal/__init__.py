"""The journal: the copy of every cluster and the log of what changed. The only writer of what clusters told us.

Writing needs the term of the lease (`claim`); each writing call is one transaction that first locks the lease row and
checks the term, so that a leader that lost its lease writes nothing more. Whoever appends to the log locks it until the
end of the transaction (`append`), so that ids commit in order, however many write.
"""

from regions.journal.contradicting import contradict
from regions.journal.lease import (
    LeaseLost,
    beat,
    begin_anew,
    claim,
    heartbeat,
    holder,
    release,
    unwatched_since,
    watched,
)
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
    "heartbeat",
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
    "watched",
]
