"""The Events of the last hour: what the deployments and regions of the plan have been through."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from dashboard.demo.charts import chart_of
from dashboard.demo.fleet.capi import Cluster
from dashboard.demo.fleet.make import event
from dashboard.demo.fleet.model import MANAGEMENT, SYSTEM, Deployment, Fleet, Place, Step
from dashboard.demo.fleet.places import region
from dashboard.demo.fleet.wording import trouble_text, troubles

Manifest = dict[str, Any]
HOUR = timedelta(hours=1)


def to_deployment(d: Deployment, made: Manifest, scope: str, fleet: Fleet) -> Iterator[Manifest]:
    """On management, about one deployment; what is older than an hour is forgotten."""
    scope = f"{scope}/{MANAGEMENT}"
    at = d.created_at
    lines: list[tuple[float, str, str, bool]] = []
    if d.place.name:
        lines.append((5, "RegionUnpaused", f"Region {d.place.name} has been unpaused", False))
    if d.trouble == "values":
        lines.append((14, "ValidationError", f"Invalid configuration provided: {trouble_text(d)}", True))
    elif d.dry_run:
        text = "DryRun mode is enabled. Remove spec.dryRun to proceed with the deployment"
        lines.append((14, "DryRunEnabled", text, False))
    elif d.step >= Step.INSTALLING:
        lines.append((16, "HelmReleaseCreated", f"Successfully created HelmRelease {d.key}", False))
        if d.step >= Step.INSTALLED:
            lines.append((55, "HelmReleaseIsReady", f"HelmRelease {d.key} is ready", False))
            lines.append((70, "CAPIClusterIsProvisioning", "Cluster is provisioning", False))
        if d.step >= Step.POPULATED:
            lines.append((800, "CAPIClusterIsReady", "Cluster has been provisioned", False))
    for seconds, reason, note, warning in lines:
        then = at + timedelta(seconds=seconds)
        if fleet.now - then < HOUR:
            yield event(made, reason, note, then, warning=warning, scope=scope)
    if d.deleting_at:
        yield event(
            made,
            "CAPIClusterIsDeleting",
            "Cluster is deleting",
            d.deleting_at,
            scope=scope,
            count=4,
            last_at=fleet.now - timedelta(minutes=1),
        )


def to_machines(d: Deployment, objects: list[Manifest], scope: str, fleet: Fleet) -> Iterator[Manifest]:
    """On the host, about the Cluster and its machines."""
    scope = f"{scope}/{d.place.cluster}"
    if fleet.now - d.created_at < HOUR and objects and objects[0]["kind"] == "Cluster":
        cluster = objects[0]
        for seconds, reason in ((60, "Provisioning"), (240, "Provisioned"), (250, "InfrastructureReady")):
            then = d.created_at + timedelta(seconds=seconds)
            if then < fleet.now and (seconds == 60 or d.step > Step.INSTALLED):
                note = f"Cluster {d.name} is {reason}"
                yield event(cluster, reason, note, then, controller="cluster-controller", scope=scope)
    if not d.trouble or not d.since:
        return
    role = troubles()[d.trouble]["machine"]
    cloud = chart_of(d.template).cloud
    kind = Cluster(d, scope).chart
    if role in ("worker", "control") and d.trouble != "unhealthy" and not kind.managed:
        bad = [
            each
            for each in objects
            if each["kind"].endswith("Machine") and each["kind"] != "Machine" and not each["status"]["ready"]
        ]
        for number, machine in enumerate(bad[:3]):
            then, last = d.since + timedelta(seconds=11 * number), fleet.now - timedelta(seconds=50)
            yield event(
                machine,
                "FailedCreate",
                trouble_text(d),
                then,
                warning=True,
                scope=scope,
                count=9,
                controller=f"{cloud}machine-controller",
                last_at=last,
            )
    elif d.trouble == "rejected":
        clusters = [each for each in objects if each["kind"].endswith("Cluster")]
        found = next((each for each in clusters if each["kind"] != "Cluster"), None)
        if found:
            yield event(
                found,
                "FailedCreate",
                trouble_text(d),
                d.since,
                warning=True,
                scope=scope,
                count=14,
                controller=f"{cloud}cluster-controller",
                last_at=fleet.now - timedelta(seconds=20),
            )
    elif d.trouble == "configmap":
        about = {
            "apiVersion": "config.projectsveltos.io/v1beta1",
            "kind": "ClusterSummary",
            "metadata": {"name": f"p--{d.name}-capi-{d.name}", "namespace": d.namespace},
        }
        yield event(
            about,
            "FailedNonRetriable",
            trouble_text(d),
            d.since,
            warning=True,
            scope=scope,
            count=6,
            controller="event-recorder",
            last_at=fleet.now - timedelta(minutes=2),
        )


def to_place(place: Place, fleet: Fleet, scope: str) -> Iterator[Manifest]:
    """On management, about a Region."""
    mine = f"{scope}/{MANAGEMENT}"
    made = region(place, fleet, mine)
    if place.story == "trouble":
        at = fleet.now - timedelta(minutes=52)
        component = f"{place.name}-cluster-api-provider-{place.cloud}"
        note = (
            "Failed to install KCM components on the regional cluster: %!w(string=HelmRelease "
            f"{SYSTEM}/{component} is not yet ready: context deadline exceeded)"
        )
        yield event(
            made,
            "RegionComponentsInstallationFailed",
            note,
            at,
            warning=True,
            scope=mine,
            count=31,
            last_at=fleet.now - timedelta(minutes=1),
        )
        release = {
            "apiVersion": "helm.toolkit.fluxcd.io/v2",
            "kind": "HelmRelease",
            "metadata": {"name": component, "namespace": SYSTEM},
        }
        yield event(
            release,
            "UpgradeFailed",
            f"Helm upgrade failed for release {SYSTEM}/{component}: context deadline exceeded",
            at,
            warning=True,
            controller="helm-controller",
            scope=mine,
            count=5,
            last_at=fleet.now - timedelta(minutes=9),
        )
