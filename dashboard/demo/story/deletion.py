"""A ClusterDeployment goes: machines first, then what stood around them, then what management had of it."""

from dashboard.demo.charts import chart_of
from dashboard.demo.fleet.make import condition
from dashboard.demo.fleet.model import K0RDENT, Deployment
from dashboard.demo.story.client import Client, Failed
from dashboard.demo.story.stage import CAPI, FLUX, infrastructure_api, release, remove_machine
from dashboard.demo.story.world import CLDS, Manifest, World, plural_of


async def delete(world: World, d: Deployment, found: Manifest) -> None:
    management = world.management
    host = await world.host(d.place)
    await world.tell(management, found, "CAPIClusterIsDeleting", "Cluster is deleting")
    machines = await host.list(CAPI, "machines", d.namespace, f"cluster.x-k8s.io/cluster-name={d.name}")
    cluster = await host.get(CAPI, "clusters", d.namespace, d.name)
    await host.delete(CAPI, "clusters", d.namespace, d.name)
    for number, machine in enumerate(machines):
        left = len(machines) - number
        text = f"* Deleting:\n  * MachineDeployments: {d.name}-md\n  * Machines: {left} being deleted"
        await _deleting(world, d, found, "WaitingForClusterDeletion", text)
        name = machine["metadata"]["name"]
        await world.tell(
            host,
            machine,
            "SuccessfulDrainNode",
            f"success draining Machine's node {name!r}",
            controller="machine-controller",
        )
        await remove_machine(host, machine)
        await world.pass_time(2)
    if cluster:
        for reference in (cluster["spec"]["infrastructureRef"], cluster["spec"]["controlPlaneRef"]):
            api, plural = infrastructure_api(reference), plural_of(reference["kind"])
            await release(host, api, plural, d.namespace, reference["name"])
            await host.delete(api, plural, d.namespace, reference["name"])
        await release(host, CAPI, "clusters", d.namespace, d.name)
    await host.delete(CAPI, "machinedeployments", d.namespace, f"{d.name}-md")
    await _sweep(d, host)
    await world.tell(management, found, "ClusterDeleted", "Cluster has been deleted")
    await _deleting(world, d, found, "WaitingForHelmReleaseDeletion", "Waiting for HelmRelease to be deleted")
    await world.pass_time(2)
    for api, plural in ((FLUX, "helmreleases"), (K0RDENT, "servicesets")):
        await management.delete(api, plural, d.namespace, d.name)
        await release(management, api, plural, d.namespace, d.name)
    await world.tell(management, found, "HelmReleaseDeleted", f"HelmRelease {d.key} has been deleted")
    await world.tell(management, found, "SuccessfulDelete", "ClusterDeployment has been deleted")
    await release(management, *CLDS, d.namespace, d.name)


async def _sweep(d: Deployment, host: Client) -> None:
    """What else was made on the host."""
    labels = f"cluster.x-k8s.io/cluster-name={d.name}"
    for pool in await host.list(CAPI, "machinepools", d.namespace, labels):
        reference = pool["spec"]["template"]["spec"].get("infrastructureRef")
        if reference:
            api, plural = infrastructure_api(reference), plural_of(reference["kind"])
            await host.delete(api, plural, d.namespace, reference["name"])
        await host.delete(CAPI, "machinepools", d.namespace, pool["metadata"]["name"])
    await host.delete("lib.projectsveltos.io/v1beta1", "sveltosclusters", d.namespace, d.name)
    kind = "sveltos" if chart_of(d.template).name == "adopted-cluster" else "capi"
    name = f"p--{d.name}-{kind}-{d.name}"
    await host.delete("config.projectsveltos.io/v1beta1", "clustersummaries", d.namespace, name)


async def _deleting(world: World, d: Deployment, found: Manifest, reason: str, text: str) -> None:
    now = world.now()
    kept = [
        each
        for each in (found.get("status") or {}).get("conditions") or []
        if each["type"] not in ("Deleting", "Ready")
    ]
    both = [
        condition("Deleting", True, reason, text, now, d.generation),
        condition("Ready", False, "Deleting", text, now, d.generation),
    ]
    status = {"conditions": kept + both, "observedGeneration": d.generation}
    try:
        await world.management.status(*CLDS, d.namespace, d.name, status)
    except Failed as failed:
        if failed.status != 404:
            raise
