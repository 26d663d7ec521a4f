"""What the controllers share: clients of every cluster, the time, the pace, and where a deployment stands."""

import asyncio
import base64
import random
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from dashboard.demo.apiserver.events import to_core
from dashboard.demo.charts import chart_of, charts
from dashboard.demo.crds import manifests as crds
from dashboard.demo.fleet.make import KCM, event
from dashboard.demo.fleet.model import HERE, K0RDENT, SYSTEM, Deployment, Place, Step
from dashboard.demo.story.client import Client, Failed

Manifest = dict[str, Any]
CLDS = (K0RDENT, "clusterdeployments")
_PLURALS = {crd["spec"]["names"]["kind"]: crd["spec"]["names"]["plural"] for crd in crds()}
_PLURALS |= {"Secret": "secrets", "ConfigMap": "configmaps", "Namespace": "namespaces", "Event": "events"}
_ZONES = {"aws": "abc", "gcp": "abc"}


def plural_of(kind: str) -> str:
    return str(_PLURALS[kind])


class World:
    def __init__(self, management: Client, *, seed: int = 7, pace: float = 1) -> None:
        self.management = management
        self.pace = pace
        self.dice = random.Random(seed)  # noqa: S311 - a story, not a secret
        self.scope = "pane-story"
        self._regions: dict[str, Client] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def pass_time(self, seconds: float) -> None:
        """So long at pace 1. Stands still while the pace is 0."""
        left = seconds
        while left > 0:
            step = min(left, 0.5)
            await asyncio.sleep(step / max(self.pace, 0.01) if self.pace else 0.5)
            left -= step if self.pace else 0

    def begin(self, task: Any) -> "asyncio.Task[Any]":
        """Run beside everything else, until it ends or the story does."""
        started = asyncio.create_task(task)
        self._tasks.add(started)
        started.add_done_callback(self._tasks.discard)
        return started

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for client in [self.management, *self._regions.values()]:
            await client.close()

    # -- where things are ----------------------------------------------------------------------------------------

    async def host(self, place: Place) -> Client:
        """The client of the cluster that holds a place's machines. Raises Failed when there is no kubeconfig."""
        if not place.name:
            return self.management
        region = await self.management.get(K0RDENT, "regions", "", place.name)
        if region is None:
            raise Failed(404, f'Region.k0rdent.mirantis.com "{place.name}" not found')
        return await self.region_client(region)

    async def region_client(self, region: Manifest) -> Client:
        name, spec = region["metadata"]["name"], region["spec"]
        if "kubeConfig" in spec:
            namespace, secret, key = SYSTEM, spec["kubeConfig"]["name"], spec["kubeConfig"].get("key", "value")
        else:
            referenced = spec["clusterDeployment"]
            namespace, secret, key = referenced["namespace"], f"{referenced['name']}-kubeconfig", "value"
        found = await self.management.get("v1", "secrets", namespace, secret)
        text = base64.b64decode(((found or {}).get("data") or {}).get(key, "")).decode()
        known = self._regions.get(name)
        if known and known.kubeconfig == text:
            return known
        if not text:
            raise Failed(404, f"failed to get clients for the {name} region: Secret {namespace}/{secret} has no {key}")
        if known:
            await known.close()
        self._regions[name] = Client(text)
        return self._regions[name]

    async def deployment(self, cld: Manifest) -> Deployment:
        """A ClusterDeployment as the fleet's makers want it."""
        metadata, spec = cld["metadata"], cld["spec"]
        template = spec["template"]
        chart = charts().get(template.rsplit("-", 3)[0]) or chart_of("aws-standalone-cp-1-0-43")
        config = spec.get("config") or {}
        credential = await self.management.get(
            K0RDENT, "credentials", metadata["namespace"], spec.get("credential") or "-"
        )
        region = ((credential or {}).get("spec") or {}).get("region") or ""
        where = config.get("region") or config.get("location") or "here"
        if isinstance(config.get("identityRef"), dict):
            where = config["identityRef"].get("region") or where
        zones = tuple(f"{where}{letter}" for letter in _ZONES.get(chart.cloud, "")) or ("zone-1", "zone-2")
        created = datetime.fromisoformat(metadata["creationTimestamp"])
        place = replace(HERE, name=region, cloud=chart.cloud, where=where, zones=zones, created_at=created)
        services = [
            (each["name"], each.get("namespace") or "default", each["template"])
            for each in (spec.get("serviceSpec") or {}).get("services") or []
        ]
        return Deployment(
            metadata["namespace"],
            metadata["name"],
            place,
            template,
            spec.get("credential") or "",
            config,
            _number(config, chart.values, "controlPlaneNumber", 0 if chart.managed else 1),
            _workers(config, chart.values),
            created,
            step=Step.ADMITTED,
            labels={k: v for k, v in (metadata.get("labels") or {}).items() if "component" not in k},
            services=tuple(services),
            dry_run=bool(spec.get("dryRun")),
            owner_uid=metadata["uid"],
            generation=metadata.get("generation", 1),
        )

    # -- what controllers do all the time ------------------------------------------------------------------------

    async def put(self, client: Client, manifest: Manifest) -> Manifest:
        return await client.put(plural_of(manifest["kind"]), manifest)

    async def tell(
        self, client: Client, about: Manifest, reason: str, note: str, *, warning: bool = False, controller: str = ""
    ) -> None:
        """Write an Event, as this controller (k0rdent's own) would; nobody fails for want of one."""
        suffix = f"{self.dice.getrandbits(64):016x}"
        made = event(about, reason, note, self.now(), warning=warning, suffix=suffix, controller=controller or KCM)
        api = made["apiVersion"]
        if controller:  # all but k0rdent use the older recorder
            made, api = to_core(made), "v1"
        try:
            await client.create(api, "events", made)
        except Failed:
            return

    async def ensure_namespace(self, client: Client, name: str) -> None:
        if await client.get("v1", "namespaces", "", name) is None:
            made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
            await client.create("v1", "namespaces", made)


def _number(config: Manifest, defaults: Manifest, key: str, otherwise: int) -> int:
    found = config.get(key, defaults.get(key, otherwise))
    return int(found) if isinstance(found, int | float) else otherwise


def _workers(config: Manifest, defaults: Manifest) -> int:
    if "machines" in defaults and isinstance(defaults["machines"], list):
        return len(config.get("machines") or defaults["machines"])
    pools = config.get("machinePools") or defaults.get("machinePools")
    if pools:
        return int((pools.get("user") or {}).get("count", 2))
    return _number(config, defaults, "workersNumber", 2)
