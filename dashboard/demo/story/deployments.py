"""k0rdent's ClusterDeployment controller, and Cluster API behind it: from created to Ready, and to gone."""

import asyncio
from dataclasses import replace
from typing import Any

from dashboard.demo.charts import chart_of, version_of
from dashboard.demo.fleet.model import K0RDENT, Deployment, Step
from dashboard.demo.fleet.wording import troubles
from dashboard.demo.story.client import Client, Failed
from dashboard.demo.story.deletion import delete
from dashboard.demo.story.foresight import foresee
from dashboard.demo.story.stage import CAPI, FLUX, Stage, is_settled
from dashboard.demo.story.telling import say, say_on_host
from dashboard.demo.story.world import CLDS, Manifest, World

FINALIZER = "k0rdent.mirantis.com/cluster-deployment"
_STUCK_SECONDS = 420
SECONDS = {
    Step.OBSERVED: 1,
    Step.VALIDATED: 2,
    Step.INSTALLING: 2,
    Step.INSTALLED: 5,
    Step.NETWORKED: 10,
    Step.CONTROLLED: 14,
    Step.POPULATED: 12,
    Step.READY: 6,
}


class Superseded(Exception):
    """The deployment was changed or deleted meanwhile: begin again from what it is now."""


class Deployments:
    """Follows every ClusterDeployment with one task while there is something to do."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._latest: dict[str, Manifest] = {}
        self._busy: set[str] = set()
        self._stages: dict[str, Stage] = {}
        self._slow: set[str] = set()  # was being deleted when the story began, and takes its time
        self._begun = False

    async def run(self) -> None:
        self._world.begin(self._warm_up())
        async for kind, found in self._world.management.watch(*CLDS):
            metadata = found["metadata"]
            key = f"{metadata['namespace']}/{metadata['name']}"
            if kind == "DELETED":
                self._latest.pop(key, None)
                self._stages.pop(key, None)
                continue
            first = key not in self._latest
            if first and metadata.get("deletionTimestamp") and not self._begun:
                self._slow.add(key)
            self._latest[key] = found
            if key not in self._busy and (not is_settled(found) or (first and _on_the_way(found))):
                self._busy.add(key)
                self._world.begin(self._follow(key))

    async def _warm_up(self) -> None:
        await asyncio.sleep(3)
        self._begun = True

    async def _follow(self, key: str) -> None:
        resume = True
        try:
            while (found := self._latest.get(key)) and (not is_settled(found) or (resume and _on_the_way(found))):
                generation = found["metadata"].get("generation")
                try:
                    await self._reconcile(key, found)
                except Superseded:
                    continue
                except Failed as failed:
                    if failed.status not in (0, 409, 429, 500, 503, 504) and generation == self._generation(key):
                        return
                    await asyncio.sleep(2)
                    continue
                resume = False
                await asyncio.sleep(0.3)  # for our own last write to come back
        finally:
            self._busy.discard(key)

    def _generation(self, key: str) -> Any:
        return (self._latest.get(key) or {"metadata": {}})["metadata"].get("generation")

    def _check(self, key: str, d: Deployment) -> None:
        now = self._latest.get(key)
        if now is None or now["metadata"].get("generation") != d.generation:
            raise Superseded

    async def _reconcile(self, key: str, found: Manifest) -> None:
        world, metadata = self._world, found["metadata"]
        d = await world.deployment(found)
        stage = self._stages.setdefault(key, Stage(world))
        if metadata.get("deletionTimestamp"):
            if key in self._slow:
                self._slow.discard(key)
                await world.pass_time(_STUCK_SECONDS)
            await delete(world, d, found)
            self._latest.pop(key, None)
            return
        if FINALIZER not in (metadata.get("finalizers") or []):
            labels = {"k0rdent.mirantis.com/component": "kcm"}
            await world.management.patch(
                *CLDS, d.namespace, d.name, {"metadata": {"finalizers": [FINALIZER], "labels": labels}}
            )
        helm = await world.management.get(FLUX, "helmreleases", d.namespace, d.name)
        if helm is None or d.dry_run:
            await self._provision(key, d, found, stage, Step.ADMITTED)
        elif not is_settled(found):
            await self._change(key, d, found, helm, stage)
        else:
            await self._provision(key, d, found, stage, _step_of(found))

    # -- creating ------------------------------------------------------------------------------------------------

    async def _provision(self, key: str, d: Deployment, found: Manifest, stage: Stage, start: Step) -> None:
        world = self._world
        planned, d.said = await foresee(world, d, found)
        if await self._paused(d):
            d.place = replace(d.place, story="paused")
        for step in Step:
            if step <= start:
                continue
            await world.pass_time(SECONDS[step])
            self._check(key, d)
            d.step, d.since = step, world.now()
            if planned and troubles()[planned]["step"] == step:
                d.trouble = planned
            host = await self._host(d, stage) if step >= Step.INSTALLED and not d.dry_run else None
            await stage.show(d, host)
            await say(world, d, found, host)
            ends_here = d.dry_run or d.place.story == "paused"
            if d.trouble or (ends_here and step == Step.VALIDATED):
                return

    async def _host(self, d: Deployment, stage: Stage) -> Client:
        """The cluster for its machines; while it does not answer, the deployment says so."""
        world, said = self._world, False
        while True:
            try:
                host = await world.host(d.place)
                await host.get("v1", "namespaces", "", d.namespace)
                return host
            except Failed as failed:
                if not said:
                    step, d.step, d.trouble = d.step, Step.INSTALLING, "silent"
                    d.said = (
                        f"Helm install failed for release {d.namespace}/{d.name} with chart "
                        f"{chart_of(d.template).name}@{version_of(d.template)}: {failed}"
                    )
                    await stage.show_management(d)
                    d.step, d.trouble, d.said, said = step, "", "", True
                await world.pass_time(5)

    async def _paused(self, d: Deployment) -> bool:
        region = await self._world.management.get(K0RDENT, "regions", "", d.place.name) if d.place.name else None
        annotations = ((region or {}).get("metadata") or {}).get("annotations") or {}
        return "k0rdent.mirantis.com/region-pause" in annotations

    # -- changing ------------------------------------------------------------------------------------------------

    async def _change(self, key: str, d: Deployment, found: Manifest, helm: Manifest, stage: Stage) -> None:
        """A new template, other values: Helm upgrades, and machines follow."""
        world = self._world
        old = helm["spec"]["chartRef"]["name"]
        d.revision = int((((helm.get("status") or {}).get("history") or [{}])[0]).get("version", 1)) + 1
        planned, d.said = await foresee(world, d, found)
        if planned == "values":
            d.step, d.trouble, d.since = Step.OBSERVED, planned, world.now()
            await stage.show_management(d)
            await say(world, d, found, None)
            return
        d.step, d.since = Step.INSTALLING, world.now()
        await stage.show_management(d)
        await world.tell(world.management, found, "HelmReleaseUpdated", f"Successfully updated HelmRelease {d.key}")
        await world.pass_time(4)
        self._check(key, d)
        host = await self._host(d, stage)
        d.step, d.since = Step.POPULATED, world.now()
        text = f"Helm upgrade succeeded for release {d.key}.v{d.revision} with chart {d.template}"
        about = {"apiVersion": FLUX, "kind": "HelmRelease", "metadata": {"name": d.name, "namespace": d.namespace}}
        await world.tell(world.management, about, "UpgradeSucceeded", text, controller="helm-controller")
        if planned:
            d.step, d.trouble = Step(troubles()[planned]["step"]), planned
        elif d.template == old:
            await self._scale(key, d, stage, host)
        await stage.show(d, host)
        if d.trouble:
            await say_on_host(world, d, host)
            return
        await world.pass_time(8)
        self._check(key, d)
        d.step, d.since = Step.READY, world.now()
        await stage.show(d, host)
        await world.tell(world.management, found, "HelmReleaseIsReady", f"HelmRelease {d.key} is ready")

    async def _scale(self, key: str, d: Deployment, stage: Stage, host: Client) -> None:
        """Workers come up after a while."""
        d.step = Step.CONTROLLED
        await stage.show(d, host)
        about = {
            "apiVersion": CAPI,
            "kind": "MachineDeployment",
            "metadata": {"name": f"{d.name}-md", "namespace": d.namespace},
        }
        note = f"Scaled MachineSet {d.name}-md to {d.workers} replicas"
        await self._world.tell(host, about, "SuccessfulScale", note, controller="machinedeployment-controller")
        await self._world.pass_time(9)
        self._check(key, d)
        d.step, d.since = Step.POPULATED, self._world.now()


def _on_the_way(found: Manifest) -> bool:
    """Whether a settled deployment is still coming up by itself."""
    status: Manifest = found.get("status") or {}
    ready = next((each for each in status.get("conditions") or [] if each["type"] == "Ready"), None)
    failed = any(service["state"] == "Failed" for service in status.get("services") or [])
    if ready is None or failed or found["spec"].get("dryRun"):
        return False
    words = " ".join(each["message"] for each in status["conditions"])
    return ready["reason"] == "Progressing" and not any(word in words for word in ("failed to", "error", "Kubelet"))


def _step_of(found: Manifest) -> Step:
    """How far a deployment has come, by what its conditions say."""
    conditions = {each["type"]: each for each in found["status"]["conditions"]}
    summary = conditions.get("CAPIClusterSummary")
    if summary is None:
        return Step.INSTALLING
    for word, step in (
        ("InfrastructureReady", Step.INSTALLED),
        ("ControlPlaneInitialized", Step.NETWORKED),
        ("WorkersAvailable", Step.CONTROLLED),
    ):
        if word in summary["message"]:
            return step
    return Step.POPULATED
