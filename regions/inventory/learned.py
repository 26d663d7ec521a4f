"""What the log teaches: how available regions and deployments were, how long they take to be ready, which flap."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from operator import attrgetter

from django.db.models import Q
from django.utils import timezone

from regions.domain.availability import (
    NOTHING,
    Availability,
    Flapping,
    HealthTurn,
    Incident,
    Spell,
    Stretch,
    flapping,
    incidents,
    measure,
    merged,
    spells,
)
from regions.domain.health_scale import ILL, Health
from regions.domain.kinds import K0RDENT
from regions.domain.links import UNHEARD
from regions.domain.readying import Readied, Usual, by_place, compared, took, usual
from regions.domain.refs import MANAGEMENT, short_name
from regions.domain.viewer import Viewer
from regions.domain.words import clock
from regions.inventory.as_of.reconstruction import kept
from regions.inventory.basics import NotFound, Row, Target
from regions.inventory.change_items import ChangeItem
from regions.inventory.changes import item
from regions.inventory.rows import row_of
from regions.inventory.turns import LoggedTurn, by_object, turns_of, turns_of_kind
from regions.inventory.visibility import look
from regions.journal import cursor, unwatched_since
from regions.models import Blindness, Change, Cluster, PastLink, Resource
from regions.permitted import permits, permits_row, permitted_changes, resources, sees_part_of

BEFORE = timedelta(hours=1)
SOME = 60
_CHANGES = ("Deleted", "Created", "ReplicasChanged", "TemplateChanged", "VersionChanged", "SpecChanged", "DataChanged")


@dataclass(frozen=True, slots=True)
class Record:
    """How one region or deployment did in a window."""

    target: Target
    region: str
    template: str
    health: str  # by the end of the window, its own; empty: it was gone
    there: bool  # it is there now
    availability: Availability
    incidents: tuple[Incident, ...]
    flapping: Flapping | None
    took: timedelta | None  # from its creation until it was ready, when both are in the log


@dataclass(frozen=True, slots=True)
class Learned:
    """What the log says of a window. `since` may be later than what was asked for: what is older is not kept."""

    window: Stretch
    asked: timedelta
    regions: tuple[Record, ...]  # least available first
    deployments: tuple[Record, ...]
    usual: Mapping[tuple[str, str], Usual]  # time to ready by region and template

    @property
    def short(self) -> bool:
        """Less is kept than was asked for."""
        return self.window.end - self.window.start < self.asked - timedelta(minutes=1)


def window_of(days: float, until: datetime | None = None) -> Stretch | None:
    """So many days up to a moment, as far as they are kept; None: nothing of them is."""
    now = timezone.now()
    end, since = min(until or now, now), kept().since
    start = max(end - timedelta(days=days), since) if since else end
    return Stretch(start, end) if start < end else None


def learn(window: Stretch, asked: timedelta, *, viewer: Viewer) -> Learned:
    """Everything that the viewer may see of a window: one query for the objects of each kind, the turns that are not
    known yet, three for when nobody watched, and the names of what there is where some of it is not theirs to see."""
    gaps = _Gaps(window)
    regions = _records("Region", window, gaps, viewer)
    deployments = _records("ClusterDeployment", window, gaps, viewer)
    readied = (Readied(one.region, one.template, one.took) for one in deployments if one.took is not None)
    return Learned(window, asked, regions, deployments, by_place(readied))


def learn_one(row: Resource, window: Stretch, gaps: "_Gaps") -> Record:
    """The same of one object that the viewer may see."""
    turns = turns_of(row.kind, row.namespace, row.name, window.start)
    found = [LoggedTurn(0, (row.namespace, row.name), row.region, row.template, turn) for turn in turns]
    return _record(row.kind, found, row, window, gaps)


def total(records: Iterable[Record]) -> Availability:
    """Of all of these together."""
    return sum((one.availability for one in records), NOTHING)


class _Gaps:
    """When nobody watched, by region: Pane at all, the management cluster, the region itself."""

    def __init__(self, window: Stretch, only: Sequence[str] = ()) -> None:
        self.window = window
        where = Q(since__lt=window.end)
        ended = Q(until__gt=window.start)
        self.blind: dict[str, list[Stretch]] = {}
        some = Q(cluster__in=("", *only)) if only else Q()
        for name, since, until in Blindness.objects.filter(where & ended & some).values_list(
            "cluster", "since", "until"
        ):
            self.blind.setdefault(name, []).append(Stretch(since, until))
        named = Q(name__in=only) if only else Q()
        past = PastLink.objects.filter(where & ended & named, state__in=UNHEARD)
        for name, since, until in past.values_list("name", "since", "until"):
            self.blind.setdefault(name, []).append(Stretch(since, until))
        for name, since in Cluster.objects.filter(where & named, state__in=UNHEARD).values_list("name", "since"):
            self.blind.setdefault(name, []).append(Stretch(since, window.end))
        if (dark := unwatched_since(timezone.now())) is not None:
            self.blind.setdefault("", []).append(Stretch(dark, window.end))
        self._merged: dict[str, tuple[Stretch, ...]] = {}

    @cached_property
    def replaced_at(self) -> datetime | None:
        """When another management cluster began to answer, last."""
        return Cluster.objects.filter(name=MANAGEMENT).values_list("replaced_at", flat=True).first()

    def of(self, region: str) -> tuple[Stretch, ...]:
        """Those of what lies in this region, disjoint and in order."""
        if region not in self._merged:
            places = {"", MANAGEMENT, region}
            found = [gap for place in places for gap in self.blind.get(place, ())]
            self._merged[region] = merged(found, self.window)
        return self._merged[region]


def _records(kind: str, window: Stretch, gaps: _Gaps, viewer: Viewer) -> tuple[Record, ...]:
    if kind == "Region" and sees_part_of(viewer):  # what a region says of itself speaks of all that is in it
        return ()
    turned = by_object(turns_of_kind(kind, window.start))
    rows = resources(viewer).filter(kind=kind, group=K0RDENT, cluster=MANAGEMENT).defer("labels", "message")
    known = {(row.namespace, row.name): row for row in rows}
    plain: dict[tuple[str, str], Availability] = {}
    found = []
    for key, row in known.items():
        turns = turned.pop(key, [])
        early = row.known_since is None or row.known_since <= window.start
        if not turns and early and (same := plain.get((row.region, row.health))) is not None:
            target = Target(kind, row.namespace, row.name, MANAGEMENT, row.region)
            ill = tuple(incidents(spells((), row.health, window.start, window.end), window.end))
            found.append(Record(target, row.region, row.template, row.health, True, same, ill, None, None))
            continue
        made = _record(kind, turns, row, window, gaps)
        if not turns and early:
            plain[row.region, row.health] = made.availability
        found.append(made)
    hidden = _keys(kind) if turned and viewer.confined else frozenset()
    for key, turns in turned.items():
        if key not in hidden and permits_row(viewer, _gone(kind, turns[-1])):
            found.append(_record(kind, turns, None, window, gaps))
    return tuple(sorted(found, key=_worst_first))


def _keys(kind: str) -> frozenset[tuple[str, str]]:
    """Of all that there is, whoever may see it: what is in none of these is gone."""
    return frozenset(
        Resource.objects.filter(kind=kind, group=K0RDENT, cluster=MANAGEMENT).values_list("namespace", "name")
    )


def _gone(kind: str, last: LoggedTurn) -> Resource:
    """What is gone, as the copy would have it where it was last."""
    namespace, name = last.key
    region = name if kind == "Region" else last.region
    return Resource(cluster=MANAGEMENT, group=K0RDENT, kind=kind, namespace=namespace, name=name, region=region)


def _record(kind: str, turns: Sequence[LoggedTurn], row: Resource | None, window: Stretch, gaps: _Gaps) -> Record:
    key = (row.namespace, row.name) if row else turns[0].key
    region = (row.region if row else turns[-1].region) if kind != "Region" else key[1]
    template = row.template if row else turns[-1].template
    every = [one.turn for one in turns]
    if row is None and every[-1].health:  # it went with its management cluster, which said no more of it
        every.append(HealthTurn(max(gaps.replaced_at or every[-1].at, every[-1].at), "", every[-1].health))
    told = [one for one in every if one.at < window.end]
    later = next((one.was for one in every if one.at >= window.end), None)
    now_is = later if later is not None else row.health if row else ""
    begin = window.start
    if row and row.known_since and not (told and not told[0].was):
        begin = min(max(begin, row.known_since), told[0].at if told else window.end)
    blind = gaps.of(region)
    found = list(spells(told, told[-1].health if told else now_is, begin, window.end))
    if row and row.created_at and window.start <= min(row.created_at, begin) and begin > window.start:
        found.insert(0, Spell(window.start, begin, ""))
    made = told[0].at if told and not told[0].was else None
    return Record(
        Target(kind, *key, MANAGEMENT, region),
        region,
        template,
        now_is,
        row is not None,
        measure(found, blind, window),
        tuple(incidents(found, window.end)),
        flapping(told),
        took(made, told, blind) if made else None,
    )


def _worst_first(one: Record) -> tuple[float, int, str, str]:
    share = one.availability.share
    return (share if share is not None else 2.0, -len(one.incidents), one.target.namespace, one.target.name)


def changed_before(row: Resource, at: datetime, *, viewer: Viewer) -> tuple[ChangeItem, ...]:
    """What changed in the hour before a deployment broke: of itself, its template, credential, region, and of
    Management; oldest last. What controllers only say again is left out. One query by the indexes of the log."""
    path, credential = f"{row.namespace}/{row.name}", row.credential.rpartition("/")
    about = Q(deployment=path) | _object("ClusterTemplate", row.namespace, row.template)
    about |= _object("Credential", credential[0], credential[2])
    about |= _object("Region", "", row.region) | _object("Management", "", "kcm")
    said = Q(source__in=(Change.Source.OBSERVED, Change.Source.GAP, Change.Source.SAID))
    own = Q(kind__in=_OWN) | Q(reason__in=_CHANGES)
    rows = Change.objects.filter(permitted_changes(viewer), about, said, own, at__gt=at - BEFORE, at__lte=at)
    log = cursor().partition(".")[0]
    return tuple(item(one, log) for one in sorted(rows.order_by("-id")[:SOME], key=attrgetter("at"), reverse=True))


_OWN = ("ClusterDeployment", "ClusterTemplate", "Credential", "Region", "Management", "Secret", "ConfigMap")


def _object(kind: str, namespace: str, name: str) -> Q:
    return Q(kind=kind, namespace=namespace, name=name)


@dataclass(frozen=True, slots=True)
class Reliability:
    """What the log says of one region or deployment. `record` is None while nothing of the window is kept."""

    row: Row
    window: Stretch | None
    record: Record | None
    usual: str  # how long such take, when it is on its way; in a sentence
    broke_at: datetime | None  # while it is not well
    before: tuple[ChangeItem, ...]  # what changed in the hour before, newest first
    unkept: str  # what of that hour the log does not hold, in a sentence; empty: it holds all of it


def reliability(
    kind: str, namespace: str, name: str, days: float, *, viewer: Viewer, story_alone: bool = False
) -> Reliability:
    """Raises NotFound. One query for its turns, one for what changed before it broke, three for when nobody watched;
    the story alone of one that is well is empty, and nothing is read for it."""
    sight = look(viewer)
    row = sight.resources.filter(kind=kind, group=K0RDENT, cluster=MANAGEMENT, namespace=namespace, name=name).first()
    if row is None:
        raise NotFound(f"There is no {kind} {namespace + '/' if namespace else ''}{name}")
    ill = row.health in ILL
    window = window_of(days) if not story_alone or row.health != Health.READY else None
    gaps = _Gaps(window, (MANAGEMENT, row.region or row.name)) if window else None
    record = learn_one(row, window, gaps) if window and gaps else None
    return Reliability(
        row_of(row, sight),
        window,
        record,
        _usual(row, record, gaps, viewer) if record and gaps and kind == "ClusterDeployment" else "",
        row.since if ill else None,
        changed_before(row, row.since, viewer=viewer) if ill else (),
        _unkept(row.since) if ill else "",
    )


def _unkept(broke_at: datetime) -> str:
    since = kept().since
    if since is None or since <= broke_at - BEFORE:
        return ""
    begins = f"The log begins at {clock(since, timezone.now())}"
    if since > broke_at:
        return f"{begins}, after it broke: what changed before is not known."
    return f"{begins}: of that hour only what came after is known."


def _usual(row: Resource, record: Record, gaps: _Gaps, viewer: Viewer) -> str:
    """How one that was not ready yet stands against what is usual for its template in its region; else empty."""
    created = row.created_at
    if created is None or record.took is not None or row.health == Health.READY or created < gaps.window.start:
        return ""
    unseen = gaps.of(row.region)
    times = []
    for key, turns in by_object(turns_of_kind("ClusterDeployment", gaps.window.start)).items():
        first = turns[0]
        if first.turn.was or (turns[-1].region, first.template) != (row.region, row.template):
            continue
        if not permits(viewer, row.region, key[0]):
            continue
        if (lasts := took(first.turn.at, [one.turn for one in turns], unseen)) is not None:
            times.append(lasts)
    return compared(usual(times), timezone.now() - created, row.template, short_name(row.region))
