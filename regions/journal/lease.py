"""One writer of each cluster, proven in the database: a lease row with a term for each shard of the watching."""

import time
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import DatabaseError, connection, transaction
from django.db.models import F, Max

from regions.domain.shards import WHOLE, Shard
from regions.models import Blindness, Lease, Log

PATIENCE = timedelta(seconds=8)
"""A holder that has not beaten for so long may be followed by another."""
BLIND = timedelta(seconds=30)
"""When nobody has beaten for so long, nothing was known meanwhile."""


class LeaseLost(Exception):
    """Another writer holds the lease now; whoever gets this must stop at once."""


def claim(holder: str, now: datetime, shard: Shard = WHOLE) -> int | None:
    """Take the lease of a shard and return its new term, or None while another holder beats, or any holder who splits
    the clusters another way: then two would watch one, or none.
    """
    # Whoever stands by asks every other second: it must not stand in the way of those who write.
    if _taken(Lease.objects.all(), holder, now, shard):
        return None
    with transaction.atomic():
        Lease.objects.select_for_update().get_or_create(pk=1)  # of several that claim at once, one after the other
        leases = {lease.pk: lease for lease in Lease.objects.select_for_update().order_by("pk")}
        if _taken(leases.values(), holder, now, shard):
            return None
        term = max(one.term for one in leases.values()) + 1
        if any(one.of != shard.of for one in leases.values()):
            leases = _split(leases.values(), shard.of)
        lease = leases[shard.number]
        if lease.beat_at and now - lease.beat_at > BLIND:
            Blindness.objects.create(since=lease.beat_at, until=now, why="Nobody watched")
        lease.holder, lease.term, lease.beat_at, lease.trouble = holder, term, now, ""
        lease.save()
        _name_log(now)
        return term


def _taken(leases: Iterable[Lease], holder: str, now: datetime, shard: Shard) -> bool:
    others = (one for one in leases if one.pk == shard.number or one.of != shard.of)
    return any(one.holder not in ("", holder) and _beats(one, now) for one in others)


def _split(leases: Iterable[Lease], of: int) -> dict[int, Lease]:
    """The leases of so many shards. Whoever split them another way and is not gone, but slow, holds nothing any more;
    and each was last watched when the one of before was that was heard the longest ago.
    """
    was = min((one.beat_at for one in leases if one.beat_at), default=None)
    Lease.objects.all().delete()
    return {one.pk: one for one in Lease.objects.bulk_create(Lease(pk=n, of=of, beat_at=was) for n in range(1, of + 1))}


def _beats(lease: Lease, now: datetime) -> bool:
    return lease.beat_at is not None and now - lease.beat_at < PATIENCE


def _name_log(now: datetime) -> None:
    """See to it that the log has a name, and another one after a failover of PostgreSQL.

    What a primary committed last need not have reached the replica that took its place. Then what is recorded next gets
    ids that were given out before, for something else: a cursor that was told of those would pass it by in silence.
    """
    line, log = timeline(), Log.objects.first()
    if log is None:
        Log.objects.create(name=uuid.uuid4().hex[:8], started_at=now, past_from=now, timeline=line)
    elif line and line != log.timeline:
        if log.timeline:
            log.name = uuid.uuid4().hex[:8]
        log.timeline = line
        log.save(update_fields=["name", "timeline"])


def timeline() -> str:
    """PostgreSQL's timeline, which grows whenever a replica is made the primary; empty where nobody says."""
    if connection.vendor != "postgresql":
        return ""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8)")
            return str(cursor.fetchone()[0])
    except DatabaseError:  # of something that speaks PostgreSQL's protocol and keeps no log of its own
        if connection.needs_rollback:  # it is gone altogether
            raise
        return ""


def hold(term: int) -> None:
    """Lock the lease row for the rest of this transaction. Raises LeaseLost when the term is over."""
    if not Lease.objects.select_for_update().filter(term=term).exists():
        raise LeaseLost(f"Term {term} is over")


def beat(term: int, now: datetime, trouble: str = "") -> None:
    """Say that the holder lives, and why it records nothing if it does not. Raises LeaseLost when the term is over."""
    if not Lease.objects.filter(term=term).update(beat_at=now, trouble=trouble):
        raise LeaseLost(f"Term {term} is over")


def heartbeat() -> tuple[datetime | None, str]:
    """When the watching was last whole, and why it is not recorded, if it is not: what the shard says that was heard
    the longest ago. None: some shard never was.
    """
    leases = list(Lease.objects.values_list("beat_at", "trouble", "of"))
    if not leases or len(leases) < max(of for *_, of in leases):
        return None, ""
    beats = [beat_at for beat_at, *_ in leases if beat_at]
    trouble = next((trouble for _, trouble, _ in leases if trouble), "")
    return min(beats) if len(beats) == len(leases) else None, trouble


def watched(now: datetime) -> bool:
    """Whether anybody writes, be it one shard of several."""
    return Lease.objects.exclude(holder="").filter(beat_at__gt=now - BLIND).exists()


def unwatched_since(now: datetime) -> datetime | None:
    """Since when nobody watches, or not all of it; None: somebody does, or nobody ever did."""
    beat_at, _ = heartbeat()
    return beat_at if beat_at and now - beat_at > BLIND else None


def release(term: int) -> None:
    """Let the next one take over at once."""
    Lease.objects.filter(term=term).update(holder="")


def begin_anew() -> None:
    """Of a database that was put back: its log gets another name, so that every cursor from before answers a gap, for
    what was recorded after the copy was made is lost; and whoever still holds the lease writes nothing more.
    """
    with transaction.atomic():
        # Past any term that was given out since the copy was made: there are far fewer than seconds.
        past = int(time.time()) + (Lease.objects.aggregate(most=Max("term"))["most"] or 0)
        Lease.objects.select_for_update().update(holder="", term=F("term") + past)
        Log.objects.update(name=uuid.uuid4().hex[:8])


def holder(shard: Shard = WHOLE) -> Lease | None:
    """The lease of a shard as it stands: who holds it and when they last beat."""
    return Lease.objects.filter(pk=shard.number).first()
