"""A ClusterDeployment on management, with its HelmRelease and ServiceSet: conditions as k0rdent words them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from dashboard.demo.charts import chart_of, version_of
from dashboard.demo.fleet.capi import Cluster
from dashboard.demo.fleet.make import condition, make, owner, stamp
from dashboard.demo.fleet.model import K0RDENT, MANAGEMENT, SYSTEM, Deployment, Step
from dashboard.demo.fleet.wording import summary, trouble_text

Manifest = dict[str, Any]
PATIENCE = timedelta(minutes=30)


def objects(d: Deployment, scope: str, now: datetime) -> Iterator[Manifest]:
    """On management: the deployment, its HelmRelease, its ServiceSet."""
    yield (made := deployment(d, scope, now))
    if d.step >= Step.INSTALLING and not d.dry_run:
        yield helm_release(d, made, scope)
    if d.services and d.step >= Step.INSTALLED and not d.dry_run:
        yield service_set(d, made, scope)


def deployment(d: Deployment, scope: str, now: datetime) -> Manifest:
    spec: Manifest = {
        "template": d.template,
        "credential": d.credential,
        "propagateCredentials": d.place.cloud != "aws",
        "config": d.config,
    }
    if d.dry_run:
        spec["dryRun"] = True
    if d.services:
        listed = [{"name": name, "namespace": namespace, "template": t} for name, namespace, t in d.services]
        provider = {"name": "ksm-projectsveltos"}
        spec["serviceSpec"] = {
            "services": listed,
            "provider": provider,
            "syncMode": "Continuous",
            "priority": 100,
            "stopOnConflict": False,
            "continueOnError": False,
        }
    made = make(
        K0RDENT,
        "ClusterDeployment",
        d.name,
        d.namespace,
        scope=f"{scope}/{MANAGEMENT}",
        at=d.created_at,
        generation=d.generation,
        labels=d.labels | {"k0rdent.mirantis.com/component": "kcm"},
        annotations=d.annotations,
        finalizers=["k0rdent.mirantis.com/cluster-deployment"],
        spec=spec,
        status=status(d, scope, now),
    )
    if d.owner_uid:
        made["metadata"]["uid"] = d.owner_uid
    if d.deleting_at:
        made["metadata"] |= {"deletionTimestamp": stamp(d.deleting_at), "deletionGracePeriodSeconds": 0}
        made["metadata"]["generation"] = d.generation + 1
    return made


def status(d: Deployment, scope: str, now: datetime) -> Manifest:
    found: Manifest = {}
    if d.step >= Step.VALIDATED and d.place.name:
        found["region"] = d.place.name
    upgrades = available_upgrades(d.template)
    if d.step >= Step.VALIDATED and upgrades:
        found["availableUpgrades"] = upgrades
    if d.services and d.step >= Step.INSTALLED and not d.dry_run:
        found["services"] = service_states(d)
    found["conditions"] = conditions(d, scope, now)
    found["observedGeneration"] = d.generation
    return found


def available_upgrades(template: str) -> list[str]:
    """What the chains of the demo allow from this template."""
    chart = chart_of(template)
    at = chart.versions.index(version_of(template))
    return [chart.template(version) for version in chart.versions[at + 1 :]]


# -- conditions ------------------------------------------------------------------------------------------------------


def conditions(d: Deployment, scope: str, now: datetime) -> list[Manifest]:
    if d.step == Step.ADMITTED:
        return []
    at, first = d.at, d.created_at + timedelta(seconds=12)
    found = []
    if d.place.name:
        paused = d.place.story == "paused"
        text = f"Related Region {d.place.name} is paused" if paused else ""
        found.append(_condition("Paused", paused, "Paused" if paused else "NotPaused", text, first, d))
    if d.step == Step.OBSERVED and d.trouble != "values":
        types = ("CredentialReady", "HelmReleaseReady", "HelmChartReady", "TemplateReady")
        found += [_condition(type_, "Unknown", "Progressing", "", first, d) for type_ in types]
    else:
        found += _early(d, first, at)
    if d.step >= Step.INSTALLED and not d.dry_run and chart_of(d.template).name != "adopted-cluster":
        found.append(_capi_summary(d, scope, at))
    if d.step >= Step.VALIDATED and not d.dry_run:
        found.append(_services_condition(d, at))
    if d.deleting_at:
        text = f"* Deleting:\n  * MachineDeployments: {d.name}-md\n  * Machines: {max(1, d.workers - 1)} being deleted"
        found.append(_condition("Deleting", True, "WaitingForClusterDeletion", text, d.deleting_at, d))
    found.append(aggregate(found, d, at, now))
    return found


def _early(d: Deployment, first: datetime, at: datetime) -> list[Manifest]:
    chart, version = chart_of(d.template), version_of(d.template)
    release = f"release {d.namespace}/{d.name}.v{d.revision} with chart {chart.name}@{version}"
    verb = "Install" if d.revision == 1 else "Upgrade"
    found = [_condition("CredentialReady", True, "Succeeded", "", first, d)]
    if not d.dry_run:
        if d.trouble == "silent":
            found.append(_condition("HelmReleaseReady", False, "InstallFailed", trouble_text(d), at, d))
        elif d.step >= Step.INSTALLED:
            text = f"Helm {verb.lower()} succeeded for {release}"
            found.append(_condition("HelmReleaseReady", True, f"{verb}Succeeded", text, first, d))
        elif d.step == Step.INSTALLING:
            text = f"Running '{verb.lower()}' action with timeout of 10m0s"
            found.append(_condition("HelmReleaseReady", "Unknown", "Progressing", text, first, d))
        else:
            found.append(_condition("HelmReleaseReady", "Unknown", "Progressing", "", first, d))
    if d.trouble == "values":
        found.append(_condition("HelmChartReady", False, "Failed", trouble_text(d), first, d))
    else:
        found.append(_condition("HelmChartReady", True, "Succeeded", "", first, d))
    found.append(_condition("TemplateReady", True, "Succeeded", "", first, d))
    return found


def _capi_summary(d: Deployment, scope: str, at: datetime) -> Manifest:
    cluster = Cluster(d, scope).conditions()
    if d.deleting_at:
        return _condition("CAPIClusterSummary", False, "Deleting", "* Deleting: Deletion in progress", d.deleting_at, d)
    counted = [each for each in cluster if each["type"] not in ("Deleting", "Available")]
    bad = [each for each in counted if each["status"] == "False"]
    unknown = [each for each in counted if each["status"] == "Unknown"]
    if not bad and not unknown:
        return _condition("CAPIClusterSummary", True, "InfoReported", "", at, d)
    if len(bad) + len(unknown) == 1:
        reason = (bad or unknown)[0]["reason"]
    else:
        reason = "IssuesReported" if bad else "UnknownReported"
    return _condition("CAPIClusterSummary", False if bad else "Unknown", reason, summary(counted), at, d)


def _services_condition(d: Deployment, at: datetime) -> Manifest:
    states = service_states(d) if d.step >= Step.INSTALLED else []
    total = len(d.services)
    ready = sum(state["state"] == "Deployed" for state in states)
    well = ready == total
    return _condition("ServicesInReadyState", well, "Succeeded" if well else "Failed", f"{ready}/{total}", at, d)


def aggregate(found: list[Manifest], d: Deployment, at: datetime, now: datetime) -> Manifest:
    """The Ready condition, by k0rdent's rule."""
    by_type = {each["type"]: each for each in found}
    if (deleting := by_type.get("Deleting")) and deleting["status"] == "True":
        return _condition("Ready", False, "Deleting", deleting["message"], at, d)
    failures, warnings, unknown = [], [], []
    for each in found:
        if each["type"] == "Paused":
            if each["status"] == "True":
                failures.append(each["message"])
        elif each["status"] == "Unknown":
            unknown.append(each["message"])
        elif each["status"] == "False":
            if each["type"] == "ServicesInReadyState":
                warnings.append(f"{each['message']} Services are ready.")
            elif each["type"] != "CAPIClusterSummary":
                failures.append(each["message"])
            elif now - datetime.fromisoformat(each["lastTransitionTime"]) < PATIENCE:
                warnings.append(each["message"])
            else:
                failures.append(f"Cluster is not ready. Check the provider logs for more details.\n{each['message']}")
    if failures:
        return _condition("Ready", False, "Failed", ". ".join([*failures, *warnings]), at, d)
    if warnings:
        return _condition("Ready", False, "Progressing", ". ".join(warnings), at, d)
    if unknown:
        return _condition("Ready", "Unknown", "Progressing", ". ".join(filter(None, unknown)), at, d)
    return _condition("Ready", True, "Succeeded", "Object is ready", at, d)


def _condition(type_: str, status: bool | str, reason: str, message: str, at: datetime, d: Deployment) -> Manifest:
    return condition(type_, status, reason, message, at, d.generation)


# -- HelmRelease and services ----------------------------------------------------------------------------------------


def helm_release(d: Deployment, made: Manifest, scope: str) -> Manifest:
    chart, version = chart_of(d.template), version_of(d.template)
    at = d.created_at + timedelta(seconds=50)
    release = f"release {d.namespace}/{d.name}.v{d.revision} with chart {chart.name}@{version}"
    verb = "Install" if d.revision == 1 else "Upgrade"
    history: list[Manifest] = []
    if d.trouble == "silent":
        ready = condition("Ready", False, "InstallFailed", trouble_text(d), d.at)
    elif d.step == Step.INSTALLING:
        text = f"Running '{verb.lower()}' action with timeout of 10m0s"
        ready = condition("Ready", "Unknown", "Progressing", text, at)
    else:
        text = f"Helm {verb.lower()} succeeded for {release}"
        ready = condition("Ready", True, f"{verb}Succeeded", text, at)
        history = [
            {
                "name": d.name,
                "namespace": d.namespace,
                "version": d.revision,
                "status": "deployed",
                "chartName": chart.name,
                "chartVersion": version,
                "firstDeployed": stamp(at),
                "lastDeployed": stamp(at),
                "digest": "sha256:0",
                "configDigest": "sha256:0",
            }
        ]
    spec: Manifest = {
        "interval": "10m0s",
        "releaseName": d.name,
        "targetNamespace": d.namespace,
        "chartRef": {"kind": "HelmChart", "name": d.template, "namespace": SYSTEM},
        "values": d.config | {"clusterIdentity": {"name": d.credential}, "clusterLabels": d.labels},
    }
    if d.place.name:
        _, secret, key = d.place.secret
        spec["kubeConfig"] = {"secretRef": {"name": secret, "key": key}}
    return make(
        "helm.toolkit.fluxcd.io/v2",
        "HelmRelease",
        d.name,
        d.namespace,
        scope=f"{scope}/{MANAGEMENT}",
        at=at,
        labels={"k0rdent.mirantis.com/managed": "true"},
        owners=[owner(made)],
        spec=spec,
        finalizers=["finalizers.fluxcd.io"],
        status={"conditions": [ready], "history": history, "observedGeneration": 1},
    )


def service_states(d: Deployment) -> list[Manifest]:
    found = []
    for number, (name, namespace, template) in enumerate(d.services):
        state, failure = "Deployed", ""
        if d.step < Step.POPULATED:
            state = "Pending"
        elif d.step == Step.POPULATED:
            state = "Provisioning"
            if d.trouble == "services":
                state = "Failed" if number == 0 else "Deployed"
                failure = trouble_text(d) if number == 0 else ""
        found.append(
            {
                "name": name,
                "namespace": namespace,
                "template": template,
                "type": "Helm",
                "state": state,
                "version": template,
                "lastStateTransitionTime": stamp(d.at),
            }
            | ({"failureMessage": failure} if failure else {})
        )
    return found


def service_set(d: Deployment, made: Manifest, scope: str) -> Manifest:
    states = service_states(d)
    ready = sum(state["state"] == "Deployed" for state in states)
    well, count = ready == len(states), f"{ready}/{len(states)}"
    listed = [{"name": name, "namespace": namespace, "template": t} for name, namespace, t in d.services]
    return make(
        K0RDENT,
        "ServiceSet",
        d.name,
        d.namespace,
        scope=f"{scope}/{MANAGEMENT}",
        at=d.created_at + timedelta(minutes=2),
        owners=[owner(made)],
        finalizers=["k0rdent.mirantis.com/service-set"],
        spec={"cluster": d.name, "provider": {"name": "ksm-projectsveltos"}, "services": listed},
        status={
            "deployed": well,
            "services": states,
            "provider": {"ready": True, "suspended": False},
            "cluster": {
                "apiVersion": "cluster.x-k8s.io/v1beta2",
                "kind": "Cluster",
                "name": d.name,
                "namespace": d.namespace,
            },
            "conditions": [
                condition("ServiceSetProfile", True, "ServiceSetProfileReady", "", d.at),
                condition("ServiceSetStatusesCollected", True, "ServiceSetStatusesCollected", "", d.at),
                condition("ServicesInReadyState", well, "Succeeded" if well else "Failed", count, d.at),
            ],
        },
    )


def cluster_summary(d: Deployment, scope: str) -> Manifest:
    """What Sveltos has to say, on the cluster that hosts the deployment."""
    kind = "Sveltos" if chart_of(d.template).name == "adopted-cluster" else "Capi"
    name = f"p--{d.name}-{kind.lower()}-{d.name}"
    features: list[Manifest] = []
    if d.services:
        failed = next((state for state in service_states(d) if state["state"] == "Failed"), None)
        helm: Manifest = {"featureID": "Helm", "status": "Provisioned" if d.step >= Step.READY else "Provisioning"}
        if failed:
            helm |= {"status": "Failed", "failureMessage": failed["failureMessage"]}
        features.append(helm)
    resources: Manifest = {"featureID": "Resources", "status": "Provisioned"}
    if d.trouble == "configmap":
        resources |= {"status": "FailedNonRetriable", "failureMessage": trouble_text(d)}
    features.append(resources)
    return make(
        "config.projectsveltos.io/v1beta1",
        "ClusterSummary",
        name,
        d.namespace,
        scope=f"{scope}/{d.place.cluster}",
        at=d.created_at + timedelta(minutes=3),
        labels={
            "projectsveltos.io/cluster-name": d.name,
            "projectsveltos.io/cluster-type": kind,
            "projectsveltos.io/profile-name": d.name,
        },
        spec={"clusterName": d.name, "clusterNamespace": d.namespace, "clusterType": kind},
        status={"featureSummaries": features},
    )
