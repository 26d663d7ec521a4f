"""One deployment over time: its conditions as bars, what was said of it as marks, where we were blind as gaps."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from regions import journal
from regions.domain import manifest as m
from regions.domain.bounds import CONDITIONS
from regions.domain.feed_filters import FeedFilters
from regions.domain.folding import FeedLine
from regions.domain.health import Health
from regions.domain.kinds import K0RDENT
from regions.domain.links import UNHEARD
from regions.domain.refs import MANAGEMENT, Ref
from regions.domain.spans import State, Track
from regions.domain.spans import tracks as as_tracks
from regions.domain.topics import deployment as topic
from regions.domain.viewer import Viewer
from regions.inventory.as_of.reconstruction import kept
from regions.inventory.basics import NotFound
from regions.inventory.feed import feed
from regions.inventory.rows import conditions
from regions.models import Blindness, Change, Cluster, Manifest, PastLink, Resource, Version
from regions.permitted import permits

MOST = 1_000  # versions that are read; a deployment that changed more often is drawn from there on
READ = 60_000  # conditions that are read in all of them: of ordinary deployments there are sixteen in a version
HEALTH = "Health"


@dataclass(frozen=True, slots=True)
class TimelineGap:
    """A stretch of which we know little or nothing, and why."""

    start: datetime
    end: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """What happened between two moments. `since`: from when on anything is kept; earlier is nothing."""

    namespace: str
    name: str
    start: datetime
    end: datetime
    since: datetime | None
    tracks: tuple[Track, ...]  # health first, then its conditions
    marks: tuple[FeedLine, ...]  # newest first
    gaps: tuple[TimelineGap, ...]


def timeline(namespace: str, name: str, start: datetime, end: datetime, *, viewer: Viewer) -> Timeline:
    """One deployment between two moments. Raises NotFound: the log and the copy know of none."""
    key = Ref(MANAGEMENT, K0RDENT, "ClusterDeployment", namespace, name).key
    row = Resource.objects.filter(key=key).first()
    versions = list(Version.objects.filter(key=key, until__gt=start).order_by("-id")[:MOST])
    known = Change.objects.filter(deployment=f"{namespace}/{name}")
    region = row.region if row else versions[0].region if versions else ""
    if (row is None and not versions and not known.exists()) or not permits(viewer, region, namespace):
        raise NotFound(f"There is no deployment {namespace}/{name}, and the log knows of none")
    states = list(reversed(list(_states(row, versions, start, end))))
    lines = feed(FeedFilters(since=start, until=end), viewer=viewer, topic=topic(namespace, name), lines=200).lines
    return Timeline(
        namespace,
        name,
        start,
        end,
        kept().since,
        as_tracks(states, start, end),
        tuple(line for line in lines if line.weight != "routine"),
        tuple(_gaps(region, start, end)),
    )


def _states(row: Resource | None, versions: list[Version], start: datetime, end: datetime) -> Iterator[State]:
    """Newest first: now, and how it was before each change."""
    manifest: dict[str, Any] = {}
    read, names = 0, frozenset[str]()
    begins = [version.until for version in versions]
    if row is not None:
        held = Manifest.objects.filter(resource=row).first()
        manifest = journal.unpack(held.body) if held else {}
        begun = max(begins[0] if begins else start, row.known_since or start)
        tracks = _said(row.health, row.message, manifest)
        names = frozenset(tracks)
        yield State(begun, end, tracks)
    for place, version in enumerate(versions):
        if version.body is not None:
            manifest = journal.unpack(version.body)
        read += len(m.conditions(manifest))
        if read > READ:
            return
        tracks = _said(version.health, version.message, manifest)
        if len(names) > CONDITIONS:  # of very many only those are followed that are shown now
            tracks = {name: said for name, said in tracks.items() if name in names}
        before = begins[place + 1] if place + 1 < len(begins) else start
        yield State(max(before, version.known_since or start), version.until, tracks)


def _said(health: str, message: str, manifest: dict[str, Any]) -> dict[str, tuple[str, str, str, str]]:
    found = {HEALTH: (health, health, "", message)}
    for one in conditions(manifest):
        if one.status == "Unknown":
            tone = Health.UNKNOWN if one.reason != "Progressing" else Health.PROGRESSING
        elif one.good is None:
            tone = Health.PAUSED
        else:
            # Nothing is well until its controller says so; on the way to it, False is no fault yet.
            tone = Health.READY if one.good else Health.PROGRESSING if one.reason == "Progressing" else Health.DEGRADED
        found[one.type] = (one.status, tone.value, one.reason, one.message)
    return found


def _gaps(region: str, start: datetime, end: datetime) -> Iterator[TimelineGap]:
    places = {"": "Nobody watched", MANAGEMENT: "We could not see the management cluster"}
    if region:
        places.setdefault(region, f"We could not see region {region}")
    blind = Blindness.objects.filter(cluster__in=places, until__gt=start, since__lt=end).order_by("since")
    for one in blind:
        yield TimelineGap(max(one.since, start), min(one.until, end), f"{places[one.cluster]}. {one.why}".strip(". "))
    links = PastLink.objects.filter(name__in=places, state__in=UNHEARD, until__gt=start, since__lt=end).order_by("id")
    seen: dict[tuple[str, datetime], PastLink] = {}
    for link in links:
        seen[link.name, link.since] = link  # the last word of one silence
    for link in seen.values():
        yield TimelineGap(
            max(link.since, start), min(link.until, end), f"{places[link.name]}: {link.message}".strip(": ")
        )
    yield from _gaps_now(places, start, end)


def _gaps_now(places: dict[str, str], start: datetime, end: datetime) -> Iterator[TimelineGap]:
    """Those that are not over."""
    if (dark := journal.unwatched_since(timezone.now())) is not None and dark < end:
        yield TimelineGap(max(dark, start), end, places[""])
    for link in Cluster.objects.filter(name__in=places, state__in=UNHEARD, since__lt=end).order_by("name"):
        yield TimelineGap(max(link.since, start), end, f"{places[link.name]}: {link.message}".strip(": "))
