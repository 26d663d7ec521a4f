"""From the log to notices, and from notices to deliveries: one transaction a look, by whoever holds the cursor row."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction

from dashboard.models import Delivery, Notice, NoticeCursor, NoticeRule
from dashboard.notices.channels import channel_of
from dashboard.notices.texts import good
from dashboard.notices.timing import due
from dashboard.notices.turns import SEVERITIES, TEST, parse_selector, selects, sentence, turn
from regions import journal
from regions.domain.maintenance import Upkeep, covering
from regions.maintenance.entries import active
from regions.models import Change

GATHER = timedelta(seconds=30)
"""How long a first notice waits for others, so that a region with forty deployments is one message."""
INTERVAL = timedelta(minutes=5)
"""How long a rule is quiet between two messages, however much turns."""
EACH = 10
"""Notices at once of which a pager is told each by itself."""
MOST = 100  # notices a message
PAGE = 500
KEEP = timedelta(days=30)


def make(now: datetime) -> int:
    """Look at what is new in the log; returns how many notices that made. Safe beside another who does the same."""
    with transaction.atomic():
        here, _ = NoticeCursor.objects.select_for_update().get_or_create(pk=1)
        if not here.cursor:
            # What was before anybody could be told is no news.
            here.cursor = journal.cursor()
            here.save()
            return 0
        # The row and the log lie in one database, so whatever the log is called by now, the id is of it.
        log = journal.cursor().rpartition(".")[0]
        piece = journal.read(f"{log}.{here.cursor.rpartition('.')[2]}", limit=PAGE)
        if piece.gap:
            here.cursor = journal.cursor()
            here.save()
            return 0
        if not piece.changes:
            return 0
        made = _notices(piece.changes, piece.cursor.rpartition(".")[0], active(now))
        here.cursor = piece.cursor
        here.save()
        for rule in NoticeRule.objects.filter(enabled=True) if made else ():
            wanted = [notice for notice in made if not notice.muted and fits(rule, notice)]
            for together in _messages(rule, wanted):
                _gather(rule, together, now)
        return len(made)


def _notices(changes: Iterable[Change], log: str, said: tuple[Upkeep, ...]) -> list[Notice]:
    made = []
    for change in changes:
        found = turn(change)
        if found is None:
            continue
        known = covering(said, change.kind, change.namespace, change.name, change.region)
        notice, new = Notice.objects.get_or_create(
            change=f"{log}.{change.id}",
            defaults={
                "what": found.what,
                "severity": found.severity,
                "at": change.at,
                "seen_at": change.seen_at,
                "kind": change.kind,
                "namespace": change.namespace,
                "name": change.name,
                "region": change.region,
                "labels": (change.columns or {}).get("labels", {}),
                "sentence": sentence(found.what, change)[:2000],
                "muted": known.sentence[:300] if known else "",
            },
        )
        if new:
            made.append(notice)
    return made


def fits(rule: NoticeRule, notice: Notice) -> bool:
    """Whether this rule sends this notice."""
    if notice.what not in rule.turns or (rule.regions and notice.region not in rule.regions):
        return False
    # What a pager was told of is open there until the good news comes, which is no more than information.
    closes = channel_of(rule.url).each and good([notice])
    if SEVERITIES.index(notice.severity) > SEVERITIES.index(rule.severity) and not closes:
        return False
    try:
        return selects(parse_selector(rule.selector), notice.labels)
    except ValueError:
        return False  # forms let none in; one that got in otherwise selects nothing


def _messages(rule: NoticeRule, notices: Sequence[Notice]) -> list[Sequence[Notice]]:
    """Which of these go together: all, but for a pager, which is told of each object; of very many together, too."""
    if not notices or not channel_of(rule.url).each or rule.digest or len(notices) > EACH:
        return [notices] if notices else []
    found: dict[tuple[str, ...], list[Notice]] = {}
    for notice in notices:
        found[notice.kind, notice.namespace, notice.name, notice.region] = [notice]  # its last word
    return list(found.values())


def _gather(rule: NoticeRule, notices: Sequence[Notice], now: datetime) -> None:
    ids = [notice.pk for notice in notices]
    pager = channel_of(rule.url).each and not rule.digest
    open_one = None
    if not pager:
        query = Delivery.objects.select_for_update().filter(rule=rule, state=Delivery.State.GATHERING, test=False)
        open_one = query.filter(due_at__gt=now).first()
    if open_one is None:
        last = Delivery.objects.filter(rule=rule, test=False).order_by("-id").first()
        soonest = now if pager else now + GATHER
        if last and not pager and not rule.digest:
            soonest = max(soonest, last.created_at + GATHER + INTERVAL)
        open_one = Delivery(rule=rule, due_at=due(soonest, rule.digest, _quiet(rule), _zone(rule)), created_at=now)
    room = MOST - len(open_one.notices)
    open_one.notices = [*open_one.notices, *ids[:room]]
    open_one.more += max(0, len(ids) - room)
    open_one.save()


def _quiet(rule: NoticeRule) -> tuple[time, time] | None:
    return (rule.quiet_from, rule.quiet_until) if rule.quiet_from and rule.quiet_until else None


def _zone(rule: NoticeRule) -> ZoneInfo:
    try:
        return ZoneInfo(rule.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")  # forms let none in; one that is gone is no reason to tell nobody


def test(rule: NoticeRule, person: str, now: datetime) -> Delivery:
    """A message that says it is only a test, due at once."""
    notice = Notice.objects.create(
        change=f"test.{secrets.token_hex(8)}",
        what=TEST,
        severity="info",
        at=now,
        kind="NoticeRule",
        name=rule.name,
        sentence=f"This is a test of the rule “{rule.name}”, asked for by {person}.",
        muted="A test",
    )
    return Delivery.objects.create(rule=rule, notices=[notice.pk], test=True, due_at=now, created_at=now)


def forget(now: datetime) -> None:
    """Drop what is older than a month."""
    Delivery.objects.filter(created_at__lt=now - KEEP, ended_at__isnull=False).delete()
    Notice.objects.filter(at__lt=now - KEEP).delete()
