"""Deployments that k0rdent calls Ready, held against what serves them in their regions.

Level-triggered: what the copy holds now is compared with what is said now, so nothing has to be remembered between two
looks, and one that was missed is made up for by the next.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q

from regions.domain.changes import News, difference
from regions.domain.health import Assessment, Health, assess
from regions.domain.kinds import CAPI, K0RDENT
from regions.domain.links import PATIENCE
from regions.domain.refs import MANAGEMENT
from regions.domain.rules import contradicted as rule
from regions.domain.rules.contradicted import Below, Contradiction
from regions.journal.correlating import CHUNK, chunks
from regions.journal.keeping import VersionKeeper, image
from regions.journal.lease import hold
from regions.journal.packing import unpack
from regions.journal.row import CopyRow
from regions.journal.rows import apply_health, observed
from regions.journal.telling import append
from regions.models import Change, Cluster, Manifest, Resource, Stream

_STREAMS = (f"clusters.{CAPI}", f"machines.{CAPI}", "sveltosclusters.lib.projectsveltos.io")
_READY = Q(kind="ClusterDeployment", group=K0RDENT, rank__in=(Health.READY.rank, Health.CONTRADICTED.rank))


def contradict(term: int, now: datetime) -> int:
    """Say which deployments are Ready by k0rdent's word alone, and of which that is over. Returns how many moved.

    Raises LeaseLost. What lies where we do not see is left as it was.
    """
    seen = _seen(now)
    if not seen:
        return 0
    found = _found(seen, now)
    said = Resource.objects.filter(_READY, rank=Health.CONTRADICTED.rank, region__in=seen)
    before = dict(said.values_list("pk", "message"))
    moved = {pk for pk, one in found.items() if before.get(pk) != one.message} | (before.keys() - found.keys())
    if not moved:
        return 0
    with transaction.atomic():
        hold(term)
        return _write(moved, found, now)


def kept(row: CopyRow | Resource, judgement: Assessment) -> Assessment:
    """What an object says of itself does not end a contradiction: only what contradicted it does."""
    if row.health == Health.CONTRADICTED and judgement.health is Health.READY:
        return Assessment(Health.CONTRADICTED, row.message, judgement.due_at)
    return judgement


def _seen(now: datetime) -> set[str]:
    """Clusters that are heard and of which what serves deployments has been listed whole."""
    links = Cluster.objects.filter(state=Cluster.State.CONNECTED, heard_at__gt=now - PATIENCE)
    heard = set(links.values_list("name", flat=True))
    if MANAGEMENT not in heard:
        return set()  # there k0rdent's own word lies
    states = Stream.State
    blind = (states.LISTING, states.REFUSED, states.BROKEN)
    streams = Stream.objects.filter(cluster__in=heard, name__in=_STREAMS, synced_at__isnull=False)
    counts = streams.exclude(state__in=blind).order_by().values_list("cluster").annotate(count=Count("pk"))
    return {name for name, count in counts if count == len(_STREAMS)}


def _found(seen: set[str], now: datetime) -> dict[int, Contradiction]:
    """By primary key of the deployment."""
    missing = dict(_without_cluster(seen, now))
    parts: dict[int, list[Below]] = defaultdict(list)
    owner = Resource.objects.filter(_READY, deployment=OuterRef("deployment"))
    bad = Resource.objects.filter(
        kind__in=rule.KINDS, rank__lte=Health.UNKNOWN.rank, since__lte=now - rule.GRACE, cluster__in=seen
    )
    bad = bad.alias(owner_region=owner.values("region")[:1]).annotate(owner=owner.values("pk")[:1])
    bad = bad.filter(Q(cluster=F("owner_region")) | Q(kind="HelmRelease"), owner__isnull=False)
    columns = ("owner", "kind", "name", "health", "message", "since")
    for pk, kind, name, health, message, since in bad.order_by().values_list(*columns):
        parts[pk].append(Below(kind, name, Health(health), message, since))
    machines = _machines([pk for pk, some in parts.items() if any(one.kind == "Machine" for one in some)])
    by_parts = {pk: one for pk, some in parts.items() if (one := rule.by_parts(some, machines.get(pk, 0), now))}
    return by_parts | missing


def _machines(deployments: Iterable[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for some in chunks(map(str, deployments)):
        paths = {row.deployment: row for row in Resource.objects.filter(pk__in=some).only("deployment", "region")}
        counts = Resource.objects.filter(kind="Machine", deployment__in=paths, deleting_at=None).order_by()
        for path, cluster, count in counts.values_list("deployment", "cluster").annotate(count=Count("pk")):
            if cluster == paths[path].region:
                found[paths[path].pk] = count
    return found


def _without_cluster(seen: set[str], now: datetime) -> Iterator[tuple[int, Contradiction]]:
    own = Resource.objects.filter(deployment=OuterRef("deployment"), cluster=OuterRef("region"))
    lone = Resource.objects.filter(_READY, ~Exists(own.filter(kind__in=("Cluster", "SveltosCluster"))), region__in=seen)
    listed: dict[str, datetime] = {}
    for cluster, at in Stream.objects.filter(cluster__in=seen, name__in=_STREAMS).values_list("cluster", "synced_at"):
        if at is not None:
            listed[cluster] = max(at, listed.get(cluster, at))
    for row in lone.only("name", "namespace", "deployment", "region", "health", "since"):
        since = row.since if row.health == Health.CONTRADICTED else max(row.since, listed[row.region], _deleted(row))
        if one := rule.without_cluster(row.name, row.region, since, now):
            yield row.pk, one


def _deleted(row: Resource) -> datetime:
    """When the Cluster that it had was deleted, as far as the log says."""
    told = Change.objects.filter(deployment=row.deployment, kind="Cluster", cluster=row.region, reason="Deleted")
    return told.order_by("-id").values_list("at", flat=True).first() or row.since


def _write(moved: Iterable[int], found: dict[int, Contradiction], now: datetime) -> int:
    changes: list[Change] = []
    past = VersionKeeper(now)
    rows = []
    for some in chunks(map(str, moved)):
        for held in Manifest.objects.filter(pk__in=some).select_related("resource"):
            row, manifest = held.resource, unpack(held.body)
            was = Assessment(Health(row.health), row.message)
            one = found.get(row.pk)
            judgement = one.assessment if one else assess(manifest, now, row.progressed_at)
            news = difference(manifest, manifest, was, judgement)
            news = news or News("StillContradicted", judgement.message, "warning")
            before = image(row)
            apply_health(row, judgement, now)
            if one:
                row.since = one.since
            changes.append(observed(row, news, was.health, now, now))
            past.end(row.key, before, None, changes[-1])
            rows.append(row)
    Resource.objects.bulk_update(rows, ["health", "rank", "message", "since", "due_at"], batch_size=CHUNK)
    append(changes)
    past.save()
    return len(rows)
