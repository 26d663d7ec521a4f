"""Everything about one deployment, from both clusters that know of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from deployments.clusterdeployments.machines import groups
from deployments.clusterdeployments.values import DeploymentDetail
from deployments.domain.gitops_managers import owner_of
from deployments.domain.readers import in_order, kubernetes_version
from deployments.services.listing import own_services
from regions.domain import bounds
from regions.domain import manifest as m
from regions.domain.bounds import Some
from regions.domain.kinds import CAPI, CONTROL_PLANE, FLUX, INFRASTRUCTURE, K0RDENT
from regions.domain.refs import MANAGEMENT
from regions.domain.topics import deployment as topic
from regions.domain.viewer import Viewer
from regions.inventory import NotFound, Row, lines_about
from regions.inventory.as_of.reconstruction import FleetAsOf
from regions.inventory.as_of.shown import changes_before
from regions.inventory.rows import as_yaml, conditions, manifests, row_of
from regions.inventory.serving import serving, without_strangers
from regions.inventory.visibility import Visibility, look
from regions.models import Resource

_OTHERS = ("ClusterSummary", "SveltosCluster")
SOME = 30


def get_deployment(namespace: str, name: str, *, viewer: Viewer, at: datetime | None = None) -> DeploymentDetail:
    """One ClusterDeployment with what it is made of, now or at a moment of the kept past. Raises NotFound."""
    if at is None:
        sight = look(viewer)
        named = sight.resources.filter(kind="ClusterDeployment", group=K0RDENT, namespace=namespace, name=name)
        if (found := named.first()) is None:
            raise NotFound(f"There is no deployment {namespace}/{name}")
        own = sight.resources.filter(serving(f"{namespace}/{name}", found.region)).exclude(pk=found.pk)
        parts = list(own.order_by("kind", "name"))
        bodies = manifests([found, *parts])
        lines = lines_about(topic(namespace, name), viewer=viewer, limit=SOME)
    else:
        past = FleetAsOf(at)
        sight = past.sight(viewer)
        rows = [row for row in past.of_deployment(namespace, name) if sight.shows(row)]
        found = next((row for row in rows if row.kind == "ClusterDeployment"), None)
        if found is None:
            raise NotFound(f"Pane knew of no deployment {namespace}/{name} at {at:%Y-%m-%d %H:%M:%S} UTC")
        parts = [row for row in rows if row is not found]
        bodies = past.manifests(rows)
        lines = changes_before(at, topic(namespace, name), viewer=viewer, limit=SOME)
    manifest = bodies.get(found.pk, {})
    parts = without_strangers(parts, bodies)
    by_kind = _by_kind(parts)
    return DeploymentDetail(
        row=row_of(found, sight),
        link=sight.link(found.region or MANAGEMENT),
        dry_run=m.part(manifest, "spec", "dryRun") is True,
        kubernetes_version=version_of(manifest, parts, bodies),
        conditions=in_order(conditions(manifest)),
        machines=groups(parts, bodies, sight),
        release=_one(by_kind[FLUX], "HelmRelease", sight),
        cluster=_one(by_kind[CAPI], "Cluster", sight),
        control_plane=_one(by_kind[CONTROL_PLANE], None, sight),
        infrastructure=tuple(row_of(row, sight) for row in by_kind[INFRASTRUCTURE] if not row.kind.endswith("Machine")),
        others=tuple(row_of(row, sight) for row in parts if row.kind in _OTHERS),
        services=own_services(manifest, [row for row in parts if row.kind == "ServiceSet"], bodies),
        upgrades=Some.of(m.texts(m.part(manifest, "status", "availableUpgrades")), bounds.NAMES),
        changes=lines,
        labels=found.labels,
        owner=owner_of(manifest),
        yaml=as_yaml(manifest),
        spec=m.mapping(manifest.get("spec")),
    )


def version_of(manifest: Mapping[str, Any], parts: Iterable[Resource], bodies: Mapping[int, dict[str, Any]]) -> str:
    """The Kubernetes version that a deployment runs: its own word is usually empty, so that of what it is made of."""
    found = _by_kind(parts)
    return kubernetes_version(
        dict(manifest),
        [bodies.get(row.pk, {}) for row in found[CONTROL_PLANE]],
        [bodies.get(row.pk, {}) for row in found[CAPI] if row.kind == "Machine"],
        [bodies.get(row.pk, {}) for row in found["lib.projectsveltos.io"]],
    )


def _by_kind(parts: Iterable[Resource]) -> dict[str, list[Resource]]:
    """By API group; groups that nothing is of are empty."""
    known = (FLUX, CAPI, CONTROL_PLANE, INFRASTRUCTURE, K0RDENT, "lib.projectsveltos.io")
    found: dict[str, list[Resource]] = {group: [] for group in known}
    for row in parts:
        found.setdefault(row.group, []).append(row)
    return found


def _one(rows: list[Resource], kind: str | None, sight: Visibility) -> Row | None:
    return next((row_of(row, sight) for row in rows if kind is None or row.kind == kind), None)
