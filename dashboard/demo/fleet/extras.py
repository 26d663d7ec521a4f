"""Services for many clusters, backups, namespaces, and who may do what."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from dashboard.demo.fleet.enrol import ROLE
from dashboard.demo.fleet.make import condition, make, stamp
from dashboard.demo.fleet.model import K0RDENT, MANAGEMENT, SYSTEM, Fleet, Place, Step
from dashboard.demo.fleet.plan import company

Manifest = dict[str, Any]
_RBAC = "rbac.authorization.k8s.io/v1"
_BUNDLES = (
    ("baseline-prod", {"stage": "prod"}, ("kyverno", "velero")),
    ("observability", {"k0rdent.mirantis.com/component": "kcm"}, ("node-problem-detector",)),
    ("edge-dns", {"team": "retail-ops"}, ("external-dns",)),
    ("kof-regional-cluster", {ROLE: "regional"}, ("kof-operators", "kof-storage", "kof-collectors")),
    ("kof-child-cluster", {ROLE: "child"}, ("kof-operators", "kof-collectors")),
)


def namespaces(fleet: Fleet, place: Place, scope: str) -> Iterator[Manifest]:
    """Of management, or of a region."""
    own = [SYSTEM, "projectsveltos", "kof"] if place.cluster == MANAGEMENT else [SYSTEM, "projectsveltos"]
    at = fleet.now - timedelta(days=243)
    for name in [*own, *company()["teams"]]:
        labels = {"kubernetes.io/metadata.name": name}
        yield make(
            "v1",
            "Namespace",
            name,
            scope=f"{scope}/{place.cluster}",
            at=at,
            generation=0,
            labels=labels,
            spec={"finalizers": ["kubernetes"]},
            status={"phase": "Active"},
        )


def multi_cluster_services(fleet: Fleet, scope: str) -> Iterator[Manifest]:
    mine = f"{scope}/{MANAGEMENT}"
    versions = {each["name"]: each for each in [*company()["services"], *company()["observability"]["services"]]}
    for name, labels, services in _BUNDLES:
        at = fleet.now - timedelta(days=60)
        listed = []
        for service in services:
            entry = versions[service]
            template = f"{service}-{entry['versions'][0].replace('.', '-')}"
            listed.append({"name": service, "namespace": entry["namespace"], "template": template})
        matching = [
            d
            for d in fleet.deployments
            if labels.items() <= {**d.labels, "k0rdent.mirantis.com/component": "kcm"}.items() and not d.dry_run
        ]
        shown = [
            {
                "apiVersion": K0RDENT,
                "kind": "ClusterDeployment",
                "name": d.name,
                "namespace": d.namespace,
                "deployed": d.step == Step.READY,
                "regional": bool(d.place.name),
                "lastTransitionTime": stamp(d.at),
            }
            for d in matching[:200]
        ]
        ready = sum(d.step == Step.READY for d in matching[:200])
        well = ready == len(shown)
        moved = at if well else max(d.at for d in matching if d.step < Step.READY)
        checks = ("ServicesReferences", "ServicesDependency", "MultiClusterServiceDependency")
        conditions = [condition(f"{check}Validation", True, "Succeeded", "", at) for check in checks]
        reason, count = "Succeeded" if well else "Failed", f"{ready}/{len(shown)}"
        conditions.append(condition("ClusterInReadyState", well, reason, count, moved))
        text = "Object is ready" if well else f"{ready}/{len(shown)} Clusters are ready."
        conditions.append(condition("Ready", well, "Succeeded" if well else "Progressing", text, moved))
        yield make(
            K0RDENT,
            "MultiClusterService",
            name,
            scope=mine,
            at=at,
            finalizers=["k0rdent.mirantis.com/multicluster-service"],
            labels={"k0rdent.mirantis.com/component": "kcm"},
            spec={
                "clusterSelector": {"matchLabels": labels},
                "keepServicesOnSelectorMismatch": False,
                "serviceSpec": {"services": listed, "provider": {"name": "ksm-projectsveltos"}},
            },
            status={"matchingClusters": shown, "conditions": conditions, "observedGeneration": 1},
        )
        suffix = hashlib.sha256(name.encode()).hexdigest()[:8]
        for d in matching[:200]:
            done = d.step == Step.READY
            states = [
                entry
                | {
                    "type": "Helm",
                    "state": "Deployed" if done else "Pending",
                    "version": entry["template"],
                    "lastStateTransitionTime": stamp(d.at),
                }
                for entry in listed
            ]
            count = f"{len(states) if done else 0}/{len(states)}"
            yield make(
                K0RDENT,
                "ServiceSet",
                f"{d.name}-{suffix}",
                d.namespace,
                scope=mine,
                at=at,
                spec={
                    "cluster": d.name,
                    "multiClusterService": name,
                    "provider": {"name": "ksm-projectsveltos"},
                    "services": listed,
                },
                status={
                    "deployed": done,
                    "services": states,
                    "conditions": [
                        condition("ServicesInReadyState", done, "Succeeded" if done else "Failed", count, d.at)
                    ],
                },
            )


def backups(fleet: Fleet, scope: str) -> Iterator[Manifest]:
    mine = f"{scope}/{MANAGEMENT}"
    last = fleet.now - timedelta(hours=5, minutes=12)
    stale = fleet.now - timedelta(days=3, hours=5)

    def run(at: Any, phase: str, name: str) -> Manifest:
        return {
            "lastBackup": {
                "phase": phase,
                "startTimestamp": stamp(at),
                "completionTimestamp": stamp(at + timedelta(minutes=3)),
                "progress": {"itemsBackedUp": 1184, "totalItems": 1184},
            },
            "lastBackupName": f"{name}-{at:%Y%m%d%H%M%S}",
            "lastBackupTime": stamp(at),
        }

    regions = []
    for place in fleet.places:
        if place.story == "trouble":
            found = run(stale, "Completed", f"nightly-{place.name}")
            found |= {"error": "backup storage location minio is unavailable"}
        else:
            found = run(last, "PartiallyFailed" if place.name == "eu-north" else "Completed", f"nightly-{place.name}")
        regions.append({"region": place.name} | found)
    yield make(
        K0RDENT,
        "ManagementBackup",
        "nightly",
        scope=mine,
        at=fleet.now - timedelta(days=240),
        labels={"k0rdent.mirantis.com/component": "kcm"},
        spec={"schedule": "0 3 * * *", "storageLocation": "minio", "performOnManagementUpgrade": True},
        status=run(last, "Completed", "nightly")
        | {"nextAttempt": stamp(fleet.now + timedelta(hours=18, minutes=48)), "regions": regions},
    )
    once = fleet.now - timedelta(days=17, hours=1)
    yield make(
        K0RDENT,
        "ManagementBackup",
        "before-1-11-4",
        scope=mine,
        at=once,
        labels={"k0rdent.mirantis.com/component": "kcm"},
        spec={"storageLocation": "minio"},
        status=run(once, "Completed", "before-1-11-4"),
    )


def people(fleet: Fleet, scope: str) -> Iterator[Manifest]:
    """Roles for Pane's own account and for those it speaks for: everybody reads, each lead writes for the own team."""
    mine = f"{scope}/{MANAGEMENT}"
    at = fleet.now - timedelta(days=240)

    def rbac(kind: str, name: str, namespace: str = "", **rest: Any) -> Manifest:
        return make(_RBAC, kind, name, namespace, scope=mine, at=at, generation=0, **rest)

    def binding(kind: str, name: str, role: str, subject: Manifest, namespace: str = "") -> Manifest:
        reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role}
        return rbac(kind, name, namespace, roleRef=reference, subjects=[subject])

    group = {"kind": "Group", "apiGroup": "rbac.authorization.k8s.io"}
    everything = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}
    yield rbac("ClusterRole", "cluster-admin", rules=[everything, {"nonResourceURLs": ["*"], "verbs": ["*"]}])
    yield rbac(
        "ClusterRole",
        "pane-viewer",
        rules=[{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]}],
    )
    writes = {"apiGroups": ["k0rdent.mirantis.com"], "resources": ["clusterdeployments", "credentials"], "verbs": ["*"]}
    yield rbac(
        "ClusterRole",
        "pane-team-editor",
        rules=[writes, {"apiGroups": [""], "resources": ["secrets", "configmaps"], "verbs": ["create"]}],
    )
    for name in ("pane:demo", "pane:operator"):  # whom the demo's own sign-in link is for
        user = {"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": name}
        yield binding("ClusterRoleBinding", name.replace(":", "-"), "cluster-admin", user)
    yield binding("ClusterRoleBinding", "pane-admins", "cluster-admin", group | {"name": "pane:admins"})
    yield binding("ClusterRoleBinding", "pane-viewers", "pane-viewer", group | {"name": "system:authenticated"})
    for team, entry in company()["teams"].items():
        user = {"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": f"pane:{entry['lead']}"}
        yield binding("RoleBinding", f"pane-{entry['lead']}", "pane-team-editor", user, team)
