"""What we can see at this moment: the links, whether `watch` works, and so what we may still say of an object.

What lies in a region that we cannot hear is Unknown, with its last known health beside it. That is decided when read,
in two ways that must agree: `Sight.judge` for one row, `Sight.having` for a query.
"""

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection
from django.db.models import Case, CharField, F, Q, QuerySet, SmallIntegerField, Value, When
from django.utils import timezone

from regions.domain.health import Assessment, Health, assess_in_region
from regions.domain.links import Link
from regions.domain.maintenance import Upkeep, covering
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.domain.words import clock
from regions.inventory.basics import Freshness, LinkView
from regions.journal import FULL, heartbeat
from regions.maintenance.entries import active
from regions.models import Cluster, Resource, Stream
from regions.permitted import permits_object, resources

PATIENCE = timedelta(seconds=30)
"""How long `watch` may be without a beat before nothing is claimed to be known."""

SMALLEST = 1_000_000
"""Bytes that must be free for SQLite to write anything."""

NOTICE = timedelta(days=14)
"""How long before the end of a kubeconfig we say so."""


def freshness(now: datetime | None = None) -> Freshness:
    """Whether `watch` is at work, and records what it sees."""
    beat_at, trouble = heartbeat()
    beats = bool(beat_at and (now or timezone.now()) - beat_at <= PATIENCE)
    return Freshness(beats and not trouble, beat_at, trouble or ("" if beats else _no_room()))


def _no_room() -> str:
    """Of a database that is a file here it can be seen, whether or not somebody could still say so in it."""
    if connection.vendor != "sqlite":
        return ""
    try:
        return FULL if shutil.disk_usage(Path(connection.settings_dict["NAME"]).parent).free < SMALLEST else ""
    except OSError:  # a database in memory
        return ""


def links(now: datetime | None = None) -> dict[str, LinkView]:
    """The link to every cluster, by its name."""
    now = now or timezone.now()
    return {cluster.name: view_of(cluster, now) for cluster in Cluster.objects.order_by("name")}


def link_of(view: LinkView) -> Link:
    """The same link as the rules of `regions.domain` take it."""
    return Link(
        name=view.cluster,
        state=view.state,
        since=view.since,
        heard_at=view.heard_at,
        message=view.said,
        replaced_at=view.replaced_at,
        uid=view.uid,
        expires_at=view.expires_at,
        version=view.version,
        server=view.server,
        kubeconfig=view.kubeconfig,
    )


def never(name: str) -> LinkView:
    """The link of a region that we have not yet tried to reach."""
    return LinkView(name, "connecting", True, "Not connected yet", None, None)


def view_of(cluster: Cluster, now: datetime) -> LinkView:
    """The link to a cluster as it is to be told at this moment."""
    blind = Link(cluster.name, cluster.state, heard_at=cluster.heard_at).quiet(now)
    expiring = bool(cluster.expires_at and cluster.expires_at - now < NOTICE)
    message = _words(cluster, blind)
    if cluster.expires_at and expiring and not blind:
        verb = "expired" if cluster.expires_at <= now else "expires"
        message += f"; the kubeconfig that we use {verb} on {cluster.expires_at:%d %B %Y}"
    return LinkView(
        cluster=cluster.name,
        state=cluster.state,
        blind=blind,
        message=message,
        since=cluster.since,
        heard_at=cluster.heard_at,
        synced_at=cluster.synced_at,
        version=cluster.version,
        server=cluster.server,
        kubeconfig=cluster.kubeconfig,
        expires_at=cluster.expires_at,
        expiring=expiring,
        uid=cluster.uid,
        replaced_at=cluster.replaced_at,
        revision=cluster.revision,
        said=cluster.message,
    )


def _words(cluster: Cluster, blind: bool) -> str:
    why = f": {cluster.message}" if cluster.message else ""
    if cluster.state == Cluster.State.REFUSED:
        return f"Refused{why}"
    if cluster.state == Cluster.State.UNSUPPORTED:
        return cluster.message or "Pane has no kubeconfig that it accepts"
    if cluster.state == Cluster.State.BROKEN:
        return f"Pane fails at following it{why}"
    if cluster.heard_at is None:
        return f"Not connected yet{why}"
    if blind:
        return f"No word since {cluster.heard_at:%H:%M} UTC{why}"
    return cluster.message or "Connected"


@dataclass(frozen=True, slots=True)
class Judged:
    """What may be said of an object now."""

    health: Health
    last_health: Health | None
    message: str


@dataclass(frozen=True, slots=True)
class Visibility:
    """Read once a call, so that every part of an answer agrees about who could be heard, and what may be shown."""

    now: datetime
    freshness: Freshness
    links: dict[str, LinkView]
    blind: frozenset[str]  # clusters that we do not hear, named in the copy or not
    upkeep: tuple[Upkeep, ...] = ()  # what people say of it at this moment
    polled: Mapping[tuple[str, str], datetime] = field(default_factory=dict)  # see `polled`
    viewer: Viewer | None = None  # on whose behalf; None: Pane's own work, which may see everything

    @property
    def resources(self) -> QuerySet[Resource]:
        """The objects of the copy that the viewer may be shown."""
        return resources(self.viewer)

    def shows(self, row: Resource) -> bool:
        """Whether the viewer may be shown this one."""
        return permits_object(self.viewer, row)

    @property
    def dark(self) -> bool:
        """`watch` is not at work: nothing can be claimed."""
        return not self.freshness.alive

    def link(self, name: str) -> LinkView:
        return self.links.get(name) or never(name)

    def twins(self, name: str) -> tuple[str, ...]:
        """Other names under which the very same cluster is known to us, by the uid of its kube-system namespace."""
        uid = self.link(name).uid
        return tuple(other for other, link in self.links.items() if uid and link.uid == uid and other != name)

    def sees(self, cluster: str, region: str) -> bool:
        """Whether what the copy says of an object on this cluster, of this region, still holds."""
        return not self.dark and cluster not in self.blind and region not in self.blind

    def why(self, cluster: str, region: str) -> str:
        """Why we do not see it, in words."""
        if self.dark:
            beat_at = self.freshness.beat_at
            return f"Pane's watcher has not run since {beat_at:%H:%M} UTC" if beat_at else "Pane's watcher has not run"
        hidden = cluster if cluster in self.blind else region
        who = "the management cluster" if hidden == MANAGEMENT else f"region {hidden}"
        return f"{who[0].upper()}{who[1:]}: {self.link(hidden).message}"

    def unseen_since(self, cluster: str, region: str) -> datetime | None:
        """When we ceased to see it."""
        if self.dark:
            return self.freshness.beat_at
        link = self.link(cluster if cluster in self.blind else region)
        return link.heard_at or link.since

    def judge(self, row: Resource) -> Judged:
        """Its health as we may say it now, beside what it was when we last knew."""
        own = Assessment(Health(row.health), row.message)
        if self.sees(row.cluster, row.region):
            listed_at = self.polled.get((row.cluster, row.stream)) if self.polled else None
            if listed_at is None:
                return Judged(own.health, None, own.message)
            as_of = f"as of {clock(listed_at, self.now)}, for Pane may list and not watch {row.kind}s there"
            return Judged(own.health, None, f"{own.message.rstrip('.')} ({as_of})")
        if self.dark:
            return Judged(Health.UNKNOWN, own.health, f"{self.why('', '')}. Last known: {own.health}. {own.message}")
        hidden = row.cluster if row.cluster in self.blind else row.region
        linked = assess_in_region(own, link_of(self.link(hidden)), self.now)
        return Judged(linked.health, own.health, linked.message)

    def counted(self, cluster: str, region: str, health: str) -> str:
        """The health under which such rows are counted."""
        return health if self.sees(cluster, region) else Health.UNKNOWN.value

    def said(self, row: Resource) -> Upkeep | None:
        """What people say of it, if anything: maintenance before an acknowledgement."""
        return covering(self.upkeep, row.kind, row.namespace, row.name, row.region) if self.upkeep else None

    def covered(self) -> Q | None:
        """The rows of management of which somebody said something; None when nobody did."""
        if not self.upkeep:
            return None
        found = Q()
        for one in self.upkeep:
            found |= Q(kind=one.object_kind, namespace=one.namespace, name=one.name)
            if one.region:
                found |= Q(region=one.region)
        return found

    def unseen(self) -> Q | None:
        """The rows of which we only know the past; None when there are none."""
        if self.dark:
            return Q()
        return Q(cluster__in=self.blind) | Q(region__in=self.blind) if self.blind else None

    def having(self, healths: Iterable[str]) -> Q:
        """The rows whose health, as we may say it now, is one of these."""
        wanted = set(healths)
        unseen = self.unseen()
        ranks = [Health(name).rank for name in wanted]
        own = Q(rank=ranks[0]) if len(ranks) == 1 else Q(rank__in=ranks)  # one rank walks an index in order
        if unseen is None:
            return own
        if self.dark:
            return Q() if Health.UNKNOWN in wanted else Q(pk__in=())
        return (own & ~unseen) | unseen if Health.UNKNOWN in wanted else own & ~unseen

    def rank(self) -> Case | F | Value:
        """An expression to order by, worst first, as we may say it now."""
        unseen = self.unseen()
        if unseen is None:
            return F("rank")
        unknown = Value(Health.UNKNOWN.rank, output_field=SmallIntegerField())
        return unknown if self.dark else Case(When(unseen, then=unknown), default=F("rank"))

    def health(self) -> Case | F | Value:
        """The health of a row as we may say it now, for the database to count by."""
        unseen = self.unseen()
        if unseen is None:
            return F("health")
        unknown = Value(Health.UNKNOWN.value, output_field=CharField())
        return unknown if self.dark else Case(When(unseen, then=unknown), default=F("health"))


def look(viewer: Viewer | None = None, *, now: datetime | None = None) -> Visibility:
    """See what can be seen now, on behalf of somebody."""
    now = now or timezone.now()
    known = links(now)
    regions = set(Resource.objects.filter(kind="Region").values_list("name", flat=True))
    silent = {name for name, link in known.items() if link.blind}
    # Management before its first connection is no reason to doubt: then the copy has nothing of it.
    blind = frozenset(silent | (regions - known.keys()))
    return Visibility(now, freshness(now), known, blind, active(now), polled(), viewer)


def polled() -> dict[tuple[str, str], datetime]:
    """Of what may be listed and not watched (cluster and stream): as of when it is known."""
    rows = Stream.objects.filter(state=Stream.State.POLLING, listed_at__isnull=False)
    return {(cluster, name): at for cluster, name, at in rows.values_list("cluster", "name", "listed_at") if at}
