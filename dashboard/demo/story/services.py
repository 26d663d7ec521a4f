"""k0rdent's MultiClusterService controller: a ServiceSet for every deployment that matches, and the sum of them."""

import hashlib
from typing import Any

from dashboard.demo.apiserver.selectors import matches
from dashboard.demo.fleet.make import condition, stamp
from dashboard.demo.fleet.model import K0RDENT
from dashboard.demo.story.client import Failed
from dashboard.demo.story.stage import release
from dashboard.demo.story.world import CLDS, World

Manifest = dict[str, Any]
SERVICES, SETS = (K0RDENT, "multiclusterservices"), (K0RDENT, "servicesets")
_EVERY = 6.0


class Services:
    def __init__(self, world: World) -> None:
        self._world = world

    async def run(self) -> None:
        while True:
            await self._world.pass_time(_EVERY)
            try:
                await self._round()
            except Failed:
                continue

    async def _round(self) -> None:
        management = self._world.management
        clds = [each for each in await management.list(*CLDS) if not each["spec"].get("dryRun")]
        sets = {_key(each): each for each in await management.list(*SETS)}
        wanted: set[str] = set()
        for service in await management.list(*SERVICES):
            selector = service["spec"].get("clusterSelector")
            found = [each for each in clds if matches(selector, each["metadata"].get("labels") or {})]
            for cld in found:
                wanted.add(await self._set(service, cld, sets))
            await self._sum(service, found)
        for key, each in sets.items():
            if each["spec"].get("multiClusterService") and key not in wanted:
                where = (*SETS, *key.split("/"))
                await management.delete(*where)
                await release(management, *where)

    async def _set(self, service: Manifest, cld: Manifest, sets: dict[str, Manifest]) -> str:
        """The ServiceSet of this pair, as far as the deployment has come; its key."""
        management, metadata = self._world.management, cld["metadata"]
        suffix = hashlib.sha256(service["metadata"]["name"].encode()).hexdigest()[:8]
        namespace, name = metadata["namespace"], f"{metadata['name']}-{suffix}"
        key, done = f"{namespace}/{name}", _deployed(cld)
        there = sets.get(key)
        if there and bool((there.get("status") or {}).get("deployed")) == done:
            return key
        listed = (service["spec"].get("serviceSpec") or {}).get("services") or []
        now = self._world.now()
        states = [
            {
                "name": each["name"],
                "namespace": each.get("namespace") or "default",
                "template": each["template"],
                "type": "Helm",
                "state": "Deployed" if done else "Pending",
                "version": each["template"],
                "lastStateTransitionTime": stamp(now),
            }
            for each in listed
        ]
        count = f"{len(states) if done else 0}/{len(states)}"
        status = {
            "deployed": done,
            "services": states,
            "conditions": [condition("ServicesInReadyState", done, "Succeeded" if done else "Failed", count, now)],
        }
        if there is None:
            spec = {
                "cluster": metadata["name"],
                "multiClusterService": service["metadata"]["name"],
                "provider": {"name": "ksm-projectsveltos"},
                "services": listed,
            }
            made = {
                "apiVersion": K0RDENT,
                "kind": "ServiceSet",
                "spec": spec,
                "metadata": {"name": name, "namespace": namespace},
            }
            await management.create(*SETS, made)
        await management.status(*SETS, namespace, name, status)
        return key

    async def _sum(self, service: Manifest, found: list[Manifest]) -> None:
        now, status = self._world.now(), service.get("status") or {}
        old = {_key(each): each for each in status.get("matchingClusters") or []}
        listed = []
        for cld in found:
            metadata, done = cld["metadata"], _deployed(cld)
            before = old.get(_key(cld), {})
            since = before.get("lastTransitionTime") if before.get("deployed") is done else None
            listed.append(
                {
                    "apiVersion": K0RDENT,
                    "kind": "ClusterDeployment",
                    "name": metadata["name"],
                    "namespace": metadata["namespace"],
                    "deployed": done,
                    "regional": bool((cld.get("status") or {}).get("region")),
                    "lastTransitionTime": since or stamp(now),
                }
            )
        listed.sort(key=_key)
        if listed == sorted(old.values(), key=_key):
            return
        ready = sum(each["deployed"] for each in listed)
        well, count = ready == len(listed), f"{ready}/{len(listed)}"
        text = "Object is ready" if well else f"{count} Clusters are ready."
        kept = [each for each in status.get("conditions") or [] if each["type"] not in ("ClusterInReadyState", "Ready")]
        both = [
            condition("ClusterInReadyState", well, "Succeeded" if well else "Failed", count, now),
            condition("Ready", well, "Succeeded" if well else "Progressing", text, now),
        ]
        body = {
            "matchingClusters": listed,
            "conditions": kept + both,
            "observedGeneration": service["metadata"].get("generation", 1),
        }
        await self._world.management.status(*SERVICES, "", service["metadata"]["name"], body)


def _key(each: Manifest) -> str:
    found = each.get("metadata") or each
    return f"{found['namespace']}/{found['name']}"


def _deployed(cld: Manifest) -> bool:
    """Whether what is to run on a cluster does: once the cluster itself is up."""
    conditions = {each["type"]: each["status"] for each in (cld.get("status") or {}).get("conditions") or []}
    return conditions.get("CAPIClusterSummary", conditions.get("Ready")) == "True"
