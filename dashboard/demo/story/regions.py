"""k0rdent's Region controller: components one after the other, pauses, removal."""

from typing import Any

from dashboard.demo.fleet.catalogue import CORE, PROVIDERS, components, interface
from dashboard.demo.fleet.make import condition, make
from dashboard.demo.fleet.model import K0RDENT, SYSTEM
from dashboard.demo.story.client import Failed
from dashboard.demo.story.stage import FLUX, release
from dashboard.demo.story.world import CLDS, World

Manifest = dict[str, Any]
FINALIZER = "k0rdent.mirantis.com/region"
PAUSE = "k0rdent.mirantis.com/region-pause"
REGIONS = (K0RDENT, "regions")


class Regions:
    def __init__(self, world: World) -> None:
        self._world = world
        self._seen: dict[str, Manifest] = {}
        self._busy: set[str] = set()

    async def run(self) -> None:
        async for kind, found in self._world.management.watch(*REGIONS):
            name = found["metadata"]["name"]
            before = self._seen.get(name)
            if kind == "DELETED":
                self._seen.pop(name, None)
                continue
            self._seen[name] = found
            if before and _paused(before) and not _paused(found):
                self._world.begin(self._unpause(name))
            generation = found["metadata"].get("generation")
            new = not found.get("status") or (before and before["metadata"].get("generation") != generation)
            if (new or found["metadata"].get("deletionTimestamp")) and name not in self._busy:
                self._busy.add(name)
                self._world.begin(self._reconcile(name))

    async def _reconcile(self, name: str) -> None:
        try:
            found = self._seen[name]
            if found["metadata"].get("deletionTimestamp"):
                await self._delete(found)
            else:
                await self._install(found)
        except Failed as failed:
            await self._failed(self._seen.get(name), failed)
        finally:
            self._busy.discard(name)

    async def _install(self, found: Manifest) -> None:
        world, name, spec = self._world, found["metadata"]["name"], found["spec"]
        generation = found["metadata"].get("generation", 1)
        if FINALIZER not in (found["metadata"].get("finalizers") or []):
            body = {"metadata": {"finalizers": [FINALIZER], "labels": {"k0rdent.mirantis.com/component": "kcm"}}}
            await world.management.patch(*REGIONS, "", name, body)
        wanted = ["kcm-regional", "capi", *(each["name"] for each in spec.get("providers") or [])]
        known = [each for each in wanted if each in CORE or each in PROVIDERS]
        await world.region_client(found)
        for number in range(len(known) + 1):
            first = "".join(known[number : number + 1])
            failing = dict.fromkeys(known[number + 1 :], f"Some dependencies are not ready yet. Waiting for {first}")
            if number < len(known):
                text = "is not yet ready: Running 'install' action with timeout of 10m0s"
                failing[known[number]] = f"HelmRelease {SYSTEM}/{name}-{known[number]} {text}"
            await self._show(name, known, failing, generation)
            if number < len(known):
                await self._release(name, known[number], spec)
                text = f"Successfully created {SYSTEM}/{name}-{known[number]} HelmRelease"
                await world.tell(world.management, found, "HelmReleaseCreated", text)
                await world.pass_time(4)
        host = await world.region_client(found)
        for each in known:
            if each.startswith("cluster-api-provider-") and PROVIDERS[each][1]:
                made = interface(each.removeprefix("cluster-api-provider-"), "pane-story", world.now())
                await world.put(host, made)
        await world.tell(world.management, found, "RegionIsReady", "Regional KCM components are ready")

    async def _show(self, name: str, known: list[str], failing: dict[str, str], generation: int) -> None:
        now = self._world.now()
        if failing:
            text = f"Components not ready: [{' '.join(sorted(failing))}]"
            ready = condition("Ready", False, "NotAllComponentsHealthy", text, now, generation)
        else:
            text = "All components are successfully installed"
            ready = condition("Ready", True, "AllComponentsHealthy", text, now, generation)
        well = [each for each in known if each in PROVIDERS and each not in failing]
        exposed = {provider for each in well for provider in PROVIDERS[each][1]}
        status: Manifest = {
            "components": components(known, failing),
            "availableProviders": sorted({*exposed, "infrastructure-internal"}),
            "capiContracts": {provider: {"v1beta1": "v1beta1_v1beta2"} for provider in sorted(exposed)},
            "conditions": [ready],
        }
        if not failing:
            status["observedGeneration"] = generation
        await self._world.management.status(*REGIONS, "", name, status)

    async def _release(self, name: str, component: str, spec: Manifest) -> None:
        template = CORE.get(component) or f"{component}-{PROVIDERS[component][0]}"
        chart, version = template.rsplit("-", 3)[0], ".".join(template.rsplit("-", 3)[1:])
        secret = spec.get("kubeConfig") or {"name": f"{spec['clusterDeployment']['name']}-kubeconfig", "key": "value"}
        now = self._world.now()
        text = f"Helm install succeeded for release {SYSTEM}/{component}.v1 with chart {chart}@{version}"
        await self._world.put(
            self._world.management,
            make(
                FLUX,
                "HelmRelease",
                f"{name}-{component}",
                SYSTEM,
                scope="pane-story",
                at=now,
                labels={"k0rdent.mirantis.com/managed": "true", "k0rdent.mirantis.com/region": name},
                spec={
                    "interval": "10m0s",
                    "releaseName": component,
                    "targetNamespace": SYSTEM,
                    "chartRef": {"kind": "HelmChart", "name": template, "namespace": SYSTEM},
                    "kubeConfig": {"secretRef": secret},
                },
                status={
                    "conditions": [condition("Ready", True, "InstallSucceeded", text, now)],
                    "observedGeneration": 1,
                },
            ),
        )

    async def _failed(self, found: Manifest | None, failed: Failed) -> None:
        """The kubeconfig leads nowhere."""
        if found is None:
            return
        name, generation = found["metadata"]["name"], found["metadata"].get("generation", 1)
        text = f"failed to get clients for the {name} region: {failed}"
        ready = condition("Ready", False, "ConfigurationError", text, self._world.now(), generation)
        try:
            await self._world.management.status(*REGIONS, "", name, {"conditions": [ready]})
            await self._world.tell(self._world.management, found, "RegionConfigurationError", text, warning=True)
        except Failed:
            return

    async def _delete(self, found: Manifest) -> None:
        world, name = self._world, found["metadata"]["name"]
        await world.tell(world.management, found, "RemovingRegion", f"Removing Region {name}")
        labels = f"k0rdent.mirantis.com/region={name}"
        left = [each["metadata"]["name"] for each in await world.management.list(FLUX, "helmreleases", SYSTEM, labels)]
        for number, release_name in enumerate(reversed(left)):
            text = f"Waiting for all HelmReleases to be deleted: [{' '.join(sorted(left[: len(left) - number]))}]"
            ready = condition("Ready", False, "NotAllComponentsHealthy", text, world.now())
            await world.management.status(*REGIONS, "", name, {"conditions": [ready]})
            await world.region_client(found)
            await world.management.delete(FLUX, "helmreleases", SYSTEM, release_name)
            await release(world.management, FLUX, "helmreleases", SYSTEM, release_name)
            await world.pass_time(2)
        await world.tell(world.management, found, "RemovedRegion", f"Region {name} has been removed")
        await release(world.management, *REGIONS, "", name)

    async def _unpause(self, name: str) -> None:
        """Every deployment of the region says that it goes on."""
        world = self._world
        for cld in await world.management.list(*CLDS):
            status = cld.get("status") or {}
            if status.get("region") != name:
                continue
            kept = [each for each in status.get("conditions") or [] if each["type"] not in ("Paused", "Ready")]
            now, generation = world.now(), cld["metadata"].get("generation", 1)
            going = condition("Paused", False, "NotPaused", "", now, generation)
            ready = condition("Ready", True, "Succeeded", "Object is ready", now, generation)
            where = (*CLDS, cld["metadata"]["namespace"], cld["metadata"]["name"])
            await world.management.status(*where, {"conditions": [going, *kept, ready]})
            about = {"apiVersion": K0RDENT, "kind": "ClusterDeployment"} | cld
            await world.tell(world.management, about, "RegionUnpaused", f"Region {name} has been unpaused")


def _paused(region: Manifest) -> bool:
    return PAUSE in (region["metadata"].get("annotations") or {})
