"""Services: MultiClusterService, ServiceSet, and what Sveltos says of them in the region."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from regions.domain import manifest as m
from regions.domain.health_scale import Assessment, Health
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.rules import common
from regions.domain.words import listed, one_line

_VALIDATIONS = (
    "ServicesReferencesValidation",
    "ServicesDependencyValidation",
    "MultiClusterServiceDependencyValidation",
)


def failed(manifest: Manifest) -> str:
    """Which of its services have failed and why, in a sentence; empty if none has."""
    services = m.items(m.part(manifest, "status", "services"))
    broken = [service for service in services if service.get("state") == "Failed"]
    if not broken:
        return ""
    return one_line(f"{len(broken)} of {_services(len(services))} failed: {listed(map(_named, broken), most=3)}")


def _services(number: int) -> str:
    return f"{number} service" if number == 1 else f"{number} services"


def _named(service: dict[str, Any]) -> str:
    name, why = m.text(service.get("name")), one_line(m.text(service.get("failureMessage")), 200)
    return f"{name} ({why})" if why else name


def service_set(manifest: Manifest, now: datetime, progressed_at: datetime) -> Assessment:
    """Say how the services of one cluster are doing."""
    if being_deleted := common.deletion(manifest, now, progressed_at):
        return being_deleted
    if broken := failed(manifest):
        return Assessment(Health.DEGRADED, broken)
    if f"{K0RDENT}/service-set-paused" in m.annotations(manifest):
        return Assessment(Health.PAUSED, "Paused by annotation: its services are not reconciled")
    provider = m.mapping(m.part(manifest, "status", "provider"))
    if provider.get("suspended") is True:
        return Assessment(Health.PAUSED, "Its state management provider is suspended")
    for found in m.conditions(manifest):
        if found["status"] == "False" and found["type"] != "ServicesInReadyState":
            return Assessment(Health.DEGRADED, f"{found['type']}: {common.said(found)}")
    if provider and provider.get("ready") is False:
        return common.under_way("Its state management provider is not ready", now, progressed_at)
    services, wanted = m.items(m.part(manifest, "status", "services")), m.items(m.part(manifest, "spec", "services"))
    if not services and not wanted:
        settled = m.condition(manifest, "ServicesInReadyState")
        if settled is None or settled["status"] != "True":
            return common.under_way(common.NOTHING_YET, now, progressed_at)
    return _by_state(services, wanted, now, progressed_at)


def _by_state(
    services: list[dict[str, Any]], wanted: list[dict[str, Any]], now: datetime, progressed_at: datetime
) -> Assessment:
    total = max(len(services), len(wanted))
    done = sum(1 for service in services if service.get("state") == "Deployed")
    if not services and wanted:
        return common.under_way(f"0 of {_services(total)} deployed", now, progressed_at)
    if done == total:
        return common.ready(f"{done} of {_services(total)} deployed" if total else "It has no services")
    open_ones = (service for service in services if service.get("state") != "Deployed")
    states = listed(f"{m.text(s.get('name'))} {m.text(s.get('state')).lower() or 'not reported'}" for s in open_ones)
    return common.under_way(f"{done} of {_services(total)} deployed: {states}".rstrip(": "), now, progressed_at)


def multi_cluster_service(manifest: Manifest, now: datetime, progressed_at: datetime) -> Assessment:
    """Say how services that go to many clusters are doing."""
    if being_deleted := common.deletion(manifest, now, progressed_at):
        return being_deleted
    for kind in _VALIDATIONS:
        found = m.condition(manifest, kind)
        if found and found["status"] == "False":
            return Assessment(Health.FAILED, common.said(found))
    if broken := failed(manifest):
        return Assessment(Health.DEGRADED, broken)
    if stale := common.unobserved(manifest, now, progressed_at):
        return stale
    ready, clusters = m.condition(manifest, "Ready"), m.condition(manifest, "ClusterInReadyState")
    if ready is None and clusters is None:
        return common.under_way("k0rdent has not reported yet", now, progressed_at)
    count = clusters["message"] if clusters else ""
    if ready and ready["status"] == "False" and ready["reason"] == "Failed" and not count:
        return Assessment(Health.FAILED, common.said(ready))
    for found in (clusters, ready):
        if found and found["status"] != "True":
            return common.waiting(found, _waits(manifest, count), now, progressed_at)
    if count == "0/0" or not (count or m.items(m.part(manifest, "status", "matchingClusters"))):
        return common.ready("No cluster matches its selector")
    return common.ready(f"Deployed to {count.replace('/', ' of ')} clusters" if count else "Ready")


def _waits(manifest: Manifest, count: str) -> str:
    behind = [
        f"{m.text(cluster.get('namespace'))}/{m.text(cluster.get('name'))}"
        for cluster in m.items(m.part(manifest, "status", "matchingClusters"))
        if cluster.get("deployed") is False
    ]
    done = f"Deployed to {count.replace('/', ' of ')} clusters" if count else "Not deployed to all clusters"
    return one_line(f"{done}; waits for {listed(behind)}" if behind else done)


def cluster_summary(manifest: Manifest, now: datetime, progressed_at: datetime) -> Assessment:
    """Say how Sveltos is doing with one cluster. What is missing in a region is seen here and nowhere else."""
    if being_deleted := common.deletion(manifest, now, progressed_at):
        return being_deleted
    status = m.mapping(manifest.get("status"))
    features = m.items(status.get("featureSummaries"))
    if given_up := _those(features, ("FailedNonRetriable",)):
        return Assessment(Health.FAILED, f"Sveltos has given up: {given_up}")
    if failing := _those(features, ("Failed",)):
        return Assessment(Health.DEGRADED, f"Sveltos keeps trying: {failing}")
    if why := m.text(status.get("failureMessage")):
        return Assessment(Health.DEGRADED, one_line(why))
    for release in m.items(status.get("helmReleaseSummaries")):
        if release.get("status") == "Conflict":
            name = f"{m.text(release.get('releaseNamespace'))}/{m.text(release.get('releaseName'))}"
            conflict = m.text(release.get("conflictMessage")) or "another profile manages it"
            return Assessment(Health.DEGRADED, one_line(f"Conflict over {name}: {conflict}"))
    if status.get("reconciliationSuspended") is True:
        return Assessment(Health.PAUSED, one_line(m.text(status.get("suspensionReason"))) or "Suspended")
    if not features:
        waits = one_line(m.text(status.get("dependencies"))) or "Sveltos has not reported yet"
        return common.under_way(waits, now, progressed_at)
    open_ones = [feature for feature in features if feature.get("status") not in ("Provisioned", "Removed")]
    if open_ones:
        return common.under_way(listed(map(_feature, open_ones)), now, progressed_at)
    return common.ready(listed(map(_feature, features)))


def _those(features: Iterable[dict[str, Any]], states: tuple[str, ...]) -> str:
    return one_line("; ".join(_feature(feature) for feature in features if feature.get("status") in states))


def _feature(feature: dict[str, Any]) -> str:
    why = m.text(feature.get("failureMessage"))
    return f"{m.text(feature.get('featureID'))}: {why or m.text(feature.get('status')).lower() or 'no state'}"


def sveltos_cluster(manifest: Manifest, now: datetime, progressed_at: datetime) -> Assessment:
    """Say whether Sveltos reaches a cluster; for an adopted one this is all that is known."""
    if being_deleted := common.deletion(manifest, now, progressed_at):
        return being_deleted
    status = m.mapping(manifest.get("status"))
    why = one_line(m.text(status.get("failureMessage")))
    if status.get("connectionStatus") == "Down":
        return Assessment(Health.DEGRADED, f"Sveltos cannot reach it: {why or 'no reason was given'}")
    if why:
        return Assessment(Health.DEGRADED, why)
    if m.part(manifest, "spec", "paused") is True:
        return Assessment(Health.PAUSED, "Paused: Sveltos deploys nothing to it")
    if status.get("ready") is True:
        version = m.text(status.get("version"))
        return common.ready(f"Reached, Kubernetes {version}" if version else "Reached")
    return common.under_way("Sveltos has not reached it yet", now, progressed_at)
