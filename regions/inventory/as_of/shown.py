"""Lists and objects as they were: what the pages of the past show."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from regions.domain.feed_filters import FeedFilters
from regions.domain.folding import FeedLine
from regions.domain.health import Health
from regions.domain.topics import object_
from regions.domain.viewer import Viewer
from regions.inventory.as_of.reconstruction import FleetAsOf
from regions.inventory.basics import Condition, Counts, LinkView, NotFound, Row
from regions.inventory.feed import feed
from regions.inventory.rows import as_yaml, conditions, counts, row_of

MOST = 500


@dataclass(frozen=True, slots=True)
class ListThen:
    """Objects of some kinds as they were, worst first."""

    rows: tuple[Row, ...]  # at most 500
    total: int  # that fit
    counts: Counts  # of all of these kinds, by health
    regions: tuple[str, ...]  # that they were in


@dataclass(frozen=True, slots=True)
class ObjectThen:
    """One object as it was."""

    row: Row
    link: LinkView
    conditions: tuple[Condition, ...]
    changes: tuple[FeedLine, ...]  # the last before that moment
    yaml: str  # redacted


def list_then(
    at: datetime, kinds: Iterable[str], *, viewer: Viewer, text: str = "", region: str = "", health: str = ""
) -> ListThen:
    """What there was of these kinds at a moment of the kept past."""
    past = FleetAsOf(at)
    sight = past.sight(viewer)
    rows = [row_of(row, sight) for row in past.of_kinds(*kinds) if sight.shows(row)]
    shown = [
        row
        for row in rows
        if (not region or row.region == region)
        and (not health or row.health == health)
        and all(word.lower() in f"{row.target.label} {row.message}".lower() for word in text.split())
    ]
    shown.sort(key=lambda row: (row.health.rank, row.target.kind, row.target.namespace, row.target.name))
    regions = tuple(sorted({row.region for row in rows if row.region}))
    return ListThen(tuple(shown[:MOST]), len(shown), counts((row.health, 1) for row in rows), regions)


def object_then(at: datetime, kind: str, namespace: str, name: str, cluster: str, *, viewer: Viewer) -> ObjectThen:
    """One object at a moment of the kept past. Raises NotFound: Pane did not know it then."""
    past = FleetAsOf(at)
    sight = past.sight(viewer)
    named = past.of_kinds(kind, where=Q(namespace=namespace, name=name, cluster=cluster))
    found = [row for row in named if sight.shows(row)]
    if not found:
        raise NotFound(f"Pane knew of no {kind} {name} at {at:%Y-%m-%d %H:%M:%S} UTC")
    row = found[0]
    manifest = past.manifests([row]).get(row.pk, {})
    return ObjectThen(
        row_of(row, sight),
        sight.link(row.region or cluster),
        conditions(manifest),
        changes_before(at, object_(kind, namespace, name), viewer=viewer),
        as_yaml(manifest),
    )


def changes_before(at: datetime, topic: str, *, viewer: Viewer, limit: int = 20) -> tuple[FeedLine, ...]:
    """The last lines of a feed before a moment."""
    return feed(FeedFilters(until=at), viewer=viewer, topic=topic, lines=limit).lines[:limit]


HEALTHS = tuple(health.value for health in Health)
