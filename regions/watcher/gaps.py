"""Histories that an API server no longer had: streams that lose theirs together are told as one gap a cluster."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from regions.domain.kinds import Kind
from regions.domain.notes import Blind, Note
from regions.watcher.recorder import now

SETTLE = 3.0  # seconds: several kinds lose their history together


@dataclass(slots=True)
class Lost:
    """A stream whose history was lost: since when nothing of it is known, and how far it has come since."""

    kind: Kind
    since: datetime
    resource_version: str = ""  # empty: its kind is no longer served
    version: str = ""


class Gaps:
    """Streams of one cluster whose history was lost, until the log says so.

    Until then whoever comes after us has to find the loss again, so how far they have come is noted behind the gap.
    """

    def __init__(self, cluster: str, note: Callable[[Note], Awaitable[None]]) -> None:
        self.cluster = cluster
        self.note = note
        self.lost: dict[str, Lost] = {}

    def __contains__(self, kind: Kind) -> bool:
        return kind.stream in self.lost

    def begin(self, kind: Kind, since: datetime) -> None:
        self.lost.setdefault(kind.stream, Lost(kind, since))

    def reach(self, kind: Kind, resource_version: str, version: str = "") -> None:
        """So far it has come, which is noted later."""
        lost = self.lost[kind.stream]
        lost.resource_version, lost.version = resource_version, version or lost.version

    async def tell(self, reach: Callable[[Lost, datetime], Awaitable[None]]) -> None:
        """Tell what was lost until now as one gap; then `reach` has to note how far each of these has come."""
        while self.lost:
            await asyncio.sleep(SETTLE)
            lost, at = list(self.lost.values()), now()
            kinds = ", ".join(sorted({one.kind.name for one in lost}))
            why = f"The API server no longer had a readable history of {kinds}; what is there now is whole again"
            await self.note(Blind(self.cluster, min(one.since for one in lost), at, why))
            for one in lost:
                del self.lost[one.kind.stream]
                await reach(one, at)
