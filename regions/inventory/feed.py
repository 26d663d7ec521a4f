"""The feed: the log folded into lines, filtered, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from regions import journal
from regions.domain.feed_filters import FeedFilters
from regions.domain.folding import FeedLine, fold
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.inventory.change_items import ChangeItem
from regions.inventory.feed_windows import ALL, MOST, SPAN, Window, newest, older
from regions.models import Change, Resource
from regions.permitted import permitted_changes

LINES = 100
STEPS = (100, 200, 350, 600)  # rows that are folded: as many as make no more than a page of lines


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Lines, newest first. `before` asks for the next older page; None at the end of what we keep."""

    lines: tuple[FeedLine, ...]
    changes: int  # that these lines hold
    before: int | None
    cursor: str
    reached: datetime | None = None  # nothing was found back to this time, and there is more to look at


def feed(
    filters: FeedFilters, *, viewer: Viewer, topic: str | None = None, before: int | None = None, lines: int = LINES
) -> FeedPage:
    """What happened, folded. Cheap to ask again: of the newest page only what is new is read."""
    where, key = where_of(filters, viewer)
    about = journal.about(topic)
    where &= about
    if filters.since:
        where &= _since(filters.since)
    indexed = filters.deployment or filters.region or (topic or "").startswith(("deployment:", "region:", "object:"))
    span = ALL if indexed else SPAN
    if before is None and filters.until is None:
        # A beginning that moves with the clock would make a new window at each look.
        # A card of twenty lines has no use for six hundred rows.
        most = MOST if lines > LINES // 2 else MOST // 3
        window = newest(where, (viewer.permission_set, topic, str(about), key, filters.since), most, span)
    else:
        window = older(where, before if before is not None else _end(filters), span)
    return _page(window, lines)


def lines_about(topic: str | None, *, viewer: Viewer, limit: int = 20) -> tuple[FeedLine, ...]:
    """The newest lines about a topic: for a card."""
    return feed(FeedFilters(), viewer=viewer, topic=topic, lines=limit).lines[:limit]


def where_of(filters: FeedFilters, viewer: Viewer) -> tuple[Q, tuple[object, ...]]:
    """The rows that fit and may be shown, apart from their time, and what names this condition for such viewers."""
    where = permitted_changes(viewer)
    if filters.kind:
        # Kept from the index of objects, which has all rows of a kind, but not in the order of the log.
        where &= Q(Exact(Coalesce(F("kind"), Value("")), filters.kind))
    here = journal.about(f"deployment:{filters.deployment}") if filters.deployment else Q()
    where &= here
    for column in ("reason", "region", "source"):
        if value := getattr(filters, column):
            where &= Q(**{column: value})
    if filters.severity == "problems":
        where &= ~Q(severity=Change.Severity.NORMAL)
    elif filters.severity:
        where &= Q(severity=filters.severity)
    for word in filters.text.split()[:8]:
        where &= Q(message__icontains=word) | Q(reason__icontains=word) | Q(name__icontains=word)
    key: tuple[object, ...] = (
        filters.text,
        filters.reason,
        filters.severity,
        filters.region,
        filters.kind,
        filters.source,
        str(here),
        filters.credential,
    )
    if filters.credential:
        namespace, _, name = filters.credential.partition("/")
        users = Resource.objects.filter(kind="ClusterDeployment", credential=filters.credential)
        paths = tuple(sorted(users.values_list("deployment", flat=True)))
        own = Q(kind="Credential", namespace=namespace, name=name)
        # All deployments of a credential run in its region: elsewhere there are only some of the same name.
        regions = set(users.values_list("region", flat=True)) | {MANAGEMENT}
        where &= own | Q(deployment__in=paths, cluster__in=regions)
        key += (*paths, *sorted(regions))
    return where, key


def bounds(filters: FeedFilters) -> Q:
    """The rows of the time that is asked for: by when we saw them, for so the log is ordered."""
    where = _since(filters.since) if filters.since else Q()
    return where & Q(id__lt=_end(filters)) if filters.until else where


def _since(at: datetime) -> Q:
    first = _first_after(at)
    return Q(id__gte=first) if first is not None else Q(pk__in=())


def _end(filters: FeedFilters) -> int:
    """The id before which everything lies that was seen until then."""
    first = _first_after(filters.until) if filters.until else None
    return first if first is not None else 2**62


def _first_after(at: datetime) -> int | None:
    return Change.objects.filter(seen_at__gt=at).order_by("seen_at", "id").values_list("id", flat=True).first()


def _page(window: Window, most: int) -> FeedPage:
    items = window.items
    taken, folded = _as_many_as_fit(items, most)
    before = items[taken - 1].id if taken < len(items) else window.before
    reached = None
    if not folded and before is not None:
        reached = Change.objects.filter(id__gte=before).order_by("id").values_list("seen_at", flat=True).first()
    return FeedPage(folded, taken, before, str(window.here), reached)


def _as_many_as_fit(items: Sequence[ChangeItem], most: int) -> tuple[int, tuple[FeedLine, ...]]:
    """The longest beginning that folds into at most so many lines: every change of it is in one of them."""
    best = min(most, len(items))
    lines = fold(items[:best])
    for step in STEPS:
        if step <= best:
            continue
        if len(lines) >= most or best == len(items):
            break
        size = min(step, len(items))
        more = fold(items[:size])
        if len(more) > most:
            break
        best, lines = size, more
    return best, lines
