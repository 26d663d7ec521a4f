"""One writer, proven in the database: a lease row with a term."""

import uuid
from datetime import datetime, timedelta

from django.db import DatabaseError, connection, transaction
from django.db.models import F

from regions.models import Blindness, Lease, Log

PATIENCE = timedelta(seconds=8)
"""A holder that has not beaten for so long may be followed by another."""
BLIND = timedelta(seconds=30)
"""When nobody has beaten for so long, nothing was known meanwhile."""


class LeaseLost(Exception):
    """Another writer holds the lease now; whoever gets this must stop at once."""


def claim(holder: str, now: datetime) -> int | None:
    """Take the lease and return its new term, or None while another holder beats."""
    with transaction.atomic():
        lease, _ = Lease.objects.select_for_update().get_or_create(pk=1)
        if lease.holder not in ("", holder) and lease.beat_at and now - lease.beat_at < PATIENCE:
            return None
        if lease.beat_at and now - lease.beat_at > BLIND:
            Blindness.objects.create(since=lease.beat_at, until=now, why="Nobody watched")
        lease.holder, lease.term, lease.beat_at, lease.trouble = holder, lease.term + 1, now, ""
        lease.save()
        _name_log(now)
        return lease.term


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
    if not Lease.objects.select_for_update().filter(pk=1, term=term).exists():
        raise LeaseLost(f"Term {term} is over")


def beat(term: int, now: datetime, trouble: str = "") -> None:
    """Say that the holder lives, and why it records nothing if it does not. Raises LeaseLost when the term is over."""
    if not Lease.objects.filter(pk=1, term=term).update(beat_at=now, trouble=trouble):
        raise LeaseLost(f"Term {term} is over")


def unwatched_since(now: datetime) -> datetime | None:
    """Since when nobody watches; None: somebody does, or nobody ever did."""
    beat_at = Lease.objects.values_list("beat_at", flat=True).first()
    return beat_at if beat_at and now - beat_at > BLIND else None


def release(term: int) -> None:
    """Let the next one take over at once."""
    Lease.objects.filter(pk=1, term=term).update(holder="")


def begin_anew() -> None:
    """Of a database that was put back: its log gets another name, so that every cursor from before answers a gap, for
    what was recorded after the copy was made is lost; and whoever still holds the lease writes nothing more.
    """
    with transaction.atomic():
        Lease.objects.select_for_update().update(holder="", term=F("term") + 1)
        Log.objects.update(name=uuid.uuid4().hex[:8])


def holder() -> Lease | None:
    """The lease as it stands: who holds it and when they last beat."""
    return Lease.objects.filter(pk=1).first()
