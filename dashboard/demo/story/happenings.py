"""What happens by itself, at a calm pace, and what `demo-ctl` asks for."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from dashboard.demo.charts import chart_of
from dashboard.demo.fleet.make import condition
from dashboard.demo.fleet.model import K0RDENT, Step
from dashboard.demo.story.client import Failed
from dashboard.demo.story.foresight import TROUBLE
from dashboard.demo.story.stage import CAPI, FLUX, Stage
from dashboard.demo.story.world import CLDS, World

Manifest = dict[str, Any]
EVERY = 22.0  # seconds between happenings, at pace 1
_OUTAGE_EVERY, _OUTAGE_LASTS = 20, 75.0  # every so many happenings; seconds
_HEALS_AFTER = 50.0
_MARK = "pane-demo/by-itself"
_WORDS = ("campaign", "trial", "load", "preview", "canary", "training")
_BURST_AT_ONCE = 16


class Happenings:
    """`switch(region, on)` takes a region away and gives it back; without it there are no outages."""

    def __init__(self, world: World, switch: Callable[[str, bool], Awaitable[None]] | None = None) -> None:
        self._world = world
        self._switch = switch
        self._ill: set[str] = set()

    async def run(self) -> None:
        turns = [self.fail_machine, self.scale, self.create, self.upgrade, self.retire, self.scale]
        number = 0
        while True:
            await self._world.pass_time(EVERY * self._world.dice.uniform(0.6, 1.4))
            number += 1
            try:
                if self._switch and number % _OUTAGE_EVERY == 0:
                    await self.outage()
                else:
                    await turns[number % len(turns)]()
            except Failed:
                continue

    # -- one by one ----------------------------------------------------------------------------------------------

    async def fail_machine(self, name: str = "") -> str:
        """A worker's kubelet goes quiet; after a while the machine is well again."""
        cld = await self._some(lambda each: _ready(each) and not _managed(each) and _workers(each) > 1, name)
        if cld is None:
            return "No deployment has a machine to spare."
        self._world.begin(self._ail(cld))
        return f"A machine of {_key(cld)} has stopped reporting."

    async def _ail(self, cld: Manifest) -> None:
        world, key = self._world, _key(cld)
        if key in self._ill:
            return
        self._ill.add(key)
        try:
            d = await world.deployment(cld)
            host = await world.host(d.place)
            stage = Stage(world)
            d.revision = await _revision(world, cld)
            d.step, d.trouble, d.since = Step.READY, "unhealthy", world.now()
            await stage.show(d, host)
            machines = await host.list(CAPI, "machines", d.namespace, f"cluster.x-k8s.io/cluster-name={d.name}")
            last = max((m for m in machines if "-md-" in m["metadata"]["name"]), default=None, key=_name)
            if last:
                about = {"apiVersion": CAPI, "kind": "Machine"} | last
                note = f"Machine {d.namespace}/{_name(last)} has unhealthy Node"
                await world.tell(
                    host, about, "DetectedUnhealthy", note, warning=True, controller="machinehealthcheck-controller"
                )
            await world.pass_time(_HEALS_AFTER)
            now = await world.management.get(*CLDS, d.namespace, d.name)
            if now and now["metadata"].get("generation") == d.generation:
                d.trouble, d.since = "", world.now()
                await stage.show(d, await world.host(d.place))
        except Failed:
            return
        finally:
            self._ill.discard(key)

    async def scale(self) -> str:
        cld = await self._some(lambda each: _ready(each) and "workersNumber" in (each["spec"].get("config") or {}))
        if cld is None:
            return "No deployment can be scaled."
        workers = int(cld["spec"]["config"]["workersNumber"])
        wanted = workers - 1 if workers > 5 else workers + 1
        where = (*CLDS, cld["metadata"]["namespace"], cld["metadata"]["name"])
        await self._world.management.patch(*where, {"spec": {"config": {"workersNumber": wanted}}})
        return f"{_key(cld)} goes from {workers} to {wanted} workers."

    async def upgrade(self, name: str = "") -> str:
        cld = await self._some(lambda each: _ready(each) and bool(each["status"].get("availableUpgrades")), name)
        if cld is None:
            return "No deployment has an upgrade to take."
        to = cld["status"]["availableUpgrades"][-1]
        where = (*CLDS, cld["metadata"]["namespace"], cld["metadata"]["name"])
        await self._world.management.patch(*where, {"spec": {"template": to}})
        return f"{_key(cld)} is upgraded to {to}."

    async def create(self) -> str:
        """Somebody orders a cluster like one that is there; one in four goes wrong."""
        like = await self._some(lambda each: _ready(each) and bool(_regional(each)) and not _managed(each))
        if like is None:
            return "There is no deployment to take after."
        world, dice = self._world, self._world.dice
        name = f"{dice.choice(_WORDS)}-{dice.randrange(100, 999)}"
        annotations = {_MARK: "true"}
        if dice.random() < 0.25:
            annotations[TROUBLE] = dice.choice(["quota", "image", "rejected"])
        spec = {
            k: v
            for k, v in like["spec"].items()
            if k in ("template", "credential", "config", "serviceSpec", "propagateCredentials")
        }
        spec["config"] = spec.get("config", {}) | {"workersNumber": dice.randrange(1, 4)}
        labels = {k: v for k, v in (like["metadata"].get("labels") or {}).items() if k in ("team", "cost-center")}
        made = {
            "apiVersion": K0RDENT,
            "kind": "ClusterDeployment",
            "spec": spec,
            "metadata": {
                "name": name,
                "namespace": like["metadata"]["namespace"],
                "annotations": annotations,
                "labels": labels | {"stage": "dev"},
            },
        }
        await world.management.create(*CLDS, made)
        return f"{_key(made)} is being created."

    async def retire(self) -> str:
        """One of those that came by themselves goes again."""
        cld = await self._some(lambda each: _MARK in (each["metadata"].get("annotations") or {}))
        if cld is None:
            return "Nothing is there to be deleted."
        await self._world.management.delete(*CLDS, cld["metadata"]["namespace"], cld["metadata"]["name"])
        return f"{_key(cld)} is being deleted."

    async def outage(self) -> str:
        regions = await self._world.management.list(K0RDENT, "regions")
        name = self._world.dice.choice(sorted(_name(each) for each in regions))
        if self._switch:
            await self._switch(name, False)
            self._world.begin(self._come_back(name))
        return f"{name} is away for a while."

    async def _come_back(self, name: str) -> None:
        await self._world.pass_time(_OUTAGE_LASTS)
        if self._switch:
            await self._switch(name, True)

    async def burst(self, count: int) -> str:
        """So many changes as fast as the server takes them: Events, and every tenth a condition's message."""
        world = self._world
        clds = [each for each in await world.management.list(*CLDS) if _ready(each)]
        gate = asyncio.Semaphore(_BURST_AT_ONCE)

        async def one(number: int) -> None:
            cld: Manifest = {"apiVersion": K0RDENT, "kind": "ClusterDeployment"} | clds[number % len(clds)]
            async with gate:
                if number % 10:
                    note = f"Burst {number + 1} of {count}"
                    await world.tell(world.management, cld, "HelmReleaseUpdated", note)
                else:
                    metadata = cld["metadata"]
                    now = condition("BurstSeen", True, "Burst", f"{number + 1} of {count}", world.now())
                    others = [each for each in cld["status"]["conditions"] if each["type"] != "BurstSeen"]
                    body = {"conditions": [*others, now]}
                    await world.management.status(*CLDS, metadata["namespace"], metadata["name"], body)

        results = await asyncio.gather(*(one(number) for number in range(count)), return_exceptions=True)
        lost = sum(isinstance(result, Failed) for result in results)
        return f"{count - lost} changes were written." + (f" {lost} were refused." if lost else "")

    async def _some(self, test: Callable[[Manifest], bool], name: str = "") -> Manifest | None:
        found = [
            each
            for each in await self._world.management.list(*CLDS)
            if test(each)
            and not each["metadata"].get("deletionTimestamp")
            and _key(each) not in self._ill
            and (not name or name in (_name(each), _key(each)))
        ]
        return self._world.dice.choice(sorted(found, key=_key)) if found else None


async def _revision(world: World, cld: Manifest) -> int:
    metadata = cld["metadata"]
    helm = await world.management.get(FLUX, "helmreleases", metadata["namespace"], metadata["name"])
    history = ((helm or {}).get("status") or {}).get("history") or [{}]
    return int(history[0].get("version", 1))


def _name(each: Manifest) -> str:
    return str(each["metadata"]["name"])


def _key(each: Manifest) -> str:
    return f"{each['metadata']['namespace']}/{_name(each)}"


def _ready(each: Manifest) -> bool:
    conditions = (each.get("status") or {}).get("conditions") or []
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions) and not each["spec"].get("dryRun")


def _regional(each: Manifest) -> str:
    return (each.get("status") or {}).get("region") or ""


def _managed(each: Manifest) -> bool:
    chart = chart_of(each["spec"]["template"])
    return chart.managed or chart.cloud in ("adopted", "remote", "docker")


def _workers(each: Manifest) -> int:
    return int((each["spec"].get("config") or {}).get("workersNumber") or 0)
