"""The Events of a deployment's way up, on management and on the cluster that hosts it."""

from dashboard.demo.charts import chart_of
from dashboard.demo.fleet.capi import Cluster
from dashboard.demo.fleet.logins import INFRA
from dashboard.demo.fleet.model import Deployment, Step
from dashboard.demo.fleet.wording import trouble_text, troubles
from dashboard.demo.story.client import Client
from dashboard.demo.story.stage import FLUX
from dashboard.demo.story.world import Manifest, World


async def say(world: World, d: Deployment, found: Manifest, host: Client | None) -> None:
    """The Events of this step."""
    management = world.management
    helm = {"apiVersion": FLUX, "kind": "HelmRelease", "metadata": {"name": d.name, "namespace": d.namespace}}
    lines: dict[Step, list[tuple[str, str]]] = {
        Step.OBSERVED: [("RegionUnpaused", f"Region {d.place.name} has been unpaused")] if d.place.name else [],
        Step.INSTALLING: [("HelmReleaseCreated", f"Successfully created HelmRelease {d.key}")],
        Step.INSTALLED: [
            ("HelmReleaseIsReady", f"HelmRelease {d.key} is ready"),
            ("CAPIClusterIsProvisioning", "Cluster is provisioning"),
        ],
        Step.POPULATED: [("CAPIClusterIsReady", "Cluster has been provisioned")],
    }
    if d.dry_run and d.step == Step.VALIDATED:
        text = "DryRun mode is enabled. Remove spec.dryRun to proceed with the deployment"
        lines[Step.VALIDATED] = [("DryRunEnabled", text)]
    if d.trouble == "values":
        await world.tell(
            management, found, "ValidationError", f"Invalid configuration provided: {trouble_text(d)}", warning=True
        )
    for reason, note in lines.get(d.step, []):
        await world.tell(management, found, reason, note)
    if d.step == Step.INSTALLED:
        text = f"Helm install succeeded for release {d.key}.v1 with chart {d.template}"
        await world.tell(management, helm, "InstallSucceeded", text, controller="helm-controller")
    if host and chart_of(d.template).name != "adopted-cluster":
        await say_on_host(world, d, host)


async def say_on_host(world: World, d: Deployment, host: Client) -> None:
    objects = list(Cluster(d, world.scope).objects())
    cluster, cloud = objects[0], chart_of(d.template).cloud
    for each in objects:
        each["metadata"].pop("uid", None)
    phases = {
        Step.INSTALLED: ["Provisioning"],
        Step.NETWORKED: ["Provisioned", "InfrastructureReady"],
        Step.CONTROLLED: ["ControlPlaneInitialized"],
    }
    for reason in phases.get(d.step, []):
        note = f"Cluster {d.name} is {reason}"
        await world.tell(host, cluster, reason, note, controller="cluster-controller")
    machines = [each for each in objects if each["kind"] == "Machine"]
    behind = [each for each in objects if each["kind"].endswith("Machine") and each["kind"] != "Machine"]
    if d.trouble and troubles()[d.trouble]["machine"] in ("worker", "control") and d.trouble != "unhealthy":
        for each in [each for each in behind if not each["status"]["ready"]][:3]:
            await world.tell(
                host, each, "FailedCreate", trouble_text(d), warning=True, controller=f"{cloud}machine-controller"
            )
    elif d.trouble == "rejected":
        infra = next((each for each in objects if each["apiVersion"].startswith(INFRA)), cluster)
        await world.tell(
            host, infra, "FailedCreate", trouble_text(d), warning=True, controller=f"{cloud}cluster-controller"
        )
    elif d.step in (Step.CONTROLLED, Step.POPULATED):
        role = "cluster.x-k8s.io/control-plane"
        for each in machines:
            if (role in each["metadata"]["labels"]) is (d.step == Step.CONTROLLED):
                note = f"{each['metadata']['name']} has a Node"
                await world.tell(host, each, "SuccessfulSetNodeRef", note, controller="machine-controller")
