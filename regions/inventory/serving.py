"""What serves a deployment. A name alone proves nothing: regions hold clusters of one name, and two Regions may be one.

An object serves the deployment that it names only where that deployment runs: Cluster API's and Sveltos' objects in the
region of its credential (kcm.md 2.1), what k0rdent and Flux make of it on management. There, too, an earlier cluster of
the same name may linger: what is owned by it is not its successor's.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.db.models import Q

from regions.domain import manifest as m
from regions.domain.kinds import FLUX, K0RDENT
from regions.domain.refs import MANAGEMENT
from regions.models import Change, Resource

Told = TypeVar("Told", Resource, Change)

_ON_MANAGEMENT = (FLUX, K0RDENT)


def serving(path: str, region: str) -> Q:
    """The rows that serve a deployment (`namespace/name`) of this region, the deployment itself among them."""
    here = Q(cluster=region or MANAGEMENT) | Q(cluster=MANAGEMENT, group__in=_ON_MANAGEMENT)
    return Q(deployment=path) & here


def serves(cluster: str, group: str, region: str) -> bool:
    """Whether an object that names a deployment of this region serves it, by its own cluster and API group."""
    return cluster == (region or MANAGEMENT) or (cluster == MANAGEMENT and group in _ON_MANAGEMENT)


def regions_of(paths: Iterable[str]) -> dict[str, str]:
    """Where these deployments run; those that are not there are left out."""
    found = Resource.objects.filter(kind="ClusterDeployment", group=K0RDENT, cluster=MANAGEMENT, deployment__in=paths)
    return {path: region or MANAGEMENT for path, region in found.order_by().values_list("deployment", "region")}


def placed(rows: Iterable[Told]) -> list[Told]:
    """The same rows to show, not to save: without a deployment where they only have the name of one elsewhere.

    An object whose deployment is not there leads to no page of it, either; what the log tells of one that was does.
    """
    rows = list(rows)
    regions = regions_of({row.deployment for row in rows if row.deployment})
    for row in rows:
        there = regions.get(row.deployment)
        if there is None:
            lost = isinstance(row, Resource)
        else:
            lost = row.cluster != MANAGEMENT and not serves(row.cluster, row.group, there)
        if lost:
            row.deployment = ""
    return rows


def without_strangers(rows: Iterable[Resource], bodies: Mapping[int, dict[str, Any]]) -> list[Resource]:
    """Without what is owned by an object that has the name of one of these and another uid: an earlier cluster's."""
    rows = list(rows)
    uids = {(row.cluster, row.group, row.kind, row.name): row.uid for row in rows}
    return [row for row in rows if not any(_foreign(row, owner, uids) for owner in _owners(bodies.get(row.pk, {})))]


def _owners(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    return m.items(m.part(dict(body), "metadata", "ownerReferences"))


def _foreign(row: Resource, owner: Mapping[str, Any], uids: Mapping[tuple[str, str, str, str], str]) -> bool:
    place = (row.cluster, m.group_of(owner.get("apiVersion")), m.text(owner.get("kind")), m.text(owner.get("name")))
    uid = m.text(owner.get("uid"))
    return bool(uid and uids.get(place) and uids[place] != uid)
