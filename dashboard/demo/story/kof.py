"""KOF's operator: what takes part gets its ConfigMap and credentials, and loses them when it goes."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from dashboard.demo.fleet import kof
from dashboard.demo.fleet.enrol import BOUND, BOUND_IN, PREFIX, ROLE
from dashboard.demo.story.client import Failed
from dashboard.demo.story.stage import release
from dashboard.demo.story.world import CLDS, World

Manifest = dict[str, Any]
Stores = Callable[[str, str], Awaitable[kof.Store]]
_KOF = "kof.k0rdent.mirantis.com/v1beta1"
_EVERY = 5.0
_LOCATED = ("aws_region", "azure_location", "openstack_region")
_NEVER_BY_PLACE = ("internal", "k0sproject-k0smotron")  # adopted and remote clusters must be bound by name


async def nobody(namespace: str, name: str) -> kof.Store:
    """Stores at addresses where nothing listens."""
    return kof.nowhere(namespace, name, f"{name}.kof.example.net")


class Observability:
    """`stores` starts the store of a new regional cluster, and says how it is read."""

    def __init__(self, world: World, stores: Stores | None = None) -> None:
        self._world = world
        self._stores = stores or nobody
        self._known: set[str] = set()

    async def run(self) -> None:
        while True:
            await self._world.pass_time(_EVERY)
            try:
                await self._round()
            except Failed:
                continue

    async def _round(self) -> None:
        management = self._world.management
        maps = await management.list("v1", "configmaps", labels=ROLE)
        regional = [each for each in maps if _labels(each)[ROLE] == "regional"]
        there = {f"{each['metadata']['namespace']}/{each['metadata']['name']}": each for each in maps}
        for cld in await management.list(*CLDS):
            role, metadata = _labels(cld).get(ROLE), cld["metadata"]
            if metadata.get("deletionTimestamp") or cld["spec"].get("dryRun"):
                continue
            prefix = {"regional": "kof-", "child": "kof-cluster-config-"}.get(role or "")
            found = there.get(f"{metadata['namespace']}/{prefix}{metadata['name']}") if prefix else None
            if role == "regional" and found is None:
                await self._regional(cld)
            elif role == "child":
                await self._child(cld, found, regional)
            await asyncio.sleep(0)
        await self._sweep(regional)

    async def _regional(self, cld: Manifest) -> None:
        facts = _facts(cld)
        store = await self._stores(facts.namespace, facts.name)
        uid = ""
        for made in kof.of_regional(facts, "pane-story", store):
            for owner in made["metadata"].get("ownerReferences") or []:
                if owner["kind"] == "ConfigMap":
                    owner["uid"] = uid
            kept = await self._world.put(self._world.management, made)
            uid = uid or kept["metadata"]["uid"]

    async def _child(self, cld: Manifest, found: Manifest | None, regional: list[Manifest]) -> None:
        to = next((each for each in regional if _fits(cld, each["data"])), None)
        if to is None or (found and found["data"] == to["data"]):
            return
        for made in kof.of_child(_facts(cld), "pane-story", to["data"]):
            await self._world.put(self._world.management, made)

    async def _sweep(self, regional: list[Manifest]) -> None:
        """Connections of regions that are gone: the operator lets go of them."""
        management = self._world.management
        live = {each["data"]["regional_cluster_name"] for each in regional}
        if live == self._known:
            return
        self._known = live
        for each in await management.list(_KOF, "vmstorageconnections"):
            if _labels(each).get(f"{PREFIX}kof-cluster-name") not in live:
                where = (each["metadata"]["namespace"], each["metadata"]["name"])
                await management.delete(_KOF, "vmstorageconnections", *where)
                await release(management, _KOF, "vmstorageconnections", *where)


def _labels(each: Manifest) -> dict[str, str]:
    return each["metadata"].get("labels") or {}


def _facts(cld: Manifest) -> kof.Facts:
    metadata, spec = cld["metadata"], cld["spec"]
    created = datetime.fromisoformat(metadata["creationTimestamp"])
    return kof.Facts(
        metadata["namespace"],
        metadata["name"],
        spec["template"],
        spec.get("config") or {},
        _labels(cld),
        metadata["uid"],
        created,
    )


def _fits(cld: Manifest, region: dict[str, str]) -> bool:
    """Bound by name; or else in the same place."""
    labels = _labels(cld)
    if labels.get(BOUND):
        namespace = labels.get(BOUND_IN) or cld["metadata"]["namespace"]
        return (region["regional_cluster_namespace"], region["regional_cluster_name"]) == (namespace, labels[BOUND])
    own = kof.placed(_facts(cld))
    if own["regional_cluster_cloud"] in _NEVER_BY_PLACE:
        return False
    return own["regional_cluster_cloud"] == "docker" or all(
        own.get(key) == region.get(key) for key in ("regional_cluster_cloud", *_LOCATED)
    )
