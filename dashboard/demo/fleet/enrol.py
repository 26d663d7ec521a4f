"""Who takes part in KOF: the clusters that store telemetry, those that report to them, and as which tenant.

A store is not a region: one region has none and reports to another's, one is not watched at all, and us-east's store
runs on the very cluster that is the region.
"""

import zlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from dashboard.demo.charts import charts
from dashboard.demo.fleet.model import SYSTEM, Deployment, Fleet, Place

PREFIX = "k0rdent.mirantis.com/"
ROLE, TENANT, VERSION = f"{PREFIX}kof-cluster-role", f"{PREFIX}kof-tenant-id", f"{PREFIX}kof-version"
BOUND, BOUND_IN = f"{PREFIX}kof-regional-cluster-name", f"{PREFIX}kof-regional-cluster-namespace"
CURRENT, OLDER = "1.10.0", "1.9.0"
PLATFORM = "PLATFORM"  # whom a child without a tenant belongs to
_STANDING = {"legacy-shop": "eu-west", "hq-office": "dc-lund", "lab": "eu-west", "rack7": ""}
_SHARE = 78  # of a hundred deployments, how many report
_MANY, _FEW = 1000, 200
"""Of more deployments than the first, so many in all report: what each measures is computed when it is asked for."""


def stores(fleet: Fleet, config_of: Callable[..., dict[str, Any]]) -> list[Deployment]:
    """The clusters that exist to store telemetry, one in most regions."""
    found = []
    for number, place in enumerate(fleet.places):
        if place.by == "clusterDeployment" or place.story or number % 8 == 7:
            continue  # its own cluster stores; nobody has got round to it; its clusters report elsewhere
        chart = charts()[f"{place.cloud}-standalone-cp"]
        created = place.created_at + timedelta(days=2, hours=5)
        found.append(
            Deployment(
                SYSTEM,
                f"telemetry-{place.name}",
                place,
                chart.template(),
                f"{place.cloud}-{place.name}",
                config_of(chart, place, 3, 3, 1),
                3,
                3,
                created,
                labels={"team": "platform", "stage": "prod"},
            )
        )
    return found


def enrol(fleet: Fleet) -> None:
    """Label everything that takes part."""
    regional = {place.name: d for d in fleet.deployments for place in fleet.places if stores_for(d, place)}
    for d in regional.values():
        label(d, "regional")
        d.config = d.config | {"clusterAnnotations": {f"{PREFIX}kof-regional-domain": domain(d)}}
    if not regional:
        return
    for d in regional.values():
        if not d.place.name:  # a cluster of management's own that is a region
            d.labels[f"{PREFIX}kcm-region-cluster"] = "true"
    elsewhere = regional.get("us-east") or next(iter(regional.values()))
    of_those = 1.0 if len(fleet.deployments) <= _MANY else _FEW / (_SHARE / 100 * len(fleet.deployments))
    for d in fleet.deployments:
        if ROLE in d.labels or d.dry_run:
            continue
        if not d.place.name:
            if d.name not in _STANDING:
                continue
            _report(d, regional.get(_STANDING[d.name]))
        elif (drawn := zlib.crc32(d.key.encode())) % 100 < _SHARE and drawn // 100 % 1000 < of_those * 1000:
            lost = d.place.story == "trouble"  # nobody set up a store there, nor said where else to report
            _report(d, None if lost else regional.get(d.place.name) or elsewhere)


def stores_for(d: Deployment, place: Place) -> bool:
    return d.namespace == SYSTEM and d.name in (f"telemetry-{place.name}", f"{place.name}-cluster")


def label(d: Deployment, role: str, version: str = CURRENT) -> None:
    d.labels |= {ROLE: role, f"{PREFIX}kof-cluster-name": d.name, VERSION: version}


def domain(d: Deployment) -> str:
    return f"{d.name.removeprefix('telemetry-')}.kof.example.net"


def _report(d: Deployment, to: Deployment | None) -> None:
    label(d, "child", OLDER if zlib.crc32(d.name.encode()) % 9 == 0 else CURRENT)
    if to is not None:
        d.labels |= {BOUND: to.name, BOUND_IN: to.namespace}
    if d.namespace not in (SYSTEM, "retail-ops"):
        d.labels[TENANT] = d.namespace
