"""Is it them or us? When all clusters fall silent at once, it is we who are cut off."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from regions.domain.links import Link

AT_ONCE = timedelta(seconds=90)
"""Clusters are asked every ten seconds and given up after three failures: one cut is noticed within this."""


@dataclass(frozen=True, slots=True)
class CutOff:
    """No cluster is heard, and they fell silent together: the fault is most likely on our side."""

    since: datetime  # when we last heard any of those
    together: int  # how many fell silent at once
    clusters: int


def cut_off(links: Iterable[Link], now: datetime) -> CutOff | None:
    """Whether we are cut off. None when anybody answers, if only to refuse us, or when they fell silent one by one.

    One cluster alone proves nothing. Those that had been silent before count neither for nor against, as long as at
    least half of all fell together.
    """
    known = list(links)
    heard_at = [link.heard_at for link in known if link.heard_at is not None]
    if len(known) < 2 or not heard_at:
        return None
    if any(link.state == "refused" or not link.quiet(now) for link in known):
        return None
    last = max(heard_at)
    together = sum(last - at <= AT_ONCE for at in heard_at)
    return CutOff(last, together, len(known)) if together >= 2 and 2 * together >= len(known) else None
