"""How KOF itself is doing: is it KOF or the cluster?"""

import re

from regions.domain import manifest as m
from regions.domain.health import Health
from regions.domain.kinds import FLUX, K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT
from regions.inventory.rows import manifests
from regions.metrics.reads.rows import MeasuredFleet
from regions.metrics.reads.values import KofHealth, KofPart
from regions.models import Resource
from regions.permitted import sees_every

NAMESPACE = "kof"
VERSION = f"{K0RDENT}/kof-version"
_COUNT = re.compile(r"^\s*(\d+)/(\d+)")


def kof_health(ground: MeasuredFleet) -> KofHealth:
    """Its HelmReleases, how far it is rolled out, and which clusters run an older version."""
    on_management = ground.sight.resources.filter(cluster=MANAGEMENT)
    releases = list(on_management.filter(kind="HelmRelease", namespace=NAMESPACE).order_by("rank", "name"))
    services = list(on_management.filter(kind="MultiClusterService", name__startswith="kof-").order_by("rank", "name"))
    link = ground.sight.link(MANAGEMENT)
    if not releases and not services and not any(view.kind != "alerts" for view in ground.stores):
        if ground.dark or link.synced_at is None:
            why = ground.dark or "The management cluster has not been listed yet"
            return KofHealth(None, f"Whether KOF is installed is not known: {why}", Health.UNKNOWN, "")
        return KofHealth(False, "KOF is not installed on this management cluster", Health.UNKNOWN, "")
    bodies = manifests([*releases, *services])
    parts = tuple(_part(row, ground) for row in releases)
    rolled = tuple(_part(row, ground, bodies.get(row.pk)) for row in services)
    version = next((found for row in releases if (found := _version(bodies.get(row.pk, {})))), "")
    worst = min((part.health for part in (*parts, *rolled)), key=lambda health: health.rank, default=Health.UNKNOWN)
    shown = sees_every(ground.sight.viewer, FLUX, "HelmRelease", NAMESPACE)
    said = _sentence((*parts, *rolled), worst) if parts or rolled or shown else "KOF's own parts are not yours to see"
    return KofHealth(True, said, worst, version, parts, rolled, _behind(version, ground))


def _sentence(parts: tuple[KofPart, ...], worst: Health) -> str:
    if not parts:
        return "KOF's stores are named, and none of its own parts is on this management cluster"
    if worst is Health.READY:
        return "All parts of KOF are Ready"
    bad = [part for part in parts if part.health is worst]
    named = [f"{part.name} ({part.done} of {part.of} clusters)" if part.of else part.name for part in bad]
    some = ", ".join(named[:5]) + (f" and {len(named) - 5} more" if len(named) > 5 else "")
    return f"{len(bad)} of {len(parts)} parts of KOF {'is' if len(bad) == 1 else 'are'} {worst}: {some}"


def _part(row: Resource, ground: MeasuredFleet, manifest: Manifest | None = None) -> KofPart:
    judged = ground.sight.judge(row)
    done = of = None
    for condition in m.conditions(manifest or {}):
        if condition["type"] == "ClusterInReadyState" and (found := _COUNT.match(condition["message"])):
            done, of = int(found[1]), int(found[2])
    return KofPart(row.kind, row.namespace, row.name, judged.health, judged.message, done, of)


def _version(manifest: Manifest) -> str:
    """The version of the chart that is installed, without a leading v."""
    history = m.items(m.part(manifest, "status", "history"))
    last = history[0].get("chartVersion") if history else m.part(manifest, "status", "lastAppliedRevision")
    found = m.text(last)
    return (found or m.text(m.part(manifest, "spec", "chart", "spec", "version"))).removeprefix("v")


def _behind(version: str, ground: MeasuredFleet) -> tuple[str, ...]:
    own = _numbers(version)
    return tuple(
        f"{namespace}/{name}"
        for (namespace, name), home in sorted(ground.deployments.items())
        if own and (theirs := _numbers(home.labels.get(VERSION, ""))) and theirs < own
    )


def _numbers(version: str) -> tuple[int, ...]:
    found = re.match(r"v?(\d+)[.-](\d+)(?:[.-](\d+))?", version)
    return tuple(int(part or 0) for part in found.groups()) if found else ()
