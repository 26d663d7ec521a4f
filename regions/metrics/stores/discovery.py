"""Where to ask, from the copy: read often, unpacked only when something is another version."""

from typing import Any

from django.db.models import Q

from regions import journal
from regions.domain.alerts.sources import Atlas
from regions.domain.metrics.stores import REGIONLESS, ROLE, Map, discover
from regions.domain.refs import MANAGEMENT
from regions.metrics.stores.options import MetricsOptions
from regions.models import Manifest, Resource

_MARKED = Q(labels__has_key=ROLE) | Q(labels__has_key=REGIONLESS[0]) | Q(labels__has_key=REGIONLESS[1])


class Finder:
    """Remembers the manifests that it has unpacked."""

    def __init__(self, options: MetricsOptions) -> None:
        self._options = options
        self._bodies: dict[int, tuple[str, dict[str, Any]]] = {}

    def map(self) -> Map:
        """Every source and which cluster should report to it, as the copy says now."""
        ours = Resource.objects.filter(cluster=MANAGEMENT)
        config_maps = list(ours.filter(_MARKED, kind="ConfigMap"))
        others = list(ours.filter(kind__in=("PromxyServerGroup", "VMStorageConnection")))
        installed = ours.filter(
            Q(kind="HelmRelease", namespace=self._options.hand.namespace)
            | Q(kind="MultiClusterService", name__startswith="kof-")
        ).exists()
        bodies = self._unpacked([*config_maps, *others])
        groups = [bodies[row.pk] for row in others if row.kind == "PromxyServerGroup"]
        connections = [bodies[row.pk] for row in others if row.kind == "VMStorageConnection"]
        return discover(
            [bodies[row.pk] for row in config_maps],
            groups,
            connections,
            installed=installed,
            hand=self._options.hand,
            through=self._options.through,
        )

    def _unpacked(self, rows: list[Resource]) -> dict[int, dict[str, Any]]:
        stale = [row.pk for row in rows if self._bodies.get(row.pk, ("",))[0] != row.resource_version]
        found = {row.pk: journal.unpack(row.body) for row in Manifest.objects.filter(pk__in=stale)}
        # Its columns may be newer than its manifest only in what does not matter.
        known = self._bodies | {pk: ("", found.get(pk, {})) for pk in stale}
        self._bodies = {row.pk: (row.resource_version, known[row.pk][1]) for row in rows}
        return {row.pk: self._bodies[row.pk][1] for row in rows}


def atlas() -> Atlas:
    """Which clusters and Regions there are, to tell what an alert speaks of."""
    rows = Resource.objects.filter(kind="ClusterDeployment", cluster=MANAGEMENT)
    regions = {(namespace, name): region for namespace, name, region in rows.values_list("namespace", "name", "region")}
    known = Resource.objects.filter(kind="Region", cluster=MANAGEMENT).values_list("name", flat=True)
    return Atlas(regions, frozenset(known))
