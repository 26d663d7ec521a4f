"""ClusterDeployments in every state that k0rdent leaves them in."""

from datetime import datetime, timedelta
from typing import Any

from regions.domain.kinds import K0RDENT
from tests.pages.objects import Manifest, condition, stamp, thing

READY, PROVISIONING, FAILED, DELETING, VALIDATED, PAUSED, SERVICE_FAILED, NEW = (
    "ready",
    "provisioning",
    "failed",
    "deleting",
    "validated",
    "paused",
    "service-failed",
    "new",
)
CAPI_TEXT = (
    "* ControlPlaneAvailable: K0sControlPlane status.initialization.controlPlaneInitialized is false\n"
    "* WorkersAvailable:\n  * MachineDeployment {name}-md: 0 available replicas, at least 2 required"
)
SERVICES = ("ingress-nginx", "cert-manager")


def deployment(
    ns: str,
    name: str,
    *,
    region: str,
    template: str,
    credential: str,
    state: str,
    created: datetime,
    now: datetime,
    labels: dict[str, str],
    annotations: dict[str, str] | None = None,
) -> Manifest:
    """One ClusterDeployment. `now` gives its transitions their times."""
    begun = max(created, now - timedelta(minutes=12)) if state in (PROVISIONING, NEW) else created
    spec: Manifest = {
        "template": template,
        "credential": credential,
        "propagateCredentials": True,
        "config": {"region": "eu-central-1", "workersNumber": 2, "controlPlaneNumber": 3},
        "serviceSpec": {
            "provider": {"name": "ksm-projectsveltos"},
            "services": [
                {"name": service, "namespace": service, "template": f"{service}-4-13-0"} for service in SERVICES
            ],
        },
    }
    if state == VALIDATED:
        spec["dryRun"] = True
    status: Manifest = {"observedGeneration": 1}
    if region:
        status["region"] = region
    meta: Manifest = {"finalizers": [f"{K0RDENT}/cluster-deployment"]}
    if state == DELETING:
        meta["deletionTimestamp"] = stamp(now - timedelta(minutes=7))
    if state != NEW:
        status |= _status(name, state, begun, now)
        if template.endswith("-42"):
            status["availableUpgrades"] = [template[:-2] + "43"]
    return thing(
        "ClusterDeployment",
        name,
        ns,
        created=created,
        spec=spec,
        status=status,
        meta=meta,
        labels={f"{K0RDENT}/component": "kcm"} | labels,
        annotations=annotations,
    )


def _status(name: str, state: str, at: datetime, now: datetime) -> Manifest:
    text = CAPI_TEXT.format(name=name)
    found = [condition("CredentialReady", "True", "Succeeded", "", at)]
    if state != VALIDATED:
        found.append(
            condition(
                "HelmReleaseReady", "True", "InstallSucceeded", f"Helm install succeeded for release {name}.v1", at
            )
        )
    found += [
        condition("HelmChartReady", "True", "Succeeded", "", at),
        condition("TemplateReady", "True", "Succeeded", "", at),
    ]
    services: list[Manifest] = []
    if state in (READY, SERVICE_FAILED, PAUSED, FAILED, DELETING):
        services = [_service(service, "Deployed", at) for service in SERVICES]
    if state == PROVISIONING:
        services = [_service(service, "Pending", at) for service in SERVICES]
    if state == SERVICE_FAILED:
        services[1] = _service(SERVICES[1], "Failed", now - timedelta(minutes=50)) | {
            "failureMessage": "Helm install failed: chart cert-manager: timed out waiting for the condition"
        }
    ready = sum(service["state"] == "Deployed" for service in services)
    capi: tuple[str, str, str] | None = ("True", "InfoReported", "")
    said = ("True", "Succeeded", "Object is ready")
    if state == PROVISIONING:
        capi, said = ("False", "IssuesReported", text), ("False", "Progressing", f"{text}. 0/2 Services are ready.")
    elif state == FAILED:
        # k0rdent says Failed when Cluster API has not come up for half an hour.
        message = f"Cluster is not ready. Check the provider logs for more details.\n{text}"
        capi, said = ("False", "IssuesReported", text), ("False", "Failed", message)
    elif state == SERVICE_FAILED:
        said = ("False", "Progressing", "1/2 Services are ready.")
    elif state == PAUSED:
        found.insert(0, condition("Paused", "True", "Paused", "Related Region is paused", now - timedelta(hours=1)))
        said = ("False", "Failed", "Related Region is paused")
    elif state == DELETING:
        waits = "* Deleting: Waiting for infrastructure to be deleted"
        found.append(condition("Deleting", "True", "WaitingForClusterDeletion", waits, now - timedelta(minutes=7)))
        said = ("False", "Deleting", waits)
    elif state == VALIDATED:
        capi = None
    if capi:
        found.append(condition("CAPIClusterSummary", *capi, at))
    if services:
        word = ("True", "Succeeded") if ready == len(services) else ("False", "Failed")
        found.append(condition("ServicesInReadyState", *word, f"{ready}/{len(services)}", at))
    found.append(condition("Ready", *said, at))
    status: dict[str, Any] = {"conditions": found}
    if services:
        status["services"] = services
        status["servicesUpgradePaths"] = [
            {
                "name": "ingress-nginx",
                "namespace": "ingress-nginx",
                "template": "ingress-nginx-4-13-0",
                "availableUpgrades": [
                    {
                        "upgradePaths": ["ingress-nginx-4-13-1"],
                        "versions": [{"name": "ingress-nginx-4-13-1", "version": "4.13.1"}],
                    }
                ],
            }
        ]
    return status


def _service(name: str, state: str, at: datetime) -> Manifest:
    return {
        "name": name,
        "namespace": name,
        "template": f"{name}-4-13-0",
        "type": "Helm",
        "state": state,
        "version": "4.13.0",
        "lastStateTransitionTime": stamp(at),
    }
