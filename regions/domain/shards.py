"""Watching split by cluster among several watchers, for fleets that are too large for one."""

from dataclasses import dataclass
from zlib import crc32

from regions.domain.refs import MANAGEMENT


@dataclass(frozen=True, slots=True)
class Shard:
    """One of `of` parts, counted from 1. Each cluster is in exactly one; management, and all that is done once, in the
    first.

    By a hash of the name, so nothing has to be agreed on: when their number changes, whoever gets a cluster goes on
    where the database says that it was.
    """

    number: int = 1
    of: int = 1

    @classmethod
    def parse(cls, text: str) -> "Shard":
        """Of text such as 1/2. Raises ValueError."""
        number, slash, of = text.partition("/")
        if not (slash and number.isascii() and number.isdigit() and of.isascii() and of.isdigit()):
            raise ValueError(f"{text!r} is no shard such as 1/2")
        if not 1 <= int(number) <= int(of) <= MOST:
            raise ValueError(f"{text!r} is none of 1/{of} to {of}/{of}, of which there may be {MOST}")
        return cls(int(number), int(of))

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    @property
    def first(self) -> bool:
        return self.number == 1

    def holds(self, cluster: str) -> bool:
        """Whether the cluster of this name is watched by this part."""
        if cluster == MANAGEMENT:
            return self.first
        return crc32(cluster.encode()) % self.of + 1 == self.number


MOST = 64
WHOLE = Shard()
