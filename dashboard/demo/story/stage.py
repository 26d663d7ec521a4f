"""Shows a deployment as it is at one moment: every object that hangs on it, on management and on its host."""

from typing import Any

from dashboard.demo.apiserver.store import encode
from dashboard.demo.crds import manifests
from dashboard.demo.fleet import cld
from dashboard.demo.fleet.capi import Cluster
from dashboard.demo.fleet.model import Deployment, Step
from dashboard.demo.story.client import Client, Failed
from dashboard.demo.story.world import CLDS, Manifest, World, plural_of

CAPI = "cluster.x-k8s.io/v1beta2"
FLUX = "helm.toolkit.fluxcd.io/v2"


class Stage:
    """Of one deployment. Remembers what it showed, so that only what changed is written again."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._shown: dict[tuple[str, str, str], bytes] = {}
        self._uids: dict[tuple[str, str], str] = {}

    async def show(self, d: Deployment, host: Client | None) -> None:
        """Host first, as it is there that things happen; then management says so."""
        if host is not None:
            await self.show_host(d, host)
        await self.show_management(d)

    async def show_host(self, d: Deployment, host: Client) -> None:
        await self._world.ensure_namespace(host, d.namespace)
        builder = Cluster(d, self._world.scope)
        wanted = list(builder.objects())
        if wanted and d.step >= Step.INSTALLED:
            wanted.append(cld.cluster_summary(d, self._world.scope))
        for manifest in wanted:
            await self._put("host", host, manifest)
        await self._remove_others(d, host, {m["metadata"]["name"] for m in wanted if m["kind"] == "Machine"})

    async def show_management(self, d: Deployment) -> None:
        management, world = self._world.management, self._world
        made, *rest = cld.objects(d, world.scope, world.now())
        for manifest in rest:
            await self._put("management", management, manifest)
        await management.status(*CLDS, d.namespace, d.name, made["status"])

    async def _put(self, where: str, client: Client, manifest: Manifest) -> None:
        metadata = manifest["metadata"]
        key = (where, manifest["kind"], metadata["name"])
        for owner in metadata.get("ownerReferences") or []:
            owner["uid"] = self._uids.get((owner["kind"], owner["name"]), owner["uid"])
        written = encode(manifest)
        if self._shown.get(key) == written:
            return
        made = await self._world.put(client, manifest)
        self._uids[manifest["kind"], metadata["name"]] = made["metadata"]["uid"]
        self._shown[key] = written

    async def _remove_others(self, d: Deployment, host: Client, wanted: set[str]) -> None:
        """Machines that the deployment has no more: scaled down, or rolled to another version."""
        found = await host.list(CAPI, "machines", d.namespace, f"cluster.x-k8s.io/cluster-name={d.name}")
        for machine in found:
            if machine["metadata"]["name"] not in wanted:
                await remove_machine(host, machine)
                self._shown.pop(("host", "Machine", machine["metadata"]["name"]), None)


async def remove_machine(host: Client, machine: Manifest) -> None:
    """The machine of the cloud, then the Machine."""
    metadata, reference = machine["metadata"], machine["spec"]["infrastructureRef"]
    namespace, name = metadata["namespace"], metadata["name"]
    infra = infrastructure_api(reference)
    await host.delete(infra, plural_of(reference["kind"]), namespace, reference["name"])
    await host.delete(CAPI, "machines", namespace, name)
    await release(host, CAPI, "machines", namespace, name)


async def release(client: Client, api: str, plural: str, namespace: str, name: str) -> None:
    """Take the finalizers off; what was being deleted is gone then."""
    try:
        await client.patch(api, plural, namespace, name, {"metadata": {"finalizers": None}})
    except Failed as failed:
        if failed.status != 404:
            raise


def infrastructure_api(reference: Manifest) -> str:
    """The apiVersion of the kind that a reference names."""
    for crd in manifests():
        if crd["spec"]["names"]["kind"] == reference["kind"]:
            version = next(each["name"] for each in crd["spec"]["versions"] if each["storage"])
            return f"{crd['spec']['group']}/{version}"
    raise LookupError(reference["kind"])


def is_settled(found: Manifest) -> bool:
    """Whether k0rdent has nothing left to do about this deployment."""
    status: Any = found.get("status") or {}
    metadata = found["metadata"]
    if metadata.get("deletionTimestamp") or not status.get("conditions"):
        return False
    return bool(status.get("observedGeneration") == metadata.get("generation"))
