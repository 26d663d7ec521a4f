"""What the database remembers of earlier watching: where a new leader goes on."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from regions import journal
from regions.domain.kinds import K0RDENT, KINDS, NAMED_KINDS
from regions.domain.references import Named, named_objects
from regions.domain.refs import MANAGEMENT
from regions.models import Cluster, Manifest, Resource, Stream

_REGIONS = next(kind for kind in KINDS if (kind.group, kind.name) == (K0RDENT, "Region"))
_TABLE = {(kind.group, kind.name) for kind in KINDS}
_NAMING = ("Region", "Credential", "ClusterTemplate", "ServiceTemplate", "ClusterDeployment", "MultiClusterService")


@dataclass(slots=True)
class Memory:
    """Of one cluster: which cluster it was, how far each stream had come, and kinds beyond the table."""

    known: bool = False  # followed before
    uid: str = ""
    reached: dict[str, str] = field(default_factory=dict)  # stream → resource version
    versions: dict[str, str] = field(default_factory=dict)  # stream → API version it was read in
    told_at: dict[str, datetime] = field(default_factory=dict)  # stream → when it had come so far
    kinds: set[tuple[str, str]] = field(default_factory=set)  # group and kind that its objects named


def remember(cluster: str) -> Memory:
    row = Cluster.objects.filter(name=cluster).first()
    streams = Stream.objects.filter(cluster=cluster)
    kinds = Resource.objects.filter(cluster=cluster).values_list("group", "kind").distinct()
    return Memory(
        known=row is not None,
        uid=row.uid if row else "",
        reached=dict(streams.values_list("name", "resource_version")),
        versions=dict(streams.values_list("name", "version")),
        told_at={name: at for name, at in streams.values_list("name", "told_at") if at},
        kinds={kind for kind in kinds if kind not in _TABLE and kind[1] not in NAMED_KINDS},
    )


def regions() -> dict[str, dict[str, Any]] | None:
    """The Region objects of the copy, name → manifest; None while nobody has listed them all, or nobody serves them."""
    stream = Stream.objects.filter(cluster=MANAGEMENT, name=_REGIONS.stream, synced_at__isnull=False)
    if not stream.exclude(state=Stream.State.ABSENT).exists():
        return None
    rows = Resource.objects.filter(cluster=MANAGEMENT, group=K0RDENT, kind="Region")
    return {row.name: journal.manifest(row) for row in rows}


def clusters() -> set[str]:
    """Names of all clusters that have a link or an inventory."""
    return set(Cluster.objects.values_list("name", flat=True)) | set(
        Resource.objects.order_by().values_list("cluster", flat=True).distinct()
    )


def named(cluster: str, system_namespace: str) -> tuple[set[Named], set[Named]]:
    """The Secrets and ConfigMaps that objects of this cluster name now, and those that the copy holds by name."""
    held = Resource.objects.filter(cluster=cluster)
    streams = [kind.stream for kind in NAMED_KINDS.values()]
    have = set(held.filter(stream__in=streams).values_list("kind", "namespace", "name"))
    return {name for manifest in _naming(cluster) for name in named_objects(manifest, system_namespace)}, have


def _naming(cluster: str) -> Iterator[dict[str, Any]]:
    held = Resource.objects.filter(cluster=cluster)
    rows = held.filter(group=K0RDENT, kind__in=_NAMING) | held.filter(kind__endswith="Identity")
    # What a Credential names lies where its clusters are run, though it lies on management itself.
    rows |= Resource.objects.filter(cluster=MANAGEMENT, group=K0RDENT, kind="Credential", region=cluster)
    # Every few minutes thousands of these are read: their bodies are all that is needed of them.
    for body in Manifest.objects.filter(resource__in=rows).values_list("body", flat=True).iterator(chunk_size=500):
        yield journal.unpack(body)
